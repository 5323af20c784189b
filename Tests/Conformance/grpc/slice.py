#!/usr/bin/env python3
"""A quick, fixed part of conformance-grpc: our client against our server, without packages.

usage: slice.py --bin FOLDER
"""

import argparse
import contextlib
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TLS = HERE.parents[2] / "Tests/Fixtures/tls"
CASES = (
    "empty_unary", "large_unary", "client_compressed_unary", "server_compressed_unary",
    "client_streaming", "client_compressed_streaming", "server_streaming",
    "server_compressed_streaming", "ping_pong", "empty_stream", "custom_metadata",
    "status_code_and_message", "special_status_message", "unimplemented_method",
    "unimplemented_service", "cancel_after_begin", "cancel_after_first_response",
    "timeout_on_sleeping_server", "pick_first_unary", "half_duplex")


@contextlib.contextmanager
def started(*command):
    """A server, from its `ready` line to the end of the block; yields its port."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        if not line.startswith("ready "):
            raise RuntimeError(f"{command[0]} did not start: {line!r}")
        yield int(line.rsplit(":", 1)[1])
    finally:
        process.kill()
        process.wait()


def run(client, group, cases, port, *flags):
    """Runs cases and returns how many went well."""
    command = [client, f"--server_port={port}", "--server_host=127.0.0.1", "--case_seconds=60",
               f"--test_case={','.join(cases)}", *flags]
    output = subprocess.run(command, capture_output=True, text=True, timeout=120).stdout
    lines = output.splitlines()
    for line in lines:
        if not line.partition(": ")[2].startswith("ok"):
            print(f"FAILED {group} {line}")
    return sum(line.partition(": ")[2].startswith("ok") for line in lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    options = parser.parse_args()
    server, client = options.bin / "interop-server", options.bin / "interop-client"
    with started(server, "--port=0") as port:
        passed = run(client, "h2c", CASES, port)
        proxy = [sys.executable, HERE / "caching_proxy.py", f"127.0.0.1:{port}"]
        with started(*proxy) as cache:
            passed += run(client, "connect through a cache", ["cacheable_unary"], cache,
                          "--wire=connect", "--http=1", "--use_get=true")
    secure = ["--use_tls=true", f"--cert={TLS / 'server.pem'}", f"--key={TLS / 'server.key'}"]
    with started(server, "--port=0", *secure) as port:
        passed += run(client, "tls", CASES, port, "--use_tls=true",
                      f"--ca={TLS / 'authority.pem'}", "--server_host_override=server.example")
    total = 2 * len(CASES) + 1
    print(f"conformance-slice grpc: {passed}/{total}")
    return 0 if passed == total else 1


if __name__ == "__main__":
    sys.exit(main())
