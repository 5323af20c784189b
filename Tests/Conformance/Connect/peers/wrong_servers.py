"""Our client against servers that answer wrongly, or rightly in unusual words."""

import json

import conformance_pb2 as pb

from canned import Answer
from checks import equal, group, holds
from connect import CODES, SPECIAL, asking
from our_client import values
from wire import COMPRESS, COMPRESSED, END_STREAM, ENCODINGS, TRAILERS, base64_of, envelope

case = group("wrong servers")
UNARY = ("wrong connect h1", "wrong connect h2")
GRPC = ("wrong grpc h2",)
WEB = ("wrong web h1", "wrong web h2")
ALL = UNARY + GRPC + WEB
# By Connect's table, of which gRPC's is a part.
HTTP_CODES = (
    (400, "internal"), (401, "unauthenticated"), (403, "permission_denied"),
    (404, "unimplemented"), (408, "unknown"), (409, "unknown"), (412, "unknown"),
    (413, "unknown"), (415, "unknown"), (418, "unknown"), (429, "unavailable"),
    (431, "unknown"), (500, "unknown"), (501, "unknown"), (502, "unavailable"),
    (503, "unavailable"), (504, "unavailable"), (505, "unknown"))
BY_NAME = {name: code for name, code, _ in CODES}

PROTO = ("content-type", "application/proto")
STREAM = ("content-type", "application/connect+proto")
JSON = ("content-type", "application/json")
TYPES = {"connect": "application/connect+proto", "grpc": "application/grpc+proto",
         "web": "application/grpc-web+proto"}


def call(client, answer, method="Unary", **more):
    client.server.answer = answer
    request = asking() if method == "Unary" else getattr(pb, f"{method}Request")()
    return client.call(method, [request], **more)


def fails(result, *names):
    holds("an error", result.HasField("error"), result)
    found = pb.Code.Name(result.error.code)
    holds(f"code is one of {names}", result.error.code in {BY_NAME[n] for n in names}, found,
          result.error.message)
    return result.error


def reply(data=b"abc", kind=pb.UnaryResponse):
    return kind(payload=pb.ConformancePayload(data=data)).SerializeToString()


def data_of(result):
    holds("no error", not result.HasField("error"), result.error)
    return [payload.data for payload in result.payloads]


def enveloped(client, *messages, status="0", **more):
    """An answer of the protocol with envelopes; `status` None leaves the end out."""
    protocol = client.protocol
    body = b"".join(message if isinstance(message, tuple) else envelope(message)
                    for message in messages)
    answer = Answer(headers=[("content-type", TYPES[protocol])], body=body, **more)
    if status is None:
        return answer
    if protocol == "grpc":
        answer.trailers = answer.trailers or [("grpc-status", status)]
    elif protocol == "web":
        answer.body += envelope(b"grpc-status: %b\r\n" % status.encode(), TRAILERS)
    else:
        answer.body += envelope(b"{}", END_STREAM)
    return answer


# What HTTP says, where the protocol says nothing.

@case("reads HTTP status {} as {}", on=ALL, each=HTTP_CODES)
def http_status(client, item):
    status, name = item
    fails(call(client, Answer(status, [("content-type", "text/html")], b"<html>")), name)


@case("reads HTTP status {} as {} in a stream", on=ALL, each=HTTP_CODES)
def http_status_of_stream(client, item):
    status, name = item
    answer = Answer(status, [("content-type", "text/html")], b"<html>")
    fails(call(client, answer, "ServerStream"), name)


@case("reads HTTP status {} as {} where there is nothing else", on=ALL, each=HTTP_CODES)
def bare_status(client, item):
    status, name = item
    fails(call(client, Answer(status)), name)


@case("takes no page for an answer", on=ALL, each=("Unary", "ServerStream"))
def page(client, method):
    answer = Answer(200, [("content-type", "text/html")], b"<html>hello</html>")
    fails(call(client, answer, method), "unknown", "internal")


