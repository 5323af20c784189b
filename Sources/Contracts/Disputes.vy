# pragma version 0.4.3
# pragma evm-version cancun
"""
@title The game that finds the lie in a trace
@notice A challenger doubts a checkpoint. The provider opens the trace's tree level by level, sixteen
        parts at a time; the challenger chooses where to go on, down to one record, one element of its
        output and one block of its dot product. There the referee computes. Whoever does not move in
        time loses; the loser's bond is slashed.
@dev The provider must prove each step, and can whenever it told the truth: so an honest provider
     never loses, and a challenger who goes where the trace is false never does. What is decided is
     whether a record's output follows from its inputs, for the operators listed here; a doubt about
     another operator loses. That a record's inputs are the right ones of the graph is not decided.
"""


struct Tensor:
    dataType: uint256
    dimensions: DynArray[uint256, 4]
    content: bytes32

struct Record:
    nodeHash: bytes32
    operator: bytes32
    left: bytes32
    right: bytes32
    output: bytes32

struct Opening:
    chunk: Bytes[1024]
    siblings: Bytes[1280]


interface Escrow:
    def openDispute(job: uint256, index: uint256) -> (address, address, uint256, bytes32): nonpayable
    def resolveDispute(job: uint256, convicted: bool) -> (bytes32, bytes32): nonpayable

interface BondKeeper:
    def lock(lockId: bytes32, owner: address, role: uint8, amount: uint256): nonpayable
    def unlock(lockId: bytes32): nonpayable
    def slash(lockId: bytes32, accuser: address, victim: address): nonpayable

interface Judge:
    def leaf(digest: bytes32) -> bytes32: view
    def partSizes(count: uint256) -> DynArray[uint256, 16]: view
    def root(kind: uint256, count: uint256, parts: DynArray[bytes32, 16]) -> bytes32: view
    def record(form: Bytes[8192]) -> (bytes32, Record): view
    def tensor(form: Bytes[128]) -> (bytes32, Tensor): view
    def elements(
        tensor: Tensor, first: uint256, count: uint256, openings: DynArray[Opening, 2]
    ) -> Bytes[2048]: view
    def elementCount(tensor: Tensor) -> uint256: view
    def chain(start: bytes4, a: Bytes[2048], b: Bytes[2048]) -> bytes4: view
    def fold(sums: DynArray[bytes4, 64]) -> bytes4: view


event DisputeOpened:
    dispute: indexed(uint256)
    job: indexed(uint256)
    challenger: indexed(address)
    checkpoint: uint256

event Revealed:
    dispute: indexed(uint256)
    parts: DynArray[bytes32, 16]

event Chosen:
    dispute: indexed(uint256)
    part: uint256

event StepRevealed:
    dispute: indexed(uint256)
    stepRoot: bytes32
    recordCount: uint256

event RecordRevealed:
    dispute: indexed(uint256)
    form: Bytes[8192]
    left: Bytes[128]
    right: Bytes[128]
    output: Bytes[128]

event ChunkRevealed:
    dispute: indexed(uint256)
    number: uint256
    chunk: Bytes[1024]

event ElementChosen:
    dispute: indexed(uint256)
    element: uint256

event SumsRevealed:
    dispute: indexed(uint256)
    sums: DynArray[bytes4, 64]

event BlockChosen:
    dispute: indexed(uint256)
    number: uint256

event DisputeEnded:
    dispute: indexed(uint256)
    convicted: bool


struct Dispute:
    job: uint256
    provider: address
    challenger: address
    client: address
    phase: uint8
    # Whether the provider has to move; otherwise the challenger.
    isProvidersTurn: bool
    deadline: uint256
    # The tree that is being opened: its root and its number of leaves.
    node: bytes32
    leafCount: uint256
    # What its leaves are: STEPS, RECORDS or CHUNKS.
    level: uint8
    # Of how many leaves before it, in the output's content.
    first: uint256
    # What the provider has revealed, by its hash: it is brought along when it is needed.
    revealed: bytes32
    # The record in doubt.
    operator: bytes32
    left: bytes32
    right: bytes32
    output: bytes32
    elementCount: uint256
    element: uint256
    number: uint256


