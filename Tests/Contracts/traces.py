"""Traces as receipts commit to them: the other side of what the referee checks, from the definitions.

CBOR in its deterministic form, trees in the shape of RFC 9162 over BLAKE3, tensors in chunks.
"""

import random
import struct
from dataclasses import dataclass, field

from blake3 import blake3

from precompiles import CHUNK, chunk_value, fma_chain, left_size, parent, way

ONE, MINUS_ONE, MINUS_ZERO = 0x3F800000, 0xBF800000, 0x80000000
BLOCK = 256


# CBOR


def head(kind, value):
    if value < 24:
        return bytes([kind << 5 | value])
    size = next(size for size in (1, 2, 4, 8) if value < 1 << 8 * size)
    return bytes([kind << 5 | 24 + size.bit_length() - 1]) + value.to_bytes(size, "big")


def cbor(value):
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    return head(4, len(value)) + b"".join(map(cbor, value))


# Trees


def leaf(digest):
    return blake3(b"\0" + digest).digest()


def node(left, right):
    return blake3(b"\1" + left + right).digest()


class Tree:
    """Leaves that are joined by a function of left, right and whether it is the top."""

    def __init__(self, leaves, join):
        self.leaves = leaves
        self.join = join

    def value(self, first, count):
        if count == 1:
            return self.leaves[first]
        left = left_size(count)
        return self.join(
            self.value(first, left), self.value(first + left, count - left),
            count == len(self.leaves),
        )

    @property
    def root(self):
        return self.value(0, len(self.leaves))

    def parts(self, first, count, levels=4):
        """(first, count) of each part some levels down."""
        if levels == 0 or count == 1:
            return [(first, count)]
        left = left_size(count)
        return self.parts(first, left, levels - 1) + self.parts(
            first + left, count - left, levels - 1
        )


def digest_tree(digests):
    return Tree([leaf(digest) for digest in digests], lambda left, right, _: node(left, right))


# Tensors


@dataclass
class Tensor:
    dimensions: list
    values: list
    data_type: int = 1

    @property
    def data(self):
        return struct.pack(f"<{len(self.values)}I", *self.values)

    @property
    def chunks(self):
        data = self.data
        return [data[i : i + CHUNK] for i in range(0, len(data), CHUNK)] or [b""]

    @property
    def content_tree(self):
        chunks = self.chunks
        leaves = [chunk_value(c, i, root=len(chunks) == 1) for i, c in enumerate(chunks)]
        return Tree(leaves, lambda left, right, top: parent(left, right, root=top))

    @property
    def form(self):
        return cbor([self.data_type, self.dimensions, blake3(self.data).digest()])

    @property
    def digest(self):
        return blake3(self.form, derive_key_context="gensyn.ree.tensor.v1").digest()

    def opening(self, index):
        tree = self.content_tree
        siblings = []
        first, count = 0, len(tree.leaves)
        for goes_left in way(index, count):
            left = left_size(count)
            ours, beside = ((first, left), (first + left, count - left))[:: 1 if goes_left else -1]
            siblings.append(tree.value(*beside))
            first, count = ours
        return self.chunks[index], b"".join(reversed(siblings))

    def openings(self, first, count):
        """The one or two chunks in which elements lie."""
        low, high = 4 * first // CHUNK, (4 * (first + count) - 1) // CHUNK
        return [self.opening(index) for index in range(low, high + 1)]


def random_tensor(source: random.Random, *dimensions):
    count = 1
    for size in dimensions:
        count *= size
    values = [
        struct.unpack("<I", struct.pack("<f", source.uniform(-4, 4)))[0] for _ in range(count)
    ]
    return Tensor(list(dimensions), values)


# Operators


def block_sums(a, b, row, column):
    length = a.dimensions[1]
    x = a.values[row * length :][:length]
    y = b.values[column * length :][:length]
    return [
        fma_chain(0, x[i : i + BLOCK], y[i : i + BLOCK]) for i in range(0, length, BLOCK)
    ]


def fold(sums):
    total = sums[0]
    for value in sums[1:]:
        total = fma_chain(total, [value], [ONE])
    return total


def result(operator, a, b):
    if operator == "gensyn.MatMulTransposed":
        m, n = a.dimensions[0], b.dimensions[0]
        return Tensor(
            [m, n], [fold(block_sums(a, b, i, j)) for i in range(m) for j in range(n)]
        )
    operations = {
        "ai.onnx.Add": lambda x, y: fma_chain(x, [y], [ONE]),
        "ai.onnx.Sub": lambda x, y: fma_chain(x, [y], [MINUS_ONE]),
        "ai.onnx.Mul": lambda x, y: fma_chain(MINUS_ZERO, [x], [y]),
    }
    return Tensor(a.dimensions, list(map(operations[operator], a.values, b.values)))


@dataclass
class Record:
    operator: str
    inputs: list
    outputs: list
    number: int = 0

    @property
    def form(self):
        return cbor(
            [
                self.number, bytes([self.number % 256]) * 32, self.operator, "1",
                [tensor.digest for tensor in self.inputs],
                [tensor.digest for tensor in self.outputs],
            ]
        )

    @property
    def digest(self):
        return blake3(self.form, derive_key_context="gensyn.ree.record.v1").digest()


@dataclass
class Trace:
    """Steps, each a list of records."""

    steps: list

    def step_tree(self, step):
        return digest_tree([record.digest for record in self.steps[step]])

    @property
    def tree(self):
        return digest_tree([self.step_tree(i).root for i in range(len(self.steps))])
