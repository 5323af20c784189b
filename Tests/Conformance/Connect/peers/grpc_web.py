"""gRPC-Web by hand: binary and base64, its trailers, compression, limits, refusals."""

import base64
import struct
import urllib.parse

import conformance_pb2 as pb
from google.protobuf import any_pb2

from checks import Stopwatch, among, equal, group, holds
from connect import CODECS, CODES, HTTP, METADATA, SPECIAL, asking, decode, encode
from wire import (
    COMPRESS, COMPRESSED, ENCODINGS, TRAILERS, bytes_of, envelope, messages_and_end)

case = group("grpc-web")
BINARY, TEXT = "application/grpc-web", "application/grpc-web-text"
CARDINALITY = ("12",)  # unimplemented
MALFORMED = ("3", "13")  # invalid_argument, internal


def post(http, method, body, headers=(), content_type=BINARY + "+proto"):
    return http.post(method, content_type, body, headers)


def unary(http, request, codec="proto", headers=(), method="Unary"):
    return post(http, method, envelope(encode(request, codec)), headers, f"{BINARY}+{codec}")


def text_of(body):
    """Text is base64 in pieces, each padded by itself."""
    pieces, data = body.decode("ascii"), b""
    while pieces:
        end = next((i + 4 for i in range(0, len(pieces), 4) if "=" in pieces[i:i + 4]),
                   len(pieces))
        data += base64.b64decode(pieces[:end], validate=True)
        pieces = pieces[end:]
    return data


def trailers_of(body):
    """{name: [values]}; names must be in lower case, and each line ends with CR LF."""
    found = {}
    holds("lines end with CR LF", body.endswith(b"\r\n") or not body, body)
    for line in body.decode("ascii").split("\r\n")[:-1]:
        name, colon, value = line.partition(":")
        holds("name:value in lower case", colon and name == name.lower().strip(), line)
        found.setdefault(name, []).append(value.strip())
    return found


def result(reply, content_type=BINARY + "+proto"):
    """The messages and the trailers, which may be among the headers where there is no message."""
    equal("HTTP status", reply.status, 200)
    equal("content-type", reply.get("content-type"), content_type)
    body = text_of(reply.body) if content_type.startswith(TEXT) else reply.body
    if not body:
        return [], {name: reply.all(name) for name, _ in reply.headers}
    messages, end = messages_and_end(body, TRAILERS, reply.get("grpc-encoding") or "identity")
    return messages, trailers_of(end)


def ended(reply, *codes, content_type=BINARY + "+proto"):
    messages, trailers = result(reply, content_type)
    among("grpc-status", (trailers.get("grpc-status") or [None])[0], *codes)
    return messages, trailers


def payload(reply, codec="proto", kind=pb.UnaryResponse):
    messages, _ = ended(reply, "0", content_type=f"{BINARY}+{codec}")
    equal("messages", len(messages), 1)
    return decode(messages[0], kind, codec).payload


@case("answers {}", on=HTTP, each=CODECS)
def answers(http, codec):
    equal("data", payload(unary(http, asking(b"abc\xff"), codec), codec).data, b"abc\xff")


@case("takes no subformat for proto", on=HTTP)
def no_subformat(http):
    reply = post(http, "Unary", envelope(encode(asking(b"a"), "proto")), content_type=BINARY)
    among("content-type", reply.get("content-type"), BINARY, BINARY + "+proto")
    messages, _ = ended(reply, "0", content_type=reply.get("content-type"))
    equal("data", pb.UnaryResponse.FromString(messages[0]).payload.data, b"a")


@case("knows no subformat {}", on=HTTP, each=("xml", "thrift"))
def unknown_subformat(http, name):
    reply = post(http, "Unary", envelope(), content_type=f"{BINARY}+{name}")
    equal("HTTP status", reply.status, 415)


@case("answers base64, {}", on=HTTP, each=(
    ("with a subformat", TEXT + "+proto"), ("without one", TEXT)))
def text(http, item):
    body = base64.b64encode(envelope(encode(asking(b"abc\xff"), "proto")))
    reply = post(http, "Unary", body, [("accept", item[1])], item[1])
    among("content-type", reply.get("content-type"), TEXT, TEXT + "+proto")
    messages, _ = ended(reply, "0", content_type=reply.get("content-type"))
    equal("data", pb.UnaryResponse.FromString(messages[0]).payload.data, b"abc\xff")


@case("answers base64 of pieces, each padded by itself", on=HTTP)
def text_in_pieces(http):
    data = envelope(encode(asking(b"abc"), "proto"))
    pieces = [data[i:i + 4] for i in range(0, len(data), 4)]
    reply = post(http, "Unary", b"".join(map(base64.b64encode, pieces)),
                 content_type=TEXT + "+proto")
    messages, _ = ended(reply, "0", content_type=TEXT + "+proto")
    equal("data", pb.UnaryResponse.FromString(messages[0]).payload.data, b"abc")


