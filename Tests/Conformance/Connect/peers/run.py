#!/usr/bin/env python3
"""Runs Connect and gRPC-Web between our programs and independent peers, good ones and bad ones.

usage: run.py --programs FOLDER [--only TEXT] [--verbose]

FOLDER holds `conformance-server` and `conformance-client`. The last line is
`conformance-connect: <passed>/<total>`.
"""

import argparse
import importlib
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import checks
import stubs

MODULES = (
    "connect_unary", "connect_get", "connect_stream", "cors", "grpc_web", "raw", "web_client",
    "rpc_client", "client_cases", "wrong_servers")


def run(cases, places, verbose):
    """[(name, why it failed)] of those that did."""
    failures = []
    for case in cases:
        start = time.monotonic()
        failure = case.run(places)
        if failure is None and not places[case.place].is_running:
            failure = "our program died"
        if failure:
            failures.append((case.name, failure))
            print(f"FAILED {case.name}: {failure}", flush=True)
        elif verbose:
            print(f"ok {case.name} ({time.monotonic() - start:.2f} s)", flush=True)
        if not places[case.place].is_running:
            places.restart(case.place)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="conformance-connect-") as folder:
        stubs.make(pathlib.Path(folder))
        sys.path.insert(0, folder)
        places = importlib.import_module("places").Places(options.programs)
        for name in MODULES:
            importlib.import_module(name)
        cases = [case for case in checks.ALL if options.only in case.name]
        try:
            failures = run(cases, places, options.verbose)
        finally:
            places.stop()
    print(f"conformance-connect: {len(cases) - len(failures)}/{len(cases)}")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
