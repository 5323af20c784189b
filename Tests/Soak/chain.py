"""Kills a node at random moments under a load of transactions, and asks after each restart for what it had
acknowledged.

usage: chain.py PROGRAM [ROUNDS [SEED]]

A round is right when the head is one that was acknowledged or later, the state's root comes out by full
recomputation, and no acknowledged block or transaction is missing.
"""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time


def acknowledged(program, folder, seconds):
    """Runs the load for a while, kills it, and returns the whole lines that it had printed."""
    process = subprocess.Popen([program, "load", folder], stdout=subprocess.PIPE)
    lines = []
    ready = threading.Event()

    def read():
        for line in process.stdout:
            if line.endswith(b"\n"):
                lines.append(line.decode().strip())
                ready.set()
        ready.set()

    reader = threading.Thread(target=read)
    reader.start()
    ready.wait()
    time.sleep(seconds)
    process.kill()
    process.wait()
    reader.join()
    if not lines:
        raise SystemExit("the node did not start")
    return lines


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 32)
    chance = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="soak-chain-")
    print(f"soak-chain: seed {seed}", file=sys.stderr)
    known = []
    transactions = blocks = 0
    try:
        for number in range(rounds):
            lines = acknowledged(program, folder, chance.uniform(0, 0.6))
            fresh = [line for line in lines if line.startswith(("tx ", "block "))]
            transactions += sum(line.startswith("tx ") for line in fresh)
            blocks += sum(line.startswith("block ") for line in fresh)
            known = (known + fresh)[-10_000:]
            heads = [int(line.split()[1]) for line in known if line.startswith("block ")]
            result = subprocess.run(
                [program, "check", folder], input="\n".join(known) + "\n", text=True,
                capture_output=True)
            if result.returncode != 0:
                raise SystemExit(f"round {number}: no restart: {result.stderr[-2000:]}")
            found = json.loads(result.stdout.strip().splitlines()[-1])
            if not found["root"] or found["missing"] or found["head"] < max(heads, default=0):
                raise SystemExit(f"round {number}: {found}, acknowledged {max(heads, default=0)}")
            if number % 20 == 19:
                print(f"soak-chain: {number + 1} kills, {found}", file=sys.stderr)
        print(json.dumps({
            "soak": "chain.kill", "kills": rounds, "blocks": blocks, "transactions": transactions,
            "head": found["head"], "lost": 0}))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
