"""Random histories of jobs against a ledger of our own: no token is made, lost or paid twice, and
no job is stuck.

The ledger knows the rules and not the code: it is told what happened and says what everybody has.
"""

import os
import random
from collections import Counter
from dataclasses import dataclass, field

import boa
import pytest

from market import *

DISPUTES = account("disputes").address
STRANGER = account("stranger").address


@dataclass
class Checkpoint:
    provider: str
    verifier: str
    lease: int
    steps: int
    made: int
    attested: bool = False
    status: str = "pending"


@dataclass
class Job:
    number: int
    terms: Terms
    funds: int
    checkpoints: list = field(default_factory=list)
    committed: int = 0
    lease: int = 0
    provider: object = None
    verifier: object = None
    enlisted: set = field(default_factory=set)
    started: set = field(default_factory=set)
    freed: set = field(default_factory=set)
    disputed: int | None = None
    floor: int = 0
    ended: bool = False
    providers: dict = field(default_factory=dict)
    verifiers: dict = field(default_factory=dict)


class History:
    """One random history; every step is a call that may be refused."""

    def __init__(self, market, seed):
        self.market = market
        self.escrow = market.escrow
        self.random = random.Random(seed)
        self.expected = Counter({who: market.balance(who) for who in market.accounts()})
        self.burned = 0
        self.jobs = []
        # What is bonded and what of it is leaving, by owner and role.
        self.bonded = Counter()
        for role, people in ((PROVIDER, PROVIDERS), (VERIFIER, VERIFIERS)):
            for person in people:
                self.bonded[person.address, role] = 10**6
        self.leaving = Counter()
        self.slashed = set()
        self.refusals = 0
        self.happened = Counter()

    def move(self, source, target, amount):
        self.expected[source] -= amount
        self.expected[target] += amount

    def attempt(self, what, *calls):
        try:
            result = None
            for call in calls:
                result = call()
            self.happened[what] += 1
            return True, result
        except Reverted:
            self.refusals += 1
            return False, None

    # Steps

    def open(self):
        terms = Terms(
            price_per_step=self.random.choice([1, 3, 199, 200, 1_001, 99_999]),
            steps=self.random.randint(1, 12),
            checkpoint_steps=self.random.randint(1, 3),
            verifier_fee=self.random.choice([0, 1, 13]),
            provider_bond=self.random.choice([0, 1, 2, 3, 50_003]),
            verifier_bond=self.random.choice([0, 1, 20_001]),
            deadline=now() + self.random.randint(50, 1_000),
            honest_cost=0,
        )
        amount = self.random.choice([terms.whole, terms.whole + 5, terms.whole // 2, 1])
        number = len(self.jobs)
        done, _ = self.attempt("open", lambda: self.market.open(terms, amount))
        if done:
            self.jobs.append(Job(number, terms, amount))
            self.move(CLIENT.address, self.escrow.address, amount)

    def fund(self, job):
        amount = self.random.randint(0, 2_000)
        done, _ = self.attempt(
            "fund", lambda: self.escrow.fund(job.number, amount, sender=MATCHER.address)
        )
        if done:
            job.funds += amount
            self.move(MATCHER.address, self.escrow.address, amount)

    def assign(self, job):
        provider = self.random.choice(PROVIDERS)
        verifier = self.random.choice([None, *VERIFIERS])
        done, _ = self.attempt("assign", lambda: self.market.assign(job.number, provider, verifier))
        if done:
            job.provider, job.verifier = provider, verifier
            job.providers[job.lease] = provider.address
            job.verifiers[job.lease] = verifier.address if verifier else None

    def start(self, job):
        if job.provider is None:
            return
        done, _ = self.attempt(
            "start", lambda: self.escrow.start(job.number, sender=job.provider.address)
        )
        if done:
            job.started.add(job.lease)

    def enlist(self, job):
        if job.verifier is None:
            return
        done, _ = self.attempt(
            "enlist", lambda: self.escrow.enlist(job.number, sender=job.verifier.address)
        )
        if done:
            job.enlisted.add(job.lease)

    def heartbeat(self, job):
        if job.provider is not None:
            self.attempt(
                "heartbeat",
                lambda: self.escrow.heartbeat(job.number, sender=job.provider.address),
            )

    def commit(self, job):
        if job.provider is None:
            return
        steps = job.committed + self.random.randint(0, 4)
        done, _ = self.attempt(
            "commit", lambda: self.market.commit(job.number, steps, job.provider)
        )
        if done:
            job.checkpoints.append(
                Checkpoint(
                    job.provider.address, job.verifiers[job.lease], job.lease,
                    steps - job.committed, now(),
                )
            )
            job.committed = steps

    def attest(self, job):
        if job.verifier is None:
            return
        index = self.random.randint(0, len(job.checkpoints))
        done, _ = self.attempt(
            "attest",
            lambda: self.escrow.attest(job.number, index, sender=job.verifier.address),
        )
        if done:
            assert job.checkpoints[index].verifier == job.verifier.address
            assert not job.checkpoints[index].attested
            job.checkpoints[index].attested = True

    def complete(self, job):
        if job.provider is not None and self.random.random() < 0.3:
            self.attempt(
                "complete",
                lambda: self.escrow.complete(job.number, sender=job.provider.address),
            )

    def stop(self, job):
        if self.random.random() < 0.3:
            self.attempt("stop", lambda: self.escrow.stop(job.number, sender=CLIENT.address))

    def relist(self, job):
        done, _ = self.attempt("relist", lambda: self.escrow.relist(job.number, sender=STRANGER))
        if done and self.market.state(job.number) == OPEN:
            job.lease += 1
            job.provider = job.verifier = None

    def close(self, job):
        self.attempt("close", lambda: self.escrow.close(job.number, sender=STRANGER))

    def release(self, job):
        count = self.random.randint(0, 5)
        done, released = self.attempt(
            "release", lambda: self.escrow.release(job.number, count, sender=STRANGER)
        )
        if done:
            assert released <= count
            self.paid(job, released)

    def paid(self, job, count):
        """The next checkpoints are paid, and each may be."""
        first = sum(c.status in ("paid", "passed") for c in job.checkpoints)
        for index in range(first, first + count):
            checkpoint = job.checkpoints[index]
            if checkpoint.status == "void":
                checkpoint.status = "passed"
                continue
            assert checkpoint.status == "pending"
            assert now() >= max(checkpoint.made + job.terms.challenge_window, job.floor)
            assert job.disputed is None or index < job.disputed
            checkpoint.status = "paid"
            price = checkpoint.steps * job.terms.price_per_step
            fee = price * 5 // 1_000
            self.move(self.escrow.address, checkpoint.provider, price - fee)
            self.move(self.escrow.address, VAULT, fee)
            job.funds -= price
            if checkpoint.attested:
                self.move(self.escrow.address, checkpoint.verifier, job.terms.verifier_fee)
                job.funds -= job.terms.verifier_fee

    def settle(self, job):
        done, _ = self.attempt("settle", lambda: self.escrow.settle(job.number, sender=STRANGER))
        if done:
            assert not job.ended and job.disputed is None
            self.paid(job, sum(c.status in ("pending", "void") for c in job.checkpoints))
            self.move(self.escrow.address, CLIENT.address, job.funds)
            job.funds = 0
            job.ended = True

    def release_bonds(self, job):
        lease = self.random.randint(0, job.lease)
        done, _ = self.attempt(
            "release bonds",
            lambda: self.escrow.releaseBonds(job.number, lease, sender=STRANGER),
        )
        if done:
            job.freed.add(lease)
            assert all(
                c.status in ("paid", "passed") for c in job.checkpoints if c.lease == lease
            )

    def dispute(self, job):
        index = self.random.randint(0, len(job.checkpoints))
        done, _ = self.attempt(
            "dispute", lambda: self.escrow.openDispute(job.number, index, sender=DISPUTES)
        )
        if done:
            assert job.disputed is None and job.checkpoints[index].status == "pending"
            job.disputed = index

    def resolve(self, job):
        convicted = self.random.random() < 0.6
        done, locks = self.attempt(
            "convict" if convicted else "acquit",
            lambda: self.escrow.resolveDispute(job.number, convicted, sender=DISPUTES),
        )
        if not done:
            return
        checkpoint = job.checkpoints[job.disputed]
        if convicted:
            for later in job.checkpoints[job.disputed :]:
                if later.lease == checkpoint.lease:
                    # Void already where a later checkpoint of the lease was convicted before.
                    assert later.status in ("pending", "void")
                    later.status = "void"
            self.slash(locks[0], checkpoint.provider, PROVIDER, job.terms.provider_bond)
            assert (locks[1] != bytes(32)) == checkpoint.attested
            if checkpoint.attested:
                self.slash(locks[1], checkpoint.verifier, VERIFIER, job.terms.verifier_bond)
        job.floor = now() + job.terms.challenge_window
        job.disputed = None

    def slash(self, lock, owner, role, bond):
        # A lease may be convicted twice, at an earlier checkpoint: its bond is gone then.
        amount = 0 if lock in self.slashed else bond
        self.slashed.add(lock)
        accuser, victim = STRANGER, CLIENT.address
        self.market.bonds.slash(lock, accuser, victim, sender=DISPUTES)
        burned = amount - amount // 2 - amount // 4
        self.move(self.market.bonds.address, accuser, amount // 2)
        self.move(self.market.bonds.address, victim, amount // 4)
        self.expected[self.market.bonds.address] -= burned
        self.burned += burned
        self.bonded[owner, role] -= amount

    def bond(self, _=None):
        role, people = self.random.choice([(PROVIDER, PROVIDERS), (VERIFIER, VERIFIERS)])
        owner = self.random.choice(people).address
        amount = self.random.randint(0, 3_000)
        match self.random.randint(0, 3):
            case 0:
                done, _ = self.attempt(
                    "deposit", lambda: self.market.bonds.deposit(role, amount, sender=owner)
                )
                if done:
                    self.bonded[owner, role] += amount
                    self.move(owner, self.market.bonds.address, amount)
            case 1:
                done, _ = self.attempt(
                    "unbond", lambda: self.market.bonds.requestUnbond(role, amount, sender=owner)
                )
                if done:
                    self.leaving[owner, role] += amount
            case 2:
                done, _ = self.attempt(
                    "cancel unbond", lambda: self.market.bonds.cancelUnbond(role, sender=owner)
                )
                if done:
                    self.leaving[owner, role] = 0
            case 3:
                self.withdraw(owner, role)

    def withdraw(self, owner, role):
        done, _ = self.attempt(
            "withdraw", lambda: self.market.bonds.withdraw(role, sender=owner)
        )
        if done:
            amount = self.leaving.pop((owner, role))
            self.bonded[owner, role] -= amount
            self.move(self.market.bonds.address, owner, amount)

    def wait(self, _=None):
        advance(self.random.choice([1, 5, 29, 31, 61, 101]))

    # The whole

    USUAL = {
        OPEN: ["assign", "assign", "fund", "stop", "wait", "bond"],
        MATCHED: ["start", "start", "start", "wait", "relist", "stop"],
        RUNNING: [
            "commit", "commit", "commit", "enlist", "attest", "attest", "heartbeat", "release",
            "relist", "wait", "complete", "stop", "dispute", "resolve", "bond", "fund",
        ],
        STOPPING: ["commit", "close", "wait", "attest"],
        CLOSING: ["settle", "release", "wait", "wait", "dispute", "resolve", "attest", "bond"],
    }
    ANY = [
        "assign", "start", "enlist", "heartbeat", "commit", "attest", "complete", "stop",
        "relist", "close", "release", "settle", "release_bonds", "dispute", "resolve", "fund",
        "bond", "wait",
    ]

    def run(self, length):
        self.open()
        for _ in range(length):
            if not self.jobs or self.random.random() < 0.03:
                self.open()
                continue
            job = self.random.choice(self.jobs)
            usual = self.USUAL.get(self.market.state(job.number), self.ANY)
            if self.random.random() < 0.2:
                usual = self.ANY
            getattr(self, self.random.choice(usual))(job)

    def finish(self):
        """Anybody brings every job to its end, once the times have come."""
        for job in self.jobs:
            if job.disputed is not None:
                self.resolve(job)
        advance(2_000)
        for job in self.jobs:
            self.close(job)
            self.settle(job)
            assert job.ended, "stuck"
            assert self.market.state(job.number) == self.market.job(job.number)["state"]
            for lease in range(job.lease + 1):
                if lease in job.started | job.enlisted and lease not in job.freed:
                    self.escrow.releaseBonds(job.number, lease, sender=STRANGER)
        for (owner, role), amount in list(self.bonded.items()):
            rest = amount - self.leaving[owner, role]
            if rest:
                self.market.bonds.requestUnbond(role, rest, sender=owner)
                self.leaving[owner, role] += rest
        advance(UNBONDING_DELAY)
        for owner, role in list(self.bonded):
            if self.leaving[owner, role]:
                self.withdraw(owner, role)

    def check(self):
        for who, amount in self.expected.items():
            assert self.market.balance(who) == amount, who
        assert self.market.token.totalSupply() == SUPPLY - self.burned
        assert sum(self.expected.values()) == SUPPLY - self.burned


@pytest.fixture(scope="module")
def market():
    with boa.env.anchor():
        market = Market(disputes=DISPUTES)
        yield market


def test_random_histories(market):
    count = histories(100)
    happened = Counter()
    first = int(os.environ.get("GENSYN_FIRST_HISTORY", 0))
    for seed in range(first, first + count):
        with boa.env.anchor():
            history = History(market, seed)
            try:
                history.run(24)
                if seed % 10 == 0:
                    history.check()
                history.finish()
                history.check()
                assert market.balance(market.escrow.address) == 0
                assert market.balance(market.bonds.address) == 0
            except BaseException:
                print(f"seed {seed}")
                raise
            happened += history.happened
    print(f"{count} histories: {dict(happened)}")
    # Everything happens: else the histories would prove little.
    expected = {
        "open", "fund", "assign", "start", "enlist", "heartbeat", "commit", "attest", "complete",
        "stop", "relist", "close", "release", "settle", "release bonds", "dispute", "convict",
        "acquit", "deposit", "unbond", "cancel unbond", "withdraw",
    }
    assert expected <= happened.keys() or count < 100