@case("takes no other codec for its own", on=ALL, each=("Unary", "ServerStream"))
def other_codec(client, method):
    kind = {"connect": "application/json" if method == "Unary" else "application/connect+json",
            "grpc": "application/grpc+json", "web": "application/grpc-web+json"}[client.protocol]
    answer = Answer(200, [("content-type", kind)], b"{}")
    fails(call(client, answer, method), "internal", "unknown")


@case("wants a content type", on=ALL)
def no_type(client):
    fails(call(client, Answer(200, [], reply())), "unknown", "internal")


# Connect's unary calls.

@case("reads a right answer", on=UNARY)
def right(client):
    equal("data", data_of(call(client, Answer(200, [PROTO], reply()))), [b"abc"])


@case("takes an empty body as the empty message", on=UNARY)
def empty(client):
    equal("data", data_of(call(client, Answer(200, [PROTO]))), [b""])


@case("does not decompress an empty body", on=UNARY, each=ENCODINGS)
def empty_compressed(client, encoding):
    answer = Answer(200, [PROTO, ("content-encoding", encoding)])
    equal("data", data_of(call(client, answer)), [b""])


@case("reads {}", on=UNARY, each=ENCODINGS)
def compressed(client, encoding):
    answer = Answer(200, [PROTO, ("content-encoding", encoding)], COMPRESS[encoding](reply()))
    equal("data", data_of(call(client, answer, encoding=encoding)), [b"abc"])


@case("reads an error that is {}", on=UNARY, each=ENCODINGS)
def compressed_error(client, encoding):
    body = json.dumps({"code": "aborted", "message": "why"}).encode()
    answer = Answer(409, [JSON, ("content-encoding", encoding)], COMPRESS[encoding](body))
    equal("message", fails(call(client, answer, encoding=encoding), "aborted").message, "why")


@case("reads an error {}", on=UNARY, each=(
    ("whose HTTP status is another's", 500, {"code": "not_found"}, "not_found"),
    ("of a status that is in no table", 418, {"code": "data_loss"}, "data_loss"),
    ("with more than it knows", 409, {"code": "aborted", "extra": {"a": [1]}}, "aborted"),
    ("without a code", 404, {"message": "m"}, "unimplemented"),
    ("whose code is null", 503, {"code": None}, "unavailable"),
    ("whose code is unknown", 403, {"code": "teapot"}, "permission_denied"),
    ("whose code is a number", 401, {"code": 5}, "unauthenticated"),
    ("whose code has capitals", 429, {"code": "NOT_FOUND"}, "unavailable"),
    ("that is empty", 502, {}, "unavailable"),
    ("that is a list", 504, [], "unavailable"),
    ("that is null", 401, None, "unauthenticated")))
def errors(client, item):
    _, status, value, name = item
    fails(call(client, Answer(status, [JSON], json.dumps(value).encode())), name)


@case("reads {} of an error as its HTTP status", on=UNARY, each=(
    ("half the JSON", b'{"code":"abo'), ("garbage", b"\xff\xfe"), ("nothing", b""),
    ("too many brackets", b"[" * 100000)))
def broken_errors(client, item):
    fails(call(client, Answer(503, [JSON], item[1])), "unavailable")


@case("reads a detail {}", on=UNARY, each=(
    ("without padding", "CgFu"), ("with padding", "CgFuEg=="),
    ("in the standard alphabet", "+/8"), ("with more than it knows", "CgFu")))
def details(client, item):
    value = {"code": "aborted", "details": [
        {"type": "connectrpc.conformance.v1.Header", "value": item[1], "debug": {"a": 1}}]}
    error = fails(call(client, Answer(409, [JSON], json.dumps(value).encode())), "aborted")
    equal("details", len(error.details), 1)
    equal("type", error.details[0].type_url.split("/")[-1], "connectrpc.conformance.v1.Header")
    equal("value", base64_of(error.details[0].value), item[1].rstrip("="))


@case("reads an error whose detail is broken", on=UNARY, each=(
    ("base64", {"type": "a.B", "value": "!"}), ("no type", {"value": "AA"}),
    ("no value", {"type": "a.B"}), ("no object", 7)))
