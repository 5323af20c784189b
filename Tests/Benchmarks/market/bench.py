"""The order book against a flat one in C++: one JSON line per comparison.

Ours and the peer take turns on the same messages, and must come to the same fills; the best round of
each counts, in operations per second of processor time.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def first_line(*command):
    """The first JSON line that a program prints."""
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        peer, journal = f"{folder}/peer", f"{folder}/journal"
        subprocess.run(
            ["g++", "-O3", "-march=native", "-o", peer, str(HERE / "peer.cc")], check=True
        )
        count = str(options.messages)
        runs = {"market.book": [], "market.book.bare": [], "peer": []}
        for _ in range(options.rounds):
            runs["market.book"].append(first_line(options.program, "whole", count, journal))
            runs["market.book.bare"].append(first_line(options.program, "bare", count, journal))
            runs["peer"].append(first_line(peer, count))

    traded = {(run["fills"], run["volume"]) for rounds in runs.values() for run in rounds}
    if len(traded) != 1:
        raise SystemExit(f"the books do not agree: {traded}")

    def rate(name, clock):
        return max(options.messages / run[clock] for run in runs[name]) / 1e6

    for name in ("market.book", "market.book.bare"):
        print(
            json.dumps(
                {
                    "bench": name,
                    "ours": round(rate(name, "cpu_s"), 2),
                    "peer": "flat-c++",
                    "theirs": round(rate("peer", "cpu_s"), 2),
                    "unit": "million_operations_per_cpu_s",
                    "ratio": round(rate(name, "cpu_s") / rate("peer", "cpu_s"), 3),
                    "ours_wall": round(rate(name, "wall_s"), 2),
                    "theirs_wall": round(rate("peer", "wall_s"), 2),
                }
            )
        )


if __name__ == "__main__":
    main()
