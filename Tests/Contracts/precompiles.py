"""The precompiles of Sources/Contracts/Precompiles.md, written from their definitions.

Digests come from the package blake3 and signatures from PyNaCl; BLAKE3's tree, of which the package
shows nothing, and the arithmetic are written out here.
"""

import struct
from fractions import Fraction

import blake3 as blake3_package
import nacl.bindings
import nacl.exceptions
from boa.vm.py_evm import register_raw_precompile

BASE = 0x414900
IV = (
    0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT = 1, 2, 4, 8
MASK = 0xFFFFFFFF
CHUNK = 1_024


# BLAKE3 inside


def compress(chaining, block, counter, length, flags):
    """The first half of the compression's output: the paper's section 2.2."""
    m = list(block)
    v = list(chaining) + list(IV[:4]) + [counter & MASK, counter >> 32, length, flags]

    def mix(a, b, c, d, x, y):
        for word, (p, q) in ((x, (16, 12)), (y, (8, 7))):
            v[a] = (v[a] + v[b] + word) & MASK
            v[d] ^= v[a]
            v[d] = (v[d] >> p | v[d] << (32 - p)) & MASK
            v[c] = (v[c] + v[d]) & MASK
            v[b] ^= v[c]
            v[b] = (v[b] >> q | v[b] << (32 - q)) & MASK

    for round_ in range(7):
        for column in range(4):
            mix(column, 4 + column, 8 + column, 12 + column, m[2 * column], m[2 * column + 1])
        for column in range(4):
            mix(
                column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4,
                m[8 + 2 * column], m[9 + 2 * column],
            )
        m = [m[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def words(data):
    return struct.unpack("<16I", data.ljust(64, b"\0"))


def chunk_value(data, number, root=False):
    """A chunk's chaining value, or its digest if it is the whole message."""
    value = IV
    blocks = [data[i : i + 64] for i in range(0, len(data), 64)] or [b""]
    for index, block in enumerate(blocks):
        flags = (CHUNK_START if index == 0 else 0) | (
            (CHUNK_END | (ROOT if root else 0)) if index == len(blocks) - 1 else 0
        )
        value = compress(value, words(block), number, len(block), flags)
    return struct.pack("<8I", *value)


def parent(left, right, root=False):
    value = compress(IV, words(left + right), 0, 64, PARENT | (ROOT if root else 0))
    return struct.pack("<8I", *value)


def left_size(count):
    """The largest power of two below a count of at least 2."""
    return 1 << (count - 1).bit_length() - 1


def way(index, count):
    """For each level from the root: whether the way goes left."""
    turns = []
    while count > 1:
        left = left_size(count)
        turns.append(index < left)
        index, count = (index, left) if index < left else (index - left, count - left)
    return turns


def opened_root(index, byte_count, chunk, siblings):
    """The digest of the message with this chunk; None if there is none."""
    count = max(1, (byte_count + CHUNK - 1) // CHUNK)
    turns = way(index, count)
    if count == 1:
        return chunk_value(chunk, 0, root=True)
    value = chunk_value(chunk, index)
    for level, (goes_left, sibling) in enumerate(zip(reversed(turns), siblings)):
        pair = (value, sibling) if goes_left else (sibling, value)
        value = parent(*pair, root=level == len(turns) - 1)
    return value


# Arithmetic


def bits_of(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def number(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


NAN = 0x7FC00000


def rounded(exact: Fraction, zero_sign):
    """The bits of a rational number in binary32, to nearest even."""
    if exact == 0:
        return zero_sign << 31
    sign = exact < 0
    exact = abs(exact)
    exponent = exact.numerator.bit_length() - exact.denominator.bit_length()
    if Fraction(2) ** exponent > exact:
        exponent -= 1
    unit = Fraction(2) ** (max(exponent, -126) - 23)
    units = exact / unit
    whole = units.numerator // units.denominator
    rest = units - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole & 1):
        whole += 1
    # Adding the units carries into the exponent where it must, up to infinity.
    bits = (max(exponent, -126) + 126 << 23) + whole
    return sign << 31 | min(bits, 0x7F800000)


def fma(a, b, c):
    """fma(a, b, c) on the bits of binary32."""
    x, y, z = number(a), number(b), number(c)
    product_sign = (a ^ b) >> 31
    finite = all(bits & 0x7F800000 != 0x7F800000 for bits in (a, b, c))
    if not finite:
        # In binary64 no product of binary32 overflows: what is infinite here was so before.
        result = x * y + z
        if result != result:
            return NAN
        return 0x7F800000 if result > 0 else 0xFF800000
    exact = Fraction(x) * Fraction(y) + Fraction(z)
    both_zero = (x == 0 or y == 0) and z == 0
    return rounded(exact, product_sign & c >> 31 if both_zero else 0)


def fma_chain(start, a, b):
    value = NAN if number(start) != number(start) else start
    for x, y in zip(a, b):
        value = fma(x, y, value)
    return value


# The contracts


def blake3(data):
    if not data or len(data) < 1 + data[0]:
        return b""
    context, message = data[1 : 1 + data[0]], data[1 + data[0] :]
    if not context:
        return blake3_package.blake3(message).digest()
    return blake3_package.blake3(message, derive_key_context=context.decode()).digest()


def blake3_open(data):
    if len(data) < 16:
        return b""
    index, byte_count = struct.unpack(">QQ", data[:16])
    count = max(1, (byte_count + CHUNK - 1) // CHUNK)
    if index >= count:
        return b""
    length = min(CHUNK, byte_count - index * CHUNK)
    depth = len(way(index, count))
    if len(data) != 16 + length + 32 * depth:
        return b""
    siblings = [data[16 + length + 32 * i :][:32] for i in range(depth)]
    return opened_root(index, byte_count, data[16 : 16 + length], siblings)


def fma_chain_contract(data):
    count, rest = divmod(len(data) - 4, 8)
    if rest or not 1 <= count <= 4_096:
        return b""
    values = struct.unpack(f"<{1 + 2 * count}I", data)
    result = fma_chain(values[0], values[1 : 1 + count], values[1 + count :])
    return struct.pack("<I", result) + bytes(28)


def ed25519(data):
    if len(data) < 96:
        return b""
    try:
        nacl.bindings.crypto_sign_open(data[32:96] + data[96:], data[:32])
    except nacl.exceptions.BadSignatureError:
        return b""
    return (1).to_bytes(32, "big")


def blake3_parent(data):
    if len(data) != 65 or data[0] > 1:
        return b""
    return parent(data[1:33], data[33:], root=data[0] == 1)


def blocks(count, size):
    return (count + size - 1) // size


PRECOMPILES = {
    1: (blake3, lambda n: 60 + 12 * blocks(n, 64)),
    2: (blake3_open, lambda n: 100 + 12 * blocks(n, 32)),
    3: (fma_chain_contract, lambda n: 50 + 8 * (max(n - 4, 0) // 8)),
    4: (ed25519, lambda n: 3_000 + 12 * blocks(n, 64)),
    5: (blake3_parent, lambda n: 72),
}


def register():
    for index, (function, gas) in PRECOMPILES.items():

        def run(computation, function=function, gas=gas):
            data = bytes(computation.msg.data)
            computation.consume_gas(gas(len(data)), reason=function.__name__)
            computation.output = function(data)
            return computation

        register_raw_precompile((BASE + index).to_bytes(20, "big"), run, force=True)