STEPS: constant(uint8) = 0
RECORDS: constant(uint8) = 1
CHUNKS: constant(uint8) = 2

# The provider reveals parts, the challenger chooses one, until a leaf is left and is revealed.
TREE: public(constant(uint8)) = 1
# The challenger names an element of the chunk of the output that the provider has revealed.
CHUNK: public(constant(uint8)) = 2
# The provider proves the element, or for a dot product the sums of its blocks.
ELEMENT: public(constant(uint8)) = 3
# The challenger names a block.
SUMS: public(constant(uint8)) = 4
# The provider proves the block.
BLOCK: public(constant(uint8)) = 5
ACQUITTED: public(constant(uint8)) = 6
CONVICTED: public(constant(uint8)) = 7

# Element by element, both operands of the output's size.
ADD: constant(bytes32) = keccak256("ai.onnx.Add")
SUB: constant(bytes32) = keccak256("ai.onnx.Sub")
MUL: constant(bytes32) = keccak256("ai.onnx.Mul")
# [M, K] by [N, K], the second operand transposed, to [M, N]: blocks of 256 from +0, folded from left.
MATMUL_TRANSPOSED: constant(bytes32) = keccak256("gensyn.MatMulTransposed")

ONE: constant(Bytes[4]) = x"0000803f"
MINUS_ONE: constant(Bytes[4]) = x"000080bf"
# The trees of the referee.
DIGESTS: constant(uint256) = 0
CONTENT_PART: constant(uint256) = 1
CONTENT: constant(uint256) = 2
FLOAT32: constant(uint256) = 1
ZERO: constant(bytes4) = 0x00000000
MINUS_ZERO: constant(bytes4) = 0x00000080
BLOCK_SIZE: constant(uint256) = 256
BLOCKS_MAX: constant(uint256) = 64
# Of binary32, in 1,024 bytes.
CHUNK_ELEMENTS: constant(uint256) = 256
VERIFIER_ROLE: constant(uint8) = 2

ESCROW: public(immutable(address))
BONDS: public(immutable(address))
REFEREE: public(immutable(address))
# What a challenger puts at risk, as a verifier.
CHALLENGE_BOND: public(immutable(uint256))
# Seconds for each move.
MOVE_TIME: public(immutable(uint256))

disputeCount: public(uint256)
disputes: public(HashMap[uint256, Dispute])


@deploy
def __init__(
    escrow: address, bonds: address, referee: address, challengeBond: uint256, moveTime: uint256
):
    ESCROW = escrow
    BONDS = bonds
    REFEREE = referee
    CHALLENGE_BOND = challengeBond
    MOVE_TIME = moveTime


@external
def open(job: uint256, checkpoint: uint256) -> uint256:
    """
    @notice Doubts a checkpoint, with a verifier's bond of the caller.
    @return The dispute's number.
    """
    number: uint256 = self.disputeCount
    self.disputeCount = number + 1
    extcall BondKeeper(BONDS).lock(
        self._lock_id(number), msg.sender, VERIFIER_ROLE, CHALLENGE_BOND
    )
    provider: address = empty(address)
    client: address = empty(address)
    steps: uint256 = 0
    root: bytes32 = empty(bytes32)
    provider, client, steps, root = extcall Escrow(ESCROW).openDispute(job, checkpoint)
    dispute: Dispute = empty(Dispute)
    dispute.job = job
    dispute.provider = provider
    dispute.challenger = msg.sender
    dispute.client = client
    dispute.phase = TREE
    dispute.node = root
    dispute.leafCount = steps
    self.disputes[number] = dispute
    # The root of a tree of one leaf is that leaf's node.
    self._give_turn(number, True)
    log DisputeOpened(dispute=number, job=job, challenger=msg.sender, checkpoint=checkpoint)
    return number


