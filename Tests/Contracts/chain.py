"""A chain in memory on py-evm, and the compiled artifacts on it: what the tests call and read."""

import json
import math
import os
from pathlib import Path

import boa
from eth_abi import decode, encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak, to_canonical_address, to_checksum_address

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "Sources/Contracts/Artifacts"
ZERO = "0x" + "00" * 20
MAX = 2**256 - 1
# The error selector of `Error(string)`.
ERROR = bytes.fromhex("08c379a0")


class Reverted(Exception):
    """A call that the contract refused, with its reason or an empty string."""


def artifact(name):
    return json.loads((ARTIFACTS / f"{name}.json").read_text())


def type_of(parameter):
    """The canonical type of an ABI parameter, tuples written out."""
    kind = parameter["type"]
    if not kind.startswith("tuple"):
        return kind
    return "(" + ",".join(map(type_of, parameter["components"])) + ")" + kind[len("tuple") :]


def reason(output):
    if output[:4] == ERROR:
        return decode(["string"], output[4:])[0]
    return output.hex()


class Contract:
    """A deployed artifact; its functions are methods, called with `sender=`."""

    def __init__(self, name, address):
        self.address = address
        self.abi = artifact(name)["abi"]
        # The longest of overloads with default arguments comes last, and is called by its length.
        self.functions = {}
        for entry in self.abi:
            if entry["type"] == "function":
                inputs = [type_of(parameter) for parameter in entry["inputs"]]
                outputs = [type_of(parameter) for parameter in entry["outputs"]]
                selector = keccak(text=f"{entry['name']}({','.join(inputs)})")[:4]
                self.functions[entry["name"], len(inputs)] = (selector, inputs, outputs)
        self.events = {}
        for entry in self.abi:
            if entry["type"] == "event":
                kinds = ",".join(type_of(parameter) for parameter in entry["inputs"])
                self.events[keccak(text=f"{entry['name']}({kinds})")] = entry
        self.gas_used = 0
        self.logs = []

    def __getattr__(self, name):
        def call(*arguments, sender=ZERO, value=0):
            selector, inputs, outputs = self.functions[name, len(arguments)]
            computation = boa.env.execute_code(
                to_address=self.address,
                sender=sender,
                value=value,
                data=selector + encode(inputs, arguments),
            )
            if computation.is_error:
                raise Reverted(reason(computation.output))
            self.gas_used = computation.get_gas_used()
            self.logs = computation.get_log_entries()
            values = decode(outputs, computation.output)
            return values[0] if len(values) == 1 else values or None

        return call

    def logged(self):
        """The events of this contract in the last call: (name, {field: value})."""
        return [
            self.event(topics, data)
            for address, topics, data in self.logs
            if to_checksum_address(address) == self.address
        ]

    def event(self, topics, data):
        entry = self.events[topics[0].to_bytes(32, "big")]
        indexed = [field for field in entry["inputs"] if field["indexed"]]
        plain = [field for field in entry["inputs"] if not field["indexed"]]
        values = {
            field["name"]: decode([type_of(field)], topic.to_bytes(32, "big"))[0]
            for field, topic in zip(indexed, topics[1:], strict=True)
        }
        values |= zip((f["name"] for f in plain), decode([type_of(f) for f in plain], data))
        return entry["name"], values


def address_of(number):
    return to_checksum_address(number.to_bytes(20, "big"))


def deploy(name, *arguments, at=None):
    """Deploys an artifact, at a fixed address if one is given."""
    entry = next((e for e in artifact(name)["abi"] if e["type"] == "constructor"), {"inputs": []})
    inputs = [type_of(parameter) for parameter in entry["inputs"]]
    code = bytes.fromhex(artifact(name)["bytecode"][2:]) + encode(inputs, arguments)
    address, computation = boa.env.deploy(bytecode=code, override_address=at)
    if computation.is_error:
        raise Reverted(reason(computation.output))
    return Contract(name, to_checksum_address(str(address)))


def account(number):
    """A key of our own, the same in each run."""
    return Account.from_key(keccak(text=f"account {number}"))


def chain_id():
    return boa.env.evm.patch.chain_id


def now():
    return boa.env.evm.patch.timestamp


def advance(seconds):
    boa.env.time_travel(seconds=seconds)


def sign(key, contract, name, primary, fields, values):
    """An EIP-712 signature (v, r, s) by eth-account."""
    domain = {
        "name": name,
        "version": "1",
        "chainId": chain_id(),
        "verifyingContract": contract,
    }
    types = {primary: [{"type": kind, "name": field} for kind, field in fields]}
    signable = encode_typed_data(domain, types, dict(zip([f for _, f in fields], values)))
    signed = Account.sign_message(signable, key.key)
    return signed.v, signed.r.to_bytes(32, "big"), signed.s.to_bytes(32, "big")


PERMIT = [
    ("address", "owner"),
    ("address", "spender"),
    ("uint256", "value"),
    ("uint256", "nonce"),
    ("uint256", "deadline"),
]
DELEGATION = [("address", "delegatee"), ("uint256", "nonce"), ("uint256", "expiry")]
AUTHORIZATION = [
    ("address", "from"),
    ("address", "to"),
    ("uint256", "value"),
    ("uint256", "validAfter"),
    ("uint256", "validBefore"),
    ("bytes32", "nonce"),
]
CANCELLATION = [("address", "authorizer"), ("bytes32", "nonce")]


def sign_permit(token, key, spender, value, nonce, deadline):
    return sign(
        key, token.address, "AI", "Permit", PERMIT, (key.address, spender, value, nonce, deadline)
    )


def sign_transfer(token, key, to, value, after, before, nonce, kind="TransferWithAuthorization"):
    return sign(
        key,
        token.address,
        "AI",
        kind,
        AUTHORIZATION,
        (key.address, to, value, after, before, nonce),
    )


def histories(usual):
    """How many random histories to run: the long run sets the variable."""
    return int(os.environ.get("GENSYN_HISTORIES", usual))


__all__ = [name for name in dir() if not name.startswith("_")]
