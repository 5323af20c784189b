"""Connect's unary calls with POST: messages, metadata, errors, compression, limits, refusals."""

import json

import conformance_pb2 as pb
from google.protobuf import any_pb2

from checks import Stopwatch, among, equal, group, holds
from connect import (
    CODECS, CODES, HTTP, METADATA, SPECIAL, asking, decode, details, encode, error, payload, unary)
from http_peer import SERVICE
from wire import COMPRESS, ENCODINGS

case = group("connect unary")


def seen(found):
    """The headers that the server saw."""
    return {header.name: list(header.value) for header in found.request_info.request_headers}


@case("answers what {} asks for", on=HTTP, each=CODECS)
def answers(http, codec):
    request = asking(b"\0\1\xff" * 100)
    found = payload(unary(http, request, codec), codec)
    equal("data", found.data, b"\0\1\xff" * 100)
    packed = any_pb2.Any()
    packed.Pack(request)
    equal("requests", list(found.request_info.requests), [packed])


@case("takes {} as the content type", on=HTTP, each=(
    "application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON"))
def parameters(http, content_type):
    reply = http.post("Unary", content_type, b"{}")
    equal("HTTP status", reply.status, 200)
    decode(reply.body, pb.UnaryResponse, "json")


@case("refuses content type {} with 415", on=HTTP, each=(
    "text/plain", "application/xml", "application/foo", "application/connect+proto",
    "application/connect+json", "application/protobuf", "application/"))
def unsupported(http, content_type):
    equal("HTTP status", http.post("Unary", content_type, b"").status, 415)


@case("refuses a missing content type with 415", on=HTTP)
def missing_type(http):
    equal("HTTP status", http.post("Unary", None, b"").status, 415)


@case("refuses {} with 405", on=HTTP, each=("GET", "PUT", "DELETE", "PATCH"))
def wrong_method(http, verb):
    headers = [("content-type", "application/proto")] if verb != "GET" else []
    reply = http.send(verb, SERVICE + "Unary", headers)
    equal("HTTP status", reply.status, 405)
    holds("POST is allowed", "POST" in reply.all("allow"), reply.headers)


@case("allows GET and POST where a method has no side effects", on=HTTP)
def wrong_method_idempotent(http):
    reply = http.send("PUT", SERVICE + "IdempotentUnary", [("content-type", "application/proto")])
    equal("HTTP status", reply.status, 405)
    equal("allow", set(reply.all("allow")), {"GET", "POST"})


@case("knows no such method", on=HTTP, each=CODECS)
def unknown_method(http, codec):
    reply = unary(http, pb.UnaryRequest(), codec, method="NoSuchMethod")
    among("HTTP status", reply.status, 404, 501)


@case("knows no such service", on=HTTP)
def unknown_service(http):
    reply = http.send("POST", "/no.such.Service/Unary", [("content-type", "application/proto")])
    among("HTTP status", reply.status, 404, 501)


@case("ends an unimplemented method with unimplemented", on=HTTP, each=CODECS)
def unimplemented(http, codec):
    error(unary(http, pb.UnimplementedRequest(), codec, method="Unimplemented"), "unimplemented")


# Metadata.

@case("sends metadata and trailers", on=HTTP, each=CODECS)
def sends_metadata(http, codec):
    reply = unary(http, asking(response_headers=METADATA, response_trailers=METADATA), codec)
    payload(reply, codec)
    has_metadata(reply)


def has_metadata(reply):
    for prefix in ("", "trailer-"):
        equal(f"{prefix}x-single", reply.all(prefix + "x-single"), ["one"])
        equal(f"{prefix}x-many", reply.all(prefix + "x-many"), ["first", "second"])
        values = [value.rstrip("=") for value in reply.all(prefix + "x-blob-bin")]
        equal(f"{prefix}x-blob-bin", values, ["AAEC/w", "/w"])


@case("sees metadata, of which some comes twice", on=HTTP)
def sees_metadata(http):
    headers = [("X-Mixed-Case", "Value With Case"), ("x-twice", "a"), ("x-twice", "b"),
               ("x-empty", "")]
    found = seen(payload(unary(http, asking(), headers=headers)))
    equal("x-mixed-case", found.get("x-mixed-case"), ["Value With Case"])
    equal("x-twice", found.get("x-twice"), ["a", "b"])
    equal("x-empty", found.get("x-empty"), [""])


@case("sees binary metadata, {}", on=HTTP, each=(
    ("padded", "AAEC/w=="), ("unpadded", "AAEC/w")))
def sees_binary(http, item):
    found = seen(payload(unary(http, asking(), headers=[("x-blob-bin", item[1])])))
    equal("x-blob-bin", [value.rstrip("=") for value in found.get("x-blob-bin", [])], ["AAEC/w"])


# Errors.

