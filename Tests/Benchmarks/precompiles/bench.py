"""What a precompiled contract costs against other people's libraries, interleaved in one run.

One JSON line per comparison: CPU microseconds per call, the best of the rounds. The peers are called
with points that are decoded already where their interface has no bytes, which is to their advantage.
`ratio` above 1 means that ours is better.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[2] / "Conformance" / "Precompiles"))

import mclbn256 as mcl
from coincurve import PrivateKey, PublicKey
from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

import oracles

GAS = 1 << 60


class Ours:
    def __init__(self, program, count):
        self.process = subprocess.Popen(
            [program, "--time", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def microseconds(self, address, data):
        self.process.stdin.write(f"osaka {address:x} {GAS} {data.hex()}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline()) / 1000


def theirs(call, count):
    start = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - start) * 1e6 / count


def rows(random):
    """Yields (bench, address, input, calls a round, peer, peer's call)."""
    key, digest = PrivateKey(random.randbytes(32)), random.randbytes(32)
    signed = key.sign_recoverable(digest, hasher=None)
    yield (
        "precompiles.ecrecover", 0x01, digest + oracles.word(27 + signed[64]) + signed[:64], 200,
        "coincurve", lambda: PublicKey.from_signature_and_message(signed, digest, hasher=None),
    )

    a, b = oracles.point1(random), oracles.point1(random)
    yield "precompiles.bls.g1add", 0x0B, oracles.g1(a) + oracles.g1(b), 1000, "arkworks", (
        lambda: (a + b).to_xy_bytes_be()
    )
    c, d = oracles.point2(random), oracles.point2(random)
    yield "precompiles.bls.g2add", 0x0D, oracles.g2(c) + oracles.g2(d), 500, "arkworks", (
        lambda: (c + d).to_xy_bytes_be()
    )
    for name, address, make, write, kind in (
        ("g1msm", 0x0C, oracles.point1, oracles.g1, G1Point),
        ("g2msm", 0x0E, oracles.point2, oracles.g2, G2Point),
    ):
        for count in (1, 16, 128):
            points = [make(random) for _ in range(count)]
            numbers = [random.randrange(oracles.R) for _ in range(count)]
            scalars = [Scalar.from_be_bytes(oracles.word(number)) for number in numbers]
            data = b"".join(write(p) + oracles.word(n) for p, n in zip(points, numbers))

            def call(kind=kind, points=points, scalars=scalars):
                for point in points:
                    point.is_in_subgroup()
                kind.multiexp_unchecked(points, scalars).to_xy_bytes_be()

            yield f"precompiles.bls.{name}.{count}", address, data, max(1, 100 // count), "arkworks", call
    for count in (1, 2, 8):
        points1 = [oracles.point1(random) for _ in range(count)]
        points2 = [oracles.point2(random) for _ in range(count)]
        data = b"".join(oracles.g1(p) + oracles.g2(q) for p, q in zip(points1, points2))

        def pairing(points1=points1, points2=points2):
            for point in (*points1, *points2):
                point.is_in_subgroup()
            GT.pairing_check(points1, points2)

        yield f"precompiles.bls.pairing.{count}", 0x0F, data, 20 // count + 1, "arkworks", pairing
    u = oracles.word(random.randrange(oracles.P), 64)
    yield "precompiles.bls.map_g1", 0x10, u, 100, "arkworks", (
        lambda: G1Point.map_from_fp_be(u[16:]).to_xy_bytes_be()
    )
    v = u + oracles.word(random.randrange(oracles.P), 64)
    yield "precompiles.bls.map_g2", 0x11, v, 50, "arkworks", (
        lambda: G2Point.map_from_fp2_be(v[16:64] + v[80:]).to_xy_bytes_be()
    )

    # mcl's curve of the same size in place of alt_bn128, which its wheel does not select.
    bn = oracles.bn
    p, q = bn.multiply(bn.G1, random.randrange(bn.curve_order)), bn.multiply(bn.G1, 77)
    k = random.randrange(bn.curve_order)
    mp, mq, mk = mcl.G1().randomize(), mcl.G1().randomize(), mcl.Fr()
    mk.setRnd() if hasattr(mk, "setRnd") else mk.randomize()
    m2 = mcl.G2().randomize()
    yield "precompiles.bn254.add", 0x06, oracles.bn1(p) + oracles.bn1(q), 2000, "mcl", (
        lambda: mp.add(mq).normalize()
    )
    yield "precompiles.bn254.mul", 0x07, oracles.bn1(p) + oracles.word(k), 200, "mcl", (
        lambda: mp.mul(mk).normalize()
    )
    pair = oracles.bn1(p) + oracles.bn2(bn.multiply(bn.G2, k))
    yield "precompiles.bn254.pairing.2", 0x08, pair * 2, 20, "mcl", (
        lambda: (mp.pairing(m2), mq.pairing(m2))
    )


def kzg(random, setup):
    import ckzg

    loaded = ckzg.load_trusted_setup(str(setup), 0)
    tau = G1Point.from_compressed_bytes(oracles.TAU_G1)
    a, b, z = (random.randrange(oracles.R) for _ in range(3))
    commitment = bytes(
        (oracles.times(G1Point(), a) + oracles.times(tau, b)).to_compressed_bytes()
    )
    proof = bytes(oracles.times(G1Point(), b).to_compressed_bytes())
    z, y = oracles.word(z), oracles.word((a + b * z) % oracles.R)
    hashed = b"\1" + oracles.hashlib.sha256(commitment).digest()[1:]
    assert ckzg.verify_kzg_proof(commitment, z, y, proof, loaded)
    yield "precompiles.kzg", 0x0A, hashed + z + y + commitment + proof, 20, "ckzg", (
        lambda: ckzg.verify_kzg_proof(commitment, z, y, proof, loaded)
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--trusted-setup", type=Path, help="c-kzg's trusted_setup.txt")
    options = parser.parse_args()
    random = Random(7)
    comparisons = list(rows(random))
    if options.trusted_setup and options.trusted_setup.is_file():
        comparisons += list(kzg(random, options.trusted_setup))
    else:
        print(json.dumps({"bench": "precompiles.kzg", "peer": "ckzg", "missing": "trusted setup"}))
    for bench, address, data, count, peer, call in comparisons:
        if options.only not in bench:
            continue
        ours = Ours(options.program, count)
        best_ours = best_theirs = float("inf")
        for _ in range(options.rounds):
            best_ours = min(best_ours, ours.microseconds(address, data))
            best_theirs = min(best_theirs, theirs(call, count))
        ours.process.stdin.close()
        row = {
            "bench": bench, "ours": round(best_ours, 2), "peer": peer,
            "theirs": round(best_theirs, 2), "unit": "cpu_us_per_call",
            "ratio": round(best_theirs / best_ours, 2),
        }
        print(json.dumps(row), flush=True)


main()
