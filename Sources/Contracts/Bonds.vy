# pragma version 0.4.3
# pragma evm-version cancun
"""
@title What providers and verifiers put at risk
@notice Tokens are bonded in a role, locked for a job or a dispute, and leave after a delay. Only a
        verdict of the disputes takes them from their owner.
@dev A lock is owned by the contract that made it, the escrow or the disputes. What is locked cannot
     be unbonded, so that a verdict always finds it.
"""

from ethereum.ercs import IERC20


interface Token:
    def burn(value_: uint256): nonpayable
    def receiveWithAuthorization(
        from_: address, to: address, value_: uint256, validAfter: uint256, validBefore: uint256,
        nonce: bytes32, v: uint8, r: bytes32, s: bytes32
    ): nonpayable
    def permit(
        owner: address, spender: address, value_: uint256, deadline: uint256,
        v: uint8, r: bytes32, s: bytes32
    ): nonpayable


event Bonded:
    owner: indexed(address)
    role: indexed(uint8)
    amount: uint256

event UnbondRequested:
    owner: indexed(address)
    role: indexed(uint8)
    amount: uint256
    availableAt: uint256

event UnbondCanceled:
    owner: indexed(address)
    role: indexed(uint8)
    amount: uint256

event Withdrawn:
    owner: indexed(address)
    role: indexed(uint8)
    amount: uint256

event Locked:
    lockId: indexed(bytes32)
    owner: indexed(address)
    role: uint8
    amount: uint256

event Unlocked:
    lockId: indexed(bytes32)
    owner: indexed(address)
    amount: uint256

event Slashed:
    lockId: indexed(bytes32)
    owner: indexed(address)
    toAccuser: uint256
    toVictim: uint256
    burned: uint256


struct Lock:
    owner: address
    role: uint8
    amount: uint256
    locker: address


PROVIDER: public(constant(uint8)) = 1
VERIFIER: public(constant(uint8)) = 2

# Of what a verdict takes: half to whoever proved it, a quarter to whom it harmed, the rest burned.
# Accusing oneself, as provider and client in one, thus costs a quarter.
ACCUSER_BASIS_POINTS: public(constant(uint256)) = 5_000
VICTIM_BASIS_POINTS: public(constant(uint256)) = 2_500

TOKEN: public(immutable(address))
ESCROW: public(immutable(address))
DISPUTES: public(immutable(address))
# Seconds between asking for a bond and getting it.
UNBONDING_DELAY: public(immutable(uint256))

# Bonded and neither locked nor leaving.
free: public(HashMap[address, HashMap[uint8, uint256]])
unbonding: public(HashMap[address, HashMap[uint8, uint256]])
availableAt: public(HashMap[address, HashMap[uint8, uint256]])
locks: public(HashMap[bytes32, Lock])


@deploy
def __init__(token: address, escrow: address, disputes: address, unbondingDelay: uint256):
    TOKEN = token
    ESCROW = escrow
    DISPUTES = disputes
    UNBONDING_DELAY = unbondingDelay


@external
def deposit(role: uint8, amount: uint256):
    """
    @notice Bonds tokens of the caller, who has approved them.
    """
    self._pull(msg.sender, amount)
    self._bond(msg.sender, role, amount)


