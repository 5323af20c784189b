#!/usr/bin/env python3
"""Training tokens for each second of CPU time on one thread: ours and PyTorch, interleaved, medians.

Both train the model of the conformance run, 16 sequences of 64 bytes a step; ours with correctly rounded
functions, the canonical order, and a commitment to every step's whole state.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../Conformance/Training"))
import run as conformance  # noqa: E402


class Peer:
    def __init__(self, checkpoint):
        self.p = {name: t.requires_grad_() for name, t in conformance.safetensors(checkpoint).items()}
        self.optimizer = torch.optim.AdamW(self.p.values(), lr=1e-3, weight_decay=0.01)
        self.tokens = torch.randint(32, 127, (conformance.BATCH, conformance.LENGTH + 1))

    def step(self):
        self.optimizer.zero_grad()
        conformance.loss_of(self.p, self.tokens).backward()
        torch.nn.utils.clip_grad_norm_(self.p.values(), 1.0)
        self.optimizer.step()

    def rate(self, steps):
        start = time.process_time()
        for _ in range(steps):
            self.step()
        return steps * conformance.BATCH * conformance.LENGTH / (time.process_time() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        text = os.path.join(folder, "text")
        with open(text, "wb") as file:
            file.write(os.urandom(4096))
        subprocess.run([options.program, "train", text, text, "0", "1", folder], check=True, stdout=subprocess.DEVNULL)
        peer = Peer(os.path.join(folder, "step-0.safetensors"))
    peer.rate(3)
    mine, theirs = [], []
    for _ in range(options.rounds):
        answer = subprocess.run([options.program, "bench", str(options.steps), "1"], check=True, text=True,
                                capture_output=True).stdout
        mine.append(json.loads(answer))
        theirs.append(peer.rate(options.steps))
    a, b = statistics.median(m["tokens_per_cpu_second"] for m in mine), statistics.median(theirs)
    print(f"{mine[0]['parameters']} parameters, {mine[0]['multiply_adds_per_step']} multiply-adds a step; "
          f"ours on {mine[0]['instruction_set']}: {2 * mine[0]['multiply_adds_per_step'] * a / 1024 / 1e9:.1f} GFLOP/s")
    print(json.dumps({"bench": "ree.train", "ours": round(a), "peer": f"pytorch {torch.__version__}", "theirs": round(b),
                      "unit": "tokens_per_cpu_second", "ratio": round(a / b, 2)}))


if __name__ == "__main__":
    main()
