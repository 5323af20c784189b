# pragma version 0.4.3
# pragma evm-version cancun
"""
@title The money of jobs, from deposit to payment and refund
@notice A client deposits the price of a job; its provider commits to one checkpoint after another,
        each is paid once its challenge window has passed, and what is left goes back to the wei.
        Every state has a way out that anybody can take once its time has come.
@dev States: OPEN (funded, waits for a match; again after a provider was lost), MATCHED (waits for
     the provider to begin), RUNNING, STOPPING (the client's notice runs), CLOSING (no checkpoint
     more; the last challenge windows run), and the ends SETTLED, REFUNDED (no step was paid) and
     SLASHED (a verdict convicted a provider). A dispute is a mark on a job in any state but an end.
"""

from ethereum.ercs import IERC20


interface Token:
    def receiveWithAuthorization(
        from_: address, to: address, value_: uint256, validAfter: uint256, validBefore: uint256,
        nonce: bytes32, v: uint8, r: bytes32, s: bytes32
    ): nonpayable

interface BondKeeper:
    def lock(lockId: bytes32, owner: address, role: uint8, amount: uint256): nonpayable
    def unlock(lockId: bytes32): nonpayable


event JobOpened:
    job: indexed(uint256)
    client: indexed(address)
    spec: indexed(bytes32)
    deposit: uint256

event JobFunded:
    job: indexed(uint256)
    amount: uint256

event JobMatched:
    job: indexed(uint256)
    provider: indexed(address)
    verifier: indexed(address)
    lease: uint256

event JobStarted:
    job: indexed(uint256)
    provider: indexed(address)
    lease: uint256

event VerifierEnlisted:
    job: indexed(uint256)
    verifier: indexed(address)
    lease: uint256

event Heartbeat:
    job: indexed(uint256)

event Committed:
    job: indexed(uint256)
    checkpoint: uint256
    steps: uint256
    root: bytes32
    maturesAt: uint256

event Attested:
    job: indexed(uint256)
    checkpoint: uint256

event Released:
    job: indexed(uint256)
    checkpoint: uint256
    provider: indexed(address)
    toProvider: uint256
    toVault: uint256
    toVerifier: uint256

event Relisted:
    job: indexed(uint256)
    lease: uint256

event Stopping:
    job: indexed(uint256)
    stopAt: uint256

event Closed:
    job: indexed(uint256)

event DisputeOpened:
    job: indexed(uint256)
    checkpoint: uint256

event DisputeResolved:
    job: indexed(uint256)
    checkpoint: uint256
    convicted: bool

event BondsReleased:
    job: indexed(uint256)
    lease: uint256

event JobEnded:
    job: indexed(uint256)
    state: uint8
    refund: uint256


struct Terms:
    # BLAKE3 of the job's description, which both sides hold.
    spec: bytes32
    # Who names provider and verifier.
    matcher: address
    pricePerStep: uint256
    steps: uint256
    # A checkpoint has no fewer steps, but for the last one.
    checkpointSteps: uint256
    # For each checkpoint that the verifier attests and that is paid.
    verifierFee: uint256
    providerBond: uint256
    verifierBond: uint256
    # Seconds from a match to the first sign of life.
    startTimeout: uint256
    # Seconds without a sign of life until the provider counts as lost; also the notice of a stop.
    leaseTimeout: uint256
    # Seconds for a challenge of each checkpoint.
    challengeWindow: uint256
    # When the job ends at the latest.
    deadline: uint256
    # The probability that a lie is found, in basis points, and the cost of honest work: they must
    # deter.
    checkRate: uint256
    honestCost: uint256

struct Job:
    client: address
    state: uint8
    lease: uint256
    provider: address
    verifier: address
    enlisted: bool
    startBy: uint256
    lastSeen: uint256
    stopAt: uint256
    # Tokens that are here for this job, and the part of them that checkpoints have earned.
    funds: uint256
    reserved: uint256
    committedSteps: uint256
    checkpointCount: uint256
    # Checkpoints before this one are paid or void.
    releasedCount: uint256
    paid: uint256
    # The number of the disputed checkpoint, counted from 1; 0 without a dispute.
    disputed: uint256
    # No checkpoint matures before: each dispute gives the others time to be challenged.
    maturityFloor: uint256
    convicted: bool

struct Checkpoint:
    lease: uint256
    # Since the job's beginning.
    steps: uint256
    root: bytes32
    maturesAt: uint256
    attested: bool

