"""What the artifacts are: the public interfaces' selectors, and code within the limits."""

import json

import pytest
from eth_utils import keccak

from chain import *

# As the standards state them: what wallets and explorers call.
STANDARD = {
    # ERC-20
    "name()": "0x06fdde03",
    "symbol()": "0x95d89b41",
    "decimals()": "0x313ce567",
    "totalSupply()": "0x18160ddd",
    "balanceOf(address)": "0x70a08231",
    "transfer(address,uint256)": "0xa9059cbb",
    "transferFrom(address,address,uint256)": "0x23b872dd",
    "approve(address,uint256)": "0x095ea7b3",
    "allowance(address,address)": "0xdd62ed3e",
    # The burnable extension, as most tokens name it
    "burn(uint256)": "0x42966c68",
    "burnFrom(address,uint256)": "0x79cc6790",
    # ERC-2612 and EIP-5267
    "permit(address,address,uint256,uint256,uint8,bytes32,bytes32)": "0xd505accf",
    "nonces(address)": "0x7ecebe00",
    "DOMAIN_SEPARATOR()": "0x3644e515",
    "eip712Domain()": "0x84b0196e",
    # ERC-3009
    "transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)": "0xe3ee160e",
    "receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)": "0xef55bec6",
    "cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)": "0x5a049a70",
    "authorizationState(address,bytes32)": "0xe94a0102",
    # ERC-5805 and ERC-6372
    "clock()": "0x91ddadf4",
    "CLOCK_MODE()": "0x4bf5d7e9",
    "getVotes(address)": "0x9ab24eb0",
    "getPastVotes(address,uint256)": "0x3a46b1a8",
    "getPastTotalSupply(uint256)": "0x8e539e8c",
    "delegates(address)": "0x587cde1e",
    "delegate(address)": "0x5c19a95c",
    "delegateBySig(address,uint256,uint256,uint8,bytes32,bytes32)": "0xc3cda520",
}

NAMES = sorted(path.stem for path in ARTIFACTS.glob("*.json"))
PINS = ROOT / "Tests/Contracts/selectors.json"


def test_the_token_answers_to_the_standards():
    assert STANDARD.items() <= artifact("AIToken")["selectors"].items()


@pytest.mark.parametrize("name", NAMES)
def test_selectors_stay(name):
    assert artifact(name)["selectors"] == json.loads(PINS.read_text())[name]


@pytest.mark.parametrize("name", NAMES)
def test_selectors_are_those_of_the_abi(name):
    selectors = {
        f"{entry['name']}({','.join(type_of(p) for p in entry['inputs'])})"
        for entry in artifact(name)["abi"]
        if entry["type"] == "function"
    }

    assert selectors == set(artifact(name)["selectors"])
    for signature, selector in artifact(name)["selectors"].items():
        assert keccak(text=signature)[:4].hex() == selector[2:]


@pytest.mark.parametrize("name", NAMES)
def test_code_fits(name):
    """EIP-170's 24,576 bytes and EIP-3860's double."""
    assert len(artifact(name)["deployedBytecode"]) // 2 - 1 <= 24_576
    assert len(artifact(name)["bytecode"]) // 2 - 1 <= 49_152


@pytest.mark.parametrize("name", NAMES)
def test_published_names_have_no_underscore_at_the_end(name):
    text = (ARTIFACTS / f"{name}.json").read_text()

    assert '_",\n' not in text
