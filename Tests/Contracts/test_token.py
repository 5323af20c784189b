"""The token: allocation, ERC-20, signatures, votes."""

import boa
import pytest
from eth_utils import keccak, to_canonical_address

from chain import *

UNIT = 10**18
SUPPLY = 10**10 * UNIT
ALICE, BOB, CAROL = (account(name) for name in ("alice", "bob", "carol"))
NONCE = keccak(text="a nonce")


@pytest.fixture
def alice(token, treasury):
    token.transfer(ALICE.address, 1_000 * UNIT, sender=treasury)
    return ALICE.address


# Genesis


def test_the_allocation_is_the_supply(token, holders):
    shares = [token.balanceOf(holder) for holder in holders]

    assert shares == [part * 10**6 * UNIT for part in (4_040, 2_960, 2_500, 300, 200)]
    assert sum(shares) == token.totalSupply() == SUPPLY


def test_one_holder_may_take_several_parts():
    token = deploy("AIToken", *[ALICE.address] * 5)

    assert token.balanceOf(ALICE.address) == SUPPLY


@pytest.mark.parametrize("part", range(5))
def test_no_part_goes_to_nobody(holders, part):
    with pytest.raises(Reverted, match="AIToken: empty recipient"):
        deploy("AIToken", *[ZERO if i == part else holder for i, holder in enumerate(holders)])


def test_no_function_mints_or_replaces(token):
    changing = {
        entry["name"]
        for entry in token.abi
        if entry["type"] == "function" and entry["stateMutability"] not in ("view", "pure")
    }

    assert changing == {
        "transfer", "transferFrom", "approve", "burn", "burnFrom", "permit",
        "transferWithAuthorization", "receiveWithAuthorization", "cancelAuthorization",
        "delegate", "delegateBySig",
    }
    assert not any(e.get("stateMutability") == "payable" for e in token.abi)


def test_the_names(token):
    assert (token.name(), token.symbol(), token.decimals()) == ("AI", "AI", 18)


# ERC-20


def test_a_transfer_moves_and_tells(token, alice):
    assert token.transfer(BOB.address, 7, sender=alice) is True

    assert token.balanceOf(BOB.address) == 7
    assert token.balanceOf(alice) == 1_000 * UNIT - 7


def test_a_transfer_logs_the_standard_event(token, alice):
    token.transfer(BOB.address, 7, sender=alice)

    assert token.logged() == [
        ("Transfer", {"from": alice.lower(), "to": BOB.address.lower(), "value": 7})
    ]


def test_a_transfer_to_oneself_changes_nothing(token, alice):
    token.transfer(alice, 7, sender=alice)

    assert token.balanceOf(alice) == 1_000 * UNIT


def test_nobody_spends_more_than_they_have(token, alice):
    with pytest.raises(Reverted, match="AIToken: insufficient balance"):
        token.transfer(BOB.address, 1_000 * UNIT + 1, sender=alice)


def test_tokens_do_not_go_where_they_would_be_lost(token, alice):
    for recipient in (ZERO, token.address):
        with pytest.raises(Reverted, match="AIToken: invalid recipient"):
            token.transfer(recipient, 1, sender=alice)


def test_an_allowance_is_spent(token, alice):
    assert token.approve(BOB.address, 10, sender=alice) is True
    assert token.transferFrom(alice, CAROL.address, 4, sender=BOB.address) is True

    assert token.allowance(alice, BOB.address) == 6
    assert token.balanceOf(CAROL.address) == 4
    with pytest.raises(Reverted, match="AIToken: insufficient allowance"):
        token.transferFrom(alice, CAROL.address, 7, sender=BOB.address)


def test_the_largest_allowance_stays(token, alice):
    token.approve(BOB.address, MAX, sender=alice)
    token.transferFrom(alice, CAROL.address, 4, sender=BOB.address)

    assert token.allowance(alice, BOB.address) == MAX


def test_nobody_approves_nobody(token, alice):
    with pytest.raises(Reverted, match="AIToken: empty spender"):
        token.approve(ZERO, 1, sender=alice)


def test_approval_is_logged(token, alice):
    token.approve(BOB.address, 3, sender=alice)

    assert token.logged() == [
        ("Approval", {"owner": alice.lower(), "spender": BOB.address.lower(), "value": 3})
    ]


