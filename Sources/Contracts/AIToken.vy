# pragma version 0.4.3
# pragma evm-version cancun
"""
@title The token of the protocol: AI, 18 decimals
@notice Ten billion tokens come into being in the constructor and none ever after: there is no
        function that mints, no owner and no way to replace this code. Burning lowers the supply.
@dev ERC-20; ERC-2612 and ERC-3009 signatures under EIP-712; votes as in ERC-5805 with the
     timestamps of ERC-6372; EIP-5267 tells wallets the domain. Signatures of contracts are asked
     for by ERC-1271, with the 65 bytes r, s, v.
"""

from ethereum.ercs import IERC20
from ethereum.ercs import IERC20Detailed

implements: IERC20
implements: IERC20Detailed


interface ContractWallet:
    def isValidSignature(digest: bytes32, signature: Bytes[65]) -> bytes4: view


event Transfer:
    from_: indexed(address)
    to: indexed(address)
    value_: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    value_: uint256

event AuthorizationUsed:
    authorizer: indexed(address)
    nonce: indexed(bytes32)

event AuthorizationCanceled:
    authorizer: indexed(address)
    nonce: indexed(bytes32)

event DelegateChanged:
    delegator: indexed(address)
    fromDelegate: indexed(address)
    toDelegate: indexed(address)

event DelegateVotesChanged:
    delegate: indexed(address)
    previousVotes: uint256
    newVotes: uint256


name: public(constant(String[2])) = "AI"
symbol: public(constant(String[2])) = "AI"
decimals: public(constant(uint8)) = 18

VERSION: constant(String[1]) = "1"
TOKEN: constant(uint256) = 10 ** 18

# What each part of the genesis allocation gets; together 10,000,000,000.
TREASURY: constant(uint256) = 4_040_000_000 * TOKEN
INVESTORS: constant(uint256) = 2_960_000_000 * TOKEN
TEAM: constant(uint256) = 2_500_000_000 * TOKEN
SALE: constant(uint256) = 300_000_000 * TOKEN
REWARDS: constant(uint256) = 200_000_000 * TOKEN

