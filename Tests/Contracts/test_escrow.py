"""The escrow: every function, every refusal, every state's way out."""

from dataclasses import replace

import pytest

from market import *

DISPUTES = account("disputes").address
STRANGER = account("stranger").address
TERMS = Terms()
P, V = PROVIDERS[0], VERIFIERS[0]


@pytest.fixture
def market():
    return Market(disputes=DISPUTES)


@pytest.fixture
def escrow(market):
    return market.escrow


def refuses(text):
    return pytest.raises(Reverted, match=f"^JobEscrow: {text}$")


def settle(market, job):
    advance(TERMS.challenge_window)
    market.escrow.settle(job, sender=STRANGER)


# Funding


def test_a_job_is_opened_with_its_deposit(market, escrow):
    job = market.open(amount=9_999)

    assert market.job(job) | {"state": OPEN, "funds": 9_999} == market.job(job)
    assert escrow.terms(job)[2] == TERMS.price_per_step
    assert market.balance(escrow.address) == 9_999
    assert market.open() == job + 1


def test_a_job_needs_an_allowance(market, escrow):
    with pytest.raises(Reverted, match="AIToken: insufficient allowance"):
        escrow.open(TERMS.tuple(), 10_000, sender=DOMAIN[0])


def test_a_job_by_permit(market, escrow):
    market.token.approve(escrow.address, 0, sender=CLIENT.address)
    signature = sign_permit(market.token, CLIENT, escrow.address, TERMS.whole, 0, MAX)

    job = escrow.openWithPermit(TERMS.tuple(), TERMS.whole, MAX, *signature, sender=CLIENT.address)

    assert market.job(job)["client"] == CLIENT.address.lower()
    with pytest.raises(Reverted, match="AIToken: insufficient allowance"):
        escrow.openWithPermit(TERMS.tuple(), TERMS.whole, MAX, *signature, sender=CLIENT.address)


def test_a_permit_that_was_sent_ahead_does_no_harm(market, escrow):
    market.token.approve(escrow.address, 0, sender=CLIENT.address)
    signature = sign_permit(market.token, CLIENT, escrow.address, TERMS.whole, 0, MAX)
    market.token.permit(CLIENT.address, escrow.address, TERMS.whole, MAX, *signature)

    escrow.openWithPermit(TERMS.tuple(), TERMS.whole, MAX, *signature, sender=CLIENT.address)


def test_an_authorization_opens_its_own_terms_alone(market, escrow):
    salt = b"\x01" * 32
    terms = TERMS.tuple()
    nonce = escrow.authorizationNonce(terms, salt)
    signature = sign_transfer(
        market.token, CLIENT, escrow.address, TERMS.whole, 0, MAX, nonce,
        "ReceiveWithAuthorization",
    )
    other = replace(TERMS, matcher=STRANGER).tuple()

    def call(terms, amount):
        return escrow.openWithAuthorization(
            CLIENT.address, terms, amount, 0, MAX, salt, *signature, sender=STRANGER
        )

    for arguments in ((other, TERMS.whole), (terms, TERMS.whole - 1)):
        with pytest.raises(Reverted, match="AIToken: invalid signature"):
            call(*arguments)
    job = call(terms, TERMS.whole)
    assert market.job(job)["client"] == CLIENT.address.lower()
    with pytest.raises(Reverted, match="AIToken: authorization used"):
        call(terms, TERMS.whole)