def test_burning_lowers_the_supply(token, alice):
    token.burn(10, sender=alice)
    logged = token.logged()
    token.approve(BOB.address, 5, sender=alice)
    token.burnFrom(alice, 5, sender=BOB.address)

    assert token.totalSupply() == SUPPLY - 15
    assert token.balanceOf(alice) == 1_000 * UNIT - 15
    assert token.allowance(alice, BOB.address) == 0
    assert logged == [("Transfer", {"from": alice.lower(), "to": ZERO, "value": 10})]


def test_nobody_burns_what_is_not_theirs(token, alice):
    with pytest.raises(Reverted, match="AIToken: insufficient balance"):
        token.burn(1, sender=BOB.address)
    with pytest.raises(Reverted, match="AIToken: insufficient allowance"):
        token.burnFrom(alice, 1, sender=BOB.address)


def test_ether_is_refused(token, alice):
    boa.env.set_balance(alice, 1)

    with pytest.raises(Reverted):
        token.transfer(BOB.address, 1, sender=alice, value=1)


# ERC-2612


def test_a_permit_sets_the_allowance(token):
    v, r, s = sign_permit(token, ALICE, BOB.address, 9, 0, now())

    token.permit(ALICE.address, BOB.address, 9, now(), v, r, s, sender=CAROL.address)

    assert token.allowance(ALICE.address, BOB.address) == 9
    assert token.nonces(ALICE.address) == 1


def test_a_permit_serves_once(token):
    signature = sign_permit(token, ALICE, BOB.address, 9, 0, MAX)
    token.permit(ALICE.address, BOB.address, 9, MAX, *signature)

    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        token.permit(ALICE.address, BOB.address, 9, MAX, *signature)


def test_a_permit_expires(token):
    deadline = now() - 1
    signature = sign_permit(token, ALICE, BOB.address, 9, 0, deadline)

    with pytest.raises(Reverted, match="AIToken: permit expired"):
        token.permit(ALICE.address, BOB.address, 9, deadline, *signature)


def test_a_permit_says_what_it_says(token):
    signature = sign_permit(token, ALICE, BOB.address, 9, 0, MAX)

    for arguments in (
        (ALICE.address, BOB.address, 10, MAX),
        (ALICE.address, CAROL.address, 9, MAX),
        (CAROL.address, BOB.address, 9, MAX),
        (ALICE.address, BOB.address, 9, MAX - 1),
        (ZERO, BOB.address, 9, MAX),
    ):
        with pytest.raises(Reverted, match="AIToken: invalid signature"):
            token.permit(*arguments, *signature)


def test_a_signature_has_one_form(token):
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    v, r, s = sign_permit(token, ALICE, BOB.address, 9, 0, MAX)
    other = (order - int.from_bytes(s, "big")).to_bytes(32, "big")

    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        token.permit(ALICE.address, BOB.address, 9, MAX, 55 - v, r, other)
    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        token.permit(ALICE.address, BOB.address, 9, MAX, 29, r, s)


def test_a_permit_is_for_one_chain(token):
    signature = sign_permit(token, ALICE, BOB.address, 9, 0, MAX)
    separator = token.DOMAIN_SEPARATOR()
    before = boa.env.evm.patch.chain_id

    try:
        boa.env.evm.patch.chain_id = before + 1
        assert token.DOMAIN_SEPARATOR() != separator
        with pytest.raises(Reverted, match="AIToken: invalid signature"):
            token.permit(ALICE.address, BOB.address, 9, MAX, *signature)
    finally:
        boa.env.evm.patch.chain_id = before


def wallet(answer):
    """A contract that asserts the shape of ERC-1271's question and answers what it is told."""
    source = f"""
# pragma version 0.4.3
@view
@external
def isValidSignature(digest: bytes32, signature: Bytes[65]) -> bytes4:
    assert len(signature) == 65
    assert digest != empty(bytes32)
    return {answer}
"""
    return str(boa.loads(source).address)


def test_a_contract_signs_by_erc_1271(token):
    good, bad = wallet("0x1626ba7e"), wallet("0xffffffff")
    signature = (27, b"\1" * 32, b"\2" * 32)

    token.permit(good, BOB.address, 9, MAX, *signature)

    assert token.allowance(good, BOB.address) == 9
    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        token.permit(bad, BOB.address, 9, MAX, *signature)
    with pytest.raises(Reverted):
        token.permit(token.address, BOB.address, 9, MAX, *signature)


def test_the_domain_is_published(token):
    fields, name, version, chain, contract, salt, extensions = token.eip712Domain()

    assert (fields, name, version, salt, extensions) == (b"\x0f", "AI", "1", bytes(32), ())
    assert (chain, contract) == (chain_id(), token.address.lower())


