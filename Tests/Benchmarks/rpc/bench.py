#!/usr/bin/env python3
"""What a call costs: our server against bare nghttp2 in C and gRPC C++, interleaved in one run.

Each server is pinned to core 0 and h2load to core 1; what counts is the server's CPU time per call
or message, taken from its process clock, as the median over the rounds. Wall time stands beside it.
One JSON line per comparison; `ratio` above 1 means that ours is better.
"""
import argparse, json, os, re, signal, statistics, subprocess, sys, tempfile, time
from pathlib import Path

HERE = Path(__file__).resolve().parent
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
    def __init__(self, name, command):
        self.name = name
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
         "-H", "content-type: application/grpc",
         f"http://{server.address}/grpc.testing.TestService/{path}"],
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
         folder / "grpc/testing/test.grpc.pb.cc", "-o", peer, "-lgrpc++", "-lgrpc", "-lgpr", "-labsl_synchronization", "-lprotobuf",
         "-lpthread"], check=True)
    return bare, peer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True, help="our interop-server, built for release")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--scale", type=float, default=1, help="share of the calls to make")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-rpc-"))
    bare, peer = build(folder)

    shapes = [  # name, path, calls, clients, streams, messages a call, message size
        ("rpc.unary.batched", "UnaryCall", 30000, 8, 32, 1, 0),
        ("rpc.unary.unbatched", "UnaryCall", 15000, 64, 1, 1, 0),
        ("rpc.stream.1k", "StreamingOutputCall", 80, 4, 2, 1000, 1024),
        ("rpc.stream.64k", "StreamingOutputCall", 40, 4, 2, 100, 65536),
    ]
    for name, path, calls, clients, streams, count, size in shapes:
        calls = max(clients * streams, int(calls * options.scale))
        body = folder / "body"
        body.write_bytes(unary_request() if size == 0 else stream_request(count, size))
        servers = [
            Server("ours", [options.server, "--port=0"]),
            Server("bare-c", [bare, UNARY_SIZE, count, size or 1]),
        ]
        if peer:
            servers.append(Server("grpc-c++ 1.51", [peer]))
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
                "theirs": round(theirs, 2), "unit": "cpu_us_per_call" if count == 1
                else "cpu_us_per_message",
                "ratio": round(theirs / ours, 2),
                "ours_wall_us": round(statistics.median(wall["ours"]), 2),
                "theirs_wall_us": round(statistics.median(wall[server.name]), 2)}), flush=True)

    idle(options.server, bare, peer)


def idle(ours, bare, peer, connections=1000):
    """Memory of a connection that has said its SETTINGS and nothing more."""
    import socket
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
    kept = {}
    for name, command in [("ours", [ours, "--port=0"]), ("bare-c", [bare, 1, 1, 1]),
                          ("grpc-c++ 1.51", [peer] if peer else None)]:
        if not command:
            continue
        server = Server(name, command)
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
