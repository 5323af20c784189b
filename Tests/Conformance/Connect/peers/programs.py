"""Our two programs, which speak the conformance suite's protocol on standard input and output."""

import pathlib
import queue
import subprocess
import threading

import conformance_pb2 as pb

ROOT = pathlib.Path(__file__).resolve().parents[4]
TLS = ROOT / "Tests/Fixtures/tls"
HOST = "server.example"


def credentials(name):
    return pb.TLSCreds(
        cert=(TLS / f"{name}.pem").read_bytes(), key=(TLS / f"{name}.key").read_bytes())


def write(stream, message):
    body = message.SerializeToString()
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def read(stream, kind):
    head = stream.read(4)
    if len(head) < 4:
        return None
    return kind.FromString(stream.read(int.from_bytes(head, "big")))


class Server:
    """`conformance-server`, as a `ServerCompatRequest` configures it."""

    def __init__(self, folder, **request):
        self.process = subprocess.Popen(
            [folder / "conformance-server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        write(self.process.stdin, pb.ServerCompatRequest(**request))
        answer = read(self.process.stdout, pb.ServerCompatResponse)
        if answer is None:
            raise RuntimeError(f"conformance-server ended: {self.process.wait()}")
        self.port = answer.port

    @property
    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        self.process.kill()
        self.process.wait()


class Client:
    """`conformance-client`: calls go in, results come out in any order."""

    def __init__(self, folder):
        self.process = subprocess.Popen(
            [folder / "conformance-client"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.results = queue.Queue()
        self.calls = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while (answer := read(self.process.stdout, pb.ClientCompatResponse)) is not None:
            self.results.put(answer)

    def call(self, timeout=20, **request):
        """Makes one call and returns its `ClientResponseResult`."""
        self.calls += 1
        name = str(self.calls)
        write(self.process.stdin, pb.ClientCompatRequest(
            test_name=name, service="connectrpc.conformance.v1.ConformanceService", **request))
        while True:
            try:
                answer = self.results.get(timeout=timeout)
            except queue.Empty:
                raise AssertionError(f"the client said nothing for {timeout} s") from None
            if answer.test_name == name:  # Another one is a late answer of a case that gave up.
                break
        if answer.HasField("error"):
            raise AssertionError(f"no call was made: {answer.error.message}")
        return answer.response

    @property
    def is_running(self):
        return self.process.poll() is None

    def stop(self):
        self.process.kill()
        self.process.wait()
