"""What HTTP libraries hide: bytes in odd pieces, several requests at once, broken ones, ALPN."""

import contextlib
import json
import socket
import ssl

import conformance_pb2 as pb

from checks import among, equal, group, holds
from connect import asking, encode
from http_peer import SERVICE
from programs import HOST, TLS

case = group("raw")
H1, H2 = ("raw", "raw tls"), ("frames",)
PATH = SERVICE + "Unary"


class Raw:
    """Sockets to one server, in clear text or over TLS."""

    def __init__(self, server, secure=False):
        self.server, self.secure = server, secure

    @contextlib.contextmanager
    def connect(self, protocols=("http/1.1",)):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=10) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self.secure:
                yield plain
                return
            context = ssl.create_default_context(cafile=TLS / "authority.pem")
            if protocols:
                context.set_alpn_protocols(protocols)
            with context.wrap_socket(plain, server_hostname=HOST) as secured:
                yield secured

    @property
    def is_running(self):
        return self.server.is_running

    def stop(self):
        """Its connections end with their cases."""


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body


def read(file):
    """One response of HTTP/1.1, or None where the connection ends."""
    line = file.readline()
    if not line:
        return None
    status = int(line.split()[1])
    headers = {}
    while (line := file.readline().rstrip(b"\r\n")):
        name, _, value = line.partition(b":")
        headers[name.decode().lower()] = value.strip().decode()
    if status < 200 or status == 204:
        return Response(status, headers, b"")
    if headers.get("transfer-encoding") == "chunked":
        return Response(status, headers, read_chunks(file))
    if "content-length" in headers:
        return Response(status, headers, file.read(int(headers["content-length"])))
    return Response(status, headers, file.read())


def read_chunks(file):
    body = b""
    while (size := int(file.readline().split(b";")[0], 16)):
        body += file.read(size)
        file.readline()
    while file.readline().strip():
        pass
    return body


def head(*lines, verb="POST", path=PATH, version="HTTP/1.1", host=True):
    first = [f"{verb} {path} {version}"] + (["host: x"] if host else [])
    return "".join(f"{line}\r\n" for line in [*first, *lines]).encode() + b"\r\n"


def request(body, *lines):
    return head("content-type: application/json", f"content-length: {len(body)}", *lines) + body


def asked(data):
    return encode(asking(data), "json")


def data_of(response):
    equal("HTTP status", response.status, 200)
    payload = json.loads(response.body)["payload"]
    return payload.get("data", "")


def chunk(data, extension=""):
    return f"{len(data):X}{extension}\r\n".encode() + data + b"\r\n"


def exchange(raw, *parts):
    """Sends each part by itself and reads one response."""
    with raw.connect() as connection, connection.makefile("rb") as file:
        for part in parts:
            connection.sendall(part)
        return read(file)


ABC = "YWJj"
CHUNKED = head("content-type: application/json", "transfer-encoding: chunked")


@case("reads a request byte by byte", on=H1)
def bytewise(raw):
    whole = request(asked(b"abc"))
    parts = [whole[i:i + 1] for i in range(len(whole))]
    equal("data", data_of(exchange(raw, *parts)), ABC)


@case("reads chunks of one byte", on=H1)
def small_chunks(raw):
    body = asked(b"abc")
    chunks = [chunk(body[i:i + 1]) for i in range(len(body))]
    equal("data", data_of(exchange(raw, CHUNKED, *chunks, b"0\r\n\r\n")), ABC)


@case("reads chunks that are cut anywhere", on=H1)
def cut_chunks(raw):
    body = asked(b"abc")
    whole = CHUNKED + chunk(body[:9]) + chunk(body[9:]) + b"0\r\n\r\n"
    for step in (2, 3, 7):
        parts = [whole[i:i + step] for i in range(0, len(whole), step)]
        equal("data", data_of(exchange(raw, *parts)), ABC)


@case("reads chunks with {}", on=H1, each=(
    ("extensions", ';name="a b"', b"0\r\n\r\n"), ("trailers", "", b"0\r\nx-after: 1\r\n\r\n"),
    ("leading zeros at the end", "", b"000\r\n\r\n")))
def odd_chunks(raw, item):
    _, extension, last = item
    parts = [CHUNKED, chunk(asked(b"abc"), extension), last]
    equal("data", data_of(exchange(raw, *parts)), ABC)


