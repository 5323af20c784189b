#!/usr/bin/env python3
"""Whole models on REE and on ONNX Runtime: one thread, CPU time, interleaved.

    models.py --program bench-ree --models FOLDER [--rounds 15] [--only TEXT] [--profile]

FOLDER is what Tests/Conformance/Models/prepare.py made. One JSON line a comparison; `ours` and
`theirs` are medians in CPU milliseconds a run. The two files are the same network: `int8` is what ONNX
Runtime's quantize_dynamic made of `fp32`, and both engines run the same file.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import numpy as np
import onnxruntime as ort

TOKENS = (16, 32, 64, 128, 256)


class Ours:
    def __init__(self, program, model, inputs):
        self.file = tempfile.NamedTemporaryFile(suffix=".npz")
        np.savez(self.file, **inputs)
        self.file.flush()
        self.process = subprocess.Popen(
            [program, str(model), self.file.name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.instruction_set = self.process.stdout.readline().split()[1]

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def time(self, count):
        return int(self.ask(str(count))) / count / 1e6

    def outputs(self):
        with tempfile.NamedTemporaryFile(suffix=".npz") as file:
            self.ask("write " + file.name)
            return dict(np.load(file.name))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Theirs:
    def __init__(self, model, inputs):
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = ort.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        self.inputs = inputs

    def outputs(self):
        return self.session.run(None, self.inputs)

    def time(self, count):
        start = time.process_time_ns()
        for _ in range(count):
            self.outputs()
        return (time.process_time_ns() - start) / count / 1e6


def inputs_of(tokens):
    ids = np.random.default_rng(3).integers(1000, 30000, (1, tokens)).astype(np.int64)
    return {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }


def report(bench, ours, peers):
    mine = statistics.median(ours)
    for name, times in peers:
        theirs = statistics.median(times)
        print(
            json.dumps(
                {
                    "bench": bench, "ours": round(mine, 3), "peer": name,
                    "theirs": round(theirs, 3), "unit": "cpu_ms_per_run",
                    "ratio": round(theirs / mine, 3),
                    "best_ratio": round(min(times) / min(ours), 3),
                }
            ),
            flush=True,
        )  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--models", required=True, type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    files = {kind: options.models / f"minilm-{kind}.onnx" for kind in ("fp32", "int8")}
    for tokens in TOKENS:
        benches = {kind: f"ree.minilm.{kind}.{tokens}" for kind in files}
        if not any(options.only in bench for bench in benches.values()):
            continue
        inputs = inputs_of(tokens)
        ours = {kind: Ours(options.program, file, inputs) for kind, file in files.items()}
        theirs = {kind: Theirs(file, inputs) for kind, file in files.items()}
        for kind in files:
            found, wanted = list(ours[kind].outputs().values())[0], theirs[kind].outputs()[0]
            difference = np.abs(found - wanted).max()
            assert difference < (1e-3 if kind == "fp32" else 0.5), (kind, difference)
            if options.profile:
                print(kind, tokens, ours[kind].ask("profile").replace("\t", "  "))
        count = max(1, 256 // tokens)
        times = {side: {kind: [] for kind in files} for side in ("ours", "theirs")}
        for engine in list(ours.values()) + list(theirs.values()):
            engine.time(2)
        for _ in range(options.rounds):
            for kind in files:
                times["ours"][kind].append(ours[kind].time(count))
                times["theirs"][kind].append(theirs[kind].time(count))
        runtime = "onnxruntime " + ort.__version__
        report(benches["fp32"], times["ours"]["fp32"], [(f"{runtime} fp32", times["theirs"]["fp32"])])
        report(
            benches["int8"], times["ours"]["int8"],
            [(f"{runtime} {kind}", times["theirs"][kind]) for kind in ("fp32", "int8")],
        )  # fmt: skip
        for engine in ours.values():
            engine.close()


main()
