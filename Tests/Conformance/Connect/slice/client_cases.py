"""Our client against our server, and against one that answers wrongly."""

import http.server
import threading

from checks import equal, group, holds
from programs import TLS
from protobuf import fields, first, message

case = group("slice client")
CONNECT, GRPC, WEB = 1, 2, 3
NAMES = {CONNECT: "Connect", GRPC: "gRPC", WEB: "gRPC-Web"}
UNARY, CLIENT, SERVER, HALF, FULL = range(1, 6)
WAYS = [(NAMES[protocol], f"HTTP/{version}", protocol, version)
        for protocol in NAMES for version in (1, 2) if (protocol, version) != (GRPC, 1)]
COMPRESSIONS = (("identity", 1), ("gzip", 2), ("zstd", 4), ("deflate", 5))
# By Connect's table; the numbers are gRPC's.
HTTP_CODES = ((400, 13), (401, 16), (403, 7), (404, 12), (418, 2), (429, 14), (431, 2), (500, 2),
              (502, 14), (503, 14), (504, 14))


def payloads(result):
    """The data of each payload of a call that went well."""
    if error := first(result, 3):
        raise AssertionError(f"code {first(error, 1)}: {first(error, 2)!r}")
    return [first(payload, 1) for payload in fields(result).get(2, [])]


def ways_and(items):
    return [(*way[:2], str(item[0]), way[2:], item) for way in WAYS for item in items]


@case("{}, {}, {}", on=("clear", "tls"), each=ways_and(COMPRESSIONS))
def calls(place, item):
    *_, (protocol, version), (_, compression) = item
    where = {"certificate": (TLS / "authority.pem").read_bytes()} if place.secure else {}

    def call(kind, method, *requests):
        return payloads(place.client.call(
            place.port, protocol, version, kind, method,
            [(f"{method}Request", body) for body in requests], compression=compression, **where))

    one = message((1, message((2, b"x" * 3000))))
    many = message((1, message((2, b"a"), (2, b""), (2, b"c" * 3000))))
    equal("unary", call(UNARY, "Unary", one), [b"x" * 3000])
    equal("client stream", call(CLIENT, "ClientStream", one, b"", b""), [b"x" * 3000])
    equal("server stream", call(SERVER, "ServerStream", many), [b"a", b"", b"c" * 3000])
    equal("half duplex", call(HALF, "BidiStream", many, b""), [b"a", b"", b"c" * 3000])
    if version == 2:
        equal("full duplex", call(FULL, "BidiStream", many + message((2, 1)), b"", b""),
              [b"a", b"", b"c" * 3000])


@case("{}, {}: code {}", on=("clear",), each=ways_and([(code, code) for code in range(1, 17)]))
def codes(place, item):
    *_, (protocol, version), (code, _) = item
    request = message((1, message((3, message((1, code), (2, "why"))))))
    result = place.client.call(
        place.port, protocol, version, UNARY, "Unary", [("UnaryRequest", request)])
    equal("code", first(result, 3, 1), code)
    equal("message", first(result, 3, 2), b"why")


@case("{}, {} keeps to its time", on=("clear",), each=WAYS)
def expires(place, item):
    *_, protocol, version = item
    request = message((1, message((6, 5000))))
    result = place.client.call(place.port, protocol, version, UNARY, "Unary",
                               [("UnaryRequest", request)], timeout_ms=200)
    equal("code", first(result, 3, 1), 4)


class Wrong(http.server.BaseHTTPRequestHandler):
    """Answers every call with the server's `answer`: status, content type, body."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if self.headers.get("transfer-encoding") == "chunked":
            while (size := int(self.rfile.readline(), 16)):
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("content-length", 0)))
        status, kind, body = self.server.answer
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing: the cases say how it went."""


def code_of(place, protocol, answer, method="Unary", kind=UNARY):
    """The code that a call ends with which this answer is given."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Wrong)
    server.answer = answer
    thread = threading.Thread(target=server.serve_forever, args=[0.01])
    thread.start()
    try:
        result = place.client.call(server.server_port, protocol, 1, kind, method,
                                   [(f"{method}Request", b"")])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    holds("an error", first(result, 3), result)
    return first(result, 3, 1)


@case("reads HTTP status {} as code {}", on=("clear",), each=HTTP_CODES)
def http_codes(place, item):
    status, code = item
    for protocol in (CONNECT, WEB):
        equal("code", code_of(place, protocol, (status, "text/html", b"<html>")), code)


@case("refuses {}", on=("clear",), each=(
    ("a page", CONNECT, "Unary", "text/html", b"<html>"),
    ("another codec", CONNECT, "Unary", "application/json", b"{}"),
    ("bad protobuf", CONNECT, "Unary", "application/proto", b"\x0a\xff"),
    ("a stream without its end", CONNECT, "ServerStream", "application/connect+proto", b""),
    ("half an envelope", CONNECT, "ServerStream", "application/connect+proto", b"\0\0"),
    ("an end that is no JSON", CONNECT, "ServerStream", "application/connect+proto",
     b"\2\0\0\0\1{"),
    ("what follows the end", CONNECT, "ServerStream", "application/connect+proto",
     b"\2\0\0\0\2{}\0\0\0\0\0"),
    ("a message of gRPC-Web without trailers", WEB, "Unary", "application/grpc-web+proto",
     b"\0\0\0\0\0"),
    ("trailers without a status", WEB, "Unary", "application/grpc-web+proto",
     b"\x80\0\0\0\5a: b\n")))
def refuses(place, item):
    _, protocol, method, kind, body = item
    stream = SERVER if method == "ServerStream" else UNARY
    code = code_of(place, protocol, (200, kind, body), method, stream)
    holds("internal or unknown", code in (13, 2), code)
