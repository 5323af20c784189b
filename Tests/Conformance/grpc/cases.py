"""How a peer's client runs its cases: each in bounded time, a line for each."""

import sys
import time
import traceback


class Skip(Exception):
    """The peer cannot do what the case needs."""


def check(what, found, expected):
    if found != expected:
        shown = found if len(repr(found)) < 200 else f"{repr(found)[:200]}…"
        raise AssertionError(f"{what} is {shown}, not {str(expected)[:200]}")


def report(name, body):
    """Runs `body` and prints how it went; says whether it went well."""
    start = time.monotonic()
    try:
        body()
        line, good = "ok", True
    except Skip as skip:
        line, good = f"skipped: {skip}", True
    except Exception as error:  # Whatever it is, the other cases are of interest too.
        where = traceback.extract_tb(error.__traceback__)[-1]
        text = str(error).replace("\n", " ")[:300]
        line, good = f"FAILED: {type(error).__name__} in {where.name}:{where.lineno}: {text}", False
    print(f"{name}: {line} ({time.monotonic() - start:.2f} s)", flush=True)
    return good


SIZES = ((31415, 27182), (9, 8), (2653, 1828), (58979, 45904))
ECHO = (("x-grpc-test-echo-initial", "test_initial_metadata_value"),
        ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"))
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP \U0001f608\t\n"


def arguments():
    """--name=value flags; test_case is a set of names, or empty for all."""
    flags = dict(item.lstrip("-").partition("=")[::2] for item in sys.argv[1:])
    wanted = flags.get("test_case", "all")
    flags["test_case"] = set() if wanted == "all" else set(wanted.split(","))
    return flags


def run_all(cases, flags):
    chosen = [(name, body) for name, body in cases if name in (flags["test_case"] or {name})]
    results = [report(name, body) for name, body in chosen]
    sys.stdout.flush()
    return 0 if all(results) else 1