def test_type_hashes(token):
    def hash_of(name, fields):
        return keccak(text=f"{name}({','.join(f'{kind} {field}' for kind, field in fields)})")

    assert token.PERMIT_TYPEHASH() == hash_of("Permit", PERMIT)
    assert token.DELEGATION_TYPEHASH() == hash_of("Delegation", DELEGATION)
    assert token.CANCEL_AUTHORIZATION_TYPEHASH() == hash_of("CancelAuthorization", CANCELLATION)
    for kind in ("Transfer", "Receive"):
        typehash = getattr(token, f"{kind.upper()}_WITH_AUTHORIZATION_TYPEHASH")()
        assert typehash == hash_of(f"{kind}WithAuthorization", AUTHORIZATION)


# ERC-3009


def test_an_authorization_transfers(token, alice):
    signature = sign_transfer(token, ALICE, BOB.address, 5, 0, MAX, NONCE)

    token.transferWithAuthorization(
        alice, BOB.address, 5, 0, MAX, NONCE, *signature, sender=CAROL.address
    )

    assert token.balanceOf(BOB.address) == 5
    assert token.authorizationState(alice, NONCE) is True


def test_an_authorization_serves_once(token, alice):
    signature = sign_transfer(token, ALICE, BOB.address, 5, 0, MAX, NONCE)
    token.transferWithAuthorization(alice, BOB.address, 5, 0, MAX, NONCE, *signature)
    assert token.logged()[0] == (
        "AuthorizationUsed", {"authorizer": alice.lower(), "nonce": NONCE}
    )

    with pytest.raises(Reverted, match="AIToken: authorization used"):
        token.transferWithAuthorization(alice, BOB.address, 5, 0, MAX, NONCE, *signature)


def test_an_authorization_has_its_time(token, alice):
    late = sign_transfer(token, ALICE, BOB.address, 5, 0, now(), NONCE)
    early = sign_transfer(token, ALICE, BOB.address, 5, now(), MAX, NONCE)

    with pytest.raises(Reverted, match="AIToken: authorization expired"):
        token.transferWithAuthorization(alice, BOB.address, 5, 0, now(), NONCE, *late)
    with pytest.raises(Reverted, match="AIToken: authorization not yet valid"):
        token.transferWithAuthorization(alice, BOB.address, 5, now(), MAX, NONCE, *early)


def test_only_the_payee_receives(token, alice):
    signature = sign_transfer(
        token, ALICE, BOB.address, 5, 0, MAX, NONCE, "ReceiveWithAuthorization"
    )

    with pytest.raises(Reverted, match="AIToken: caller is not the payee"):
        token.receiveWithAuthorization(
            alice, BOB.address, 5, 0, MAX, NONCE, *signature, sender=CAROL.address
        )
    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        token.transferWithAuthorization(alice, BOB.address, 5, 0, MAX, NONCE, *signature)
    token.receiveWithAuthorization(
        alice, BOB.address, 5, 0, MAX, NONCE, *signature, sender=BOB.address
    )
    assert token.balanceOf(BOB.address) == 5


def test_a_cancelled_authorization_is_useless(token, alice):
    signature = sign_transfer(token, ALICE, BOB.address, 5, 0, MAX, NONCE)
    cancel = sign(
        ALICE, token.address, "AI", "CancelAuthorization", CANCELLATION, (alice, NONCE)
    )

    token.cancelAuthorization(alice, NONCE, *cancel)

    assert token.logged() == [
        ("AuthorizationCanceled", {"authorizer": alice.lower(), "nonce": NONCE})
    ]
    with pytest.raises(Reverted, match="AIToken: authorization used"):
        token.transferWithAuthorization(alice, BOB.address, 5, 0, MAX, NONCE, *signature)
    with pytest.raises(Reverted, match="AIToken: authorization used"):
        token.cancelAuthorization(alice, NONCE, *cancel)


def test_only_the_authorizer_cancels(token, alice):
    cancel = sign(BOB, token.address, "AI", "CancelAuthorization", CANCELLATION, (alice, NONCE))

    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        token.cancelAuthorization(alice, NONCE, *cancel)


