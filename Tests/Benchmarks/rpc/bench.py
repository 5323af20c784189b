#!/usr/bin/env python3
"""What a call costs: our server against bare nghttp2 in C, gRPC C++ and grpc-swift-2, in one run.

They take turns. Each server is pinned to core 0 and h2load to core 1; what counts is the server's
CPU time per call or message, taken from its process clock, as the median over the rounds. Wall time
stands beside it. One JSON line per comparison; `ratio` above 1 means that ours is better.
"""
import argparse, json, os, re, signal, statistics, subprocess, sys, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
TLS = HERE.parents[1] / "Fixtures/tls"
TICK = os.sysconf("SC_CLK_TCK")
UNARY_SIZE = 32


def varint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def envelope(body):
    return b"\0" + len(body).to_bytes(4, "big") + body


def unary_request():
    payload = b"\x12" + varint(64) + bytes(64)
    return envelope(b"\x10" + varint(UNARY_SIZE) + b"\x1a" + varint(len(payload)) + payload)


def stream_request(count, size):
    one = b"\x08" + varint(size)
    return envelope((b"\x12" + varint(len(one)) + one) * count)


class Server:
    def __init__(self, name, command, tls=False):
        self.name, self.scheme = name, "https" if tls else "http"
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", *map(str, command)], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            sys.exit(f"{name} did not start: {line!r}")
        self.address = line.split()[1]

    def cpu(self):
        # schedstat has nanoseconds where stat has ticks; all threads count.
        total = 0
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def rss(self):
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1))

    def stop(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def load(server, path, body, calls, clients, streams):
    before, start = server.cpu(), time.monotonic()
    output = subprocess.run(
        ["taskset", "-c", "1", "h2load", "-n", str(calls), "-c", str(clients), "-m", str(streams),
         "-t", "1", "-w", "20", "-W", "24", "-d", body, "-H", "te: trailers",
         # Servers prefer different ciphers; this one every server has.
         "--tls13-ciphers=TLS_AES_128_GCM_SHA256",
         "-H", "content-type: application/grpc",
         f"{server.scheme}://{server.address}/grpc.testing.TestService/{path}"],
        capture_output=True, text=True, timeout=120).stdout
    wall, used = time.monotonic() - start, server.cpu() - before
    done = int(re.search(r"(\d+) succeeded", output).group(1))
    if done != calls:
        sys.exit(f"{server.name}: {done} of {calls} calls succeeded\n{output}")
    return used, wall


def build(folder):
    """The peers, from our sources; a missing one is named and left out."""
    bare = folder / "bare"
    subprocess.run(["gcc", "-O2", HERE / "bare.c", "-o", bare, "-lnghttp2"], check=True)
    peer = folder / "peer"
    plugin = subprocess.run(["which", "grpc_cpp_plugin"], capture_output=True, text=True)
    if plugin.returncode:
        print("gRPC C++ is missing: run make setup-peers", file=sys.stderr)
        return bare, None
    names = ["empty", "messages", "test"]
    subprocess.run(
        ["protoc", "-I", "/usr/share/grpc-proto", f"--cpp_out={folder}", f"--grpc_out={folder}",
         f"--plugin=protoc-gen-grpc={plugin.stdout.strip()}",
         *[f"grpc/testing/{n}.proto" for n in names]], check=True)
    sources = [folder / f"grpc/testing/{n}.pb.cc" for n in names]
    subprocess.run(
        ["g++", "-O2", "-std=c++17", f"-I{folder}", HERE / "peer.cc", *sources,
         folder / "grpc/testing/test.grpc.pb.cc", "-o", peer, "-lgrpc++", "-lgrpc", "-lgpr",
         "-labsl_synchronization", "-lprotobuf", "-lpthread"], check=True)
    return bare, peer


# Name, method, calls, clients, streams, messages a call, message size, whether over TLS.
SHAPES = (
    ("rpc.unary.batched", "UnaryCall", 30000, 8, 32, 1, 0, False),
    ("rpc.unary.unbatched", "UnaryCall", 15000, 64, 1, 1, 0, False),
    ("rpc.unary.tls", "UnaryCall", 30000, 8, 32, 1, 0, True),
    ("rpc.stream.1k", "StreamingOutputCall", 80, 4, 2, 1000, 1024, False),
    ("rpc.stream.64k", "StreamingOutputCall", 40, 4, 2, 100, 65536, False),
)


def commands(options, folder):
    """Each program as a function of a shape, which gives its command or None."""
    certificate, key = TLS / "server.pem", TLS / "server.key"
    secure = ["--use_tls=true", f"--cert={certificate}", f"--key={key}"]

    def ours(count, size, tls):
        return [options.server, "--port=0", *(secure if tls else [])]

    def with_files(program):
        return lambda count, size, tls: [program, *([certificate, key] if tls else [])]

    if options.swift_peer:
        return {"ours": ours, "grpc-swift-2": with_files(options.swift_peer)}
    bare, peer = build(folder)
    found = {
        "ours": ours,
        "bare-c": lambda count, size, tls:
            None if tls else [bare, UNARY_SIZE, count, size or 1]}
    if peer:
        found["grpc-c++ 1.51"] = with_files(peer)
    print("grpc-swift-2 is missing here: make bench-rpc-swift builds it and compares",
          file=sys.stderr)
    return found


def compare(shape, programs, options, folder):
    """Runs ours and its peers in turns, and prints a row for each peer."""
    name, path, calls, clients, streams, count, size, tls = shape
    calls = max(clients * streams, int(calls * options.scale))
    body = folder / "body"
    body.write_bytes(unary_request() if size == 0 else stream_request(count, size))
    servers = [Server(name, command, tls) for name, make in programs.items()
               if (command := make(count, size, tls))]
    cpu, wall = {s.name: [] for s in servers}, {s.name: [] for s in servers}
    try:
        for server in servers:
            load(server, path, body, max(clients * streams, calls // 10), clients, streams)
        for _ in range(options.rounds):
            for server in servers:
                used, took = load(server, path, body, calls, clients, streams)
                cpu[server.name].append(used / calls / count * 1e6)
                wall[server.name].append(took / calls / count * 1e6)
    finally:
        for server in servers:
            server.stop()
    ours = statistics.median(cpu["ours"])
    for server in servers[1:]:
        theirs = statistics.median(cpu[server.name])
        print(json.dumps({
            "bench": name, "ours": round(ours, 2), "peer": server.name,
            "theirs": round(theirs, 2),
            "unit": "cpu_us_per_call" if count == 1 else "cpu_us_per_message",
            "ratio": round(theirs / ours, 2),
            "ours_wall_us": round(statistics.median(wall["ours"]), 2),
            "theirs_wall_us": round(statistics.median(wall[server.name]), 2)}), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True, help="our interop-server, built for release")
    parser.add_argument("--swift-peer", help="grpc-swift-2's server; compares with it alone")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1, help="share of the calls to make")
    parser.add_argument("--only", default="", help="part of the names of the rows")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-rpc-"))
    programs = commands(options, folder)
    for shape in SHAPES:
        if options.only in shape[0]:
            compare(shape, programs, options, folder)
    if options.only in "rpc.idle":
        idle(programs)


def idle(programs, connections=1000):
    """Memory of a connection that has said its SETTINGS and nothing more."""
    import socket
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    kept = {}
    for name, make in programs.items():
        server = Server(name, make(1, 1, False))
        host, port = server.address.split(":")
        sockets = []
        try:
            before = server.rss()
            for _ in range(connections):
                s = socket.create_connection((host, int(port)))
                s.sendall(preface)
                s.recv(1024)
                s.sendall(bytes([0, 0, 0, 4, 1, 0, 0, 0, 0]))
                sockets.append(s)
            time.sleep(0.5)
            kept[name] = (server.rss() - before) / connections
        finally:
            for s in sockets:
                s.close()
            server.stop()
    for name in kept:
        if name != "ours":
            print(json.dumps({
                "bench": "rpc.idle", "ours": round(kept["ours"], 1), "peer": name,
                "theirs": round(kept[name], 1), "unit": "kib_per_connection",
                "ratio": round(kept[name] / kept["ours"], 2)}), flush=True)


if __name__ == "__main__":
    main()