def broken_details(client, item):
    body = json.dumps({"code": "aborted", "message": "m", "details": [item[1]]}).encode()
    # Whether the rest counts is not written down; that it is an error is.
    fails(call(client, Answer(409, [JSON], body)), "aborted", "unknown", "internal")


@case("reads a message with every kind of character", on=UNARY)
def special(client):
    body = json.dumps({"code": "aborted", "message": SPECIAL}).encode()
    equal("message", fails(call(client, Answer(409, [JSON], body)), "aborted").message, SPECIAL)


@case("reads trailers among the headers, in any case", on=UNARY)
def trailers(client):
    headers = [PROTO, ("x-head", "1"), ("Trailer-X-Tail" if client.version == 1
                                        else "trailer-x-tail", "2")]
    result = call(client, Answer(200, headers, reply()))
    data_of(result)
    equal("x-head", values(result.response_headers, "x-head"), ["1"])
    equal("x-tail", values(result.response_trailers, "x-tail"), ["2"])


@case("refuses an answer that is {}", on=UNARY, each=(
    ("bad protobuf", [PROTO], b"\x0a\xff\xff"),
    ("of unknown compression", [PROTO, ("content-encoding", "snappy")], b"abc"),
    ("garbage of gzip", [PROTO, ("content-encoding", "gzip")], b"garbage"),
    ("half of gzip", [PROTO, ("content-encoding", "gzip")], COMPRESS["gzip"](b"abc" * 99)[:-9])))
def refuses(client, item):
    _, headers, body = item
    fails(call(client, Answer(200, headers, body), encoding="gzip"), "internal", "unknown")


@case("refuses an answer that {} makes small", on=UNARY, each=ENCODINGS[1:])
def bomb(client, encoding):
    body = COMPRESS[encoding](reply(b"x" * 10_000_000))
    answer = Answer(200, [PROTO, ("content-encoding", encoding)], body)
    fails(call(client, answer, encoding=encoding, message_receive_limit=100000),
          "resource_exhausted")


@case("says what it accepts", on=UNARY)
def accepts(client):
    client.server.requests.clear()
    call(client, Answer(200, [PROTO], reply()))
    _, headers, _ = client.server.requests[-1]
    equal("connect-protocol-version", headers.get("connect-protocol-version"), "1")
    equal("content-type", headers.get("content-type"), "application/proto")
    for name in ("gzip", "zstd"):
        holds(f"it accepts {name}", name in headers.get("accept-encoding", ""), headers)


@case("sends a GET by the book", on=UNARY)
def get(client):
    client.server.requests.clear()
    client.server.answer = Answer(200, [PROTO], reply())
    result = client.call("IdempotentUnary", [pb.IdempotentUnaryRequest(request_data=b"a")],
                         use_get_http_method=True)
    data_of(result)
    target, headers, body = client.server.requests[-1]
    names = [part.partition("=")[0] for part in target.partition("?")[2].split("&")]
    holds("no body", not body and "content-type" not in headers, headers)
    equal("order", names, [n for n in (
        "connect", "base64", "compression", "encoding", "message") if n in names])
    holds("the parameters that must be there", {"connect", "encoding", "message"} <= set(names))


# Envelopes, of all three protocols.

@case("reads a right stream", on=ALL)
def right_stream(client):
    messages = [reply(bytes([n]), pb.ServerStreamResponse) for n in range(3)]
    found = data_of(call(client, enveloped(client, *messages), "ServerStream"))
    equal("data", found, [b"\0", b"\1", b"\2"])


@case("reads a stream of {}", on=ALL, each=ENCODINGS[1:])
def compressed_stream(client, encoding):
    name = "connect-content-encoding" if client.protocol == "connect" else "grpc-encoding"
    answer = enveloped(client, reply(b"plain", pb.ServerStreamResponse))
    body = COMPRESS[encoding](reply(b"small", pb.ServerStreamResponse))
    answer.body = envelope(body, COMPRESSED) + envelope(b"", COMPRESSED) + answer.body
    answer.headers.append((name, encoding))
    found = data_of(call(client, answer, "ServerStream", encoding=encoding))
    equal("data", found, [b"small", b"", b"plain"])