@pytest.mark.parametrize(
    "change, text",
    [
        ({"matcher": ZERO}, "empty matcher"),
        ({"steps": 0}, "invalid steps"),
        ({"steps": 2**64}, "invalid steps"),
        ({"checkpoint_steps": 0}, "invalid steps"),
        ({"price_per_step": 0}, "invalid price"),
        ({"start_timeout": 0}, "invalid timeout"),
        ({"lease_timeout": 0}, "invalid timeout"),
        ({"challenge_window": 0}, "invalid timeout"),
        ({"challenge_window": 30 * 86_400 + 1}, "invalid timeout"),
        ({"deadline": 1}, "invalid deadline"),
        ({"deadline": 2**62}, "invalid deadline"),
        ({"check_rate": 10_001}, "invalid rate"),
        ({"honest_cost": 6_002}, "does not deter"),
        ({"check_rate": 0}, "does not deter"),
    ],
)
def test_bad_terms_are_refused(market, escrow, change, text):
    with refuses(text):
        escrow.open(replace(TERMS, **change).tuple(), 10_000, sender=CLIENT.address)


def test_the_deterrence_is_exact(market, escrow):
    """1,000 * (10,010 + 50,003) = 10,000 * 6,001.3"""
    escrow.open(replace(TERMS, honest_cost=6_001).tuple(), 10_000, sender=CLIENT.address)


def test_terms_cannot_overflow(market, escrow):
    for change in ({"price_per_step": MAX}, {"honest_cost": MAX}, {"provider_bond": MAX}):
        with pytest.raises(Reverted):
            escrow.open(replace(TERMS, **change).tuple(), 10_000, sender=CLIENT.address)


def test_a_deposit_pays_for_one_step_at_least(market):
    least = TERMS.price_per_step + TERMS.verifier_fee

    market.open(amount=least)
    with refuses("out of funds"):
        market.open(amount=least - 1)


def test_what_the_funds_suffice_for_is_known(market, escrow):
    job = market.running(amount=3 * TERMS.price_per_step + TERMS.verifier_fee)
    assert escrow.fundedSteps(job) == 3
    market.commit(job, 2)
    assert escrow.fundedSteps(job) == 2

    market.token.transfer(STRANGER, 10_000_000, sender=DOMAIN[0])
    market.token.approve(escrow.address, MAX, sender=STRANGER)
    escrow.fund(job, 2 * TERMS.price_per_step, sender=STRANGER)
    assert escrow.fundedSteps(job) == 4
    escrow.fund(job, 10**6, sender=STRANGER)
    assert escrow.fundedSteps(job) == TERMS.steps
    assert escrow.fundedSteps(99) == 0


def test_only_a_job_that_goes_on_is_funded(market, escrow):
    job = market.open()
    escrow.stop(job, sender=CLIENT.address)

    for number in (job, 99):
        with refuses("wrong state"):
            escrow.fund(number, 1, sender=CLIENT.address)


# Matching


def test_the_matcher_matches(market, escrow):
    job = market.open()
    with refuses("caller is not the matcher"):
        escrow.assign(job, P.address, ZERO, sender=CLIENT.address)
    for provider, verifier in ((ZERO, ZERO), (P.address, P.address)):
        with refuses("invalid provider"):
            escrow.assign(job, provider, verifier, sender=MATCHER.address)
    market.assign(job)

    assert market.state(job) == MATCHED
    with refuses("wrong state"):
        market.assign(job)


def test_no_match_after_the_deadline(market, escrow):
    job = market.open()
    advance(10_000)

    with refuses("past the deadline"):
        market.assign(job)


def test_the_provider_starts_with_its_bond(market, escrow):
    job = market.open()
    with refuses("caller is not the provider"):
        escrow.start(job, sender=P.address)
    market.assign(job)
    with refuses("caller is not the provider"):
        escrow.start(job, sender=PROVIDERS[1].address)
    escrow.start(job, sender=P.address)

    assert market.state(job) == RUNNING
    assert market.bonds.free(P.address, PROVIDER) == 10**6 - TERMS.provider_bond
    with refuses("wrong state"):
        escrow.start(job, sender=P.address)


def test_no_bond_no_job(market, escrow):
    job = market.open(replace(TERMS, provider_bond=10**6 + 1))
    market.assign(job)

    with pytest.raises(Reverted, match="Bonds: insufficient bond"):
        escrow.start(job, sender=P.address)
    assert market.state(job) == MATCHED


