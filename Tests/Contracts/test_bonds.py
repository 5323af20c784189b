"""Bonds: in, locked, out after the delay, and slashed by a verdict alone."""

import pytest
from eth_abi import encode
from eth_utils import keccak

from market import *

DISPUTES = account("disputes").address
ALICE = PROVIDERS[0]
LOCK = b"\x10" * 32


@pytest.fixture
def market():
    return Market(disputes=DISPUTES)


@pytest.fixture
def bonds(market):
    return market.bonds


def test_a_deposit_is_bonded(market, bonds):
    bonds.deposit(PROVIDER, 5, sender=ALICE.address)

    assert bonds.free(ALICE.address, PROVIDER) == 10**6 + 5
    assert bonds.free(ALICE.address, VERIFIER) == 0
    assert market.balance(ALICE.address) == 10**9 - 10**6 - 5


@pytest.mark.parametrize("role", [0, 3, 255])
def test_there_are_two_roles(bonds, role):
    with pytest.raises(Reverted, match="Bonds: no such role"):
        bonds.deposit(role, 5, sender=ALICE.address)


def test_nothing_is_no_bond(bonds):
    for call in (
        lambda: bonds.deposit(PROVIDER, 0, sender=ALICE.address),
        lambda: bonds.requestUnbond(PROVIDER, 0, sender=ALICE.address),
    ):
        with pytest.raises(Reverted, match="Bonds: empty amount"):
            call()


def test_a_deposit_needs_an_allowance(bonds):
    with pytest.raises(Reverted, match="AIToken: insufficient allowance"):
        bonds.deposit(PROVIDER, 5, sender=DOMAIN[0])


def test_a_deposit_by_permit(market, bonds):
    market.token.approve(bonds.address, 0, sender=ALICE.address)
    signature = sign_permit(market.token, ALICE, bonds.address, 9, 0, MAX)

    bonds.depositWithPermit(PROVIDER, 9, MAX, *signature, sender=ALICE.address)

    assert bonds.free(ALICE.address, PROVIDER) == 10**6 + 9


def test_a_permit_that_was_sent_ahead_does_no_harm(market, bonds):
    market.token.approve(bonds.address, 0, sender=ALICE.address)
    signature = sign_permit(market.token, ALICE, bonds.address, 9, 0, MAX)
    market.token.permit(ALICE.address, bonds.address, 9, MAX, *signature)

    bonds.depositWithPermit(PROVIDER, 9, MAX, *signature, sender=ALICE.address)

    assert bonds.free(ALICE.address, PROVIDER) == 10**6 + 9
    with pytest.raises(Reverted, match="AIToken: insufficient allowance"):
        bonds.depositWithPermit(PROVIDER, 9, MAX, *signature, sender=ALICE.address)


def test_an_authorization_names_the_role(market, bonds):
    salt = b"\x01" * 32
    nonce = keccak(encode(["uint8", "bytes32"], [VERIFIER, salt]))
    signature = sign_transfer(
        market.token, ALICE, bonds.address, 9, 0, MAX, nonce, "ReceiveWithAuthorization"
    )

    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        bonds.depositWithAuthorization(ALICE.address, PROVIDER, 9, 0, MAX, salt, *signature)
    bonds.depositWithAuthorization(ALICE.address, VERIFIER, 9, 0, MAX, salt, *signature)

    assert bonds.free(ALICE.address, VERIFIER) == 9
    with pytest.raises(Reverted, match="AIToken: authorization used"):
        bonds.depositWithAuthorization(ALICE.address, VERIFIER, 9, 0, MAX, salt, *signature)


def test_a_bond_leaves_after_the_delay(market, bonds):
    before = market.balance(ALICE.address)
    bonds.requestUnbond(PROVIDER, 100, sender=ALICE.address)

    assert bonds.availableAt(ALICE.address, PROVIDER) == now() + UNBONDING_DELAY
    advance(UNBONDING_DELAY - 1)
    with pytest.raises(Reverted, match="Bonds: too early"):
        bonds.withdraw(PROVIDER, sender=ALICE.address)
    advance(1)
    bonds.withdraw(PROVIDER, sender=ALICE.address)

    assert market.balance(ALICE.address) == before + 100
    with pytest.raises(Reverted, match="Bonds: nothing is leaving"):
        bonds.withdraw(PROVIDER, sender=ALICE.address)