@case("refuses a stream that ends without its end", on=ALL, each=(
    ("after no message", 0), ("after two messages", 2)))
def no_end(client, item):
    messages = [reply(b"a", pb.ServerStreamResponse)] * item[1]
    result = call(client, enveloped(client, *messages, status=None), "ServerStream")
    fails(result, "internal", "unknown")


@case("refuses a stream with {}", on=ALL, each=(
    ("a flag without an encoding", envelope(b"", COMPRESSED)),
    ("reserved flags", envelope(b"", 0x20)), ("bad protobuf", envelope(b"\x0a\xff"))))
def broken_stream(client, item):
    answer = enveloped(client)
    answer.body = item[1] + answer.body
    fails(call(client, answer, "ServerStream"), "internal", "unknown")


@case("refuses a stream cut in {}", on=ALL, each=(("a prefix", b"\0\0\0"),
                                                  ("a message", b"\0\0\0\0\x09abc")))
def cut_envelope(client, item):
    answer = enveloped(client, status=None)
    answer.body = item[1]
    if client.protocol == "grpc":
        answer.trailers = [("grpc-status", "0")]
    fails(call(client, answer, "ServerStream"), "internal", "unknown")


@case("refuses garbage of {}", on=ALL, each=ENCODINGS[1:])
def garbage_stream(client, encoding):
    name = "connect-content-encoding" if client.protocol == "connect" else "grpc-encoding"
    answer = enveloped(client)
    answer.body = envelope(b"garbage", COMPRESSED) + answer.body
    answer.headers.append((name, encoding))
    fails(call(client, answer, "ServerStream", encoding=encoding), "internal", "unknown")


@case("refuses a stream of unknown compression", on=ALL)
def unknown_stream(client):
    name = "connect-content-encoding" if client.protocol == "connect" else "grpc-encoding"
    answer = enveloped(client)
    answer.body = envelope(b"abc", COMPRESSED) + answer.body
    answer.headers.append((name, "snappy"))
    fails(call(client, answer, "ServerStream"), "internal")


@case("refuses a length of 4 GiB before its bytes", on=ALL)
def huge(client):
    answer = enveloped(client, status=None)
    answer.body = b"\0\xff\xff\xff\xff" + b"x" * 10
    fails(call(client, answer, "ServerStream", message_receive_limit=100000),
          "resource_exhausted")


@case("wants exactly one answer: {}", on=ALL, each=(("none", 0), ("two", 2)))
def cardinality(client, item):
    answers = [reply(b"a", pb.ClientStreamResponse)] * item[1]
    fails(call(client, enveloped(client, *answers), "ClientStream"), "unimplemented")


# Connect's EndStream.

@case("reads an end that says {}", on=UNARY, each=(
    ("a code", {"error": {"code": "aborted", "message": "m"}}, ("aborted",)),
    ("more than it knows", {"error": {"code": "aborted", "x": 1}, "y": []}, ("aborted",)),
    ("an unknown code", {"error": {"code": "teapot"}}, ("unknown", "internal")),
    ("no code", {"error": {"message": "m"}}, ("unknown", "internal")),
    ("a code that is null", {"error": {"code": None}}, ("unknown", "internal")),
    ("an error that is empty", {"error": {}}, ("unknown", "internal"))))
def end_error(client, item):
    _, end, names = item
    body = envelope(json.dumps(end).encode(), END_STREAM)
    fails(call(client, Answer(200, [STREAM], body), "ServerStream"), *names)


@case("refuses an end that is {}", on=UNARY, each=(
    ("no JSON", b"hello"), ("half of it", b'{"error":'), ("a list", b"[]"), ("empty", b"")))
def broken_end(client, item):
    answer = Answer(200, [STREAM], envelope(item[1], END_STREAM))
    fails(call(client, answer, "ServerStream"), "internal", "unknown")


