"""Connect's streaming calls by hand: envelopes, EndStream, compression, limits, refusals."""

import struct
import time

import conformance_pb2 as pb
from google.protobuf import any_pb2

from checks import Stopwatch, equal, group, holds
from connect import (
    CODECS, CODES, HTTP, METADATA, SPECIAL, details, encode, stream, stream_body, stream_error,
    streamed)
from wire import COMPRESS, COMPRESSED, ENCODINGS, bytes_of, envelope

case = group("connect stream")
METHODS = ("ServerStream", "ClientStream", "BidiStream")
REQUEST = {name: getattr(pb, f"{name}Request") for name in METHODS}
RESPONSE = {name: getattr(pb, f"{name}Response") for name in METHODS}


def asking(method, data=(), **definition):
    """A first request that asks for messages (for one, where only requests stream)."""
    if method == "ClientStream":
        if data:
            definition["response_data"] = data[0]
        definition = pb.UnaryResponseDefinition(**definition)
    else:
        definition = pb.StreamResponseDefinition(response_data=data, **definition)
    return REQUEST[method](response_definition=definition)


def data_of(messages):
    return [message.payload.data for message in messages]


@case("sends messages in order, for {}", on=HTTP, each=CODECS)
def server_stream(http, codec):
    sizes = [b"x" * size for size in (1, 0, 1000, 70000, 3)]
    reply = stream(http, "ServerStream", [asking("ServerStream", sizes)], codec)
    messages, end = streamed(reply, pb.ServerStreamResponse, codec)
    equal("messages", data_of(messages), sizes)
    holds("no error", "error" not in end, end)


@case("sends no message at all", on=HTTP, each=CODECS)
def no_messages(http, codec):
    reply = stream(http, "ServerStream", [asking("ServerStream")], codec)
    messages, end = streamed(reply, pb.ServerStreamResponse, codec)
    equal("messages", messages, [])
    holds("no error", "error" not in end, end)


@case("takes messages, for {}", on=HTTP, each=CODECS)
def client_stream(http, codec):
    requests = [asking("ClientStream", [b"sum"])]
    requests += [pb.ClientStreamRequest(request_data=b"x" * n) for n in (0, 5, 70000)]
    reply = stream(http, "ClientStream", requests, codec)
    messages, end = streamed(reply, pb.ClientStreamResponse, codec)
    equal("messages", data_of(messages), [b"sum"])
    equal("requests", len(messages[0].payload.request_info.requests), 4)
    holds("no error", "error" not in end, end)


@case("answers after the last request, for {}", on=HTTP, each=CODECS)
def half_duplex(http, codec):
    requests = [asking("BidiStream", [b"a", b"b"]), pb.BidiStreamRequest(request_data=b"2")]
    messages, end = streamed(
        stream(http, "BidiStream", requests, codec), pb.BidiStreamResponse, codec)
    equal("messages", data_of(messages), [b"a", b"b"])
    equal("requests", len(messages[0].payload.request_info.requests), 2)
    holds("no error", "error" not in end, end)


@case("answers requests that come slowly", on=HTTP)
def slow_requests(http):
    body = stream_body([asking("BidiStream", [b"a"]), pb.BidiStreamRequest(request_data=b"2")])

    def pieces():
        for index in range(0, len(body), 3):
            yield body[index:index + 3]
            time.sleep(0.01)

    reply = http.post("BidiStream", "application/connect+proto", pieces())
    messages, _ = streamed(reply, pb.BidiStreamResponse)
    equal("requests", len(messages[0].payload.request_info.requests), 2)


@case("sends each message when it is there", on=HTTP)
def prompt(http):
    first = asking("ServerStream", [b"1", b"2", b"3"], response_delay_ms=300)
    reply = stream(http, "ServerStream", [first])
    equal("messages", len(streamed(reply, pb.ServerStreamResponse)[0]), 3)
    apart = reply.arrivals[-1][0] - reply.arrivals[0][0]
    holds("the first came long before the last", apart > 0.4, apart)


@case("{} takes no requests where many may come", on=HTTP, each=("ClientStream", "BidiStream"))
def no_requests(http, method):
    messages, end = streamed(stream(http, method, b""), RESPONSE[method])
    holds("no error", "error" not in end, end)
    equal("messages", len(messages), 1 if method == "ClientStream" else 0)


@case("wants exactly one request where one comes: {}", on=HTTP, each=(("none", 0), ("two", 2)))
def cardinality(http, item):
    reply = stream(http, "ServerStream", [asking("ServerStream", [b"a"])] * item[1])
    stream_error(reply, "unimplemented")


# Metadata and errors.

@case("{} sends metadata", on=HTTP, each=METHODS)
def metadata(http, method):
    request = asking(method, [b"a"], response_headers=METADATA, response_trailers=METADATA)
    reply = stream(http, method, [request])
    _, end = streamed(reply, RESPONSE[method])
    has_metadata(reply, end)


