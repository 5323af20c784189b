# pragma version 0.4.3
# pragma evm-version cancun
"""
@title What can be checked of a computation on chain: hashes, trees, tensors, arithmetic, signatures
@notice Stateless. Everything rests on the precompiles (Precompiles.md); where a chain does not have
        them, every check is refused.
@dev Trees have the shape of RFC 9162 with BLAKE3: a leaf is H(0x00, digest), a node H(0x01, left,
     right). Records and tensors are named by the digest of their canonical form in CBOR; these are
     the forms of the receipts.
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


BLAKE3: constant(address) = 0x0000000000000000000000000000000000414901
BLAKE3_OPEN: constant(address) = 0x0000000000000000000000000000000000414902
FMA_CHAIN: constant(address) = 0x0000000000000000000000000000000000414903
ED25519: constant(address) = 0x0000000000000000000000000000000000414904
BLAKE3_PARENT: constant(address) = 0x0000000000000000000000000000000000414905

RECORD: constant(String[20]) = "gensyn.ree.record.v1"
TENSOR: constant(String[20]) = "gensyn.ree.tensor.v1"

# gensyn.ree.v1.DataType
FLOAT32: public(constant(uint256)) = 1
# 1 in binary32, as it lies in memory.
ONE: constant(Bytes[4]) = x"0000803f"

# Which tree: over digests, or the one inside a BLAKE3 digest, below its root or whole.
DIGESTS: public(constant(uint256)) = 0
CONTENT_PART: public(constant(uint256)) = 1
CONTENT: public(constant(uint256)) = 2

CHUNK: constant(uint256) = 1_024
ELEMENTS_END: constant(uint256) = 2 ** 38
# The parts that a reveal divides a tree into: four levels.
PARTS_MAX: public(constant(uint256)) = 16
BLOCKS_MAX: public(constant(uint256)) = 64
# The multiply-adds of one block of a dot product.
BLOCK: public(constant(uint256)) = 256


# Trees


@view
@external
def leaf(digest: bytes32) -> bytes32:
    """
    @notice The node of a tree that a leaf makes.
    """
    return self._hash(concat(x"00", digest))


@view
@external
def partSizes(count: uint256) -> DynArray[uint256, 16]:
    """
    @notice How many leaves each part of a tree with this many leaves has, four levels down.
    """
    return self._levels(count)[4]


@view
@external
def root(kind: uint256, count: uint256, parts: DynArray[bytes32, 16]) -> bytes32:
    """
    @notice The root of a tree with this many leaves whose parts, four levels down, are these.
    """
    levels: DynArray[DynArray[uint256, 16], 5] = self._levels(count)
    assert len(parts) == len(levels[4]), "Referee: wrong number of parts"
    nodes: DynArray[bytes32, 16] = parts
    for depth: uint256 in range(4):
        above: DynArray[bytes32, 16] = []
        next: uint256 = 0
        for size: uint256 in levels[3 - depth]:
            if size > 1:
                above.append(
                    self._node(kind, depth == 3, nodes[next], nodes[next + 1])
                )
                next += 2
            else:
                above.append(nodes[next])
                next += 1
        nodes = above
    return nodes[0]


@view
@internal
def _node(kind: uint256, isTop: bool, left: bytes32, right: bytes32) -> bytes32:
    if kind == DIGESTS:
        return self._hash(concat(x"01", left, right))
    flag: Bytes[1] = x"00"
    if isTop and kind == CONTENT:
        flag = x"01"
    return self._answer(
        raw_call(BLAKE3_PARENT, concat(flag, left, right), max_outsize=32, is_static_call=True)
    )


@pure
@internal
def _levels(count: uint256) -> DynArray[DynArray[uint256, 16], 5]:
    # The sizes of the subtrees at each of four levels below a tree.
    assert count > 0 and count < 2 ** 64, "Referee: invalid number of leaves"
    levels: DynArray[DynArray[uint256, 16], 5] = [[count]]
    for depth: uint256 in range(4):
        below: DynArray[uint256, 16] = []
        for size: uint256 in levels[depth]:
            if size > 1:
                left: uint256 = self._left_size(size)
                below.append(left)
                below.append(size - left)
            else:
                below.append(1)
        levels.append(below)
    return levels


@pure
@internal
def _left_size(count: uint256) -> uint256:
    # The largest power of two below the count, which is at least 2.
    rest: uint256 = count - 1
    bits: uint256 = 0
    for step: uint256 in [32, 16, 8, 4, 2, 1]:
        if rest >> step != 0:
            rest = rest >> step
            bits += step
    return 1 << bits


# Records and tensors


@view
@external
def record(form: Bytes[8192]) -> (bytes32, Record):
    """
    @notice The digest of a trace record and what it says, by its canonical form. Of one that has not
            two inputs and one output, the tensors are left out.
    """
    kind: uint256 = 0
    count: uint256 = 0
    at: uint256 = 0
    kind, count, at = self._head(form, 0)
    assert kind == 4 and count == 6, "Referee: no record"
    kind, count, at = self._head(form, at)
    assert kind == 0, "Referee: no record"
    record: Record = empty(Record)
    record.nodeHash, at = self._digest(form, at)
    kind, count, at = self._head(form, at)
    assert kind == 3 and at + count <= len(form), "Referee: no record"
    record.operator = keccak256(slice(form, at, count))
    kind, count, at = self._head(form, at + count)
    assert kind == 3, "Referee: no record"
    kind, count, at = self._head(form, at + count)
    assert kind == 4, "Referee: no record"
    if count == 2:
        left: bytes32 = empty(bytes32)
        right: bytes32 = empty(bytes32)
        left, at = self._digest(form, at)
        right, at = self._digest(form, at)
        kind, count, at = self._head(form, at)
        if kind == 4 and count == 1:
            record.output, at = self._digest(form, at)
            assert at == len(form), "Referee: no record"
            record.left = left
            record.right = right
    return self._derive(RECORD, form), record


@view
@external
def tensor(form: Bytes[128]) -> (bytes32, Tensor):
    """
    @notice The digest of a tensor and what it says of it, by its canonical form. Of one with more than
            four dimensions, with no element or with too many, nothing is said: its type is 0.
    """
    kind: uint256 = 0
    count: uint256 = 0
    at: uint256 = 0
    kind, count, at = self._head(form, 0)
    assert kind == 4 and count == 3, "Referee: no tensor"
    tensor: Tensor = empty(Tensor)
    kind, tensor.dataType, at = self._head(form, at)
    assert kind == 0, "Referee: no tensor"
    kind, count, at = self._head(form, at)
    assert kind == 4, "Referee: no tensor"
    if count > 4:
        return self._derive(TENSOR, form), empty(Tensor)
    size: uint256 = 0
    total: uint256 = 1
    for _: uint256 in range(count, bound=4):
        kind, size, at = self._head(form, at)
        assert kind == 0, "Referee: no tensor"
        tensor.dimensions.append(size)
        # 2^64 at most, four times: no overflow.
        total *= size
    tensor.content, at = self._digest(form, at)
    assert at == len(form), "Referee: no tensor"
    if total == 0 or total >= ELEMENTS_END:
        return self._derive(TENSOR, form), empty(Tensor)
    return self._derive(TENSOR, form), tensor


@pure
@internal
def _head(form: Bytes[8192], at: uint256) -> (uint256, uint256, uint256):
    # An item of CBOR: its major type, its number, and where its content begins.
    assert at < len(form), "Referee: form ends early"
    first: uint256 = convert(slice(form, at, 1), uint256)
    kind: uint256 = first >> 5
    short: uint256 = first & 31
    if short < 24:
        return kind, short, at + 1
    assert short < 28, "Referee: unknown form"
    length: uint256 = 1 << (short - 24)
    assert at + 1 + length <= len(form), "Referee: form ends early"
    number: uint256 = 0
    for index: uint256 in range(length, bound=8):
        number = (number << 8) | convert(slice(form, at + 1 + index, 1), uint256)
    return kind, number, at + 1 + length


@pure
@internal
def _digest(form: Bytes[8192], at: uint256) -> (bytes32, uint256):
    kind: uint256 = 0
    length: uint256 = 0
    start: uint256 = 0
    kind, length, start = self._head(form, at)
    assert kind == 2 and length == 32, "Referee: no digest"
    assert start + 32 <= len(form), "Referee: form ends early"
    return extract32(form, start), start + 32


# Elements


@view
@external
def elements(
    tensor: Tensor, first: uint256, count: uint256, openings: DynArray[Opening, 2]
) -> Bytes[2048]:
    """
    @notice Up to 256 elements of a tensor of binary32, by the one or two chunks that hold them.
    """
    assert tensor.dataType == FLOAT32, "Referee: not binary32"
    total: uint256 = self._element_count(tensor)
    assert count > 0 and count <= BLOCK and first + count <= total, "Referee: no such elements"
    start: uint256 = 4 * first
    end: uint256 = start + 4 * count
    chunk: uint256 = start // CHUNK
    chunks: uint256 = (end - 1) // CHUNK - chunk + 1
    assert len(openings) == chunks, "Referee: wrong number of chunks"
    for index: uint256 in range(chunks, bound=2):
        assert self._open(4 * total, chunk + index, openings[index]) == tensor.content, (
            "Referee: wrong chunk"
        )
    if chunks == 1:
        return slice(openings[0].chunk, start - chunk * CHUNK, 4 * count)
    return slice(
        concat(openings[0].chunk, openings[1].chunk), start - chunk * CHUNK, 4 * count
    )


@view
@external
def elementCount(tensor: Tensor) -> uint256:
    return self._element_count(tensor)


@pure
@internal
def _element_count(tensor: Tensor) -> uint256:
    count: uint256 = 1
    for size: uint256 in tensor.dimensions:
        count *= size
    assert count < ELEMENTS_END, "Referee: tensor too large"
    return count


@view
@internal
def _open(byteCount: uint256, index: uint256, opening: Opening) -> bytes32:
    answer: Bytes[32] = raw_call(
        BLAKE3_OPEN,
        concat(
            convert(convert(index, uint64), bytes8), convert(convert(byteCount, uint64), bytes8),
            opening.chunk, opening.siblings
        ),
        max_outsize=32, is_static_call=True
    )
    assert len(answer) == 32, "Referee: wrong chunk"
    return convert(answer, bytes32)


# Arithmetic


@view
@external
def chain(start: bytes4, a: Bytes[2048], b: Bytes[2048]) -> bytes4:
    """
    @notice The chain of fused multiply-adds over two rows of numbers, from a start.
    """
    return self._chain(start, a, b)


@view
@external
def fold(sums: DynArray[bytes4, 64]) -> bytes4:
    """
    @notice The sum of the blocks of a dot product, from left to right.
    """
    assert len(sums) > 0, "Referee: no sums"
    total: bytes4 = sums[0]
    for index: uint256 in range(1, len(sums), bound=64):
        total = self._chain(total, concat(sums[index], b""), ONE)
    return total


@view
@internal
def _chain(start: bytes4, a: Bytes[2048], b: Bytes[2048]) -> bytes4:
    assert len(a) == len(b), "Referee: rows differ in length"
    answer: Bytes[32] = raw_call(
        FMA_CHAIN, concat(start, a, b), max_outsize=32, is_static_call=True
    )
    assert len(answer) == 32, "Referee: no arithmetic"
    return convert(slice(answer, 0, 4), bytes4)


# Signatures


@view
@external
def isSignedBy(publicKey: bytes32, signature: Bytes[64], message: Bytes[1024]) -> bool:
    """
    @notice Whether an Ed25519 signature is good.
    """
    assert len(signature) == 64, "Referee: no signature"
    answer: Bytes[32] = raw_call(
        ED25519, concat(publicKey, signature, message), max_outsize=32, is_static_call=True
    )
    return len(answer) == 32 and convert(answer, uint256) == 1


# Hashes


@view
@internal
def _hash(message: Bytes[65]) -> bytes32:
    return self._answer(
        raw_call(BLAKE3, concat(x"00", message), max_outsize=32, is_static_call=True)
    )


@view
@internal
def _derive(context: String[20], message: Bytes[8192]) -> bytes32:
    return self._answer(
        raw_call(
            BLAKE3,
            concat(convert(convert(len(context), uint8), bytes1), convert(context, Bytes[20]), message),
            max_outsize=32, is_static_call=True
        )
    )


@pure
@internal
def _answer(answer: Bytes[32]) -> bytes32:
    assert len(answer) == 32, "Referee: no hash"
    return convert(answer, bytes32)