struct Lease:
    provider: address
    verifier: address
    # Checkpoints from here on are void, counted from 1; 0 if none is.
    voidFrom: uint256
    # The number of checkpoints when the lease ended.
    end: uint256
    bonded: bool
    verifierBonded: bool


OPEN: public(constant(uint8)) = 1
MATCHED: public(constant(uint8)) = 2
RUNNING: public(constant(uint8)) = 3
STOPPING: public(constant(uint8)) = 4
CLOSING: public(constant(uint8)) = 5
SETTLED: public(constant(uint8)) = 6
REFUNDED: public(constant(uint8)) = 7
SLASHED: public(constant(uint8)) = 8

PROVIDER_ROLE: constant(uint8) = 1
VERIFIER_ROLE: constant(uint8) = 2

# Of each payment, to the vault that buys and burns.
FEE_BASIS_POINTS: public(constant(uint256)) = 50
BASIS_POINTS: constant(uint256) = 10_000

STEPS_MAX: public(constant(uint256)) = 2 ** 64 - 1
TIMEOUT_MAX: public(constant(uint256)) = 30 * 86_400
DURATION_MAX: public(constant(uint256)) = 366 * 86_400
RELEASES_MAX: public(constant(uint256)) = 64

TOKEN: public(immutable(address))
BONDS: public(immutable(address))
DISPUTES: public(immutable(address))
VAULT: public(immutable(address))

jobCount: public(uint256)
terms: public(HashMap[uint256, Terms])
jobs: public(HashMap[uint256, Job])
checkpoints: public(HashMap[uint256, HashMap[uint256, Checkpoint]])
leases: public(HashMap[uint256, HashMap[uint256, Lease]])


@deploy
def __init__(token: address, bonds: address, disputes: address, vault: address):
    assert vault != empty(address), "JobEscrow: empty vault"
    TOKEN = token
    BONDS = bonds
    DISPUTES = disputes
    VAULT = vault


# Funding


@external
def open(terms: Terms, amount: uint256) -> uint256:
    """
    @notice Opens a job with tokens of the caller, who has approved them.
    @return The job's number.
    """
    self._pull(msg.sender, amount)
    return self._open(msg.sender, terms, amount)


@external
def openWithPermit(
    terms: Terms, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
) -> uint256:
    """
    @notice Opens a job with tokens of the caller by an ERC-2612 permit.
    """
    # Whoever sends the permit ahead of this call has done its work: then the allowance is there.
    success: bool = raw_call(
        TOKEN,
        abi_encode(
            msg.sender, self, amount, deadline, v, r, s,
            method_id=method_id("permit(address,address,uint256,uint256,uint8,bytes32,bytes32)")
        ),
        revert_on_failure=False
    )
    self._pull(msg.sender, amount)
    return self._open(msg.sender, terms, amount)


@external
def openWithAuthorization(
    client: address, terms: Terms, amount: uint256, validAfter: uint256, validBefore: uint256,
    salt: bytes32, v: uint8, r: bytes32, s: bytes32
) -> uint256:
    """
    @notice Opens a job of another by its ERC-3009 authorization, whose nonce names the terms:
            whoever sends it can change neither.
    """
    extcall Token(TOKEN).receiveWithAuthorization(
        client, self, amount, validAfter, validBefore, keccak256(abi_encode(terms, salt)), v, r, s
    )
    return self._open(client, terms, amount)


@view
@external
def authorizationNonce(terms: Terms, salt: bytes32) -> bytes32:
    """
    @notice The ERC-3009 nonce that opens a job with these terms.
    """
    return keccak256(abi_encode(terms, salt))


@external
def fund(job: uint256, amount: uint256):
    """
    @notice Adds tokens of the caller; what is left at the end goes to the client.
    """
    self._in_progress(job)
    assert self.jobs[job].state != CLOSING, "JobEscrow: wrong state"
    self._pull(msg.sender, amount)
    self.jobs[job].funds += amount
    log JobFunded(job=job, amount=amount)


@view
@external
def fundedSteps(job: uint256) -> uint256:
    """
    @notice The steps, counted from the job's beginning, that its funds suffice for: when it runs
            dry is known in advance.
    """
    return self._funded_steps(job)


# Matching