@case("refuses what follows the end: {}", on=UNARY, each=(
    ("a message", envelope(b"")), ("another end", envelope(b"{}", END_STREAM)),
    ("garbage", b"abc")))
def after_end(client, item):
    answer = Answer(200, [STREAM], envelope(b"{}", END_STREAM) + item[1])
    fails(call(client, answer, "ServerStream"), "internal", "unknown")


@case("reads the end's metadata", on=UNARY)
def end_metadata(client):
    end = {"metadata": {"X-Many": ["1", "2"], "x-blob-bin": ["AAEC/w=="]}}
    answer = Answer(200, [STREAM, ("x-head", "h")],
                    envelope(json.dumps(end).encode(), END_STREAM))
    result = call(client, answer, "ServerStream")
    data_of(result)
    equal("x-many", values(result.response_trailers, "x-many"), ["1", "2"])
    equal("x-head", values(result.response_headers, "x-head"), ["h"])


@case("reads an end that is {}", on=UNARY, each=ENCODINGS[1:])
def compressed_end(client, encoding):
    end = COMPRESS[encoding](b'{"error":{"code":"aborted"}}')
    answer = Answer(200, [STREAM, ("connect-content-encoding", encoding)],
                    envelope(end, END_STREAM | COMPRESSED))
    fails(call(client, answer, "ServerStream", encoding=encoding), "aborted")


# Trailers of gRPC and gRPC-Web.

def with_trailers(client, fields, *messages):
    """An answer that ends with these trailers."""
    answer = enveloped(client, *messages, status=None)
    if client.protocol == "grpc":
        answer.trailers = fields
    else:
        lines = b"".join(b"%b: %b\r\n" % (n.encode(), v.encode()) for n, v in fields)
        answer.body += envelope(lines, TRAILERS)
    return answer


@case("reads {} as a status", on=GRPC + WEB, each=(
    ("5", [("grpc-status", "5"), ("grpc-message", "m")], ("not_found",)),
    ("99", [("grpc-status", "99")], ("unknown",)),
    ("abc", [("grpc-status", "abc")], ("unknown", "internal")),
    ("-1", [("grpc-status", "-1")], ("unknown", "internal")),
    ("a number of many digits", [("grpc-status", "9" * 40)], ("unknown", "internal")),
    ("nothing", [("x-other", "1")], ("unknown", "internal"))))
def statuses(client, item):
    _, fields, names = item
    fails(call(client, with_trailers(client, fields)), *names)


@case("reads the message {}", on=GRPC + WEB, each=(
    ("percent-encoded", "%E2%98%BA%0A%25", "☺\n%"), ("plain", "hello", "hello"),
    ("with bad escapes", "100% %zz %4", "100% %zz %4"), ("with lower case", "%e2%98%ba", "☺")))
def grpc_message(client, item):
    _, raw, expected = item
    error = fails(call(client, with_trailers(
        client, [("grpc-status", "10"), ("grpc-message", raw)])), "aborted")
    equal("message", error.message, expected)


@case("reads an error whose message is no UTF-8", on=GRPC + WEB)
def bad_message(client):
    fails(call(client, with_trailers(
        client, [("grpc-status", "10"), ("grpc-message", "%ff%fe")])), "aborted")


@case("reads an error whose details are broken", on=GRPC + WEB, each=(
    ("base64", "!!!"), ("protobuf", "/////w"), ("another code", "CAU")))
def bad_details(client, item):
    fails(call(client, with_trailers(client, [
        ("grpc-status", "10"), ("grpc-status-details-bin", item[1])])),
        "aborted", "internal", "unknown", "not_found")


@case("reads a status among the headers", on=GRPC + WEB)
def trailers_only(client):
    answer = Answer(200, [("content-type", TYPES[client.protocol]), ("grpc-status", "10"),
                          ("grpc-message", "m"), ("x-tail", "1")])
    result = call(client, answer)
    equal("message", fails(result, "aborted").message, "m")
    equal("x-tail", values(result.response_trailers, "x-tail"), ["1"])