def test_a_second_request_waits_anew(bonds):
    bonds.requestUnbond(PROVIDER, 100, sender=ALICE.address)
    advance(UNBONDING_DELAY)
    bonds.requestUnbond(PROVIDER, 1, sender=ALICE.address)

    with pytest.raises(Reverted, match="Bonds: too early"):
        bonds.withdraw(PROVIDER, sender=ALICE.address)
    assert bonds.unbonding(ALICE.address, PROVIDER) == 101


def test_a_request_can_be_taken_back(bonds):
    with pytest.raises(Reverted, match="Bonds: nothing is leaving"):
        bonds.cancelUnbond(PROVIDER, sender=ALICE.address)
    bonds.requestUnbond(PROVIDER, 100, sender=ALICE.address)

    bonds.cancelUnbond(PROVIDER, sender=ALICE.address)

    assert bonds.free(ALICE.address, PROVIDER) == 10**6
    assert bonds.unbonding(ALICE.address, PROVIDER) == 0


def test_nobody_takes_out_more_than_is_free(market, bonds):
    bonds.lock(LOCK, ALICE.address, PROVIDER, 10, sender=DISPUTES)

    with pytest.raises(Reverted, match="Bonds: insufficient bond"):
        bonds.requestUnbond(PROVIDER, 10**6 - 9, sender=ALICE.address)
    bonds.requestUnbond(PROVIDER, 10**6 - 10, sender=ALICE.address)
    with pytest.raises(Reverted, match="Bonds: insufficient bond"):
        bonds.lock(b"\x11" * 32, ALICE.address, PROVIDER, 1, sender=DISPUTES)


def test_only_escrow_and_disputes_lock(bonds):
    with pytest.raises(Reverted, match="Bonds: caller may not lock"):
        bonds.lock(LOCK, ALICE.address, PROVIDER, 10, sender=ALICE.address)


def test_a_lock_is_made_once(bonds):
    bonds.lock(LOCK, ALICE.address, PROVIDER, 10, sender=DISPUTES)
    bonds.unlock(LOCK, sender=DISPUTES)

    with pytest.raises(Reverted, match="Bonds: lock exists"):
        bonds.lock(LOCK, ALICE.address, PROVIDER, 10, sender=DISPUTES)


def test_a_lock_belongs_to_its_maker(bonds):
    bonds.lock(LOCK, ALICE.address, PROVIDER, 10, sender=DISPUTES)

    for sender in (ALICE.address, ADDRESSES["JobEscrow"]):
        with pytest.raises(Reverted, match="Bonds: caller has no such lock"):
            bonds.unlock(LOCK, sender=sender)
    bonds.unlock(LOCK, sender=DISPUTES)
    bonds.unlock(LOCK, sender=DISPUTES)
    assert bonds.free(ALICE.address, PROVIDER) == 10**6


@pytest.mark.parametrize("amount", [0, 1, 2, 3, 101, 10**6])
def test_a_verdict_takes_all_of_a_lock(market, bonds, amount):
    accuser, victim = VERIFIERS[0].address, CLIENT.address
    before = market.balance(accuser), market.balance(victim)
    bonds.lock(LOCK, ALICE.address, PROVIDER, amount, sender=ADDRESSES["JobEscrow"])

    bonds.slash(LOCK, accuser, victim, sender=DISPUTES)

    assert market.balance(accuser) == before[0] + amount // 2
    assert market.balance(victim) == before[1] + amount // 4
    assert market.token.totalSupply() == SUPPLY - (amount - amount // 2 - amount // 4)
    assert bonds.free(ALICE.address, PROVIDER) == 10**6 - amount
    bonds.unlock(LOCK, sender=ADDRESSES["JobEscrow"])
    assert bonds.free(ALICE.address, PROVIDER) == 10**6 - amount


def test_nobody_else_slashes(bonds):
    bonds.lock(LOCK, ALICE.address, PROVIDER, 10, sender=ADDRESSES["JobEscrow"])

    for sender in (ALICE.address, ADDRESSES["JobEscrow"]):
        with pytest.raises(Reverted, match="Bonds: no verdict"):
            bonds.slash(LOCK, sender, sender, sender=sender)
    with pytest.raises(Reverted, match="Bonds: no such lock"):
        bonds.slash(b"\x77" * 32, ALICE.address, ALICE.address, sender=DISPUTES)