@case("ends with {}", on=HTTP, each=CODES)
def ends_with(http, item):
    name, code, _ = item
    found = error(unary(http, asking(error=pb.Error(code=code, message="why"))), name)
    equal("message", found.get("message"), "why")


@case("ends with an error of which the reply holds all, for {}", on=HTTP, each=CODECS)
def error_in_full(http, codec):
    detail = any_pb2.Any()
    detail.Pack(pb.Header(name="n", value=["v"]))
    reply = unary(http, asking(
        error=pb.Error(code=pb.CODE_NOT_FOUND, message=SPECIAL, details=[detail]),
        response_headers=METADATA, response_trailers=METADATA), codec)
    found = error(reply, "not_found")
    equal("message", found.get("message"), SPECIAL)
    has_metadata(reply)
    found = details(found)
    equal("details", found[0], ("connectrpc.conformance.v1.Header", detail.value))
    equal("the other detail", found[1][0],
          "connectrpc.conformance.v1.ConformancePayload.RequestInfo")


@case("ends with an error without a message", on=HTTP)
def error_without_message(http):
    found = error(unary(http, asking(error=pb.Error(code=pb.CODE_ABORTED))), "aborted")
    equal("message", found.get("message", ""), "")


@case("answers {}, which is no message, with invalid_argument", on=HTTP, each=(
    ("bad protobuf", "proto", b"\x0a\xff\xff"), ("a bad tag", "proto", b"\x07"),
    ("a bad varint", "proto", b"\x0a" + b"\xff" * 11),
    ("half a JSON", "json", b'{"requestData":'), ("no JSON", "json", b"hello"),
    ("an empty body as JSON", "json", b""), ("a JSON list", "json", b"[]"),
    ("two JSON values", "json", b"{}{}"), ("bad UTF-8", "json", b'{"requestData":"\xff"}'),
    ("JSON of the wrong type", "json", b'{"responseDefinition":7}')))
def malformed(http, item):
    _, codec, body = item
    error(http.post("Unary", f"application/{codec}", body), "invalid_argument")


@case("takes an empty body as the empty message", on=HTTP)
def empty(http):
    payload(http.post("Unary", "application/proto", b""))


# The protocol's own headers.

@case("takes version {}", on=HTTP, each=("1",))
def version(http, value):
    payload(unary(http, asking(), headers=[("connect-protocol-version", value)]))


@case("refuses version {}", on=HTTP, each=("2", "0", "one"))
def bad_version(http, value):
    error(unary(http, asking(), headers=[("connect-protocol-version", value)]), "invalid_argument")


@case("refuses the timeout {!r}", on=HTTP, each=("12345678901", "-1", "1.5", "1s", "abc", "0x10"))
def bad_timeout(http, value):
    error(unary(http, asking(), headers=[("connect-timeout-ms", value)]), "invalid_argument")


@case("takes the timeout {}", on=HTTP, each=("9999999999", "60000"))
def timeout(http, value):
    found = payload(unary(http, asking(), headers=[("connect-timeout-ms", value)]))
    left = found.request_info.timeout_ms
    holds("what is left of it", int(value) - 20000 < left <= int(value), left)


@case("has no time at all", on=HTTP)
def no_time(http):
    reply = unary(http, asking(response_delay_ms=500), headers=[("connect-timeout-ms", "0")])
    among("HTTP status", reply.status, 504, 400)


@case("ends a call whose time is over, for {}", on=HTTP, each=CODECS)
def expires(http, codec):
    with Stopwatch() as watch:
        reply = unary(http, asking(response_delay_ms=5000), codec,
                      [("connect-timeout-ms", "200")])
    error(reply, "deadline_exceeded")
    holds("within 3 s", watch.seconds < 3, watch.seconds)


# Compression.

@case("reads {}", on=HTTP, each=ENCODINGS)
def reads(http, encoding):
    request = asking(b"x" * 10000)
    body = COMPRESS[encoding](request.SerializeToString())
    reply = http.post("Unary", "application/proto", body, [("content-encoding", encoding)])
    equal("data", payload(reply).data, b"x" * 10000)


@case("writes {}", on=HTTP, each=ENCODINGS)
def writes(http, encoding):
    reply = unary(http, asking(b"x" * 10000), headers=[("accept-encoding", encoding)])
    equal("content-encoding", reply.get("content-encoding") or "identity", encoding)
    equal("data", payload(reply).data, b"x" * 10000)


@case("writes what it can of {}", on=HTTP, each=(
    ("br, gzip", {"gzip"}), ("br", {None, "identity"}), ("snappy,zstd", {"zstd"}),
    ("gzip;q=0", {None, "identity"}), ("zstd;q=0.5, gzip;q=1.0", {"gzip", "zstd"})))
