"""Our server by HTTP/1.1: Connect, gRPC-Web and CORS, with JSON, which needs no schema."""

import base64
import gzip
import http.client
import json
import ssl
import struct
import time
import urllib.parse
import zlib

from checks import among, equal, group, holds
from programs import SERVICE, TLS

case = group("slice server")
ON = ("clear", "tls")
PATH = f"/{SERVICE}/"
# Number, Connect's name, HTTP status.
CODES = (
    (1, "canceled", 499), (2, "unknown", 500), (3, "invalid_argument", 400),
    (4, "deadline_exceeded", 504), (5, "not_found", 404), (6, "already_exists", 409),
    (7, "permission_denied", 403), (8, "resource_exhausted", 429),
    (9, "failed_precondition", 400), (10, "aborted", 409), (11, "out_of_range", 400),
    (12, "unimplemented", 501), (13, "internal", 500), (14, "unavailable", 503),
    (15, "data_loss", 500), (16, "unauthenticated", 401))
METADATA = [{"name": "x-many", "value": ["1", "2"]}]


class Reply:
    def __init__(self, response):
        self.status, self.body = response.status, response.read()
        self.headers = response.headers

    def all(self, name):
        values = self.headers.get_all(name) or []
        return [part.strip() for value in values for part in value.split(",")]

    def json(self):
        return json.loads(self.body)