@external
def assign(job: uint256, provider: address, verifier: address):
    """
    @notice Names a provider and perhaps a verifier (or the empty address). For the matcher alone.
    """
    assert msg.sender == self.terms[job].matcher, "JobEscrow: caller is not the matcher"
    assert self.jobs[job].state == OPEN, "JobEscrow: wrong state"
    assert block.timestamp < self.terms[job].deadline, "JobEscrow: past the deadline"
    assert provider != empty(address) and provider != verifier, "JobEscrow: invalid provider"
    lease: uint256 = self.jobs[job].lease
    self.jobs[job].state = MATCHED
    self.jobs[job].provider = provider
    self.jobs[job].verifier = verifier
    self.jobs[job].enlisted = False
    self.jobs[job].startBy = block.timestamp + self.terms[job].startTimeout
    self.leases[job][lease].provider = provider
    self.leases[job][lease].verifier = verifier
    log JobMatched(job=job, provider=provider, verifier=verifier, lease=lease)


@external
def start(job: uint256):
    """
    @notice The provider begins, and its bond is locked.
    """
    assert msg.sender == self.jobs[job].provider, "JobEscrow: caller is not the provider"
    assert self.jobs[job].state == MATCHED, "JobEscrow: wrong state"
    assert block.timestamp <= self.jobs[job].startBy, "JobEscrow: too late"
    lease: uint256 = self.jobs[job].lease
    self.jobs[job].state = RUNNING
    self.jobs[job].lastSeen = block.timestamp
    self.leases[job][lease].bonded = True
    extcall BondKeeper(BONDS).lock(
        self._lock_id(job, lease, PROVIDER_ROLE), msg.sender, PROVIDER_ROLE,
        self.terms[job].providerBond
    )
    log JobStarted(job=job, provider=msg.sender, lease=lease)


@external
def enlist(job: uint256):
    """
    @notice The verifier takes the job on, and its bond is locked.
    """
    assert msg.sender == self.jobs[job].verifier, "JobEscrow: caller is not the verifier"
    assert self._accepts_checkpoints(job), "JobEscrow: wrong state"
    assert not self.jobs[job].enlisted, "JobEscrow: already enlisted"
    lease: uint256 = self.jobs[job].lease
    self.jobs[job].enlisted = True
    self.leases[job][lease].verifierBonded = True
    extcall BondKeeper(BONDS).lock(
        self._lock_id(job, lease, VERIFIER_ROLE), msg.sender, VERIFIER_ROLE,
        self.terms[job].verifierBond
    )
    log VerifierEnlisted(job=job, verifier=msg.sender, lease=lease)


# Running


@external
def heartbeat(job: uint256):
    """
    @notice The provider shows that it is alive.
    """
    self._seen(job)
    log Heartbeat(job=job)


@external
def commit(job: uint256, steps: uint256, root: bytes32):
    """
    @notice The provider commits to the trace up to a step, counted from the job's beginning.
    @param root The root of the trace of the steps since the last checkpoint.
    """
    self._seen(job)
    previous: uint256 = self.jobs[job].committedSteps
    assert steps > previous, "JobEscrow: no progress"
    assert steps <= self.terms[job].steps, "JobEscrow: too many steps"
    # Many small checkpoints would eat up the funds in fees for the verifier.
    isLast: bool = steps == self.terms[job].steps
    if steps - previous < self.terms[job].checkpointSteps:
        isLast = isLast or self.jobs[job].state == STOPPING
        assert isLast, "JobEscrow: too few steps"
    # The verifier's fee is kept aside until it is known whether the verifier attests.
    cost: uint256 = (
        (steps - previous) * self.terms[job].pricePerStep + self.terms[job].verifierFee
    )
    reserved: uint256 = self.jobs[job].reserved + cost
    assert reserved <= self.jobs[job].funds, "JobEscrow: out of funds"
    index: uint256 = self.jobs[job].checkpointCount
    maturesAt: uint256 = block.timestamp + self.terms[job].challengeWindow
    self.jobs[job].reserved = reserved
    self.jobs[job].committedSteps = steps
    self.jobs[job].checkpointCount = index + 1
    self.checkpoints[job][index] = Checkpoint(
        lease=self.jobs[job].lease, steps=steps, root=root, maturesAt=maturesAt, attested=False
    )
    log Committed(job=job, checkpoint=index, steps=steps, root=root, maturesAt=maturesAt)
    if isLast:
        self._close(job)