def negotiates(http, item):
    reply = unary(http, asking(b"x" * 10000), headers=[("accept-encoding", item[0])])
    among("content-encoding", reply.get("content-encoding"), *item[1])
    payload(reply)


@case("answers a request in {} likewise, where the client says no more", on=HTTP, each=ENCODINGS)
def likewise(http, encoding):
    body = COMPRESS[encoding](asking(b"x" * 10000).SerializeToString())
    reply = http.post("Unary", "application/proto", body, [("content-encoding", encoding)])
    equal("content-encoding", reply.get("content-encoding") or "identity", encoding)
    equal("data", payload(reply).data, b"x" * 10000)


@case("compresses nothing that nobody asked to be compressed", on=HTTP)
def uncompressed(http):
    reply = unary(http, asking(b"x" * 10000))
    among("content-encoding", reply.get("content-encoding"), None, "identity")
    payload(reply)


@case("writes an error that an {} client can read", on=HTTP, each=ENCODINGS)
def compressed_error(http, encoding):
    reply = unary(http, asking(error=pb.Error(code=pb.CODE_ABORTED, message="m" * 5000)),
                  headers=[("accept-encoding", encoding)])
    among("content-encoding", reply.get("content-encoding"), None, "identity", encoding)
    equal("message", error(reply, "aborted").get("message"), "m" * 5000)


@case("does not read {}, and says what it reads", on=HTTP, each=("br", "snappy", "gzip, zstd"))
def unknown_encoding(http, encoding):
    reply = http.post("Unary", "application/proto", b"\0", [("content-encoding", encoding)])
    found = error(reply, "unimplemented")
    told = (reply.get("accept-encoding") or "") + found.get("message", "")
    for name in ("gzip", "deflate", "zstd"):
        holds(f"it names {name}", name in told, told)


@case("refuses {} of garbage", on=HTTP, each=ENCODINGS[1:])
def garbage(http, encoding):
    reply = http.post(
        "Unary", "application/proto", b"garbage", [("content-encoding", encoding)])
    among("HTTP status", reply.status, 400, 500)
    among("code", json.loads(reply.body)["code"], "invalid_argument", "internal")


@case("refuses half of {}", on=HTTP, each=ENCODINGS[1:])
def truncated(http, encoding):
    body = COMPRESS[encoding](asking(bytes(range(256)) * 20).SerializeToString())
    reply = http.post(
        "Unary", "application/proto", body[:-12], [("content-encoding", encoding)])
    among("HTTP status", reply.status, 400, 500)
    among("code", json.loads(reply.body)["code"], "invalid_argument", "internal")


@case("does not decompress an empty body of {}", on=HTTP, each=ENCODINGS)
def empty_compressed(http, encoding):
    payload(http.post("Unary", "application/proto", b"", [("content-encoding", encoding)]))


# Sizes.

LIMITED = ("limited h1", "limited h2")
LIMIT = 4096  # what the limited server reads


def sized(size):
    """A request of exactly so many bytes."""
    request = pb.UnaryRequest(request_data=b"")
    while (missing := size - request.ByteSize()) > 0:
        request.request_data += b"x" * max(1, missing - 4)
    return request


@case("reads a message of the limit's size", on=LIMITED)
def at_limit(http):
    request = sized(LIMIT)
    equal("its size", request.ByteSize(), LIMIT)
    payload(unary(http, request))


@case("refuses a message that is one byte larger", on=LIMITED)
def over_limit(http):
    error(unary(http, sized(LIMIT + 1)), "resource_exhausted")


@case("refuses a message that is far larger", on=LIMITED)
def far_over_limit(http):
    # As much as a client of HTTP/2 sends before it looks whether there is an answer.
    error(unary(http, sized(60000)), "resource_exhausted")


@case("refuses a message that {} makes small", on=LIMITED, each=ENCODINGS[1:])
def bomb(http, encoding):
    body = COMPRESS[encoding](sized(LIMIT * 1000).SerializeToString())
    reply = http.post("Unary", "application/proto", body, [("content-encoding", encoding)])
    error(reply, "resource_exhausted")


@case("reads and writes a megabyte, for {}", on=HTTP, each=CODECS)
def large(http, codec):
    request = asking(b"y" * 1000000)
    found = payload(unary(http, request, codec), codec)
    equal("size", len(found.data), 1000000)


@case("reads a body without a length", on=HTTP)
def chunked(http):
    body = encode(asking(b"z" * 300), "proto")
    reply = http.post("Unary", "application/proto", (body[i:i + 7] for i in range(0, len(body), 7)))
    equal("data", payload(reply).data, b"z" * 300)


@case("lets header {} be", on=HTTP, each=("authorization", "user-agent", "x-user-agent"))
def passes(http, name):
    found = seen(payload(unary(http, asking(), headers=[(name, "Token a,b")])))
    equal(name, found.get(name), ["Token a,b"])