@case("streams in base64", on=HTTP)
def text_stream(http):
    request = pb.ServerStreamRequest(response_definition=pb.StreamResponseDefinition(
        response_data=[b"x" * n for n in range(8)]))
    reply = post(http, "ServerStream", base64.b64encode(envelope(request.SerializeToString())),
                 content_type=TEXT + "+proto")
    messages, _ = ended(reply, "0", content_type=TEXT + "+proto")
    sizes = [len(pb.ServerStreamResponse.FromString(m).payload.data) for m in messages]
    equal("sizes", sizes, list(range(8)))


@case("refuses {} that claims to be base64", on=HTTP, each=(
    ("garbage", b"!!!! no base64"), ("half a quantum", b"AAAAA")))
def bad_text(http, item):
    reply = post(http, "Unary", item[1], content_type=TEXT + "+proto")
    ended(reply, *MALFORMED, content_type=TEXT + "+proto")


# Metadata and errors.

@case("sends metadata and trailers", on=HTTP)
def metadata(http):
    reply = unary(http, asking(response_headers=METADATA, response_trailers=METADATA))
    payload(reply)
    _, trailers = result(reply)
    equal("x-many", reply.all("x-many"), ["first", "second"])
    equal("x-many in the end", split(trailers["x-many"]), ["first", "second"])
    values = [bytes_of(value) for value in split(trailers["x-blob-bin"])]
    equal("x-blob-bin in the end", values, [b"\0\1\2\xff", b"\xff"])


def split(values):
    return [part.strip() for value in values for part in value.split(",")]


@case("sees metadata, some of it binary", on=HTTP)
def sees(http):
    headers = [("x-twice", "a"), ("x-twice", "b"), ("x-blob-bin", "AAEC/w,/w==")]
    found = {h.name: list(h.value) for h in
             payload(unary(http, asking(), headers=headers)).request_info.request_headers}
    equal("x-twice", found.get("x-twice"), ["a", "b"])
    equal("x-blob-bin", [v.rstrip("=") for v in found.get("x-blob-bin", [])], ["AAEC/w", "/w"])


@case("ends with {}", on=HTTP, each=CODES)
def ends_with(http, item):
    _, code, _ = item
    _, trailers = ended(unary(http, asking(error=pb.Error(code=code, message="why"))), str(code))
    equal("message", trailers.get("grpc-message"), ["why"])


@case("ends with an error, of which the trailers hold all", on=HTTP)
def error_in_full(http):
    detail = any_pb2.Any()
    detail.Pack(pb.Header(name="n", value=["v"]))
    reply = unary(http, asking(
        error=pb.Error(code=pb.CODE_NOT_FOUND, message=SPECIAL, details=[detail]),
        response_headers=METADATA, response_trailers=METADATA))
    _, trailers = ended(reply, "5")
    message = trailers["grpc-message"][0]
    holds("the message is percent-encoded ASCII", message.isascii() and "%" in message, message)
    equal("message", urllib.parse.unquote(message), SPECIAL)
    status = bytes_of(trailers["grpc-status-details-bin"][0])
    holds("details hold the detail", detail.value in status, status)
    equal("x-single", trailers.get("x-single"), ["one"])


@case("ends with an error after messages", on=HTTP, each=CODECS)
def late_error(http, codec):
    request = pb.ServerStreamRequest(response_definition=pb.StreamResponseDefinition(
        response_data=[b"a", b"b"], error=pb.Error(code=pb.CODE_ABORTED, message="m")))
    reply = unary(http, request, codec, method="ServerStream")
    messages, trailers = ended(reply, "10", content_type=f"{BINARY}+{codec}")
    equal("messages", len(messages), 2)
    equal("message", trailers["grpc-message"], ["m"])


@case("does not know a method", on=HTTP)
def unknown_method(http):
    ended(unary(http, pb.UnaryRequest(), method="NoSuchMethod"), "12")


@case("ends an unimplemented method with 12", on=HTTP)
def unimplemented(http):
    ended(unary(http, pb.UnimplementedRequest(), method="Unimplemented"), "12")


# Streams.

@case("takes a stream of requests, for {}", on=HTTP, each=CODECS)
def client_stream(http, codec):
    first = pb.ClientStreamRequest(
        response_definition=pb.UnaryResponseDefinition(response_data=b"sum"))
    requests = [first, *[pb.ClientStreamRequest(request_data=b"x" * n) for n in (0, 7, 70000)]]
    body = b"".join(envelope(encode(request, codec)) for request in requests)
    reply = post(http, "ClientStream", body, content_type=f"{BINARY}+{codec}")
    found = payload(reply, codec, pb.ClientStreamResponse)
    equal("requests", len(found.request_info.requests), 4)


@case("answers after the last request", on=HTTP)
def half_duplex(http):
    first = pb.BidiStreamRequest(
        response_definition=pb.StreamResponseDefinition(response_data=[b"a", b"b"]))
    body = envelope(first.SerializeToString()) + envelope(b"")
    messages, _ = ended(post(http, "BidiStream", body), "0")
    equal("messages", len(messages), 2)


