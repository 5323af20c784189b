"""Runs random programs on our EVM and on the Ethereum execution specification (PyPI's ethereum-execution),
and compares gas, status, logs and state roots.

usage: run.py --program PATH [--count N] [--first SEED] [--facts FILE]

`--facts` writes the specification's results, one line a seed, for a test to compare with.
"""

import argparse
import multiprocessing
import subprocess
import sys

from ethereum.crypto.hash import keccak256
from ethereum.forks.osaka import fork, vm
from ethereum.forks.osaka.fork_types import Account, Address
from ethereum.forks.osaka.state import State, set_account, set_storage, state_root
from ethereum.forks.osaka.transactions import FeeMarketTransaction
from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes, Bytes0, Bytes32
from ethereum_types.numeric import U64, U256, Uint


def address(number):
    return Address(number.to_bytes(20, "big"))


SENDER = address(0xA11CE)
CONTRACTS = [address(number) for number in (0xC0, 0xC1, 0xC2)]

receipts = []


def noted_receipt(tx, error, gas, logs):
    receipts.append((error is None, int(gas), logs))
    return original_receipt(tx, error, gas, logs)


original_receipt = fork.make_receipt
fork.make_receipt = noted_receipt
# Nobody signs the cases: they are about what runs.
fork.recover_sender = lambda chain_id, tx: SENDER


def run(fields):
    codes, data, creates, gas, value = fields
    state = State()
    set_account(state, SENDER, Account(Uint(0), U256(10**18), Bytes()))
    for target, code in zip(CONTRACTS, codes):
        set_account(state, target, Account(Uint(1), U256(1000), Bytes(code)))
        for slot, number in ((0, 1), (1, 2)):
            set_storage(state, target, Bytes32(slot.to_bytes(32, "big")), U256(number))
    set_account(state, address(0xA0), Account(Uint(0), U256(1), Bytes()))
    block = vm.BlockEnvironment(
        chain_id=U64(1), state=state, block_gas_limit=Uint(30_000_000), 
        block_hashes=[Bytes32((n + 1).to_bytes(32, "big")) for n in range(5)],
        coinbase=address(0xCB), number=Uint(5), base_fee_per_gas=Uint(7), time=U256(1000),
        prev_randao=Bytes32((0x1234).to_bytes(32, "big")), excess_blob_gas=U64(0),
        parent_beacon_block_root=Bytes32(bytes(32)))
    transaction = FeeMarketTransaction(
        chain_id=U64(1), nonce=U256(0), max_priority_fee_per_gas=Uint(1),
        max_fee_per_gas=Uint(100), gas=Uint(gas), to=Bytes0() if creates else CONTRACTS[0],
        value=U256(value), data=Bytes(data), access_list=(), y_parity=U256(0), r=U256(1), s=U256(1))
    receipts.clear()
    try:
        fork.process_transaction(block, vm.BlockOutput(), transaction, Uint(0))
    except fork.EthereumException:
        return "refused"
    success, used, logs = receipts[0]
    return f"{used} {int(success)} {keccak256(rlp.encode(logs)).hex()} {state_root(state).hex()}"


def parse(line):
    words = line.split()
    codes = [bytes.fromhex(code[2:]) for code in words[1].split(",")]
    fields = (codes, bytes.fromhex(words[2][2:]), words[3] == "1", int(words[4]), int(words[5]))
    return int(words[0]), fields, " ".join(words[6:])


def compare(task):
    program, first, count, keeps_facts = task
    output = subprocess.run(
        [program, str(first), str(count)], capture_output=True, text=True, check=True).stdout
    different, facts = [], []
    for line in output.splitlines():
        seed, fields, ours = parse(line)
        theirs = run(fields)
        if theirs != ours:
            different.append((seed, ours, theirs))
        if keeps_facts:
            facts.append(theirs)
    return count, different, facts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--facts")
    options = parser.parse_args()
    sys.setrecursionlimit(20_000)
    step = 500
    tasks = [
        (options.program, first, min(step, options.first + options.count - first),
         options.facts is not None)
        for first in range(options.first, options.first + options.count, step)]
    done, different, facts = 0, [], []
    with multiprocessing.Pool() as pool:
        for count, wrong, lines in pool.imap(compare, tasks):
            done += count
            different += wrong
            facts += lines
            for seed, ours, theirs in wrong:
                print(f"seed {seed}: ours {ours}, specification {theirs}", flush=True)
            if done % 10_000 == 0:
                print(f"{done} of {options.count}", file=sys.stderr, flush=True)
    if options.facts:
        with open(options.facts, "w", encoding="ascii") as file:
            file.write("\n".join(facts) + "\n")
    print(f"conformance-eels: {done - len(different)}/{done}")
    sys.exit(1 if different or not done else 0)


if __name__ == "__main__":
    main()
