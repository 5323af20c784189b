"""Compiles the contracts: one artifact per `*.vy`, with its ABI, code and selectors.

    compile.py SOURCES ARTIFACTS

The output depends on nothing but the sources and the compiler's version.
"""

import json
import sys
from pathlib import Path

import vyper
from vyper.compiler.settings import OptimizationLevel, Settings

EVM_VERSION = "cancun"


def without_trailing_underscores(value):
    """`value_` is `value`: names that Vyper keeps for itself carry an underscore in the source."""
    if isinstance(value, list):
        return [without_trailing_underscores(item) for item in value]
    if isinstance(value, dict):
        return {
            key: item.removesuffix("_") if key == "name" else without_trailing_underscores(item)
            for key, item in value.items()
        }
    return value


def artifact(source: Path) -> dict:
    output = vyper.compile_code(
        source.read_text(),
        contract_path=source.name,
        settings=Settings(evm_version=EVM_VERSION, optimize=OptimizationLevel.GAS),
        output_formats=["abi", "bytecode", "bytecode_runtime", "method_identifiers"],
    )
    return {
        "contract": source.stem,
        "compiler": f"vyper {vyper.__version__.split('+')[0]}",
        "evmVersion": EVM_VERSION,
        "abi": without_trailing_underscores(output["abi"]),
        "bytecode": output["bytecode"],
        # Without the immutables, which the constructor appends.
        "deployedBytecode": output["bytecode_runtime"],
        "selectors": {
            signature: f"0x{int(selector, 16):08x}"
            for signature, selector in sorted(output["method_identifiers"].items())
        },
    }


def main() -> None:
    sources, artifacts = map(Path, sys.argv[1:])
    artifacts.mkdir(exist_ok=True)
    for stale in artifacts.glob("*.json"):
        stale.unlink()
    for source in sorted(sources.glob("*.vy")):
        text = json.dumps(artifact(source), indent=1) + "\n"
        (artifacts / f"{source.stem}.json").write_text(text)


if __name__ == "__main__":
    main()
