#!/usr/bin/env python3
"""A quick, fixed part of conformance-connect that needs nothing but Python's standard library.

usage: run.py --programs FOLDER [--only TEXT]
"""

import argparse
import importlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]
sys.dont_write_bytecode = True

import checks
import programs

MODULES = ("server_cases", "client_cases")


class Places(dict):
    """Our server in clear text, over TLS, or with a low limit; our client goes with each."""

    def __init__(self, folder):
        super().__init__()
        self.folder, self.client = folder, programs.Client(folder)

    def __missing__(self, name):
        server = programs.Server(
            self.folder, secure=name == "tls", limit=4096 if name == "limited" else None)
        server.client = self.client
        self[name] = server
        return server

    def stop(self):
        for each in [*self.values(), self.client]:
            each.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    for name in MODULES:
        importlib.import_module(name)
    cases = [case for case in checks.ALL if options.only in case.name]
    places, failures = Places(options.programs), 0
    try:
        for case in cases:
            failure = case.run(places)
            if failure is None and not (places[case.place].is_running
                                        and places.client.is_running):
                failure = "our program died"
            if failure:
                failures += 1
                print(f"FAILED {case.name}: {failure}", flush=True)
    finally:
        places.stop()
    print(f"conformance-slice connect: {len(cases) - failures}/{len(cases)}")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
