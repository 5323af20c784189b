#!/usr/bin/env python3
"""Runs the suite of connectrpc/conformance against our server and our client.

The suite's runner plays the other side of every call: it starts `conformance-server` and
`conformance-client`, judges what they do, and prints each failure. Any arguments after `--` go to
it, for example `-- --run '**/unexpected-uri'`.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parent


def run(runner: str, mode: str, program: pathlib.Path, extra: list[str]) -> tuple[int, int]:
    """Returns how many cases passed and how many there were."""
    command = [runner, "--conf", HERE / "suite.yaml", "--mode", mode, *extra]
    if mode == "server":
        command += ["-p", "8"]
    process = subprocess.Popen(
        [*command, "--", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    total = passed = 0
    for line in process.stdout:
        print(f"{mode}: {line}", end="", file=sys.stderr)
        if found := re.match(r"Total cases: (\d+)", line):
            total = int(found[1])
        if found := re.match(r"(\d+) passed", line):
            passed = int(found[1])
    if process.wait() != 0 and passed == total:
        sys.exit(f"{mode}: the runner failed before it had run its cases")
    return passed, total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", default="connectconformance")
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--mode", choices=["server", "client"], action="append")
    parser.add_argument("extra", nargs="*")
    arguments = parser.parse_args()
    runner = shutil.which(arguments.runner)
    if runner is None:
        sys.exit(
            f"conformance-connect-suite: there is no {arguments.runner}. It is built with Go 1.25 or later"
            " from github.com/connectrpc/conformance, ./cmd/connectconformance; then set"
            " CONNECTCONFORMANCE to where it is.")
    passed = total = 0
    for mode in arguments.mode or ["server", "client"]:
        program = arguments.programs / f"conformance-{mode}"
        result = run(runner, mode, program, arguments.extra)
        passed, total = passed + result[0], total + result[1]
    print(f"conformance-connect-suite: {passed}/{total}")
    sys.exit(passed != total)


if __name__ == "__main__":
    main()
