"""Our precompiled contracts against published vectors and against other people's libraries.

The last line is `conformance-precompiles: PASSED/TOTAL`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import oracles
import vectors

GAS = 1 << 60
# What is kept runs in a debug build: no long inputs, and few pairings and sums.
KEPT_MAX = 1_200
HEAVY = {0x08, 0x0A, 0x0C, 0x0E, 0x0F, 0x10, 0x11}
HEAVY_MAX = 2


class Ours:
    """The program that answers one call a line."""

    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def call(self, fork, address, data, gas=GAS):
        self.process.stdin.write(f"{fork} {address:x} {gas} {data}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the program ended at {fork} {address:x} {data[:200]}")
        return line.rstrip("\n")


class Score:
    def __init__(self):
        self.passed = self.total = 0

    def check(self, name, ours, expected):
        self.total += 1
        if ours == expected:
            self.passed += 1
        else:
            print(f"{name}\n  ours:     {ours[:400]}\n  expected: {expected[:400]}", file=sys.stderr)


def published(ours, folder, score, only):
    for name, fork, address, data, expected in vectors.cases(folder):
        if only and only not in name:
            continue
        answer = ours.call(fork, address, data)
        if expected == "failure":
            score.check(name, answer, "failure")
            continue
        gas, output = expected
        if gas is None:
            answer = answer.split(" ")[-1]
            score.check(name, answer, output)
            continue
        score.check(name, answer, f"success {gas} {output}")
        # One unit of gas less must not do.
        score.check(name + " with too little gas", ours.call(fork, address, data, gas - 1), "failure")


def differential(ours, seed, rounds, score, kept):
    heavy = dict.fromkeys(HEAVY, 0)
    for name, address, data, output in oracles.cases(seed, rounds):
        answer = ours.call("osaka", address, data.hex())
        words = answer.split(" ")
        if output is None:
            score.check(name, answer, "failure")
        else:
            score.check(name, f"{words[0]} {words[-1]}", f"success {output.hex()}")
        if kept is None or len(data) > KEPT_MAX:
            continue
        if address in HEAVY and (output is not None or "another y" in name):
            heavy[address] += 1
            if heavy[address] > HEAVY_MAX:
                continue
        expected = "failure" if output is None else output.hex() or "-"
        kept.write(f"{address:x} {data.hex() or '-'} {expected}\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--published", type=Path, help="a folder of go-ethereum's JSON vectors")
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--keep", type=Path, help="where to write what the other libraries said")
    options = parser.parse_args()
    ours, score = Ours(options.program), Score()
    if options.published and options.published.is_dir():
        published(ours, options.published, score, options.only)
    else:
        print("no published vectors: set GENSYN_CONFORMANCE", file=sys.stderr)
    kept = options.keep.open("w") if options.keep else None
    if kept:
        kept.write("# ADDRESS INPUT OUTPUT, at Osaka's rules: what other libraries answered. Written by\n")
        kept.write("# Tests/Conformance/Precompiles/run.py --rounds 1 --seed 1 --keep FILE (see oracles.py).\n")
    differential(ours, options.seed, options.rounds, score, kept)
    print(f"conformance-precompiles: {score.passed}/{score.total}")
    sys.exit(score.passed != score.total or score.total == 0)


main()