def test_who_does_not_start_in_time_is_replaced(market, escrow):
    job = market.open()
    market.assign(job)
    advance(TERMS.start_timeout)
    with refuses("too early"):
        escrow.relist(job, sender=STRANGER)
    advance(1)
    with refuses("too late"):
        escrow.start(job, sender=P.address)
    escrow.relist(job, sender=STRANGER)

    assert market.job(job) | {"state": OPEN, "lease": 1, "provider": ZERO} == market.job(job)
    market.assign(job, PROVIDERS[1], None)
    escrow.start(job, sender=PROVIDERS[1].address)


def test_the_verifier_enlists_once(market, escrow):
    job = market.open()
    market.assign(job)
    with refuses("wrong state"):
        escrow.enlist(job, sender=V.address)
    escrow.start(job, sender=P.address)
    with refuses("caller is not the verifier"):
        escrow.enlist(job, sender=VERIFIERS[1].address)
    escrow.enlist(job, sender=V.address)

    assert market.bonds.free(V.address, VERIFIER) == 10**6 - TERMS.verifier_bond
    with refuses("already enlisted"):
        escrow.enlist(job, sender=V.address)


# Running


def test_steps_are_paid_once_their_window_has_passed(market, escrow):
    job = market.running()
    before = {who: market.balance(who) for who in (P.address, V.address, VAULT)}
    market.commit(job, 4)
    escrow.attest(job, 0, sender=V.address)
    advance(TERMS.challenge_window - 1)
    assert escrow.release(job, 64, sender=STRANGER) == 0
    advance(1)

    assert escrow.release(job, 64, sender=STRANGER) == 1

    price = 4 * TERMS.price_per_step
    fee = price * 50 // 10_000
    assert market.balance(P.address) == before[P.address] + price - fee
    assert market.balance(VAULT) == before[VAULT] + fee
    assert market.balance(V.address) == before[V.address] + TERMS.verifier_fee
    assert market.job(job)["reserved"] == 0
    assert escrow.release(job, 64, sender=STRANGER) == 0
    assert market.balance(P.address) == before[P.address] + price - fee


def test_who_does_not_attest_is_not_paid(market, escrow):
    job = market.running()
    before = market.balance(V.address)
    market.commit(job, TERMS.steps)
    settle(market, job)

    assert market.balance(V.address) == before
    assert market.state(job) == SETTLED


def test_checkpoints_must_go_on(market, escrow):
    job = market.running(replace(TERMS, checkpoint_steps=3))
    with refuses("too few steps"):
        market.commit(job, 2)
    market.commit(job, 3)
    with refuses("no progress"):
        market.commit(job, 3)
    with refuses("too many steps"):
        market.commit(job, 11)
    with refuses("caller is not the provider"):
        market.commit(job, 6, PROVIDERS[1])
    market.commit(job, 9)
    market.commit(job, 10)

    assert market.state(job) == CLOSING
    with refuses("wrong state"):
        market.commit(job, 10)


def test_no_step_without_funds(market, escrow):
    job = market.running(amount=2 * TERMS.price_per_step + TERMS.verifier_fee)

    with refuses("out of funds"):
        market.commit(job, 3)
    market.commit(job, 2)
    with refuses("out of funds"):
        market.commit(job, 3)


def test_a_dry_job_whose_provider_goes_ends(market, escrow):
    job = market.running(amount=2 * TERMS.price_per_step + TERMS.verifier_fee)
    market.commit(job, 2)
    advance(TERMS.lease_timeout + 1)

    escrow.relist(job, sender=STRANGER)

    assert market.state(job) == CLOSING
    settle(market, job)
    assert market.balance(escrow.address) == 0