@external
def attest(job: uint256, index: uint256):
    """
    @notice The verifier states, with its bond, that it has checked a checkpoint.
    """
    assert index < self.jobs[job].checkpointCount, "JobEscrow: no such checkpoint"
    lease: uint256 = self.checkpoints[job][index].lease
    assert self.leases[job][lease].verifier == msg.sender, "JobEscrow: caller is not the verifier"
    assert self.leases[job][lease].verifierBonded, "JobEscrow: not enlisted"
    assert index >= self.jobs[job].releasedCount, "JobEscrow: already released"
    assert not self._is_void(job, index), "JobEscrow: void"
    assert block.timestamp < self._maturity(job, index), "JobEscrow: too late"
    assert not self.checkpoints[job][index].attested, "JobEscrow: already attested"
    self.checkpoints[job][index].attested = True
    log Attested(job=job, checkpoint=index)


@external
def complete(job: uint256):
    """
    @notice The provider ends the job with what it has committed to.
    """
    self._seen(job)
    self._close(job)


@external
def stop(job: uint256):
    """
    @notice The client ends the job: at once if nobody works on it, otherwise after the notice, in
            which the provider may still commit.
    """
    assert msg.sender == self.jobs[job].client, "JobEscrow: caller is not the client"
    state: uint8 = self.jobs[job].state
    assert state == OPEN or state == MATCHED or state == RUNNING, "JobEscrow: wrong state"
    if state == RUNNING:
        stopAt: uint256 = block.timestamp + self.terms[job].leaseTimeout
        self.jobs[job].state = STOPPING
        self.jobs[job].stopAt = stopAt
        log Stopping(job=job, stopAt=stopAt)
    else:
        self._close(job)


# What anybody may do once its time has come


@external
def release(job: uint256, count: uint256) -> uint256:
    """
    @notice Pays the next checkpoints, oldest first, as far as their windows have passed.
    @return How many were paid or passed over as void.
    """
    self._in_progress(job)
    return self._release(job, count)


@external
def relist(job: uint256):
    """
    @notice Puts a job on the market again whose provider did not begin or has been lost; a job
            without funds for one more step ends instead.
    """
    state: uint8 = self.jobs[job].state
    if state == MATCHED:
        assert block.timestamp > self.jobs[job].startBy, "JobEscrow: too early"
    else:
        assert state == RUNNING, "JobEscrow: wrong state"
        assert block.timestamp > self.jobs[job].lastSeen + self.terms[job].leaseTimeout, (
            "JobEscrow: too early"
        )
    if self._funded_steps(job) == self.jobs[job].committedSteps:
        self._close(job)
        return
    self._end_lease(job)
    lease: uint256 = self.jobs[job].lease + 1
    self.jobs[job].lease = lease
    self.jobs[job].state = OPEN
    self.jobs[job].provider = empty(address)
    self.jobs[job].verifier = empty(address)
    log Relisted(job=job, lease=lease)


@external
def close(job: uint256):
    """
    @notice Ends a job whose deadline or whose client's notice has passed.
    """
    state: uint8 = self.jobs[job].state
    assert state >= OPEN and state < CLOSING, "JobEscrow: wrong state"
    assert (
        block.timestamp > self.terms[job].deadline
        or (state == STOPPING and block.timestamp > self.jobs[job].stopAt)
    ), "JobEscrow: too early"
    self._close(job)


@external
def settle(job: uint256):
    """
    @notice Ends a job all of whose checkpoints are paid or void: the client gets back the rest.
    """
    assert self.jobs[job].state == CLOSING, "JobEscrow: wrong state"
    self._release(job, RELEASES_MAX)
    assert self.jobs[job].disputed == 0, "JobEscrow: disputed"
    assert self.jobs[job].releasedCount == self.jobs[job].checkpointCount, "JobEscrow: too early"
    refund: uint256 = self.jobs[job].funds
    self.jobs[job].funds = 0
    state: uint8 = SETTLED
    if self.jobs[job].convicted:
        state = SLASHED
    elif self.jobs[job].paid == 0:
        state = REFUNDED
    self.jobs[job].state = state
    self._push(self.jobs[job].client, refund)
    log JobEnded(job=job, state=state, refund=refund)


