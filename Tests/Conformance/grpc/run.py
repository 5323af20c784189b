"""Runs the interoperability matrix: our server and our client against independent peers.

usage: run.py --bin FOLDER [--only TEXT]

FOLDER holds `interop-server` and `interop-client`. Everything listens on port 0. Each case is a
line; the last line is `conformance-grpc: <passed>/<total>`. What a peer cannot do is named and not
counted.
"""

import argparse
import contextlib
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
TLS = ROOT / "Tests/Fixtures/tls"
HOST = "server.example"
NEGATIVE = (
    "goaway", "rst_after_header", "rst_during_data", "rst_after_data", "ping", "max_streams",
    "data_frame_padding", "no_df_padding_sanity_test")
COMPRESSION = {
    "client_compressed_unary", "server_compressed_unary", "client_compressed_streaming",
    "server_compressed_streaming"}
# What each peer's server cannot do, so that our client's case would say nothing.
LACKS = {
    "grpcio": {name: "its server cannot see the compressed flag"
               for name in ("client_compressed_unary", "client_compressed_streaming")},
    "grpclib": {name: "it does not compress" for name in COMPRESSION},
    "swift": {}, "cpp": {},
}


class Results:
    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], 0

    def case(self, group, name, cause):
        if cause is None:
            self.passed += 1
        else:
            self.failed.append(f"{group} {name}: {cause}")
        print(f"{group} {name}: {'ok' if cause is None else f'FAILED: {cause}'}", flush=True)

    def skip(self, group, name, reason):
        self.skipped += 1
        print(f"{group} {name}: skipped: {reason}", flush=True)

    def total(self):
        return self.passed + len(self.failed)