def has_metadata(reply, end):
    equal("x-many", reply.all("x-many"), ["first", "second"])
    equal("x-blob-bin", [v.rstrip("=") for v in reply.all("x-blob-bin")], ["AAEC/w", "/w"])
    trailers = {name.lower(): value for name, value in end.get("metadata", {}).items()}
    equal("x-single", trailers.get("x-single"), ["one"])
    equal("x-many of the end", trailers.get("x-many"), ["first", "second"])
    values = [bytes_of(value) for value in trailers.get("x-blob-bin", [])]
    equal("x-blob-bin of the end", values, [b"\0\1\2\xff", b"\xff"])
    holds("metadata is not in the header", reply.get("trailer-x-single") is None)


@case("ends with {}", on=HTTP, each=CODES)
def ends_with(http, item):
    name, code, _ = item
    request = asking("ServerStream", [b"a"], error=pb.Error(code=code, message="why"))
    end = stream_error(stream(http, "ServerStream", [request]), name)
    equal("message", end["error"].get("message"), "why")


@case("{} ends with an error, of which the end holds all", on=HTTP, each=METHODS)
def error_in_full(http, method):
    detail = any_pb2.Any()
    detail.Pack(pb.Header(name="n", value=["v"]))
    error = pb.Error(code=pb.CODE_NOT_FOUND, message=SPECIAL, details=[detail])
    request = asking(
        method, error=error, response_headers=METADATA, response_trailers=METADATA)
    reply = stream(http, method, [request])
    end = stream_error(reply, "not_found")
    equal("message", end["error"].get("message"), SPECIAL)
    has_metadata(reply, end)
    equal("details", details(end["error"])[0],
          ("connectrpc.conformance.v1.Header", detail.value))


@case("ends with an error after messages", on=HTTP, each=CODECS)
def late_error(http, codec):
    request = asking("ServerStream", [b"a", b"b"], error=pb.Error(code=pb.CODE_ABORTED))
    messages, end = streamed(
        stream(http, "ServerStream", [request], codec), pb.ServerStreamResponse, codec)
    equal("messages", data_of(messages), [b"a", b"b"])
    equal("code", end["error"]["code"], "aborted")


# Compression.

@case("reads {}", on=HTTP, each=ENCODINGS)
def reads(http, encoding):
    requests = [asking("ClientStream", [b"ok"]), pb.ClientStreamRequest(request_data=b"x" * 9000)]
    body = stream_body(requests, encoding=encoding if encoding != "identity" else None)
    # A message may go as it is, whatever the encoding of the others.
    body += envelope(pb.ClientStreamRequest(request_data=b"plain").SerializeToString())
    reply = stream(http, "ClientStream", body, headers=[("connect-content-encoding", encoding)])
    messages, _ = streamed(reply, pb.ClientStreamResponse)
    equal("requests", len(messages[0].payload.request_info.requests), 3)


@case("reads an empty message that is {}", on=HTTP, each=ENCODINGS[1:])
def reads_empty(http, encoding):
    body = envelope(b"", COMPRESSED) + envelope(COMPRESS[encoding](b""), COMPRESSED)
    reply = stream(http, "ClientStream", body, headers=[("connect-content-encoding", encoding)])
    messages, end = streamed(reply, pb.ClientStreamResponse)
    holds("no error", "error" not in end, end)
    equal("requests", len(messages[0].payload.request_info.requests), 2)


@case("writes {}", on=HTTP, each=ENCODINGS)
def writes(http, encoding):
    reply = stream(http, "ServerStream", [asking("ServerStream", [b"x" * 5000] * 3)],
                   headers=[("connect-accept-encoding", encoding)])
    equal("encoding", reply.get("connect-content-encoding") or "identity", encoding)
    messages, _ = streamed(reply, pb.ServerStreamResponse)
    equal("messages", data_of(messages), [b"x" * 5000] * 3)
    if encoding != "identity":
        holds("it is smaller", len(reply.body) < 5000, len(reply.body))


@case("answers a request in {} likewise, where the client says no more", on=HTTP, each=ENCODINGS)
def likewise(http, encoding):
    body = stream_body([asking("ServerStream", [b"x" * 5000])],
                       encoding=encoding if encoding != "identity" else None)
    reply = stream(http, "ServerStream", body, headers=[("connect-content-encoding", encoding)])
    equal("encoding", reply.get("connect-content-encoding") or "identity", encoding)
    equal("messages", data_of(streamed(reply, pb.ServerStreamResponse)[0]), [b"x" * 5000])


@case("takes no heed of accept-encoding, which is HTTP's", on=HTTP)
def http_encoding(http):
    reply = stream(http, "ServerStream", [asking("ServerStream", [b"x" * 5000])],
                   headers=[("accept-encoding", "gzip")])
    equal("content-encoding", reply.get("content-encoding"), None)
    streamed(reply, pb.ServerStreamResponse)


