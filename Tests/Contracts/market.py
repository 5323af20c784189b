"""The contracts of the market together, at their addresses, and people with tokens."""

from dataclasses import dataclass, field, replace

from chain import *

ADDRESSES = {
    name: to_checksum_address(address)
    for name, address in json.loads((ROOT / "Sources/Contracts/addresses.json").read_text()).items()
}
UNIT = 10**18
SUPPLY = 10**10 * UNIT
PROVIDER, VERIFIER = 1, 2
OPEN, MATCHED, RUNNING, STOPPING, CLOSING, SETTLED, REFUNDED, SLASHED = range(1, 9)
UNBONDING_DELAY = 7 * 86_400
VAULT = account("vault").address
CLIENT, MATCHER = account("client"), account("matcher")
PROVIDERS = [account(f"provider {number}") for number in range(3)]
VERIFIERS = [account(f"verifier {number}") for number in range(2)]
DOMAIN = [account(f"holder {number}").address for number in range(5)]


@dataclass
class Terms:
    spec: bytes = b"\x5e" * 32
    matcher: str = MATCHER.address
    price_per_step: int = 1_001
    steps: int = 10
    checkpoint_steps: int = 1
    verifier_fee: int = 7
    provider_bond: int = 50_003
    verifier_bond: int = 20_001
    start_timeout: int = 60
    lease_timeout: int = 30
    challenge_window: int = 100
    deadline: int = 0
    check_rate: int = 1_000
    honest_cost: int = 6_000

    def tuple(self):
        deadline = self.deadline or now() + 10_000
        return (*self.__dict__.values(),)[:11] + (deadline, self.check_rate, self.honest_cost)

    @property
    def whole(self):
        """What pays for all steps, each with a checkpoint of its own."""
        return self.steps * (self.price_per_step + self.verifier_fee)


JOB_FIELDS = [
    "client", "state", "lease", "provider", "verifier", "enlisted", "start_by", "last_seen",
    "stop_at", "funds", "reserved", "committed_steps", "checkpoint_count", "released_count",
    "paid", "disputed", "maturity_floor", "convicted",
]


def job_slot(number):
    """Where a job begins in the escrow's storage: `jobs` is its third variable."""
    return int.from_bytes(keccak(encode(["uint256", "uint256"], [2, number])), "big")


class Market:
    """Token, bonds and escrow. Whoever gives `disputes` an address plays that contract."""

    def __init__(self, disputes=None):
        self.disputes = disputes or ADDRESSES["Disputes"]
        self.token = deploy("AIToken", *DOMAIN, at=ADDRESSES["AIToken"])
        self.bonds = deploy(
            "Bonds", ADDRESSES["AIToken"], ADDRESSES["JobEscrow"], self.disputes, UNBONDING_DELAY,
            at=ADDRESSES["Bonds"],
        )
        self.escrow = deploy(
            "JobEscrow", ADDRESSES["AIToken"], ADDRESSES["Bonds"], self.disputes, VAULT,
            at=ADDRESSES["JobEscrow"],
        )
        self.people = [CLIENT, MATCHER, *PROVIDERS, *VERIFIERS]
        for person in self.people:
            self.token.transfer(person.address, 10**9, sender=DOMAIN[0])
            for spender in (self.bonds, self.escrow):
                self.token.approve(spender.address, MAX, sender=person.address)
        for role, people in ((PROVIDER, PROVIDERS), (VERIFIER, VERIFIERS)):
            for person in people:
                self.bonds.deposit(role, 10**6, sender=person.address)

    def balance(self, who):
        return self.token.balanceOf(who)

    def job(self, number):
        return dict(zip(JOB_FIELDS, self.escrow.jobs(number)))

    def state(self, number):
        """Read from where it lies: histories ask at each step."""
        return boa.env.get_storage(self.escrow.address, job_slot(number) + 1)

    def open(self, terms=Terms(), amount=None):
        number = self.escrow.jobCount()
        self.escrow.open(
            terms.tuple(), terms.whole if amount is None else amount, sender=CLIENT.address
        )
        return number

    def running(self, terms=Terms(), amount=None, verifier=VERIFIERS[0]):
        """A job with provider and verifier at work."""
        number = self.open(terms, amount)
        self.assign(number, verifier=verifier)
        self.escrow.start(number, sender=PROVIDERS[0].address)
        if verifier:
            self.escrow.enlist(number, sender=verifier.address)
        return number

    def assign(self, number, provider=PROVIDERS[0], verifier=VERIFIERS[0]):
        self.escrow.assign(
            number, provider.address, verifier.address if verifier else ZERO, sender=MATCHER.address
        )

    def commit(self, number, steps, provider=PROVIDERS[0], root=None):
        self.escrow.commit(
            number, steps, root or bytes([steps % 256]) * 32, sender=provider.address
        )

    def accounts(self):
        """Every account that can hold tokens."""
        return [
            *DOMAIN, VAULT, *(person.address for person in self.people),
            *(contract.address for contract in (self.bonds, self.escrow)),
        ]

    def total(self):
        return sum(self.balance(who) for who in self.accounts())