@case("answers requests that come at once, in their order", on=H1)
def pipelined(raw):
    with raw.connect() as connection, connection.makefile("rb") as file:
        connection.sendall(b"".join(request(asked(b"abc" * n)) for n in range(1, 9)))
        for n in range(1, 9):
            equal("data", data_of(read(file)), ABC * n)


@case("answers a slow request and a quick one in their order", on=H1)
def pipelined_slow(raw):
    slow = encode(asking(b"abc", response_delay_ms=300), "json")
    with raw.connect() as connection, connection.makefile("rb") as file:
        connection.sendall(request(slow) + request(asked(b"")))
        equal("data", data_of(read(file)), ABC)
        equal("data", data_of(read(file)), "")


@case("says 100 to one who waits for it", on=H1)
def continues(raw):
    body = asked(b"abc")
    with raw.connect() as connection, connection.makefile("rb") as file:
        connection.sendall(head(
            "content-type: application/json", f"content-length: {len(body)}",
            "Expect: 100-continue"))
        equal("the first answer", read(file).status, 100)
        connection.sendall(body)
        equal("data", data_of(read(file)), ABC)


@case("says no at once to one who waits for 100", on=H1)
def refuses_instead(raw):
    answer = exchange(raw, head("content-type: text/plain", "content-length: 9",
                                "expect: 100-continue"))
    among("HTTP status", answer.status, 415, 100)
    if answer.status == 100:
        raise AssertionError("the body of a request that is refused is asked for")


@case("does not care for the case of names", on=H1)
def letter_case(raw):
    body = asked(b"abc")
    answer = exchange(raw, head(
        "CONTENT-TYPE: application/json", f"CoNtEnT-LeNgTh: {len(body)}",
        "Connect-Protocol-Version:1", "X-Padded: \t a \t") + body)
    equal("data", data_of(answer), ABC)
    headers = json.loads(answer.body)["payload"]["requestInfo"]["requestHeaders"]
    found = {header["name"]: header["value"] for header in headers}
    equal("x-padded", found.get("x-padded"), ["a"])


@case("takes an empty body with a length of 0", on=H1)
def empty(raw):
    answer = exchange(raw, head("content-type: application/proto", "content-length: 0"))
    equal("HTTP status", answer.status, 200)
    pb.UnaryResponse.FromString(answer.body)


@case("takes no body and no length", on=H1)
def no_length(raw):
    equal("HTTP status", exchange(raw, head("content-type: application/proto")).status, 200)


@case("takes a target with scheme and authority", on=H1)
def absolute(raw):
    body = asked(b"abc")
    answer = exchange(raw, head(
        "content-type: application/json", f"content-length: {len(body)}",
        path=f"http://example.com{PATH}") + body)
    equal("data", data_of(answer), ABC)


@case("keeps the connection, and closes it when asked to", on=H1)
def closes(raw):
    with raw.connect() as connection, connection.makefile("rb") as file:
        connection.sendall(request(asked(b"abc")))
        data_of(read(file))
        connection.sendall(request(asked(b"abc"), "connection: close"))
        data_of(read(file))
        equal("what follows", file.read(), b"")


@case("answers HTTP/1.0 and closes", on=H1)
def old(raw):
    body = asked(b"abc")
    with raw.connect() as connection, connection.makefile("rb") as file:
        connection.sendall(head("content-type: application/json",
                                f"content-length: {len(body)}", version="HTTP/1.0") + body)
        equal("data", data_of(read(file)), ABC)
        equal("what follows", file.read(), b"")


@case("streams to HTTP/1.0 without chunks", on=H1)
def old_stream(raw):
    first = pb.ServerStreamRequest(
        response_definition=pb.StreamResponseDefinition(response_data=[b"a", b"b"]))
    body = first.SerializeToString()
    body = b"\0" + len(body).to_bytes(4, "big") + body
    answer = exchange(raw, head(
        "content-type: application/connect+proto", f"content-length: {len(body)}",
        path=SERVICE + "ServerStream", version="HTTP/1.0") + body)
    among("HTTP status", answer.status, 200, 505)
    equal("transfer-encoding", answer.headers.get("transfer-encoding"), None)


@case("lives on when a request ends in {}", on=H1, each=(
    ("its head", head("content-type: application/json")[:-9]),
    ("its body", request(asked(b"abc"))[:-5]), ("a chunk", CHUNKED + b"9\r\nabc"),
    ("the size of a chunk", CHUNKED + b"9")))