def send(server, verb, path, headers=(), body=None):
    if server.secure:
        # The certificate is for the address too.
        context = ssl.create_default_context(cafile=TLS / "authority.pem")
        connection = http.client.HTTPSConnection(
            "127.0.0.1", server.port, context=context, timeout=15)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    try:
        connection.putrequest(verb, path, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        return Reply(connection.getresponse())
    finally:
        connection.close()


def unary(server, value, *headers, method="Unary", kind="application/json"):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return send(server, "POST", PATH + method, [("content-type", kind), *headers], body)


def asking(data=b"", **definition):
    if "error" not in definition:
        definition["responseData"] = base64.b64encode(data).decode()
    return {"responseDefinition": definition}


def data_of(value):
    return base64.b64decode(value["payload"].get("data", ""))


def envelope(body=b"", flags=0):
    return struct.pack(">BI", flags, len(body)) + body


def envelopes(data):
    found = []
    while data:
        flags, size = struct.unpack(">BI", data[:5])
        found.append((flags, data[5:5 + size]))
        data = data[5 + size:]
    return found


def stream(server, method, requests, *headers):
    body = b"".join(envelope(json.dumps(request).encode()) for request in requests)
    reply = unary(server, body, *headers, method=method, kind="application/connect+json")
    equal("HTTP status", reply.status, 200)
    *messages, (flags, end) = envelopes(reply.body)
    equal("flags of the end", flags, 2)
    return [data_of(json.loads(body)) for _, body in messages], json.loads(end)


@case("answers", on=ON)
def answers(server):
    reply = unary(server, asking(b"abc\xff"))
    equal("HTTP status", reply.status, 200)
    equal("content-type", reply.headers["content-type"], "application/json")
    equal("data", data_of(reply.json()), b"abc\xff")


@case("takes an empty message", on=ON)
def empty(server):
    equal("HTTP status", unary(server, b"", kind="application/proto").status, 200)


@case("sends metadata and trailers", on=ON)
def metadata(server):
    reply = unary(server, asking(responseHeaders=METADATA, responseTrailers=METADATA))
    equal("x-many", reply.all("x-many"), ["1", "2"])
    equal("trailer-x-many", reply.all("trailer-x-many"), ["1", "2"])


@case("ends with {1}", on=ON, each=CODES)
def codes(server, item):
    number, name, status = item
    reply = unary(server, asking(error={"code": number, "message": "why ☺"}))
    equal("HTTP status", reply.status, status)
    equal("content-type", reply.headers["content-type"], "application/json")
    equal("code", reply.json()["code"], name)
    equal("message", reply.json()["message"], "why ☺")
    equal("details", len(reply.json()["details"]), 1)


@case("refuses {} with {}", on=ON, each=(
    ("a content type", 415, "POST", [("content-type", "text/plain")]),
    ("a streaming type", 415, "POST", [("content-type", "application/connect+json")]),
    ("PUT", 405, "PUT", [("content-type", "application/json")]), ("GET", 405, "GET", []),
    ("version 2", 400, "POST",
     [("content-type", "application/json"), ("connect-protocol-version", "2")]),
    ("a timeout of 11 digits", 400, "POST",
     [("content-type", "application/json"), ("connect-timeout-ms", "12345678901")]),
    ("an unknown encoding", 501, "POST",
     [("content-type", "application/json"), ("content-encoding", "snappy")])))
def refuses(server, item):
    _, status, verb, headers = item
    body = b"{}" if verb != "GET" else None
    equal("HTTP status", send(server, verb, PATH + "Unary", headers, body).status, status)


@case("refuses {}", on=ON, each=(
    ("half a JSON", b"{"), ("no JSON", b"hello"), ("nothing", b""), ("a list", b"[]")))
def malformed(server, item):
    reply = unary(server, item[1])
    equal("HTTP status", reply.status, 400)
    equal("code", reply.json()["code"], "invalid_argument")


@case("keeps to its time", on=ON)
def expires(server):
    start = time.monotonic()
    reply = unary(server, asking(responseDelayMs=5000), ("connect-timeout-ms", "100"))
    equal("code", reply.json()["code"], "deadline_exceeded")
    holds("within 3 s", time.monotonic() - start < 3)


@case("reads and writes {}", on=ON, each=(
    ("gzip", gzip.compress, gzip.decompress), ("deflate", zlib.compress, zlib.decompress)))
def compression(server, item):
    name, compress, decompress = item
    reply = unary(server, compress(json.dumps(asking(b"x" * 5000)).encode()),
                  ("content-encoding", name), ("accept-encoding", name))
    equal("content-encoding", reply.headers["content-encoding"], name)
    equal("data", data_of(json.loads(decompress(reply.body))), b"x" * 5000)


@case("reads a GET", on=ON)
def get(server):
    text = json.dumps(asking(b"abc"))
    for fields in (
            {"connect": "v1", "encoding": "json", "message": text},
            {"base64": "1", "encoding": "json",
             "message": base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")}):
        reply = send(server, "GET", f"{PATH}IdempotentUnary?{urllib.parse.urlencode(fields)}")
        equal("data", data_of(reply.json()), b"abc")


@case("streams both ways", on=ON)
def streams(server):
    data = [base64.b64encode(part).decode() for part in (b"a", b"", b"c" * 9000)]
    found, end = stream(server, "ServerStream", [asking_stream(responseData=data)])
    equal("messages", found, [b"a", b"", b"c" * 9000])
    equal("end", end, {})
    found, _ = stream(server, "ClientStream", [asking(b"sum"), {}, {}])
    equal("messages", found, [b"sum"])
    found, _ = stream(server, "BidiStream", [asking_stream(responseData=data), {}])
    equal("messages", len(found), 3)


def asking_stream(**definition):
    return {"responseDefinition": definition}


@case("ends a stream with an error and trailers", on=ON)
def stream_error(server):
    definition = asking_stream(
        responseData=["YQ=="], error={"code": 10, "message": "m"}, responseTrailers=METADATA)
    found, end = stream(server, "ServerStream", [definition])
    equal("messages", found, [b"a"])
    equal("error", (end["error"]["code"], end["error"]["message"]), ("aborted", "m"))
    equal("trailers", end["metadata"]["x-many"], ["1", "2"])


@case("wants one request: {}", on=ON, each=(("none", 0), ("two", 2)))
def cardinality(server, item):
    _, end = stream(server, "ServerStream", [{}] * item[1])
    equal("code", end["error"]["code"], "unimplemented")


@case("refuses a message over the limit", on=("limited",))
def limit(server):
    reply = unary(server, {"requestData": "A" * 8000})
    equal("HTTP status", reply.status, 429)
    _, end = stream(server, "ClientStream", [{"requestData": "A" * 8000}])
    equal("code", end["error"]["code"], "resource_exhausted")
    body = gzip.compress(json.dumps({"requestData": "A" * 4000000}).encode())
    equal("HTTP status", unary(server, body, ("content-encoding", "gzip")).status, 429)


@case("speaks gRPC-Web in {}", on=ON, each=(
    ("binary", "application/grpc-web+json", bytes, bytes),
    ("base64", "application/grpc-web-text+json", base64.b64encode, base64.b64decode)))
def web(server, item):
    _, kind, encode, decode = item
    body = encode(envelope(json.dumps(asking(b"abc")).encode()))
    reply = unary(server, body, kind=kind)
    equal("HTTP status", reply.status, 200)
    equal("content-type", reply.headers["content-type"], kind)
    # Each piece of base64 is padded by itself.
    text = reply.body.replace(b"=", b"=\n").replace(b"=\n=\n", b"==\n").split(b"\n")
    (first, message), (last, trailers) = envelopes(b"".join(map(decode, text)))
    equal("flags", (first, last), (0, 0x80))
    equal("data", data_of(json.loads(message)), b"abc")
    holds("status 0", b"grpc-status:0" in trailers.replace(b" ", b""), trailers)


@case("ends gRPC-Web with an error", on=ON)
def web_error(server):
    value = asking(error={"code": 5, "message": "☺"})
    reply = unary(server, envelope(json.dumps(value).encode()), kind="application/grpc-web+json")
    text = reply.body + str(reply.headers).encode()
    holds("status 5", b"grpc-status:5" in text.replace(b" ", b""), text)
    holds("the message", b"%E2%98%BA" in text, text)


@case("lets pages call", on=ON)
def cors(server):
    reply = send(server, "OPTIONS", PATH + "Unary", [
        ("origin", "https://app.example"), ("access-control-request-method", "POST"),
        ("access-control-request-headers", "connect-protocol-version,content-type")])
    among("HTTP status", reply.status, 200, 204)
    among("origin", reply.headers["access-control-allow-origin"], "*", "https://app.example")
