"""Random and hostile calls, with answers from libraries that share no code with ours.

BLS12-381 and KZG: py_arkworks_bls12381 (Rust) and the maps of py_ecc; bn254: py_ecc; hashes and
powers: CPython; ecrecover: coincurve; P-256 and BLAKE2: OpenSSL and CPython.
"""

import hashlib
from random import Random

from coincurve import PrivateKey
from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar
from py_ecc import optimized_bn128 as bn
from py_ecc.bls import hash_to_curve
from py_ecc.optimized_bls12_381 import FQ, FQ2, normalize
from py_ecc.optimized_bls12_381 import optimized_curve as bls

P = bls.field_modulus
R = bls.curve_order
# [τ]G1: g1_monomial[1] of the public ceremony (consensus-specs, trusted_setup_4096.json).
TAU_G1 = bytes.fromhex(
    "ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28"
    "e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81"
)


def word(number, size=32):
    return number.to_bytes(size, "big")


# BLS12-381: 64 bytes a field element.


def g1(point):
    raw = point.to_xy_bytes_be()
    return b"".join(bytes(16) + raw[i : i + 48] for i in (0, 48)) if any(raw[1:]) else bytes(128)


def g2(point):
    raw = point.to_xy_bytes_be()
    return b"".join(bytes(16) + raw[i : i + 48] for i in (0, 48, 96, 144))


def scalar(random):
    return random.choice(
        [0, 1, 2, R - 1, R, R + 1, 2**256 - 1, random.getrandbits(256), random.getrandbits(64)]
    )


def point1(random):
    return G1Point() * Scalar.from_be_bytes_mod_order(word(random.randrange(1, R)))


def point2(random):
    return G2Point() * Scalar.from_be_bytes_mod_order(word(random.randrange(1, R)))


def times(point, number):
    return point * Scalar.from_be_bytes_mod_order(word(number % R))


def bls_additions(random):
    for name, address, make, write in (("g1", 0x0B, point1, g1), ("g2", 0x0D, point2, g2)):
        a, b = make(random), make(random)
        for case, left, right in (("sum", a, b), ("double", a, a)):
            yield f"{name} {case}", address, write(left) + write(right), write(left + right)
        zero = bytes(len(write(a)))
        yield f"{name} of opposites", address, write(a) + write(-a), zero
        yield f"{name} with infinity", address, write(a) + zero, write(a)
        yield f"{name} infinities", address, zero + zero, zero


def bls_sums(random):
    for name, address, make, write in (("g1", 0x0C, point1, g1), ("g2", 0x0E, point2, g2)):
        for count in (1, 2, 7, 8, 9, 20):
            pairs = [(make(random), scalar(random)) for _ in range(count)]
            data = b"".join(write(p) + word(s) for p, s in pairs)
            total = times(pairs[0][0], pairs[0][1])
            for p, s in pairs[1:]:
                total = total + times(p, s)
            identity = all(s % R == 0 for _, s in pairs)
            answer = bytes(len(write(pairs[0][0]))) if identity else write(total)
            yield f"{name} sum of {count}", address, data, answer


def bls_pairings(random):
    for count in (1, 2, 4):
        for good in (True, False):
            points1, points2, total = [], [], 0
            for _ in range(count):
                a, b = random.randrange(1, R), random.randrange(1, R)
                points1.append(times(G1Point(), a))
                points2.append(times(G2Point(), b))
                total += a * b
            if good:
                points1.append(times(G1Point(), -total))
                points2.append(G2Point())
            data = b"".join(g1(p) + g2(q) for p, q in zip(points1, points2))
            assert GT.pairing_check(points1, points2) == good
            yield f"pairing of {len(points1)}", 0x0F, data, word(int(good))


def bls_maps(random):
    for u in (0, 1, P - 1, random.randrange(P), random.randrange(P)):
        x, y = normalize(hash_to_curve.clear_cofactor_G1(hash_to_curve.map_to_curve_G1(FQ(u))))
        yield "map to g1", 0x10, word(u, 64), word(int(x), 64) + word(int(y), 64)
    for u in ((0, 0), (1, 0), (0, 1), (P - 1, P - 1), (random.randrange(P), random.randrange(P))):
        x, y = normalize(hash_to_curve.clear_cofactor_G2(hash_to_curve.map_to_curve_G2(FQ2(u))))
        answer = b"".join(word(int(c), 64) for c in (*x.coeffs, *y.coeffs))
        yield "map to g2", 0x11, word(u[0], 64) + word(u[1], 64), answer


