#!/usr/bin/env python3
"""usage: run.py [--server PATH] [--only TEXT] [--cases-only] [--attacks-only]

HTTP/2 and HPACK conformance of our server, in clear text and over TLS, and attacks on it: each must
get the right answer, must not cost memory, and must not be felt by others. Loopback only.
"""
import argparse
import pathlib
import sys
import time

import attacks
import cases
from server import Neighbour, Server

ROOT = pathlib.Path(__file__).resolve().parents[3]
PATIENCE = 2.0  # seconds that a neighbour's call may take meanwhile
TIMES = ["--handshake_timeout=1000", "--write_timeout=2000", "--request_stall_timeout=2000",
         "--response_stall_timeout=2000", "--request_timeout=6000", "--drain_timeout=2000"]
CERTIFICATE = ROOT / "Tests/Fixtures/tls/chained.pem"
SECURE = ["--use_tls=true", f"--cert={CERTIFICATE}", f"--key={CERTIFICATE.with_suffix('.key')}"]


def runCases(binary, only):
    """Conformance: [(name, why it failed or None)]."""
    results = []
    for transport, flags in ("h2c", []), ("tls", SECURE):
        with Server(binary, "--public=true", *flags) as server:
            for case in cases.ALL:
                name = f"{transport} {case.section} {case.title}"
                if only and only not in name:
                    continue
                failure = case.run(server.port, transport == "tls")
                if not server.isRunning:
                    return results + [(name, "the server died")]
                results.append((name, failure))
                if failure:
                    print(f"FAIL {name}: {failure}", flush=True)
    return results


def runAttacks(binary, only):
    """Attacks: [(name, why it failed or None, answer, KiB, seconds)]."""
    results = []
    for flags, descriptors in sorted({(a.flags, a.descriptors) for a in attacks.ALL}, key=str):
        group = [a for a in attacks.ALL if (a.flags, a.descriptors) == (flags, descriptors)
                 and (not only or only in a.title)]
        if not group:
            continue
        isSecure = "--use_tls=true" in flags
        flags = SECURE if isSecure else flags
        with Server(binary, "--public=true", *TIMES, *flags, descriptors=descriptors) as server:
            server.isSecure = isSecure
            warmUp(server)
            for attack in group:
                results.append(runAttack(attack, server))
                if not server.isRunning:
                    return results
    return results


def warmUp(server):
    """What a first call makes resident is no attack's doing."""
    neighbour = Neighbour(server)
    time.sleep(1)
    neighbour.stop()
    attacks.warmUp(server)


def runAttack(attack, server):
    neighbour = Neighbour(server)
    time.sleep(0.1)
    server.startMeasuring()
    began, answer, failure = time.monotonic(), "", None
    try:
        answer = attack.body(server) or ""
    except AssertionError as error:
        failure = f"{error}" or "wrong answer"
    except Exception as error:  # a case that breaks must not hide the others
        failure = f"{type(error).__name__}: {error}"
    seconds = time.monotonic() - began
    if not server.isRunning:
        return attack.title, "the server died", answer, 0, seconds
    growth = server.growth()
    neighbour.stop()
    if failure is None and growth > attack.memory << 10:
        failure = f"memory grew by {growth >> 10} MiB"
    if failure is None and (neighbour.failures or neighbour.slowest > PATIENCE):
        failure = (f"a neighbour had {neighbour.failures} failures of {neighbour.calls}, "
                   f"slowest {neighbour.slowest:.1f} s")
    if failure:
        print(f"FAIL {attack.title}: {failure} ({answer})", flush=True)
    return attack.title, failure, answer, growth, seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", default=str(ROOT / ".build/debug/interop-server"))
    parser.add_argument("--only", default="")
    parser.add_argument("--attacks-only", action="store_true")
    parser.add_argument("--cases-only", action="store_true")
    options = parser.parse_args()
    conformance = [] if options.attacks_only else runCases(options.server, options.only)
    hostile = [] if options.cases_only else runAttacks(options.server, options.only)
    if hostile:
        print(f"{'attack':<52} {'peak MiB':>8} {'s':>5}  answer")
    for title, failure, answer, growth, seconds in hostile:
        mark = "" if failure is None else "  FAILED: " + failure
        print(f"{title:<52} {growth / 1024:>8.1f} {seconds:>5.1f}  {answer}{mark}")
    outcomes = [failure for _, failure in conformance] + [row[1] for row in hostile]
    passed = outcomes.count(None)
    print(f"conformance-http2: {passed}/{len(outcomes)}")
    sys.exit(0 if passed == len(outcomes) else 1)


if __name__ == "__main__":
    main()