# The tree


@external
def reveal(number: uint256, parts: DynArray[bytes32, 16]):
    """
    @notice The provider opens the tree in doubt, four levels down.
    """
    self._expect(number, TREE, True)
    leafCount: uint256 = self.disputes[number].leafCount
    assert leafCount > 1, "Disputes: a leaf has no parts"
    kind: uint256 = DIGESTS
    if self.disputes[number].level == CHUNKS:
        kind = CONTENT if leafCount == self._chunk_count(number) else CONTENT_PART
    assert staticcall Judge(REFEREE).root(kind, leafCount, parts) == self.disputes[number].node, (
        "Disputes: wrong parts"
    )
    self.disputes[number].revealed = keccak256(abi_encode(parts))
    self._give_turn(number, False)
    log Revealed(dispute=number, parts=parts)


@external
def choose(number: uint256, parts: DynArray[bytes32, 16], part: uint256):
    """
    @notice The challenger goes on with one of the parts that the provider has revealed.
    """
    self._expect(number, TREE, False)
    assert keccak256(abi_encode(parts)) == self.disputes[number].revealed, "Disputes: wrong parts"
    assert part < len(parts), "Disputes: no such part"
    sizes: DynArray[uint256, 16] = staticcall Judge(REFEREE).partSizes(
        self.disputes[number].leafCount
    )
    for before: uint256 in range(part, bound=16):
        self.disputes[number].first += sizes[before]
    self.disputes[number].node = parts[part]
    self.disputes[number].leafCount = sizes[part]
    self._give_turn(number, True)
    log Chosen(dispute=number, part=part)


@external
def revealStep(number: uint256, stepRoot: bytes32, recordCount: uint256):
    """
    @notice The provider opens a step: a leaf of the trace, and a tree of its own.
    """
    # A wrong number of records gains nothing: leaves and nodes are hashed apart, so that a part of
    # the tree could not be opened, and the challenger goes there.
    self._expect_leaf(number, stepRoot)
    assert self.disputes[number].level == STEPS, "Disputes: not a step"
    assert recordCount > 0 and recordCount < 2 ** 32, "Disputes: invalid number of records"
    self.disputes[number].level = RECORDS
    self.disputes[number].node = stepRoot
    self.disputes[number].leafCount = recordCount
    self._give_turn(number, True)
    log StepRevealed(dispute=number, stepRoot=stepRoot, recordCount=recordCount)


@external
def revealRecord(
    number: uint256, form: Bytes[8192], left: Bytes[128], right: Bytes[128], output: Bytes[128]
):
    """
    @notice The provider opens a record, by its canonical form and those of its tensors (empty ones
            for an operator that is not judged).
    """
    digest: bytes32 = empty(bytes32)
    record: Record = empty(Record)
    digest, record = staticcall Judge(REFEREE).record(form)
    self._expect_leaf(number, digest)
    assert self.disputes[number].level == RECORDS, "Disputes: not a record"
    log RecordRevealed(dispute=number, form=form, left=left, right=right, output=output)
    if (
        record.output == empty(bytes32)
        or record.operator not in [ADD, SUB, MUL, MATMUL_TRANSPOSED]
    ):
        self._end(number, False)
        return
    self.disputes[number].operator = record.operator
    self.disputes[number].left = record.left
    self.disputes[number].right = record.right
    self.disputes[number].output = record.output
    a: Tensor = self._tensor(left, record.left)
    b: Tensor = self._tensor(right, record.right)
    y: Tensor = self._tensor(output, record.output)
    isJudged: bool = False
    isPossible: bool = False
    isJudged, isPossible = self._shapes(record.operator, a, b, y)
    if not isJudged or not isPossible:
        self._end(number, isJudged)
        return
    count: uint256 = staticcall Judge(REFEREE).elementCount(y)
    self.disputes[number].level = CHUNKS
    self.disputes[number].node = y.content
    self.disputes[number].elementCount = count
    self.disputes[number].leafCount = self._chunk_count(number)
    self.disputes[number].first = 0
    self._give_turn(number, True)