def on_curve_outside(random):
    """A point of y² = x³ + 4 that is not of order r."""
    while True:
        x = random.randrange(P)
        y = pow(x**3 + 4, (P + 1) // 4, P)
        if (y * y - x**3 - 4) % P == 0:
            point = (FQ(x), FQ(y), FQ(1))
            if not bls.is_inf(bls.multiply(point, R)):
                return word(x, 64) + word(y, 64)


def on_twist_outside(random):
    while True:
        x = FQ2([random.randrange(P), random.randrange(P)])
        y = hash_to_curve_root(x * x * x + FQ2([4, 4]))
        if y is not None and not bls.is_inf(bls.multiply((x, y, FQ2.one()), R)):
            return b"".join(word(int(c), 64) for c in (*x.coeffs, *y.coeffs))


def hash_to_curve_root(a):
    # p² is 9 modulo 16: one of four candidates is a root of a square.
    root = a ** ((P**2 + 7) // 16)
    sqrt_minus_one = FQ2([0, 1])
    eighth = sqrt_minus_one ** ((P + 1) // 4)
    for factor in (FQ2.one(), sqrt_minus_one, eighth, eighth * sqrt_minus_one):
        if (root * factor) * (root * factor) == a:
            return root * factor
    z = FQ2([1, 1]) ** ((P**2 - 1) // 8)
    for k in range(8):
        candidate = root * z**k
        if candidate * candidate == a:
            return candidate
    return None


def bls_hostile(random):
    a, b = g1(point1(random)), g2(point2(random))
    outside1, outside2 = on_curve_outside(random), on_twist_outside(random)
    one = word(1)
    p = word(P, 64)
    yield "g1 sum needs no subgroup", 0x0B, outside1 + bytes(128), outside1
    yield "g2 sum needs no subgroup", 0x0D, outside2 + bytes(256), outside2
    for name, address, data in (
        ("g1 outside", 0x0C, outside1 + one),
        ("g1 outside times zero", 0x0C, outside1 + bytes(32)),
        ("g2 outside", 0x0E, outside2 + one),
        ("pairing outside g1", 0x0F, outside1 + b),
        ("pairing outside g2", 0x0F, a + outside2),
        ("pairing outside g1 with infinity", 0x0F, outside1 + bytes(256)),
        ("g1 off the curve", 0x0B, a[:127] + bytes([a[127] ^ 1]) + a),
        ("g2 off the curve", 0x0D, b[:255] + bytes([b[255] ^ 1]) + b),
        ("x is p", 0x0B, p + a[64:] + a),
        ("x above p", 0x0B, word(int.from_bytes(a[:64], "big") + P, 64) + a[64:] + a),
        ("padding set", 0x0B, b"\1" + a[1:] + a),
        ("infinity with p", 0x0B, p + bytes(64) + a),
        ("map of p", 0x10, p),
        ("map of p in g2", 0x11, bytes(64) + p),
        ("nothing", 0x0C, b""),
        ("nothing", 0x0E, b""),
        ("nothing", 0x0F, b""),
        ("one byte short", 0x0B, a + a[:-1]),
        ("one byte long", 0x0B, a + a + b"\0"),
        ("one byte short", 0x0D, b + b[:-1]),
        ("one byte long", 0x0C, a + one + b"\0"),
        ("one byte short", 0x0F, a + b[:-1]),
        ("one byte long", 0x10, bytes(65)),
        ("one byte short", 0x11, bytes(127)),
    ):
        yield name, address, data, None


# KZG, with polynomials of degree one: a + bX is committed to by [a]G + [b][τ]G.


def kzg(random):
    tau = G1Point.from_compressed_bytes(TAU_G1)
    for case in ("linear", "constant", "zero"):
        a = 0 if case == "zero" else random.randrange(R)
        b = random.randrange(R) if case == "linear" else 0
        z = random.randrange(R)
        commitment = (times(G1Point(), a) + times(tau, b)).to_compressed_bytes()
        proof = times(G1Point(), b).to_compressed_bytes()
        y = (a + b * z) % R
        commitment, proof = bytes(commitment), bytes(proof)
        good = word(4096) + word(R)
        hashed = b"\1" + hashlib.sha256(commitment).digest()[1:]
        head = hashed + word(z) + word(y)
        yield f"kzg {case}", 0x0A, head + commitment + proof, good
        yield f"kzg {case}, another y", 0x0A, head[:64] + word((y + 1) % R) + commitment + proof, None
        yield "kzg z above r", 0x0A, head[:32] + word(z + R) + head[64:] + commitment + proof, None
        yield "kzg y is r", 0x0A, head[:64] + word(R) + commitment + proof, None
        yield "kzg version 2", 0x0A, b"\2" + head[1:] + commitment + proof, None
        yield "kzg short", 0x0A, (head + commitment + proof)[:-1], None
        yield "kzg long", 0x0A, head + commitment + proof + b"\0", None
        if case == "linear":
            flipped = bytes([proof[0] ^ 0x20]) + proof[1:]
            yield "kzg other sign", 0x0A, head + commitment + flipped, None
            plain = bytes([proof[0] & 0x7F]) + proof[1:]
            yield "kzg not compressed", 0x0A, head + commitment + plain, None
        else:
            yield "kzg odd infinity", 0x0A, head + commitment + b"\xe0" + proof[1:], None
            yield "kzg odd infinity", 0x0A, head + commitment + proof[:-1] + b"\1", None


# bn254.


def bn1(point):
    return word(0, 64) if bn.is_inf(point) else b"".join(word(int(c)) for c in bn.normalize(point))


def bn2(point):
    if bn.is_inf(point):
        return bytes(128)
    x, y = bn.normalize(point)
    return b"".join(word(int(c)) for c in (*reversed(x.coeffs), *reversed(y.coeffs)))


def bn254(random):
    order, p = bn.curve_order, bn.field_modulus
    for _ in range(4):
        a = bn.multiply(bn.G1, random.randrange(1, order))
        b = bn.multiply(bn.G1, random.randrange(1, order))
        yield "bn254 sum", 0x06, bn1(a) + bn1(b), bn1(bn.add(a, b))
        yield "bn254 double", 0x06, bn1(a) + bn1(a), bn1(bn.double(a))
        yield "bn254 opposites", 0x06, bn1(a) + bn1(bn.neg(a)), bytes(64)
        yield "bn254 cut", 0x06, bn1(a), bn1(a)
        yield "bn254 long", 0x06, bn1(a) + bn1(b) + b"\1", bn1(bn.add(a, b))
        for k in (scalar(random), order, order + 1, 2**256 - 1):
            yield "bn254 product", 0x07, bn1(a) + word(k), bn1(bn.multiply(a, k % order))
        yield "bn254 off the curve", 0x06, bn1(a)[:-1] + bytes([bn1(a)[-1] ^ 1]), None
        x, y = (int(c) for c in bn.normalize(a))
        yield "bn254 x above p", 0x06, word(x + p) + word(y), None
        yield "bn254 infinity as p", 0x06, word(p) + word(0), None
    for good in (True, False):
        a, b = random.randrange(1, order), random.randrange(1, order)
        last = order - a * b % order if good else 5
        data = (
            bn1(bn.multiply(bn.G1, a))
            + bn2(bn.multiply(bn.G2, b))
            + bn1(bn.multiply(bn.G1, last))
            + bn2(bn.G2)
        )
        yield "bn254 pairing", 0x08, data, word(int(good))
        yield "bn254 pairing short", 0x08, data[:-1], None
        yield "bn254 pairing with infinity", 0x08, data + bytes(192), word(int(good))
    yield "bn254 no pairs", 0x08, b"", word(1)
    while True:
        # A point of the twist: nearly every one is outside the subgroup.
        x = bn.FQ2([random.randrange(p), random.randrange(p)])
        square = x * x * x + bn.b2
        c0, c1 = (int(c) for c in square.coeffs)
        norm = pow(c0 * c0 + c1 * c1, (p + 1) // 4, p)
        half = pow(2, -1, p)
        for real2 in ((c0 + norm) * half % p, (c0 - norm) * half % p):
            real = pow(real2, (p + 1) // 4, p)
            if real and real * real % p == real2:
                y = bn.FQ2([real, c1 * half * pow(real, -1, p) % p])
                if y * y == square:
                    point = (x, y, bn.FQ2.one())
                    yield "bn254 outside", 0x08, bn1(bn.G1) + bn2(point), None
                    yield "bn254 outside with infinity", 0x08, bytes(64) + bn2(point), None
                    return


# The others.


def powers(random):
    for _ in range(40):
        sizes = [random.choice([0, 1, 2, 7, 8, 9, 31, 32, 33, 64, 200]) for _ in range(3)]
        base, exponent, modulus = (random.randbytes(size) for size in sizes)
        if random.random() < 0.3 and modulus:
            modulus = modulus[:-1] + bytes([modulus[-1] & 0xF0])
        if random.random() < 0.1:
            modulus = bytes(len(modulus))
        numbers = [int.from_bytes(part, "big") for part in (base, exponent, modulus)]
        answer = pow(*numbers) if numbers[2] else 0
        data = b"".join(map(word, sizes)) + base + exponent + modulus
        yield "power", 0x05, data, word(answer, sizes[2]) if sizes[2] else b""


def hashes(random):
    for size in (0, 1, 55, 56, 63, 64, 65, 1000):
        data = random.randbytes(size)
        yield "sha256", 0x02, data, hashlib.sha256(data).digest()
        yield "ripemd160", 0x03, data, bytes(12) + hashlib.new("ripemd160", data).digest()


def recoveries(random):
    for _ in range(8):
        key = PrivateKey(random.randbytes(32))
        digest = random.randbytes(32)
        signed = key.sign_recoverable(digest, hasher=None)
        data = digest + word(27 + signed[64]) + signed[:64]
        yield "ecrecover", 0x01, data, ("keccak", key.public_key.format(compressed=False)[1:])


def keccak256(data):
    """Keccak-256 by the definition (FIPS 202 section 3, with the padding of the submission)."""
    mask = (1 << 64) - 1
    rotate = lambda v, n: (v << n | v >> (64 - n)) & mask if n else v
    state = [[0] * 5 for _ in range(5)]
    data += b"\1" + bytes(135 - len(data) % 136)
    data = data[:-1] + bytes([data[-1] | 0x80])
    for start in range(0, len(data), 136):
        for i in range(17):
            state[i % 5][i // 5] ^= int.from_bytes(data[start + 8 * i : start + 8 * i + 8], "little")
        lfsr = 1
        for _ in range(24):
            c = [state[x][0] ^ state[x][1] ^ state[x][2] ^ state[x][3] ^ state[x][4] for x in range(5)]
            d = [c[x - 1] ^ rotate(c[(x + 1) % 5], 1) for x in range(5)]
            state = [[state[x][y] ^ d[x] for y in range(5)] for x in range(5)]
            x, y, current = 1, 0, state[1][0]
            for t in range(24):
                x, y = y, (2 * x + 3 * y) % 5
                current, state[x][y] = state[x][y], rotate(current, (t + 1) * (t + 2) // 2 % 64)
            state = [
                [state[x][y] ^ (~state[(x + 1) % 5][y] & state[(x + 2) % 5][y]) for y in range(5)]
                for x in range(5)
            ]
            for j in range(7):
                if lfsr & 1:
                    state[0][0] ^= 1 << ((1 << j) - 1)
                lfsr = lfsr << 1 ^ (0x171 if lfsr & 0x80 else 0)
    return b"".join(word(state[i][0], 8)[::-1] for i in range(4))


AREAS = (
    hashes, powers, recoveries, bn254, bls_additions, bls_sums, bls_pairings, bls_maps,
    bls_hostile, kzg,
)


def cases(seed, rounds):
    """Yields (name, address, input, output), at Osaka's rules; the output is None of a failure."""
    random = Random(seed)
    for _ in range(rounds):
        for area in AREAS:
            for name, address, data, answer in area(random):
                if isinstance(answer, tuple):
                    answer = bytes(12) + keccak256(answer[1])[12:]
                yield name, address, data, answer