@external
def depositWithPermit(
    role: uint8, amount: uint256, deadline: uint256, v: uint8, r: bytes32, s: bytes32
):
    """
    @notice Bonds tokens of the caller by an ERC-2612 permit.
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
    self._bond(msg.sender, role, amount)


@external
def depositWithAuthorization(
    owner: address, role: uint8, amount: uint256, validAfter: uint256, validBefore: uint256,
    salt: bytes32, v: uint8, r: bytes32, s: bytes32
):
    """
    @notice Bonds tokens of another by its ERC-3009 authorization, whose nonce names the role.
    """
    extcall Token(TOKEN).receiveWithAuthorization(
        owner, self, amount, validAfter, validBefore, keccak256(abi_encode(role, salt)), v, r, s
    )
    self._bond(owner, role, amount)


@external
def requestUnbond(role: uint8, amount: uint256):
    """
    @notice Begins to take a bond back. What was already leaving waits anew.
    """
    assert amount > 0, "Bonds: empty amount"
    free: uint256 = self.free[msg.sender][role]
    assert free >= amount, "Bonds: insufficient bond"
    self.free[msg.sender][role] = free - amount
    self.unbonding[msg.sender][role] += amount
    available: uint256 = block.timestamp + UNBONDING_DELAY
    self.availableAt[msg.sender][role] = available
    log UnbondRequested(owner=msg.sender, role=role, amount=amount, availableAt=available)


@external
def cancelUnbond(role: uint8):
    """
    @notice Bonds again what was leaving.
    """
    amount: uint256 = self.unbonding[msg.sender][role]
    assert amount > 0, "Bonds: nothing is leaving"
    self.unbonding[msg.sender][role] = 0
    self.free[msg.sender][role] += amount
    log UnbondCanceled(owner=msg.sender, role=role, amount=amount)


@external
def withdraw(role: uint8):
    """
    @notice Pays out what has left.
    """
    amount: uint256 = self.unbonding[msg.sender][role]
    assert amount > 0, "Bonds: nothing is leaving"
    assert block.timestamp >= self.availableAt[msg.sender][role], "Bonds: too early"
    self.unbonding[msg.sender][role] = 0
    self._push(msg.sender, amount)
    log Withdrawn(owner=msg.sender, role=role, amount=amount)


@external
def lock(lockId: bytes32, owner: address, role: uint8, amount: uint256):
    """
    @notice Locks a part of a bond. For the escrow and the disputes alone.
    """
    assert msg.sender == ESCROW or msg.sender == DISPUTES, "Bonds: caller may not lock"
    assert self.locks[lockId].locker == empty(address), "Bonds: lock exists"
    free: uint256 = self.free[owner][role]
    assert free >= amount, "Bonds: insufficient bond"
    self.free[owner][role] = free - amount
    self.locks[lockId] = Lock(owner=owner, role=role, amount=amount, locker=msg.sender)
    log Locked(lockId=lockId, owner=owner, role=role, amount=amount)


@external
def unlock(lockId: bytes32):
    """
    @notice Frees a lock. Nothing happens where a verdict has emptied it.
    """
    lock: Lock = self.locks[lockId]
    assert lock.locker == msg.sender, "Bonds: caller has no such lock"
    self.locks[lockId].amount = 0
    self.free[lock.owner][lock.role] += lock.amount
    log Unlocked(lockId=lockId, owner=lock.owner, amount=lock.amount)


@external
def slash(lockId: bytes32, accuser: address, victim: address):
    """
    @notice Takes all of a lock from its owner. For a verdict of the disputes alone.
    """
    assert msg.sender == DISPUTES, "Bonds: no verdict"
    lock: Lock = self.locks[lockId]
    assert lock.locker != empty(address), "Bonds: no such lock"
    self.locks[lockId].amount = 0
    toAccuser: uint256 = lock.amount * ACCUSER_BASIS_POINTS // 10_000
    toVictim: uint256 = lock.amount * VICTIM_BASIS_POINTS // 10_000
    burned: uint256 = lock.amount - toAccuser - toVictim
    self._push(accuser, toAccuser)
    self._push(victim, toVictim)
    extcall Token(TOKEN).burn(burned)
    log Slashed(
        lockId=lockId, owner=lock.owner, toAccuser=toAccuser, toVictim=toVictim, burned=burned
    )


@internal
def _bond(owner: address, role: uint8, amount: uint256):
    assert role == PROVIDER or role == VERIFIER, "Bonds: no such role"
    assert amount > 0, "Bonds: empty amount"
    self.free[owner][role] += amount
    log Bonded(owner=owner, role=role, amount=amount)


@internal
def _pull(owner: address, amount: uint256):
    assert extcall IERC20(TOKEN).transferFrom(owner, self, amount)


@internal
def _push(to: address, amount: uint256):
    assert extcall IERC20(TOKEN).transfer(to, amount)