@pure
@internal
def _shapes(operator: bytes32, a: Tensor, b: Tensor, y: Tensor) -> (bool, bool):
    # Whether the operator is judged with these operands, and whether it can have such an output.
    if a.dataType != FLOAT32 or b.dataType != FLOAT32:
        return False, False
    if operator != MATMUL_TRANSPOSED:
        shape: bytes32 = keccak256(abi_encode(a.dimensions))
        # Operands of different shapes are broadcast.
        if shape != keccak256(abi_encode(b.dimensions)):
            return False, False
        return True, y.dataType == FLOAT32 and shape == keccak256(abi_encode(y.dimensions))
    if len(a.dimensions) != 2 or len(b.dimensions) != 2:
        return False, False
    if a.dimensions[1] != b.dimensions[1] or a.dimensions[1] > BLOCKS_MAX * BLOCK_SIZE:
        return False, False
    return True, (
        y.dataType == FLOAT32 and len(y.dimensions) == 2
        and y.dimensions[0] == a.dimensions[0] and y.dimensions[1] == b.dimensions[0]
    )


# The output


@external
def revealChunk(number: uint256, output: Bytes[128], openings: DynArray[Opening, 2]):
    """
    @notice The provider opens the chunk of the output where the challenger has come to.
    """
    self._expect(number, TREE, True)
    assert self.disputes[number].level == CHUNKS, "Disputes: not a chunk"
    assert self.disputes[number].leafCount == 1, "Disputes: not a leaf"
    tensor: Tensor = self._tensor(output, self.disputes[number].output)
    first: uint256 = CHUNK_ELEMENTS * self.disputes[number].first
    count: uint256 = min(CHUNK_ELEMENTS, self.disputes[number].elementCount - first)
    values: Bytes[2048] = staticcall Judge(REFEREE).elements(tensor, first, count, openings)
    self.disputes[number].phase = CHUNK
    self._give_turn(number, False)
    log ChunkRevealed(
        dispute=number, number=self.disputes[number].first, chunk=openings[0].chunk
    )


@external
def chooseElement(number: uint256, element: uint256):
    """
    @notice The challenger names an element of the chunk that is wrong, counted from the tensor's
            beginning.
    """
    self._expect(number, CHUNK, False)
    assert element // CHUNK_ELEMENTS == self.disputes[number].first, "Disputes: another chunk"
    assert element < self.disputes[number].elementCount, "Disputes: no such element"
    self.disputes[number].phase = ELEMENT
    self.disputes[number].element = element
    self._give_turn(number, True)
    log ElementChosen(dispute=number, element=element)


@external
def judgeElement(
    number: uint256, left: Bytes[128], right: Bytes[128], output: Bytes[128],
    leftOpenings: DynArray[Opening, 2], rightOpenings: DynArray[Opening, 2],
    outputOpenings: DynArray[Opening, 2]
):
    """
    @notice Anybody opens one element of the operands and of the output of an operator that works
            element by element; the referee computes it and the dispute ends.
    """
    self._expect_phase(number, ELEMENT)
    operator: bytes32 = self.disputes[number].operator
    assert operator != MATMUL_TRANSPOSED, "Disputes: a dot product has sums"
    element: uint256 = self.disputes[number].element
    a: Tensor = self._tensor(left, self.disputes[number].left)
    b: Tensor = self._tensor(right, self.disputes[number].right)
    y: Tensor = self._tensor(output, self.disputes[number].output)
    x: Bytes[2048] = staticcall Judge(REFEREE).elements(a, element, 1, leftOpenings)
    z: Bytes[2048] = staticcall Judge(REFEREE).elements(b, element, 1, rightOpenings)
    claimed: Bytes[2048] = staticcall Judge(REFEREE).elements(y, element, 1, outputOpenings)
    result: bytes4 = empty(bytes4)
    if operator == MUL:
        # Adding -0 leaves every product as it is, +0 and -0 among them.
        result = staticcall Judge(REFEREE).chain(MINUS_ZERO, x, z)
    elif operator == ADD:
        result = staticcall Judge(REFEREE).chain(convert(slice(x, 0, 4), bytes4), z, ONE)
    else:
        result = staticcall Judge(REFEREE).chain(convert(slice(x, 0, 4), bytes4), z, MINUS_ONE)
    self._end(number, result != convert(slice(claimed, 0, 4), bytes4))