class Runner:
    def __init__(self, options, folder, results):
        self.bin, self.folder, self.results = pathlib.Path(options.bin), folder, results
        self.only = options.only
        self.environment = {
            **os.environ, "PYTHONPATH": f"{folder}:{HERE}", "PYTHONDONTWRITEBYTECODE": "1",
            "GRPC_VERBOSITY": "NONE"}

    def command(self, side, peer):
        if peer == "swift":
            return [str(self.bin / f"interop-{side}")]
        if peer == "cpp":
            return [str(self.folder / side)]
        script = "frames.py" if peer == "frames" else f"{peer}_{side}.py"
        return [sys.executable, str(HERE / script)]

    @contextlib.contextmanager
    def started(self, command):
        """A server, from its `ready` line to the end of the block; yields its port and its log."""
        log = self.folder / f"log-{time.monotonic_ns()}"
        with open(log, "wb") as output:
            process = subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, env=self.environment,
                cwd=self.folder)
        try:
            deadline = time.monotonic() + 30
            while not (ready := [line for line in log.read_text(errors="replace").splitlines()
                                 if line.startswith("ready ")]):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{command[0]} did not start: {log.read_text()[-500:]}")
                time.sleep(0.05)
            yield int(ready[0].rsplit(":", 1)[1]), log, process
        finally:
            process.kill()
            process.wait()

    def server(self, peer, tls):
        flags = ["--port=0"]
        if tls:
            flags += ["--use_tls=true", f"--cert={TLS / 'server.pem'}", f"--key={TLS / 'server.key'}"]
        return self.started(self.command("server", peer) + flags)

    def client(self, peer, port, tls, cases, *extra, group, seconds=400):
        """Runs a client's cases and reports each line it prints."""
        flags = [f"--server_port={port}", "--server_host=127.0.0.1", f"--test_case={cases}", *extra]
        if tls:
            flags += ["--use_tls=true", f"--ca={TLS / 'authority.pem'}",
                      f"--server_host_override={HOST}"]
        process = subprocess.Popen(
            self.command("client", peer) + flags, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment, cwd=self.folder, text=True)
        try:
            output, errors = process.communicate(timeout=seconds)
            ending = None
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            ending = f"not over after {seconds} s"
        failed = False
        for line in output.splitlines():
            name, _, result = line.partition(": ")
            if result.startswith("ok"):
                self.results.case(group, name, None)
            elif result.startswith("skipped"):
                self.results.skip(group, name, result.partition(": ")[2])
            elif result.startswith("FAILED"):
                failed = True
                self.results.case(group, name, result.partition(": ")[2])
        if ending is None and process.returncode and not failed:
            ending = f"exit {process.returncode}: {errors.strip()[-300:]}"
        if ending:
            self.results.case(group, "the client as a whole", ending)

    def matrix(self, client, server, tls):
        group = f"{client}->{server}{' tls' if tls else ''}"
        if self.only and self.only not in group:
            return
        with self.server(server, tls) as (port, _, process):
            lacks = LACKS[server] if client == "swift" else {}
            extra = []
            cases = "all"
            if client == "swift":
                for name, reason in lacks.items():
                    self.results.skip(group, name, reason)
                lacks = {*lacks, "cacheable_unary"}
                cases = ",".join(name for name in self.swift_cases() if name not in lacks)
                extra = ["--soak_per_iteration_max_acceptable_latency_ms=5000",
                         "--case_seconds=180"]
            self.client(client, port, tls, cases, *extra, group=group)
            if process.poll() is not None:
                self.results.case(group, "the server lives on", f"exit {process.returncode}")

    def swift_cases(self):
        text = (ROOT / "Tests/Interop/Client/Cases.swift").read_text()
        body = text.split("static let all")[1].split("static let negative")[0]
        return [part.split('"')[0] for part in body.split('("')[1:]]

    def frames(self):
        group = "h2 frames->swift"
        if self.only and self.only not in group:
            return
        with self.server("swift", False) as (port, _, _):
            self.client("frames", port, False, "all", group=group)

    def cacheable(self):
        group = "swift->proxy->swift connect"
        if self.only and self.only not in group:
            return
        with self.server("swift", False) as (port, _, _):
            command = [sys.executable, str(HERE / "caching_proxy.py"), f"127.0.0.1:{port}"]
            with self.started(command) as (proxy, _, _):
                self.client("swift", proxy, False, "cacheable_unary", "--wire=connect", "--http=1",
                            "--use_get=true", group=group)

    def negative(self):
        group = "swift->h2 negative"
        if self.only and self.only not in group:
            return
        for name in NEGATIVE:
            command = [sys.executable, str(HERE / "negative_server.py"), f"--test_case={name}"]
            with self.started(command) as (port, log, _):
                self.client("swift", port, False, name, "--case_seconds=60", group=group)
                time.sleep(0.2)
                lines = log.read_text(errors="replace").splitlines()
                wrong = [line for line in lines if line.startswith(("violation", "Traceback"))]
                connections = sum(line.startswith("connection") for line in lines)
                if name == "goaway" and connections != 2:
                    wrong.append(f"{connections} connections, not 2")
                self.results.case(
                    group, f"{name} (as the server saw it)", "; ".join(wrong) or None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    results = Results()
    sys.path.insert(0, str(HERE))
    import stubs

    with tempfile.TemporaryDirectory(prefix="conformance-grpc-") as name:
        folder = pathlib.Path(name)
        stubs.make_python(folder)
        runner = Runner(options, folder, results)
        if not options.only or "cpp" in options.only:
            stubs.make_cpp(folder, HERE / "cpp")
        runner.frames()
        runner.cacheable()
        runner.negative()
        for tls in (False, True):
            for peer in ("swift", "grpcio", "grpclib", "cpp"):
                runner.matrix(peer, "swift", tls)
                if peer != "swift":
                    runner.matrix("swift", peer, tls)
    for failure in results.failed:
        print(f"failed: {failure}")
    print(f"conformance-grpc: {results.passed}/{results.total()}")
    return 0 if not results.failed and results.passed else 1


sys.exit(main())