def test_a_heartbeat_keeps_the_lease(market, escrow):
    job = market.running()
    advance(TERMS.lease_timeout)
    with refuses("caller is not the provider"):
        escrow.heartbeat(job, sender=V.address)
    escrow.heartbeat(job, sender=P.address)
    advance(TERMS.lease_timeout)

    with refuses("too early"):
        escrow.relist(job, sender=STRANGER)
    advance(1)
    escrow.relist(job, sender=STRANGER)
    with refuses("caller is not the provider"):
        escrow.heartbeat(job, sender=P.address)


def test_a_lost_provider_is_paid_for_what_it_committed_to(market, escrow):
    job = market.running()
    market.commit(job, 4)
    advance(TERMS.lease_timeout + 1)
    escrow.relist(job, sender=STRANGER)
    market.assign(job, PROVIDERS[1], VERIFIERS[1])
    escrow.start(job, sender=PROVIDERS[1].address)
    market.commit(job, 10, PROVIDERS[1])
    before = market.balance(P.address), market.balance(PROVIDERS[1].address)
    settle(market, job)

    for account, index, steps in ((P, 0, 4), (PROVIDERS[1], 1, 6)):
        price = steps * TERMS.price_per_step
        assert market.balance(account.address) == before[index] + price - price * 50 // 10_000
    for lease in (0, 1):
        escrow.releaseBonds(job, lease, sender=STRANGER)
    assert market.bonds.free(P.address, PROVIDER) == 10**6
    assert market.bonds.free(PROVIDERS[1].address, PROVIDER) == 10**6
    assert market.bonds.free(V.address, VERIFIER) == 10**6


def test_attesting_has_its_conditions(market, escrow):
    job = market.running(verifier=None)
    market.commit(job, 1)
    with refuses("caller is not the verifier"):
        escrow.attest(job, 0, sender=V.address)

    job = market.running()
    with refuses("no such checkpoint"):
        escrow.attest(job, 0, sender=V.address)
    market.commit(job, 1)
    market.commit(job, 2)
    escrow.attest(job, 0, sender=V.address)
    with refuses("already attested"):
        escrow.attest(job, 0, sender=V.address)
    advance(TERMS.challenge_window)
    with refuses("too late"):
        escrow.attest(job, 1, sender=V.address)
    escrow.release(job, 1, sender=STRANGER)
    with refuses("already released"):
        escrow.attest(job, 0, sender=V.address)


def test_who_has_not_enlisted_does_not_attest(market, escrow):
    job = market.open()
    market.assign(job)
    escrow.start(job, sender=P.address)
    market.commit(job, 1)

    with refuses("not enlisted"):
        escrow.attest(job, 0, sender=V.address)


def test_the_provider_may_end_early(market, escrow):
    job = market.running()
    market.commit(job, 4)
    with refuses("caller is not the provider"):
        escrow.complete(job, sender=CLIENT.address)
    escrow.complete(job, sender=P.address)
    before = market.balance(CLIENT.address)
    settle(market, job)

    assert market.balance(CLIENT.address) == before + TERMS.whole - 4 * TERMS.price_per_step


def test_a_job_that_nobody_works_on_is_cancelled_at_once(market, escrow):
    before = market.balance(CLIENT.address)
    for prepare in (lambda job: None, market.assign):
        job = market.open()
        prepare(job)
        with refuses("caller is not the client"):
            escrow.stop(job, sender=P.address)
        escrow.stop(job, sender=CLIENT.address)
        escrow.settle(job, sender=STRANGER)

        assert market.state(job) == REFUNDED
        assert market.balance(CLIENT.address) == before
        with refuses("wrong state"):
            escrow.stop(job, sender=CLIENT.address)
        with refuses("wrong state"):
            escrow.settle(job, sender=STRANGER)