@external
def revealSums(
    number: uint256, left: Bytes[128], output: Bytes[128],
    openings: DynArray[Opening, 2], sums: DynArray[bytes4, 64]
):
    """
    @notice The provider opens an element of a dot product and the sums of its blocks, which must
            fold to it.
    """
    self._expect(number, ELEMENT, True)
    assert self.disputes[number].operator == MATMUL_TRANSPOSED, "Disputes: no dot product"
    a: Tensor = self._tensor(left, self.disputes[number].left)
    y: Tensor = self._tensor(output, self.disputes[number].output)
    assert len(sums) == (a.dimensions[1] + BLOCK_SIZE - 1) // BLOCK_SIZE, (
        "Disputes: wrong number of sums"
    )
    claimed: Bytes[2048] = staticcall Judge(REFEREE).elements(
        y, self.disputes[number].element, 1, openings
    )
    assert staticcall Judge(REFEREE).fold(sums) == convert(slice(claimed, 0, 4), bytes4), (
        "Disputes: wrong sums"
    )
    self.disputes[number].phase = SUMS
    self.disputes[number].revealed = keccak256(abi_encode(sums))
    self._give_turn(number, False)
    log SumsRevealed(dispute=number, sums=sums)


@external
def chooseBlock(number: uint256, sums: DynArray[bytes4, 64], block_: uint256):
    """
    @notice The challenger names the block whose sum is wrong.
    """
    self._expect(number, SUMS, False)
    assert keccak256(abi_encode(sums)) == self.disputes[number].revealed, "Disputes: wrong sums"
    assert block_ < len(sums), "Disputes: no such block"
    self.disputes[number].phase = BLOCK
    self.disputes[number].number = block_
    self._give_turn(number, True)
    log BlockChosen(dispute=number, number=block_)


@external
def judgeBlock(
    number: uint256, sums: DynArray[bytes4, 64], left: Bytes[128], right: Bytes[128],
    output: Bytes[128], leftOpenings: DynArray[Opening, 2], rightOpenings: DynArray[Opening, 2]
):
    """
    @notice Anybody opens a block's numbers; the referee computes its sum and the dispute ends.
    """
    self._expect_phase(number, BLOCK)
    assert keccak256(abi_encode(sums)) == self.disputes[number].revealed, "Disputes: wrong sums"
    a: Tensor = self._tensor(left, self.disputes[number].left)
    b: Tensor = self._tensor(right, self.disputes[number].right)
    y: Tensor = self._tensor(output, self.disputes[number].output)
    length: uint256 = a.dimensions[1]
    start: uint256 = BLOCK_SIZE * self.disputes[number].number
    count: uint256 = min(BLOCK_SIZE, length - start)
    row: uint256 = self.disputes[number].element // y.dimensions[1]
    column: uint256 = self.disputes[number].element % y.dimensions[1]
    x: Bytes[2048] = staticcall Judge(REFEREE).elements(
        a, row * length + start, count, leftOpenings
    )
    z: Bytes[2048] = staticcall Judge(REFEREE).elements(
        b, column * length + start, count, rightOpenings
    )
    result: bytes4 = staticcall Judge(REFEREE).chain(ZERO, x, z)
    self._end(number, result != sums[self.disputes[number].number])