DOMAIN_TYPEHASH: constant(bytes32) = keccak256(
    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
)
PERMIT_TYPEHASH: public(constant(bytes32)) = keccak256(
    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
)
DELEGATION_TYPEHASH: public(constant(bytes32)) = keccak256(
    "Delegation(address delegatee,uint256 nonce,uint256 expiry)"
)
TRANSFER_WITH_AUTHORIZATION_TYPEHASH: public(constant(bytes32)) = keccak256(
    "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
RECEIVE_WITH_AUTHORIZATION_TYPEHASH: public(constant(bytes32)) = keccak256(
    "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
)
CANCEL_AUTHORIZATION_TYPEHASH: public(constant(bytes32)) = keccak256(
    "CancelAuthorization(address authorizer,bytes32 nonce)"
)

# ERC-1271's answer for a good signature: the selector of the question.
ERC1271_MAGIC: constant(bytes4) = 0x1626ba7e
# Half of the order of secp256k1: a larger s is the other form of the same signature (EIP-2).
HALF_ORDER: constant(uint256) = (
    57896044618658097711785492504343953926418782139537452191302581570759080747168
)

# A checkpoint is one word: the time in the upper 48 bits, the votes in the lower 208.
VOTE_BITS: constant(uint256) = 208

totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
# Of permits and of delegations by signature, which share one sequence (ERC-5805).
nonces: public(HashMap[address, uint256])
authorizationState: public(HashMap[address, HashMap[bytes32, bool]])
delegates: public(HashMap[address, address])
# The votes of each delegate over time; the total supply is kept under the empty address.
_checkpoints: HashMap[address, HashMap[uint256, uint256]]
_checkpointCount: HashMap[address, uint256]


@deploy
def __init__(treasury: address, investors: address, team: address, sale: address, rewards: address):
    """
    @param treasury Receives 40.4 %.
    @param investors Receive 29.6 %.
    @param team Receives 25 %.
    @param sale Receives 3 %, for the community sale.
    @param rewards Receives 2 %, for the rewards of the test network.
    """
    self._mint(treasury, TREASURY)
    self._mint(investors, INVESTORS)
    self._mint(team, TEAM)
    self._mint(sale, SALE)
    self._mint(rewards, REWARDS)
    self._record(empty(address), self.totalSupply)


# ERC-20


@external
def transfer(to: address, value_: uint256) -> bool:
    self._transfer(msg.sender, to, value_)
    return True


@external
def transferFrom(from_: address, to: address, value_: uint256) -> bool:
    self._spend(from_, msg.sender, value_)
    self._transfer(from_, to, value_)
    return True


@external
def approve(spender: address, value_: uint256) -> bool:
    self._approve(msg.sender, spender, value_)
    return True


@external
def burn(value_: uint256):
    """
    @notice Destroys tokens of the caller: the balance and the supply fall.
    """
    self._burn(msg.sender, value_)


@external
def burnFrom(from_: address, value_: uint256):
    """
    @notice Destroys tokens of another, out of the caller's allowance.
    """
    self._spend(from_, msg.sender, value_)
    self._burn(from_, value_)


# ERC-2612


@external
def permit(
    owner: address, spender: address, value_: uint256, deadline: uint256,
    v: uint8, r: bytes32, s: bytes32
):
    """
    @notice Sets an allowance by the owner's signature.
    """
    assert block.timestamp <= deadline, "AIToken: permit expired"
    nonce: uint256 = self.nonces[owner]
    self.nonces[owner] = nonce + 1
    self._verify(
        owner,
        keccak256(abi_encode(PERMIT_TYPEHASH, owner, spender, value_, nonce, deadline)),
        v, r, s
    )
    self._approve(owner, spender, value_)


@view
@external
def DOMAIN_SEPARATOR() -> bytes32:
    return self._domain_separator()


@view
@external
def eip712Domain() -> (
    bytes1, String[2], String[1], uint256, address, bytes32, DynArray[uint256, 1]
):
    """
    @notice The domain of all signatures (EIP-5267): name, version, chain and contract.
    """
    return 0x0f, name, VERSION, chain.id, self, empty(bytes32), []


# ERC-3009


@external
def transferWithAuthorization(
    from_: address, to: address, value_: uint256, validAfter: uint256, validBefore: uint256,
    nonce: bytes32, v: uint8, r: bytes32, s: bytes32
):
    """
    @notice Transfers by the payer's signature, whoever sends it.
    """
    self._use_authorization(
        TRANSFER_WITH_AUTHORIZATION_TYPEHASH, from_, to, value_, validAfter, validBefore, nonce,
        v, r, s
    )
    self._transfer(from_, to, value_)


@external
def receiveWithAuthorization(
    from_: address, to: address, value_: uint256, validAfter: uint256, validBefore: uint256,
    nonce: bytes32, v: uint8, r: bytes32, s: bytes32
):
    """
    @notice Transfers by the payer's signature to the caller, so that nobody can send it ahead.
    """
    assert to == msg.sender, "AIToken: caller is not the payee"
    self._use_authorization(
        RECEIVE_WITH_AUTHORIZATION_TYPEHASH, from_, to, value_, validAfter, validBefore, nonce,
        v, r, s
    )
    self._transfer(from_, to, value_)


@external
def cancelAuthorization(authorizer: address, nonce: bytes32, v: uint8, r: bytes32, s: bytes32):
    """
    @notice Makes an authorization useless that has not been used.
    """
    assert not self.authorizationState[authorizer][nonce], "AIToken: authorization used"
    self._verify(
        authorizer, keccak256(abi_encode(CANCEL_AUTHORIZATION_TYPEHASH, authorizer, nonce)), v, r, s
    )
    self.authorizationState[authorizer][nonce] = True
    log AuthorizationCanceled(authorizer=authorizer, nonce=nonce)


# ERC-5805 and ERC-6372


@view
@external
def clock() -> uint48:
    """
    @notice The time of votes, in seconds since 1970.
    """
    return convert(block.timestamp, uint48)


@pure
@external
def CLOCK_MODE() -> String[14]:
    return "mode=timestamp"


@external
def delegate(delegatee: address):
    """
    @notice Gives the caller's votes to a delegate; tokens that are not delegated do not vote.
    """
    self._delegate(msg.sender, delegatee)


@external
def delegateBySig(
    delegatee: address, nonce: uint256, expiry: uint256, v: uint8, r: bytes32, s: bytes32
):
    """
    @notice Gives the signer's votes to a delegate. The signer is an account with a key: no
            address is named that a contract could answer for.
    """
    assert block.timestamp <= expiry, "AIToken: delegation expired"
    signer: address = self._recover(
        self._digest(keccak256(abi_encode(DELEGATION_TYPEHASH, delegatee, nonce, expiry))), v, r, s
    )
    assert signer != empty(address), "AIToken: invalid signature"
    assert self.nonces[signer] == nonce, "AIToken: invalid nonce"
    self.nonces[signer] = nonce + 1
    self._delegate(signer, delegatee)


@view
@external
def getVotes(account: address) -> uint256:
    return self._latest(account)


@view
@external
def getPastVotes(account: address, timepoint: uint256) -> uint256:
    """
    @notice The votes at the end of a past second.
    """
    return self._at(account, timepoint)


@view
@external
def getPastTotalSupply(timepoint: uint256) -> uint256:
    return self._at(empty(address), timepoint)


@view
@external
def numCheckpoints(account: address) -> uint32:
    return convert(self._checkpointCount[account], uint32)


@view
@external
def checkpoints(account: address, index: uint32) -> (uint48, uint208):
    """
    @notice The time and the votes of one checkpoint.
    """
    position: uint256 = convert(index, uint256)
    assert position < self._checkpointCount[account], "AIToken: no such checkpoint"
    entry: uint256 = self._checkpoints[account][position]
    return convert(entry >> VOTE_BITS, uint48), convert(self._votes(entry), uint208)


# Balances


@internal
def _mint(to: address, value_: uint256):
    # Called by the constructor alone.
    assert to != empty(address), "AIToken: empty recipient"
    self.totalSupply += value_
    self.balanceOf[to] += value_
    log Transfer(from_=empty(address), to=to, value_=value_)


@internal
def _burn(from_: address, value_: uint256):
    self._take(from_, value_)
    self.totalSupply -= value_
    self._record(empty(address), self.totalSupply)
    self._move_votes(self.delegates[from_], empty(address), value_)
    log Transfer(from_=from_, to=empty(address), value_=value_)


@internal
def _transfer(from_: address, to: address, value_: uint256):
    # Tokens sent to the token itself could never leave it again.
    assert to != empty(address) and to != self, "AIToken: invalid recipient"
    self._take(from_, value_)
    self.balanceOf[to] += value_
    self._move_votes(self.delegates[from_], self.delegates[to], value_)
    log Transfer(from_=from_, to=to, value_=value_)


@internal
def _take(from_: address, value_: uint256):
    balance: uint256 = self.balanceOf[from_]
    assert balance >= value_, "AIToken: insufficient balance"
    self.balanceOf[from_] = unsafe_sub(balance, value_)


@internal
def _approve(owner: address, spender: address, value_: uint256):
    assert spender != empty(address), "AIToken: empty spender"
    self.allowance[owner][spender] = value_
    log Approval(owner=owner, spender=spender, value_=value_)


@internal
def _spend(owner: address, spender: address, value_: uint256):
    allowed: uint256 = self.allowance[owner][spender]
    # The largest allowance means without limit.
    if allowed == max_value(uint256):
        return
    assert allowed >= value_, "AIToken: insufficient allowance"
    self.allowance[owner][spender] = unsafe_sub(allowed, value_)


# Signatures


@internal
def _use_authorization(
    typehash: bytes32, from_: address, to: address, value_: uint256, validAfter: uint256,
    validBefore: uint256, nonce: bytes32, v: uint8, r: bytes32, s: bytes32
):
    assert block.timestamp > validAfter, "AIToken: authorization not yet valid"
    assert block.timestamp < validBefore, "AIToken: authorization expired"
    assert not self.authorizationState[from_][nonce], "AIToken: authorization used"
    self._verify(
        from_,
        keccak256(abi_encode(typehash, from_, to, value_, validAfter, validBefore, nonce)),
        v, r, s
    )
    self.authorizationState[from_][nonce] = True
    log AuthorizationUsed(authorizer=from_, nonce=nonce)


@view
@internal
def _verify(signer: address, structHash: bytes32, v: uint8, r: bytes32, s: bytes32):
    assert signer != empty(address), "AIToken: invalid signature"
    digest: bytes32 = self._digest(structHash)
    # The key first: an account with delegated code (EIP-7702) has a key and code.
    if self._recover(digest, v, r, s) == signer:
        return
    assert signer.is_contract, "AIToken: invalid signature"
    answer: bytes4 = staticcall ContractWallet(signer).isValidSignature(
        digest, concat(r, s, convert(v, bytes1))
    )
    assert answer == ERC1271_MAGIC, "AIToken: invalid signature"


@view
@internal
def _recover(digest: bytes32, v: uint8, r: bytes32, s: bytes32) -> address:
    if convert(s, uint256) > HALF_ORDER:
        return empty(address)
    return ecrecover(digest, v, r, s)


@view
@internal
def _digest(structHash: bytes32) -> bytes32:
    return keccak256(concat(x"1901", self._domain_separator(), structHash))


@view
@internal
def _domain_separator() -> bytes32:
    # Computed each time: it holds after a fork of the chain, too.
    return keccak256(
        abi_encode(DOMAIN_TYPEHASH, keccak256(name), keccak256(VERSION), chain.id, self)
    )


# Votes


@internal
def _delegate(delegator: address, delegatee: address):
    previous: address = self.delegates[delegator]
    self.delegates[delegator] = delegatee
    log DelegateChanged(delegator=delegator, fromDelegate=previous, toDelegate=delegatee)
    self._move_votes(previous, delegatee, self.balanceOf[delegator])


@internal
def _move_votes(from_: address, to: address, value_: uint256):
    if from_ == to or value_ == 0:
        return
    if from_ != empty(address):
        previous: uint256 = self._latest(from_)
        self._record(from_, previous - value_)
        log DelegateVotesChanged(
            delegate=from_, previousVotes=previous, newVotes=previous - value_
        )
    if to != empty(address):
        previous: uint256 = self._latest(to)
        self._record(to, previous + value_)
        log DelegateVotesChanged(delegate=to, previousVotes=previous, newVotes=previous + value_)


@internal
def _record(account: address, votes: uint256):
    count: uint256 = self._checkpointCount[account]
    # The supply is below 2^94, so that votes never reach the bits of the time.
    entry: uint256 = (block.timestamp << VOTE_BITS) | votes
    if count > 0 and self._checkpoints[account][count - 1] >> VOTE_BITS == block.timestamp:
        self._checkpoints[account][count - 1] = entry
        return
    self._checkpoints[account][count] = entry
    self._checkpointCount[account] = count + 1


@view
@internal
def _latest(account: address) -> uint256:
    count: uint256 = self._checkpointCount[account]
    if count == 0:
        return 0
    return self._votes(self._checkpoints[account][count - 1])


@view
@internal
def _at(account: address, timepoint: uint256) -> uint256:
    # What this second ends with is not known before it ends.
    assert timepoint < block.timestamp, "AIToken: future lookup"
    low: uint256 = 0
    high: uint256 = self._checkpointCount[account]
    # The first checkpoint after the time is in low...high; 32 halvings suffice for any count.
    for _: uint256 in range(32):
        if low == high:
            break
        middle: uint256 = (low + high) // 2
        if self._checkpoints[account][middle] >> VOTE_BITS > timepoint:
            high = middle
        else:
            low = middle + 1
    if low == 0:
        return 0
    return self._votes(self._checkpoints[account][low - 1])


@pure
@internal
def _votes(entry: uint256) -> uint256:
    return entry & (2 ** VOTE_BITS - 1)