def test_a_running_job_is_stopped_with_notice(market, escrow):
    job = market.running(replace(TERMS, checkpoint_steps=5))
    escrow.stop(job, sender=CLIENT.address)
    with refuses("wrong state"):
        escrow.stop(job, sender=CLIENT.address)
    with refuses("too early"):
        escrow.close(job, sender=STRANGER)
    with refuses("wrong state"):
        escrow.relist(job, sender=STRANGER)
    advance(TERMS.lease_timeout)
    market.commit(job, 2)

    assert market.state(job) == CLOSING


def test_the_notice_ends(market, escrow):
    job = market.running()
    escrow.stop(job, sender=CLIENT.address)
    advance(TERMS.lease_timeout + 1)
    with refuses("wrong state"):
        market.commit(job, 2)
    escrow.close(job, sender=STRANGER)
    escrow.settle(job, sender=STRANGER)

    assert market.state(job) == REFUNDED


@pytest.mark.parametrize("state", [OPEN, MATCHED, RUNNING, STOPPING])
def test_the_deadline_ends_every_state(market, escrow, state):
    before = market.balance(CLIENT.address)
    job = market.open() if state < RUNNING else market.running()
    if state == MATCHED:
        market.assign(job)
    if state == STOPPING:
        escrow.stop(job, sender=CLIENT.address)
    with refuses("too early"):
        escrow.close(job, sender=STRANGER)
    advance(10_001)
    if state >= RUNNING:
        with refuses("wrong state"):
            market.commit(job, 1)
    escrow.close(job, sender=STRANGER)
    escrow.settle(job, sender=STRANGER)

    assert market.balance(CLIENT.address) == before
    for number in (job, 99):
        with refuses("wrong state"):
            escrow.close(number, sender=STRANGER)
        with refuses("wrong state"):
            escrow.release(number, 1, sender=STRANGER)


def test_settling_waits_for_the_windows(market, escrow):
    job = market.running()
    with refuses("wrong state"):
        escrow.settle(job, sender=STRANGER)
    market.commit(job, 10)
    with refuses("too early"):
        escrow.settle(job, sender=STRANGER)
    settle(market, job)


def test_many_checkpoints_settle_in_pages(market, escrow):
    terms = replace(TERMS, steps=100)
    job = market.running(terms)
    for steps in range(1, 101):
        market.commit(job, steps)
    advance(terms.challenge_window)
    with refuses("too early"):
        escrow.settle(job, sender=STRANGER)
    assert escrow.release(job, 1_000, sender=STRANGER) == 64
    escrow.settle(job, sender=STRANGER)

    assert market.balance(escrow.address) == 0


def test_bonds_wait_for_the_checkpoints(market, escrow):
    job = market.running()
    with refuses("lease goes on"):
        escrow.releaseBonds(job, 0, sender=STRANGER)
    market.commit(job, 10)
    with refuses("too early"):
        escrow.releaseBonds(job, 0, sender=STRANGER)
    settle(market, job)
    escrow.releaseBonds(job, 0, sender=STRANGER)

    assert market.bonds.free(P.address, PROVIDER) == 10**6
    assert market.bonds.free(V.address, VERIFIER) == 10**6
    for lease in (0, 1):
        with pytest.raises(Reverted, match="JobEscrow: (no bonds|lease goes on)"):
            escrow.releaseBonds(job, lease, sender=STRANGER)


# Disputes


def test_only_the_disputes_open_and_resolve(market, escrow):
    job = market.running()
    market.commit(job, 1)

    with refuses("caller is not the disputes"):
        escrow.openDispute(job, 0, sender=V.address)
    with refuses("caller is not the disputes"):
        escrow.resolveDispute(job, True, sender=V.address)


def test_what_can_be_disputed(market, escrow):
    job = market.running()
    with refuses("no such checkpoint"):
        escrow.openDispute(job, 0, sender=DISPUTES)
    with refuses("wrong state"):
        escrow.openDispute(99, 0, sender=DISPUTES)
    with refuses("no dispute"):
        escrow.resolveDispute(job, True, sender=DISPUTES)
    market.commit(job, 3)
    market.commit(job, 5)
    provider, client, steps, root = escrow.openDispute(job, 1, sender=DISPUTES)

    assert (provider, client, steps, root) == (
        P.address.lower(), CLIENT.address.lower(), 2, b"\5" * 32
    )
    with refuses("disputed"):
        escrow.openDispute(job, 0, sender=DISPUTES)