# Ends


@external
def timeOut(number: uint256):
    """
    @notice Ends a dispute in which somebody did not move in time.
    """
    phase: uint8 = self.disputes[number].phase
    assert phase >= TREE and phase < ACQUITTED, "Disputes: wrong phase"
    assert block.timestamp > self.disputes[number].deadline, "Disputes: too early"
    self._end(number, self.disputes[number].isProvidersTurn)


@external
def concede(number: uint256):
    """
    @notice Whoever has to move gives up.
    """
    phase: uint8 = self.disputes[number].phase
    assert phase >= TREE and phase < ACQUITTED, "Disputes: wrong phase"
    isProvidersTurn: bool = self.disputes[number].isProvidersTurn
    mover: address = self.disputes[number].challenger
    if isProvidersTurn:
        mover = self.disputes[number].provider
    assert msg.sender == mover, "Disputes: not your turn"
    self._end(number, isProvidersTurn)


@internal
def _end(number: uint256, convicted: bool):
    dispute: Dispute = self.disputes[number]
    self.disputes[number].phase = CONVICTED if convicted else ACQUITTED
    providerLock: bytes32 = empty(bytes32)
    verifierLock: bytes32 = empty(bytes32)
    providerLock, verifierLock = extcall Escrow(ESCROW).resolveDispute(dispute.job, convicted)
    if convicted:
        extcall BondKeeper(BONDS).slash(providerLock, dispute.challenger, dispute.client)
        if verifierLock != empty(bytes32):
            extcall BondKeeper(BONDS).slash(verifierLock, dispute.challenger, dispute.client)
        extcall BondKeeper(BONDS).unlock(self._lock_id(number))
    else:
        extcall BondKeeper(BONDS).slash(
            self._lock_id(number), dispute.provider, dispute.client
        )
    log DisputeEnded(dispute=number, convicted=convicted)


@internal
def _give_turn(number: uint256, toProvider: bool):
    self.disputes[number].isProvidersTurn = toProvider
    self.disputes[number].deadline = block.timestamp + MOVE_TIME


@view
@internal
def _chunk_count(number: uint256) -> uint256:
    count: uint256 = self.disputes[number].elementCount
    return (count + CHUNK_ELEMENTS - 1) // CHUNK_ELEMENTS


@view
@internal
def _expect_phase(number: uint256, phase: uint8):
    assert self.disputes[number].phase == phase, "Disputes: wrong phase"
    assert block.timestamp <= self.disputes[number].deadline, "Disputes: too late"


@view
@internal
def _expect(number: uint256, phase: uint8, ofProvider: bool):
    self._expect_phase(number, phase)
    assert self.disputes[number].isProvidersTurn == ofProvider, "Disputes: not your turn"
    mover: address = self.disputes[number].challenger
    if ofProvider:
        mover = self.disputes[number].provider
    assert msg.sender == mover, "Disputes: not your turn"


@view
@internal
def _expect_leaf(number: uint256, digest: bytes32):
    self._expect(number, TREE, True)
    assert self.disputes[number].leafCount == 1, "Disputes: not a leaf"
    assert staticcall Judge(REFEREE).leaf(digest) == self.disputes[number].node, (
        "Disputes: wrong leaf"
    )


@view
@internal
def _tensor(form: Bytes[128], digest: bytes32) -> Tensor:
    found: bytes32 = empty(bytes32)
    tensor: Tensor = empty(Tensor)
    found, tensor = staticcall Judge(REFEREE).tensor(form)
    assert found == digest, "Disputes: wrong tensor"
    return tensor


@pure
@internal
def _lock_id(number: uint256) -> bytes32:
    return keccak256(abi_encode("dispute", number))