@case("wants exactly one request: {}", on=HTTP, each=(
    ("none, unary", "Unary", 0), ("two, unary", "Unary", 2),
    ("none, streaming", "ServerStream", 0), ("two, streaming", "ServerStream", 2)))
def cardinality(http, item):
    _, method, count = item
    ended(post(http, method, envelope() * count), *CARDINALITY)


# Compression.

@case("reads {}", on=HTTP, each=ENCODINGS)
def reads(http, encoding):
    data = COMPRESS[encoding](encode(asking(b"x" * 5000), "proto"))
    flags = COMPRESSED if encoding != "identity" else 0
    reply = post(http, "Unary", envelope(data, flags), [("grpc-encoding", encoding)])
    equal("data", payload(reply).data, b"x" * 5000)


@case("writes {}, its trailers as they are", on=HTTP, each=ENCODINGS)
def writes(http, encoding):
    reply = unary(http, asking(b"x" * 5000), headers=[("grpc-accept-encoding", encoding)])
    equal("grpc-encoding", reply.get("grpc-encoding") or "identity", encoding)
    equal("data", payload(reply).data, b"x" * 5000)


@case("does not read {}, and says what it reads", on=HTTP, each=("br", "snappy"))
def unknown_encoding(http, encoding):
    reply = post(http, "Unary", envelope(b"\0", COMPRESSED), [("grpc-encoding", encoding)])
    _, trailers = ended(reply, "12")
    told = " ".join(reply.all("grpc-accept-encoding")) + "".join(trailers.get("grpc-message", []))
    holds("it names gzip", "gzip" in told, told)


# What breaks the rules.

@case("refuses {}", on=HTTP, each=(
    ("compressed without an encoding", envelope(b"", COMPRESSED)),
    ("reserved flags", envelope(b"", 0x10)), ("half a prefix", b"\0\0"),
    ("half a message", struct.pack(">BI", 0, 9) + b"abc"),
    ("bad protobuf", envelope(b"\x0a\xff\xff")),
    ("trailers of a client", envelope() + envelope(b"x:y\r\n", TRAILERS))))
def refuses(http, item):
    ended(post(http, "Unary", item[1]), *MALFORMED)


@case("refuses garbage that claims to be {}", on=HTTP, each=ENCODINGS[1:])
def garbage(http, encoding):
    reply = post(http, "Unary", envelope(b"garbage", COMPRESSED), [("grpc-encoding", encoding)])
    ended(reply, *MALFORMED)


@case("refuses {} with 405", on=HTTP, each=("PUT", "DELETE"))
def wrong_method(http, verb):
    path = "/connectrpc.conformance.v1.ConformanceService/Unary"
    equal("HTTP status", http.send(verb, path, [("content-type", BINARY)]).status, 405)


@case("refuses the timeout {}", on=HTTP, each=("1", "1x", "123456789S", "-1S", "S", "1.5S"))
def bad_timeout(http, value):
    ended(unary(http, asking(), headers=[("grpc-timeout", value)]), *MALFORMED)


@case("takes the timeout {}", on=HTTP, each=(
    ("1H", 3600000), ("99999999M", 5999999940000), ("100S", 100000), ("90000m", 90000),
    ("70000000u", 70000), ("99999999n", 99)))
def timeout(http, item):
    text, milliseconds = item
    reply = unary(http, asking(), headers=[("grpc-timeout", text)])
    if milliseconds < 1000:
        ended(reply, "0", "4")
        return
    left = payload(reply).request_info.timeout_ms
    # A server may take a century for the rest of time.
    least = min(milliseconds - 20000, 99 * 365 * 86400 * 1000)
    holds("what is left", least < left <= milliseconds, left)


@case("keeps to its time", on=HTTP)
def expires(http):
    with Stopwatch() as watch:
        reply = unary(http, asking(response_delay_ms=5000), headers=[("grpc-timeout", "200m")])
    ended(reply, "4")
    holds("within 3 s", watch.seconds < 3, watch.seconds)


@case("refuses a message over the limit, {}", on=("limited h1", "limited h2"), each=ENCODINGS)
def over_limit(http, encoding):
    data = COMPRESS[encoding](pb.UnaryRequest(request_data=b"x" * 50000).SerializeToString())
    flags = COMPRESSED if encoding != "identity" else 0
    ended(post(http, "Unary", envelope(data, flags), [("grpc-encoding", encoding)]), "8")


@case("passes the headers of its clients: {}", on=HTTP, each=(
    ("x-grpc-web", "1"), ("x-user-agent", "grpc-web-javascript/0.1")))
def client_headers(http, item):
    found = payload(unary(http, asking(), headers=[item])).request_info.request_headers
    equal("it", {h.name: list(h.value) for h in found}.get(item[0]), [item[1]])