def test_what_is_mature_is_not_disputed(market, escrow):
    job = market.running()
    market.commit(job, 1)
    advance(TERMS.challenge_window)
    with refuses("too late"):
        escrow.openDispute(job, 0, sender=DISPUTES)
    escrow.release(job, 1, sender=STRANGER)
    with refuses("already released"):
        escrow.openDispute(job, 0, sender=DISPUTES)


def test_a_dispute_holds_back_what_follows(market, escrow):
    job = market.running()
    for steps in (1, 2, 3):
        market.commit(job, steps)
    escrow.openDispute(job, 1, sender=DISPUTES)
    advance(TERMS.challenge_window)

    assert escrow.release(job, 64, sender=STRANGER) == 1
    escrow.complete(job, sender=P.address)
    with refuses("disputed"):
        escrow.settle(job, sender=STRANGER)


def test_an_acquittal_opens_the_windows_again(market, escrow):
    job = market.running()
    market.commit(job, 10)
    escrow.openDispute(job, 0, sender=DISPUTES)
    advance(1_000)
    assert escrow.resolveDispute(job, False, sender=DISPUTES) == (bytes(32), bytes(32))

    with refuses("too early"):
        escrow.settle(job, sender=STRANGER)
    escrow.openDispute(job, 0, sender=DISPUTES)
    escrow.resolveDispute(job, False, sender=DISPUTES)
    settle(market, job)
    assert market.state(job) == SETTLED


def test_a_conviction_voids_the_rest_of_the_lease(market, escrow):
    job = market.running()
    for steps in (2, 3, 5):
        market.commit(job, steps)
    escrow.attest(job, 1, sender=V.address)
    before = market.balance(P.address), market.balance(CLIENT.address)
    escrow.openDispute(job, 1, sender=DISPUTES)
    provider_lock, verifier_lock = escrow.resolveDispute(job, True, sender=DISPUTES)

    assert market.bonds.locks(provider_lock)[0] == P.address.lower()
    assert market.bonds.locks(verifier_lock)[0] == V.address.lower()
    with refuses("void"):
        escrow.attest(job, 2, sender=V.address)
    with refuses("void"):
        escrow.openDispute(job, 2, sender=DISPUTES)
    settle(market, job)
    price = 2 * TERMS.price_per_step
    assert market.state(job) == SLASHED
    assert market.balance(P.address) == before[0] + price - price * 50 // 10_000
    assert market.balance(CLIENT.address) == before[1] + TERMS.whole - price
    assert market.balance(escrow.address) == 0


def test_a_conviction_spares_the_next_provider(market, escrow):
    job = market.running()
    market.commit(job, 4)
    advance(TERMS.lease_timeout + 1)
    escrow.relist(job, sender=STRANGER)
    market.assign(job, PROVIDERS[1], None)
    escrow.start(job, sender=PROVIDERS[1].address)
    market.commit(job, 6, PROVIDERS[1])
    escrow.openDispute(job, 0, sender=DISPUTES)
    before = market.balance(P.address), market.balance(PROVIDERS[1].address)
    assert escrow.resolveDispute(job, True, sender=DISPUTES)[1] == bytes(32)
    settle(market, job)

    price = 2 * TERMS.price_per_step
    assert market.balance(P.address) == before[0]
    assert market.balance(PROVIDERS[1].address) == before[1] + price - price * 50 // 10_000


def test_the_vault_is_somebody():
    with refuses("empty vault"):
        deploy("JobEscrow", STRANGER, STRANGER, STRANGER, ZERO)