@external
def releaseBonds(job: uint256, lease: uint256):
    """
    @notice Frees the bonds of a lease that has ended and whose checkpoints are all paid or void.
    """
    ended: bool = lease < self.jobs[job].lease or self.jobs[job].state >= CLOSING
    assert ended, "JobEscrow: lease goes on"
    assert self.jobs[job].releasedCount >= self.leases[job][lease].end, "JobEscrow: too early"
    assert self.leases[job][lease].bonded or self.leases[job][lease].verifierBonded, (
        "JobEscrow: no bonds"
    )
    if self.leases[job][lease].bonded:
        self.leases[job][lease].bonded = False
        extcall BondKeeper(BONDS).unlock(self._lock_id(job, lease, PROVIDER_ROLE))
    if self.leases[job][lease].verifierBonded:
        self.leases[job][lease].verifierBonded = False
        extcall BondKeeper(BONDS).unlock(self._lock_id(job, lease, VERIFIER_ROLE))
    log BondsReleased(job=job, lease=lease)


# For the disputes alone


@external
def openDispute(job: uint256, index: uint256) -> (address, address, uint256, bytes32):
    """
    @notice Holds back a checkpoint and those after it.
    @return The provider, the client, the number of steps and the root of the checkpoint.
    """
    assert msg.sender == DISPUTES, "JobEscrow: caller is not the disputes"
    self._in_progress(job)
    assert self.jobs[job].disputed == 0, "JobEscrow: disputed"
    assert index < self.jobs[job].checkpointCount, "JobEscrow: no such checkpoint"
    assert index >= self.jobs[job].releasedCount, "JobEscrow: already released"
    assert not self._is_void(job, index), "JobEscrow: void"
    assert block.timestamp < self._maturity(job, index), "JobEscrow: too late"
    self.jobs[job].disputed = index + 1
    log DisputeOpened(job=job, checkpoint=index)
    checkpoint: Checkpoint = self.checkpoints[job][index]
    return (
        self.leases[job][checkpoint.lease].provider,
        self.jobs[job].client,
        checkpoint.steps - self._steps_before(job, index),
        checkpoint.root,
    )


@external
def resolveDispute(job: uint256, convicted: bool) -> (bytes32, bytes32):
    """
    @notice Ends a dispute. A conviction makes the checkpoint and those after it in its lease void
            and ends the job; an acquittal gives the others' challengers a whole window.
    @return The locks to slash: the provider's, and the verifier's if it attested (or zero).
    """
    assert msg.sender == DISPUTES, "JobEscrow: caller is not the disputes"
    assert self.jobs[job].disputed != 0, "JobEscrow: no dispute"
    index: uint256 = self.jobs[job].disputed - 1
    self.jobs[job].disputed = 0
    self.jobs[job].maturityFloor = block.timestamp + self.terms[job].challengeWindow
    log DisputeResolved(job=job, checkpoint=index, convicted=convicted)
    if not convicted:
        return empty(bytes32), empty(bytes32)
    lease: uint256 = self.checkpoints[job][index].lease
    self.jobs[job].convicted = True
    self.leases[job][lease].voidFrom = index + 1
    if self.jobs[job].state != CLOSING:
        self._close(job)
    verifierLock: bytes32 = empty(bytes32)
    if self.checkpoints[job][index].attested:
        verifierLock = self._lock_id(job, lease, VERIFIER_ROLE)
    return self._lock_id(job, lease, PROVIDER_ROLE), verifierLock


# Inside


@internal
def _open(client: address, terms: Terms, amount: uint256) -> uint256:
    assert terms.matcher != empty(address), "JobEscrow: empty matcher"
    assert terms.steps > 0 and terms.steps <= STEPS_MAX, "JobEscrow: invalid steps"
    assert terms.checkpointSteps > 0, "JobEscrow: invalid steps"
    assert terms.pricePerStep > 0, "JobEscrow: invalid price"
    for timeout: uint256 in [terms.startTimeout, terms.leaseTimeout, terms.challengeWindow]:
        assert timeout > 0 and timeout <= TIMEOUT_MAX, "JobEscrow: invalid timeout"
    assert terms.deadline > block.timestamp, "JobEscrow: invalid deadline"
    assert terms.deadline <= block.timestamp + DURATION_MAX, "JobEscrow: invalid deadline"
    # Whoever cheats saves the honest cost and loses reward and bond when found out.
    reward: uint256 = terms.pricePerStep * terms.steps
    assert terms.checkRate <= BASIS_POINTS, "JobEscrow: invalid rate"
    assert (
        terms.checkRate * (reward + terms.providerBond) >= BASIS_POINTS * terms.honestCost
    ), "JobEscrow: does not deter"
    assert amount >= terms.pricePerStep + terms.verifierFee, "JobEscrow: out of funds"
    job: uint256 = self.jobCount
    self.jobCount = job + 1
    self.terms[job] = terms
    self.jobs[job].client = client
    self.jobs[job].state = OPEN
    self.jobs[job].funds = amount
    log JobOpened(job=job, client=client, spec=terms.spec, deposit=amount)
    return job


