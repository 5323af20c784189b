#!/usr/bin/env python3
"""Published bytecodes and hand-written loops: our EVM against revm 8 (PyPI pyrevm), interleaved.

Both run every case on a fresh state, round after round; what counts is the least CPU time of the call
alone, analysis of the code included. Gas must be the same. One JSON line per case and one for the
total; `ratio` above 1 means that ours is better.
"""
import argparse, json, os, subprocess, sys, time

import pyrevm

CONTRACT = "0x0000000000000000000000000000000000001000"
CALLER = "0x0000000000000000000000000000000000ca11e7"


def cases(path):
    for line in open(path):
        name, code, data, gas, _ = line.split()
        yield name, code, data, int(gas)


class Ours:
    def __init__(self, program):
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, code, data, gas):
        self.process.stdin.write(f"{code} {data} {gas}\n")
        self.process.stdin.flush()
        status, used, elapsed = self.process.stdout.readline().rsplit(None, 2)
        if status not in ("success", "reverted"):
            sys.exit(f"ours: {status}")
        return int(used), int(elapsed) / 1e6


def theirs(code, data, gas):
    evm = pyrevm.EVM(gas_limit=gas, spec_id="CANCUN")
    evm.insert_account_info(CONTRACT, pyrevm.AccountInfo(nonce=1, code=bytes.fromhex(code)))
    evm.insert_account_info(CALLER, pyrevm.AccountInfo(balance=1 << 60))
    calldata = b"" if data == "-" else bytes.fromhex(data)
    start = time.clock_gettime_ns(time.CLOCK_PROCESS_CPUTIME_ID)
    try:
        evm.message_call(caller=CALLER, to=CONTRACT, calldata=calldata, gas=gas)
    except RuntimeError:
        pass  # Reverted: the gas says whether it went the same way.
    elapsed = time.clock_gettime_ns(time.CLOCK_PROCESS_CPUTIME_ID) - start
    return evm.result.gas_used, elapsed / 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--inputs", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()

    ours = Ours(arguments.program)
    chosen = [case for case in cases(arguments.inputs) if arguments.only in case[0]]
    best = {case[0]: [1e9, 1e9] for case in chosen}
    for _ in range(arguments.rounds):
        for name, code, data, gas in chosen:
            used, mine = ours.run(code, data, gas)
            peer_used, peer = theirs(code, data, gas)
            if used != peer_used:
                sys.exit(f"{name}: gas {used}, theirs {peer_used}")
            best[name] = [min(best[name][0], mine), min(best[name][1], peer)]

    def row(bench, mine, peer):
        print(json.dumps({
            "bench": bench, "ours": round(mine, 4), "peer": "pyrevm", "theirs": round(peer, 4),
            "unit": "ms", "ratio": round(peer / mine, 3)}), flush=True)

    for name, (mine, peer) in best.items():
        row("evm." + name, mine, peer)
    row("evm.suite", sum(b[0] for b in best.values()), sum(b[1] for b in best.values()))


main()