def test_an_authorization_does_not_overdraw(token, alice):
    value = 1_000 * UNIT + 1
    signature = sign_transfer(token, ALICE, BOB.address, value, 0, MAX, NONCE)

    with pytest.raises(Reverted, match="AIToken: insufficient balance"):
        token.transferWithAuthorization(alice, BOB.address, value, 0, MAX, NONCE, *signature)
    assert token.authorizationState(alice, NONCE) is False


# ERC-5805 and ERC-6372


def test_the_clock_tells_seconds(token):
    assert token.clock() == now()
    assert token.CLOCK_MODE() == "mode=timestamp"


def test_undelegated_tokens_do_not_vote(token, alice):
    assert token.getVotes(alice) == 0


def test_votes_follow_the_tokens(token, alice):
    token.delegate(BOB.address, sender=alice)
    token.transfer(CAROL.address, 100, sender=alice)
    assert token.getVotes(BOB.address) == 1_000 * UNIT - 100

    token.delegate(CAROL.address, sender=CAROL.address)
    token.burn(1, sender=alice)
    token.delegate(ZERO, sender=alice)

    assert token.delegates(alice) == ZERO
    assert token.getVotes(BOB.address) == 0
    assert token.getVotes(CAROL.address) == 100


def test_delegation_is_logged(token, alice):
    token.delegate(BOB.address, sender=alice)

    assert token.logged() == [
        (
            "DelegateChanged",
            {"delegator": alice.lower(), "fromDelegate": ZERO, "toDelegate": BOB.address.lower()},
        ),
        (
            "DelegateVotesChanged",
            {"delegate": BOB.address.lower(), "previousVotes": 0, "newVotes": 1_000 * UNIT},
        ),
    ]


def test_past_votes_stay(token, alice):
    token.delegate(alice, sender=alice)
    times = []
    for _ in range(9):
        times.append(now())
        advance(10)
        token.transfer(BOB.address, UNIT, sender=alice)
    advance(1)

    for steps, time in enumerate(times):
        assert token.getPastVotes(alice, time) == (1_000 - steps) * UNIT
        assert token.getPastVotes(alice, time + 9) == (1_000 - steps) * UNIT
    assert token.getPastVotes(alice, times[0] - 1) == 0
    assert token.numCheckpoints(alice) == 10


def test_a_second_has_one_checkpoint(token, alice):
    token.delegate(alice, sender=alice)
    token.transfer(BOB.address, 1, sender=alice)
    token.transfer(BOB.address, 1, sender=alice)

    assert token.numCheckpoints(alice) == 1
    assert token.checkpoints(alice, 0) == (now(), 1_000 * UNIT - 2)
    with pytest.raises(Reverted, match="AIToken: no such checkpoint"):
        token.checkpoints(alice, 1)


def test_the_present_is_not_the_past(token, alice):
    with pytest.raises(Reverted, match="AIToken: future lookup"):
        token.getPastVotes(alice, now())
    with pytest.raises(Reverted, match="AIToken: future lookup"):
        token.getPastTotalSupply(now())


def test_the_past_supply(token, alice):
    start = now()
    advance(5)
    token.burn(3, sender=alice)
    advance(5)

    assert token.getPastTotalSupply(start) == SUPPLY
    assert token.getPastTotalSupply(start + 5) == SUPPLY - 3
    assert token.getPastTotalSupply(start - 1) == 0


def test_delegation_by_signature(token, alice):
    signature = sign(
        ALICE, token.address, "AI", "Delegation", DELEGATION, (BOB.address, 0, now())
    )

    token.delegateBySig(BOB.address, 0, now(), *signature, sender=CAROL.address)

    assert token.delegates(alice) == BOB.address.lower()
    assert token.getVotes(BOB.address) == 1_000 * UNIT
    with pytest.raises(Reverted, match="AIToken: invalid nonce"):
        token.delegateBySig(BOB.address, 0, now(), *signature)
    with pytest.raises(Reverted, match="AIToken: delegation expired"):
        token.delegateBySig(BOB.address, 0, now() - 1, *signature)
    with pytest.raises(Reverted, match="AIToken: invalid signature"):
        token.delegateBySig(BOB.address, 0, now(), 29, *signature[1:])


def test_permits_and_delegations_share_their_nonces(token):
    token.permit(ALICE.address, BOB.address, 1, MAX, *sign_permit(token, ALICE, BOB.address, 1, 0, MAX))
    signature = sign(ALICE, token.address, "AI", "Delegation", DELEGATION, (BOB.address, 1, MAX))

    token.delegateBySig(BOB.address, 1, MAX, *signature)

    assert token.nonces(ALICE.address) == 2