@case("an answer of status 0 without a message is none", on=GRPC + WEB)
def empty_success(client):
    answer = Answer(200, [("content-type", TYPES[client.protocol]), ("grpc-status", "0")])
    fails(call(client, answer), "unimplemented", "internal", "unknown")


@case("takes the word of gRPC before that of HTTP", on=GRPC + WEB)
def both_statuses(client):
    answer = Answer(503, [("content-type", TYPES[client.protocol]), ("grpc-status", "10")])
    fails(call(client, answer), "aborted")


@case("reads trailers whose names are {}", on=WEB, each=(
    ("in capitals", b"GRPC-STATUS: 10\r\nGrpc-Message: m\r\n"),
    ("without a space", b"grpc-status:10\r\ngrpc-message:m\r\n"),
    ("padded", b"grpc-status:  10 \r\ngrpc-message:\tm\t\r\n")))
def web_trailers(client, item):
    answer = enveloped(client, status=None)
    answer.body = envelope(item[1], TRAILERS)
    equal("message", fails(call(client, answer), "aborted").message, "m")


@case("reads trailers that are {}", on=WEB, each=ENCODINGS[1:])
def compressed_trailers(client, encoding):
    answer = enveloped(client, status=None)
    answer.headers.append(("grpc-encoding", encoding))
    answer.body = envelope(COMPRESS[encoding](b"grpc-status: 10\r\n"), TRAILERS | COMPRESSED)
    fails(call(client, answer, encoding=encoding), "aborted")


@case("refuses what follows the trailers", on=WEB)
def after_trailers(client):
    answer = enveloped(client, reply())
    answer.body += envelope(reply())
    fails(call(client, answer), "internal", "unknown", "unimplemented")


@case("refuses trailers that are {}", on=WEB, each=(
    ("no lines", b"\xff\xff"), ("empty", b""), ("without a colon", b"grpc-status 0\r\n")))
def broken_trailers(client, item):
    answer = enveloped(client, reply(), status=None)
    answer.body += envelope(item[1], TRAILERS)
    fails(call(client, answer), "internal", "unknown")


# Connections.

@case("reads that the connection ended in {}", on=ALL, each=("Unary", "ServerStream"))
def cut(client, method):
    kind = "application/proto" if client.protocol == "connect" and method == "Unary" \
        else TYPES[client.protocol]
    answer = Answer(200, [("content-type", kind)], reply()[:3], cut=True)
    fails(call(client, answer, method), "unavailable", "internal", "unknown")


@case("reads the stream error {}", on=("wrong connect h2", "wrong grpc h2", "wrong web h2"), each=(
    ("NO_ERROR", 0, ("internal", "unknown")), ("PROTOCOL_ERROR", 1, ("internal",)),
    ("INTERNAL_ERROR", 2, ("internal",)), ("FLOW_CONTROL_ERROR", 3, ("internal",)),
    ("CANCEL", 8, ("canceled",)), ("ENHANCE_YOUR_CALM", 11, ("resource_exhausted",)),
    ("INADEQUATE_SECURITY", 12, ("permission_denied",))))
def resets(client, item):
    _, code, names = item
    answer = enveloped(client, status=None)
    answer.reset = code
    fails(call(client, answer, "ServerStream"), *names)


@case("reads a body that is shorter than its length", on=("wrong connect h1", "wrong web h1"))
def short_body(client):
    kind = "application/proto" if client.protocol == "connect" else TYPES[client.protocol]
    answer = Answer(200, [("content-type", kind)], reply(), length=1000, cut=True)
    fails(call(client, answer), "unavailable", "internal", "unknown")


@case("goes to no other place", on=ALL, each=(301, 302, 307, 308))
def redirects(client, status):
    before = len(client.server.requests)
    answer = Answer(status, [("location", f"http://127.0.0.1:{client.server.port}/other")])
    fails(call(client, answer), "unknown")
    equal("requests", len(client.server.requests) - before, 1)