def cut_short(raw, item):
    with raw.connect() as connection:
        connection.sendall(item[1])
        connection.shutdown(socket.SHUT_RDWR)
    equal("data", data_of(exchange(raw, request(asked(b"abc")))), ABC)


@case("answers one who has closed his half", on=("raw",))
def half_closed(raw):
    with raw.connect() as connection, connection.makefile("rb") as file:
        connection.sendall(request(encode(asking(b"abc", response_delay_ms=100), "json")))
        connection.shutdown(socket.SHUT_WR)
        answer = read(file)
        holds("an answer, or the end", answer is None or data_of(answer) == ABC)
    equal("data", data_of(exchange(raw, request(asked(b"abc")))), ABC)


@case("refuses {}", on=H1, each=(
    ("both a length and chunks", head("content-length: 5", "transfer-encoding: chunked")
     + b"0\r\n\r\n"),
    ("two lengths", head("content-length: 5", "content-length: 6") + b"hello!"),
    ("a length that is no number", head("content-length: five") + b"hello"),
    ("a negative length", head("content-length: -5")),
    ("a length with a sign", head("content-length: +5") + b"hello"),
    ("a length of 2^64", head("content-length: 18446744073709551616") + b"hello"),
    ("an unknown transfer coding", head("transfer-encoding: gzip") + b"hello"),
    ("chunked before another coding", head("transfer-encoding: chunked, gzip") + b"0\r\n\r\n"),
    ("a chunk size that is no number", head("transfer-encoding: chunked") + b"xyz\r\n"),
    ("a chunk size of 2^64", head("transfer-encoding: chunked") + b"10000000000000000\r\n"),
    ("a chunk without its end", head("transfer-encoding: chunked") + b"3\r\nabcdef\r\n"),
    ("no host", head(host=False)), ("two hosts", head("host: y")),
    ("a space before the colon", head("x-name : value")),
    ("a name with a space", head("x name: value")), ("no name", head(": value")),
    ("a line without a colon", head("nonsense")), ("a folded line", head("x-a: b", " c")),
    ("a NUL in a value", head("x-a: b\0c")), ("a lone CR in a value", head("x-a: b\rc")),
    ("HTTP/9.9", head(version="HTTP/9.9")), ("no version", b"POST /x\r\n\r\n"),
    ("a tab in the request line", b"POST\t/x\tHTTP/1.1\r\nhost: x\r\n\r\n"),
    ("a control character in the target", head(path="/a\x01b")),
    ("garbage", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"),
    ("a long line of garbage", b"x" * 20000 + b"\r\n\r\n")))
def refuses(raw, item):
    answer = exchange(raw, item[1])
    if answer is not None:
        holds("4xx or 5xx", 400 <= answer.status < 600, answer.status)
    equal("data", data_of(exchange(raw, request(asked(b"abc")))), ABC)


@case("refuses headers that are too large", on=H1)
def large_headers(raw):
    lines = [f"x-{n}: {'v' * 1000}" for n in range(200)]
    with raw.connect() as connection, connection.makefile("rb") as file:
        with contextlib.suppress(OSError):
            connection.sendall(head(*lines))
        with contextlib.suppress(ConnectionError):
            answer = read(file)
            holds("431, or the end", answer is None or answer.status in (400, 431),
                  answer and answer.status)


# TLS.

@case("speaks {1} to one who offers {0}", on=("raw tls",), each=(
    (("h2", "http/1.1"), "h2"), (("http/1.1", "h2"), "h2"), (("http/1.1",), "http/1.1"),
    (("h2",), "h2"), (("unknown", "http/1.1"), "http/1.1"), ((), None)))
def alpn(raw, item):
    offered, expected = item
    with raw.connect(offered) as connection, connection.makefile("rb") as file:
        equal("protocol", connection.selected_alpn_protocol(), expected)
        if expected != "h2":
            connection.sendall(request(asked(b"abc")))
            equal("data", data_of(read(file)), ABC)


@case("refuses one who offers neither of its protocols", on=("raw tls",))
def alpn_refused(raw):
    try:
        with raw.connect(("unknown",)) as connection:
            protocol = connection.selected_alpn_protocol()
    except (ssl.SSLError, ConnectionError):
        return
    raise AssertionError(f"the handshake ended well, with {protocol}")


@case("does not speak HTTP in clear text where TLS is spoken", on=("raw tls",))
def clear_on_tls(raw):
    with socket.create_connection(("127.0.0.1", raw.server.port), timeout=10) as connection:
        connection.sendall(request(asked(b"abc")))
        with contextlib.suppress(ConnectionError):
            holds("no HTTP", b"HTTP/1.1 200" not in connection.recv(4096))


def client_context(name):
    context = ssl.create_default_context(cafile=TLS / "authority.pem")
    if name:
        context.load_cert_chain(TLS / f"{name}.pem", TLS / f"{name}.key")
    return context


@case("takes the certificate of a client", on=("raw mutual",))
def client_certificate(raw):
    with socket.create_connection(("127.0.0.1", raw.server.port), timeout=10) as plain:
        with client_context("client").wrap_socket(plain, server_hostname=HOST) as connection:
            connection.sendall(request(asked(b"abc")))
            with connection.makefile("rb") as file:
                equal("data", data_of(read(file)), ABC)


@case("refuses {}", on=("raw mutual",), each=(
    ("a client without a certificate", None), ("a certificate of another authority", "stranger"),
    ("a certificate that has expired", "expired-client")))
def bad_client(raw, item):
    try:
        with socket.create_connection(("127.0.0.1", raw.server.port), timeout=10) as plain:
            with client_context(item[1]).wrap_socket(plain, server_hostname=HOST) as connection:
                # With TLS 1.3 the refusal arrives after the handshake.
                connection.sendall(request(asked(b"abc")))
                answer = connection.recv(4096)
    except (ssl.SSLError, ConnectionError):
        return
    equal("the answer", answer, b"")


# HTTP/2, frame by frame.

@case("answers before a request has ended, and takes the rest", on=H2)
def early_answer(frames):
    body = pb.UnaryRequest(request_data=b"x" * 400000).SerializeToString()
    with frames.connect() as peer:
        peer.send(peer.headers(1, frames.post(PATH, "application/proto"), flags=4))
        peer.sendData(1, body)
        answer = peer.response(1, 10)
        holds("an answer", answer is not None, peer.resets())
        equal("HTTP status", answer[0][":status"], "429")
        # The connection lives on, and its window is whole again.
        for stream in (3, 5):
            peer.send(peer.headers(stream, frames.post(PATH, "application/proto"), flags=4))
            peer.sendData(stream, b"")
            equal("HTTP status", peer.response(stream, 10)[0][":status"], "200")


@case("ends a call whose client resets it", on=H2)
def reset(frames):
    body = asking(b"abc", response_delay_ms=10000).SerializeToString()
    with frames.connect() as peer:
        peer.send(peer.headers(1, frames.post(PATH, "application/proto"), flags=4))
        peer.sendData(1, body)
        frames.reset(peer, 1)
        peer.send(peer.headers(3, frames.post(PATH, "application/proto"), flags=4))
        peer.sendData(3, b"")
        equal("HTTP status", peer.response(3, 5)[0][":status"], "200")


@case("takes the trailers of a request", on=H2)
def request_trailers(frames):
    with frames.connect() as peer:
        peer.send(peer.headers(1, frames.post(PATH, "application/proto"), flags=4))
        peer.sendData(1, asking(b"abc").SerializeToString(), flags=0)
        peer.send(peer.headers(1, [("x-after", "1")]))
        fields, body = peer.response(1, 5)
        equal("HTTP status", fields[":status"], "200")
        equal("data", pb.UnaryResponse.FromString(body).payload.data, b"abc")


@case("refuses a length that the body does not have", on=H2)
def wrong_length(frames):
    fields = frames.post(PATH, "application/proto") + [("content-length", "5")]
    with frames.connect() as peer:
        peer.send(peer.headers(1, fields, flags=4))
        peer.sendData(1, b"too long for that")
        answer = peer.response(1, 5)
        holds("no success", answer is None or answer[0][":status"] != "200", answer)


@case("sends trailers as headers, never after the body", on=H2)
def no_trailers(frames):
    request = asking(b"abc", response_trailers=[pb.Header(name="x-t", value=["v"])])
    with frames.connect() as peer:
        peer.send(peer.headers(1, frames.post(PATH, "application/proto"), flags=4))
        peer.sendData(1, request.SerializeToString())
        fields, _ = peer.response(1, 5)
        equal("trailer-x-t", fields.get("trailer-x-t"), "v")
        blocks = [f for f in peer.frames if f.stream_id == 1 and f.type == 1]
        equal("HEADERS frames", len(blocks), 1)