@case("does not read {}, and says what it reads", on=HTTP, each=("br", "snappy"))
def unknown_encoding(http, encoding):
    reply = stream(http, "ServerStream", envelope(b"\0", COMPRESSED),
                   headers=[("connect-content-encoding", encoding)])
    end = stream_error(reply, "unimplemented")
    told = (reply.get("connect-accept-encoding") or "") + end["error"].get("message", "")
    for name in ("gzip", "deflate", "zstd"):
        holds(f"it names {name}", name in told, told)


# What breaks the rules.

def first(method="ServerStream"):
    return encode(asking(method, [b"a"]), "proto")


@case("refuses {}", on=HTTP, each=(
    ("compressed without an encoding", lambda: envelope(first(), COMPRESSED)),
    ("reserved flags", lambda: envelope(first(), 0x04)),
    ("the EndStream of a client", lambda: envelope(first()) + envelope(b"{}", 2)),
    ("half a prefix", lambda: b"\0\0\0"),
    ("half a message", lambda: struct.pack(">BI", 0, 100) + b"abc"),
    ("a message and half another", lambda: envelope(first()) + b"\0\0"),
    ("bad protobuf", lambda: envelope(b"\x0a\xff\xff"))))
def refuses(http, item):
    stream_error(stream(http, "ServerStream", item[1]()), "invalid_argument", "internal")


@case("refuses garbage that claims to be {}", on=HTTP, each=ENCODINGS[1:])
def garbage(http, encoding):
    reply = stream(http, "ServerStream", envelope(b"garbage", COMPRESSED),
                   headers=[("connect-content-encoding", encoding)])
    stream_error(reply, "invalid_argument", "internal")


@case("refuses bad protobuf after good", on=HTTP)
def late_garbage(http):
    reply = stream(http, "ClientStream", envelope(first("ClientStream")) + envelope(b"\x07"))
    stream_error(reply, "invalid_argument", "internal")


@case("refuses bad JSON", on=HTTP)
def bad_json(http):
    reply = stream(http, "ServerStream", envelope(b"{"), "json")
    stream_error(reply, "invalid_argument", "internal")


@case("refuses content type {} with 415", on=HTTP, each=(
    "application/proto", "application/json", "application/connect+xml", "application/connect"))
def unsupported(http, content_type):
    equal("HTTP status", http.post("ServerStream", content_type, envelope(first())).status, 415)


@case("refuses version 2", on=HTTP)
def bad_version(http):
    stream_error(stream(http, "ServerStream", envelope(first()),
                        headers=[("connect-protocol-version", "2")]), "invalid_argument")


@case("refuses the timeout {}", on=HTTP, each=("12345678901", "-1", "abc"))
def bad_timeout(http, value):
    stream_error(stream(http, "ServerStream", envelope(first()),
                        headers=[("connect-timeout-ms", value)]), "invalid_argument")


@case("{} keeps to its time", on=HTTP, each=METHODS)
def expires(http, method):
    request = asking(method, [b"a"], response_delay_ms=5000)
    with Stopwatch() as watch:
        reply = stream(http, method, [request], headers=[("connect-timeout-ms", "200")])
    stream_error(reply, "deadline_exceeded")
    holds("within 3 s", watch.seconds < 3, watch.seconds)


# Sizes.

LIMITED = ("limited h1", "limited h2")


@case("{} refuses a message over the limit", on=LIMITED, each=METHODS)
def over_limit(http, method):
    reply = stream(http, method, [REQUEST[method](request_data=b"x" * 5000)])
    stream_error(reply, "resource_exhausted")


@case("takes many messages that are together over the limit", on=LIMITED)
def many(http):
    requests = [asking("ClientStream", [b"ok"])]
    requests += [pb.ClientStreamRequest(request_data=b"x" * 3000)] * 10
    messages, _ = streamed(stream(http, "ClientStream", requests), pb.ClientStreamResponse)
    equal("requests", len(messages[0].payload.request_info.requests), 11)


@case("refuses a message that {} makes small", on=LIMITED, each=ENCODINGS[1:])
def bomb(http, encoding):
    body = pb.ClientStreamRequest(request_data=b"x" * 4000000).SerializeToString()
    reply = stream(http, "ClientStream", envelope(COMPRESS[encoding](body), COMPRESSED),
                   headers=[("connect-content-encoding", encoding)])
    stream_error(reply, "resource_exhausted")


@case("refuses a length of 4 GiB before its bytes", on=HTTP)
def huge_prefix(http):
    stream_error(stream(http, "ClientStream", b"\0\xff\xff\xff\xff" + b"x" * 10),
                 "resource_exhausted")