@view
@internal
def _in_progress(job: uint256):
    state: uint8 = self.jobs[job].state
    assert state >= OPEN and state <= CLOSING, "JobEscrow: wrong state"


@internal
def _seen(job: uint256):
    assert msg.sender == self.jobs[job].provider, "JobEscrow: caller is not the provider"
    assert self._accepts_checkpoints(job), "JobEscrow: wrong state"
    self.jobs[job].lastSeen = block.timestamp


@view
@internal
def _accepts_checkpoints(job: uint256) -> bool:
    state: uint8 = self.jobs[job].state
    if block.timestamp > self.terms[job].deadline:
        return False
    return state == RUNNING or (state == STOPPING and block.timestamp <= self.jobs[job].stopAt)


@view
@internal
def _funded_steps(job: uint256) -> uint256:
    left: uint256 = self.jobs[job].funds - self.jobs[job].reserved
    fee: uint256 = self.terms[job].verifierFee
    committed: uint256 = self.jobs[job].committedSteps
    if self.jobs[job].state == 0 or left < fee:
        return committed
    return min(
        committed + (left - fee) // self.terms[job].pricePerStep, self.terms[job].steps
    )


@internal
def _end_lease(job: uint256):
    self.leases[job][self.jobs[job].lease].end = self.jobs[job].checkpointCount


@internal
def _close(job: uint256):
    self._end_lease(job)
    self.jobs[job].state = CLOSING
    log Closed(job=job)


@view
@internal
def _is_void(job: uint256, index: uint256) -> bool:
    voidFrom: uint256 = self.leases[job][self.checkpoints[job][index].lease].voidFrom
    return voidFrom != 0 and index + 1 >= voidFrom


@view
@internal
def _maturity(job: uint256, index: uint256) -> uint256:
    return max(self.checkpoints[job][index].maturesAt, self.jobs[job].maturityFloor)


@view
@internal
def _steps_before(job: uint256, index: uint256) -> uint256:
    if index == 0:
        return 0
    return self.checkpoints[job][index - 1].steps


@internal
def _release(job: uint256, count: uint256) -> uint256:
    index: uint256 = self.jobs[job].releasedCount
    released: uint256 = 0
    for _: uint256 in range(RELEASES_MAX):
        if released == count or index == self.jobs[job].checkpointCount:
            break
        if not self._is_void(job, index):
            if block.timestamp < self._maturity(job, index):
                break
            if self.jobs[job].disputed != 0 and index + 1 >= self.jobs[job].disputed:
                break
        self._pay(job, index)
        index += 1
        released += 1
        self.jobs[job].releasedCount = index
    return released


@internal
def _pay(job: uint256, index: uint256):
    checkpoint: Checkpoint = self.checkpoints[job][index]
    price: uint256 = (
        (checkpoint.steps - self._steps_before(job, index)) * self.terms[job].pricePerStep
    )
    verifierFee: uint256 = self.terms[job].verifierFee
    self.jobs[job].reserved -= price + verifierFee
    if self._is_void(job, index):
        return
    if not checkpoint.attested:
        verifierFee = 0
    lease: Lease = self.leases[job][checkpoint.lease]
    toVault: uint256 = price * FEE_BASIS_POINTS // BASIS_POINTS
    self.jobs[job].funds -= price + verifierFee
    self.jobs[job].paid += price
    self._push(lease.provider, price - toVault)
    self._push(VAULT, toVault)
    if verifierFee > 0:
        self._push(lease.verifier, verifierFee)
    log Released(
        job=job, checkpoint=index, provider=lease.provider, toProvider=price - toVault,
        toVault=toVault, toVerifier=verifierFee
    )


@pure
@internal
def _lock_id(job: uint256, lease: uint256, role: uint8) -> bytes32:
    return keccak256(abi_encode("job", job, lease, role))


@internal
def _pull(owner: address, amount: uint256):
    assert extcall IERC20(TOKEN).transferFrom(owner, self, amount)


@internal
def _push(to: address, amount: uint256):
    assert extcall IERC20(TOKEN).transfer(to, amount)
