#!/usr/bin/env python3
"""Tokens for each second of CPU time on one thread: ours and llama.cpp, interleaved, medians."""

import argparse
import json
import statistics
import subprocess
import time

from llama_cpp import Llama

PROMPT, DECODE = 256, 64


def llama(model):
    tokens = [1000 + i * 37 % 40000 for i in range(PROMPT)]
    model.reset()
    start = time.process_time()
    model.eval(tokens)
    middle = time.process_time()
    for index in range(DECODE):
        model.eval([1000 + index])
    end = time.process_time()
    return PROMPT / (middle - start), DECODE / (end - middle)


def ours(program, path):
    answer = subprocess.run([program, path, "bench", str(DECODE), "1"], check=True, text=True, capture_output=True)
    return [json.loads(line)["tokens_per_cpu_second"] for line in answer.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    model = Llama(options.model, n_ctx=512, verbose=False, n_threads=1, n_threads_batch=1)
    mine, theirs = [], []
    for _ in range(options.rounds):
        mine.append(ours(options.program, options.model))
        theirs.append(llama(model))
    for name, index in (("ree.llm.prompt", 0), ("ree.llm.decode", 1)):
        a, b = (statistics.median(run[index] for run in runs) for runs in (mine, theirs))
        print(json.dumps({"bench": name, "ours": round(a, 1), "peer": "llama.cpp", "theirs": round(b, 1),
                          "unit": "tokens_per_cpu_second", "ratio": round(a / b, 2)}))


if __name__ == "__main__":
    main()
