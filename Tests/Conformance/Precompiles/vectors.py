"""Test vectors in the form of go-ethereum's core/vm/testdata/precompiles: a folder of JSON files."""

import json
from pathlib import Path

# File name (without fail-) to fork and address.
FILES = {
    "ecRecover": ("osaka", 0x01),
    "modexp": ("byzantium", 0x05),
    "modexp_eip2565": ("berlin", 0x05),
    "modexp_eip7883": ("osaka", 0x05),
    "bn256Add": ("osaka", 0x06),
    "bn256ScalarMul": ("osaka", 0x07),
    "bn256Pairing": ("osaka", 0x08),
    "blake2F": ("osaka", 0x09),
    "blake2f": ("osaka", 0x09),
    "pointEvaluation": ("osaka", 0x0A),
    "blsG1Add": ("osaka", 0x0B),
    "blsG1Mul": ("osaka", 0x0C),
    "blsG1MultiExp": ("osaka", 0x0C),
    "blsG2Add": ("osaka", 0x0D),
    "blsG2Mul": ("osaka", 0x0E),
    "blsG2MultiExp": ("osaka", 0x0E),
    "blsPairing": ("osaka", 0x0F),
    "blsMapG1": ("osaka", 0x10),
    "blsMapG2": ("osaka", 0x11),
    "p256Verify": ("osaka", 0x100),
}


def cases(folder):
    """Yields (name, fork, address, input, answer); of a success without a gas, the gas is None."""
    for path in sorted(Path(folder).glob("*.json")):
        known = FILES.get(path.stem.removeprefix("fail-"))
        if known is None:
            raise SystemExit(f"{path}: which contract is that?")
        for case in json.loads(path.read_text()):
            name = f"{path.stem}/{case['Name']}"
            if "ExpectedError" in case:
                yield name, *known, case["Input"], "failure"
            else:
                yield name, *known, case["Input"], (case.get("Gas"), case["Expected"])
