"""Our two programs, by the conformance suite's protocol, with nothing but the standard library."""

import pathlib
import queue
import subprocess
import threading

from protobuf import first, message

ROOT = pathlib.Path(__file__).resolve().parents[4]
TLS = ROOT / "Tests/Fixtures/tls"
SERVICE = "connectrpc.conformance.v1.ConformanceService"


def write(stream, body):
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def read(stream):
    head = stream.read(4)
    return stream.read(int.from_bytes(head, "big")) if len(head) == 4 else None


class Program:
    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @property
    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        self.process.kill()
        self.process.wait()


class Server(Program):
    def __init__(self, folder, secure=False, limit=None):
        super().__init__(folder / "conformance-server")
        self.secure = secure
        credentials = message((1, (TLS / "server.pem").read_bytes()),
                              (2, (TLS / "server.key").read_bytes()))
        write(self.process.stdin, message(
            (4, 1 if secure else None), (6, limit), (7, credentials if secure else None)))
        answer = read(self.process.stdout)
        if answer is None:
            raise RuntimeError(f"conformance-server ended: {self.process.wait()}")
        self.port = first(answer, 2)


class Client(Program):
    def __init__(self, folder):
        super().__init__(folder / "conformance-client")
        self.results, self.calls = queue.Queue(), 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while (answer := read(self.process.stdout)) is not None:
            self.results.put(answer)

    def call(self, port, protocol, version, kind, method, requests, codec=1, compression=1,
             certificate=None, timeout_ms=None):
        """Makes one call; the numbers are the suite's. Returns a `ClientResponseResult`."""
        self.calls += 1
        packed = [(16, message((1, f"type.googleapis.com/connectrpc.conformance.v1.{name}"),
                               (2, body))) for name, body in requests]
        write(self.process.stdin, message(
            (1, str(self.calls)), (2, version), (3, protocol), (4, codec), (5, compression),
            (6, "127.0.0.1"), (7, port), (8, certificate), (11, SERVICE), (12, method),
            (13, kind), *packed, (17, timeout_ms)))
        while True:
            try:
                answer = self.results.get(timeout=15)
            except queue.Empty:
                raise AssertionError("the client said nothing for 15 s") from None
            if first(answer, 1) == str(self.calls).encode():
                break
        if first(answer, 3):
            raise AssertionError(f"no call was made: {first(answer, 3, 1)!r}")
        return first(answer, 2)
