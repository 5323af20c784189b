"""What calls cost, against the figures that are checked in: a change shows in the diff.

Execution alone, without a transaction's own 21,000 and its data; slots that an earlier call has touched
are warm. GENSYN_UPDATE_GAS=1 writes anew.
"""

import json
import os

import precompiles
from market import *
from traces import *

SNAPSHOT = ROOT / "Tests/Contracts/gas.json"


def test_gas_is_what_it_was():
    precompiles.register()
    market = Market()
    found = {}

    def measure(name, contract, function, *arguments, sender):
        getattr(contract, function)(*arguments, sender=sender.address)
        found[name] = contract.gas_used

    token, bonds, escrow = market.token, market.bonds, market.escrow
    stranger, fresh = account("stranger"), account("fresh").address
    measure("token transfer to a new holder", token, "transfer", fresh, 1, sender=CLIENT)
    measure("token transfer", token, "transfer", fresh, 1, sender=CLIENT)
    measure("token approve", token, "approve", fresh, 1, sender=CLIENT)
    measure("token delegate", token, "delegate", fresh, sender=CLIENT)
    measure("token burn", token, "burn", 1, sender=CLIENT)
    signature = sign_permit(token, CLIENT, fresh, 9, 0, MAX)
    measure(
        "token permit", token, "permit", CLIENT.address, fresh, 9, MAX, *signature, sender=stranger
    )
    measure("bonds deposit", bonds, "deposit", PROVIDER, 5, sender=PROVIDERS[0])
    terms = Terms()
    measure("escrow open", escrow, "open", terms.tuple(), terms.whole, sender=CLIENT)
    measure(
        "escrow assign", escrow, "assign", 0, PROVIDERS[0].address, VERIFIERS[0].address,
        sender=MATCHER,
    )
    measure("escrow start", escrow, "start", 0, sender=PROVIDERS[0])
    measure("escrow enlist", escrow, "enlist", 0, sender=VERIFIERS[0])
    measure("escrow heartbeat", escrow, "heartbeat", 0, sender=PROVIDERS[0])
    measure("escrow commit", escrow, "commit", 0, 10, bytes(32), sender=PROVIDERS[0])
    measure("escrow attest", escrow, "attest", 0, 0, sender=VERIFIERS[0])
    advance(terms.challenge_window)
    measure("escrow release", escrow, "release", 0, 1, sender=stranger)
    measure("escrow settle", escrow, "settle", 0, sender=stranger)
    measure("escrow release bonds", escrow, "releaseBonds", 0, 0, sender=stranger)
    referee = deploy("Referee")
    row = struct.pack("<256I", *[ONE] * 256)
    tree = digest_tree([bytes([i]) * 32 for i in range(16)])
    measure("referee chain of 256", referee, "chain", bytes(4), row, row, sender=stranger)
    measure("referee root of 16", referee, "root", 0, 16, tree.leaves, sender=stranger)

    if os.environ.get("GENSYN_UPDATE_GAS"):
        SNAPSHOT.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(SNAPSHOT.read_text())
