"""Our client against PyPI's connectrpc: every kind of call, codec and compression."""

import conformance_pb2 as pb
from google.protobuf import any_pb2, empty_pb2

from checks import Stopwatch, equal, group, holds
from connect import CODES, SPECIAL, asking
from our_client import values
from wire import bytes_of

case = group("our client")
ON = tuple(
    f"ours {protocol} {transport}" for transport in ("h1", "h2", "h1 tls", "h2 tls")
    for protocol in ("connect", "grpc", "web") if (protocol, transport[:2]) != ("grpc", "h1"))
DUPLEX = tuple(place for place in ON if " h2" in place)
CONNECT = tuple(place for place in ON if " connect " in place)
WAYS = [(codec, encoding) for codec in ("proto", "json")
        for encoding in ("identity", "gzip", "zstd")]


def good(result):
    holds("no error", not result.HasField("error"), result.error)
    return [payload.data for payload in result.payloads]


def bad(result, code):
    holds("an error", result.HasField("error"), result)
    equal("code", pb.Code.Name(result.error.code), pb.Code.Name(code))
    return result.error


def streaming(data=(), **more):
    return pb.StreamResponseDefinition(response_data=data, **more)


@case("unary, {}, {}", on=ON, each=WAYS)
def unary(client, item):
    codec, encoding = item
    request = asking(b"x" * 5000)
    result = client.call("Unary", [request], codec, encoding)
    equal("data", good(result), [b"x" * 5000])
    packed = any_pb2.Any()
    packed.Pack(request)
    equal("what the server saw", list(result.payloads[0].request_info.requests), [packed])


@case("server stream, {}, {}", on=ON, each=WAYS)
def server_stream(client, item):
    codec, encoding = item
    data = [b"x" * size for size in (1, 0, 70000, 3)]
    request = pb.ServerStreamRequest(response_definition=streaming(data))
    equal("data", good(client.call("ServerStream", [request], codec, encoding)), data)


@case("an empty server stream", on=ON)
def empty_stream(client):
    equal("data", good(client.call("ServerStream", [pb.ServerStreamRequest()])), [])


@case("client stream, {}, {}", on=ON, each=WAYS)
def client_stream(client, item):
    codec, encoding = item
    first = pb.ClientStreamRequest(
        response_definition=pb.UnaryResponseDefinition(response_data=b"sum"))
    rest = [pb.ClientStreamRequest(request_data=b"x" * size) for size in (0, 7, 70000)]
    result = client.call("ClientStream", [first, *rest], codec, encoding)
    equal("data", good(result), [b"sum"])
    equal("requests", len(result.payloads[0].request_info.requests), 4)


@case("half-duplex stream, {}, {}", on=ON, each=WAYS)
def half_duplex(client, item):
    codec, encoding = item
    first = pb.BidiStreamRequest(response_definition=streaming([b"a", b"b"]))
    result = client.call(
        "BidiStream", [first, pb.BidiStreamRequest()], codec, encoding, request_delay_ms=10)
    equal("data", good(result), [b"a", b"b"])
    equal("requests", len(result.payloads[0].request_info.requests), 2)


@case("full-duplex stream, {}, {}", on=DUPLEX, each=WAYS)
def full_duplex(client, item):
    codec, encoding = item
    first = pb.BidiStreamRequest(
        response_definition=streaming([b"a", b"b", b"c"]), full_duplex=True)
    requests = [first, pb.BidiStreamRequest(full_duplex=True), pb.BidiStreamRequest()]
    result = client.call("BidiStream", requests, codec, encoding, full_duplex=True)
    equal("data", good(result), [b"a", b"b", b"c"])
    equal("requests of each answer",
          [len(payload.request_info.requests) for payload in result.payloads], [1, 1, 1])


@case("GET, {}, {}", on=CONNECT, each=WAYS)
def get(client, item):
    codec, encoding = item
    request = pb.IdempotentUnaryRequest(
        response_definition=pb.UnaryResponseDefinition(response_data=b"abc\xff" * 200))
    result = client.call("IdempotentUnary", [request], codec, encoding, use_get_http_method=True)
    equal("data", good(result), [b"abc\xff" * 200])
    headers = result.payloads[0].request_info.request_headers
    equal("content-type, which a GET has not", values(headers, "content-type"), [])


@case("reads the code {}", on=ON, each=CODES)
def codes(client, item):
    _, code, _ = item
    error = bad(client.call("Unary", [asking(error=pb.Error(code=code, message="why"))]), code)
    equal("message", error.message, "why")


@case("reads an error of a {}", on=ON, each=("unary call", "stream"))
def error_in_full(client, kind):
    detail = any_pb2.Any()
    detail.Pack(pb.Header(name="n", value=["v"]))
    wanted = pb.Error(code=pb.CODE_NOT_FOUND, message=SPECIAL.strip(), details=[detail])
    if kind == "stream":
        request = pb.ServerStreamRequest(response_definition=streaming([b"a"], error=wanted))
        result = client.call("ServerStream", [request])
        equal("messages", len(result.payloads), 1)
    else:
        result = client.call("Unary", [asking(error=wanted)])
    error = bad(result, pb.CODE_NOT_FOUND)
    equal("message", error.message, SPECIAL.strip())
    equal("details", [(d.type_url.split("/")[-1], d.value) for d in error.details],
          [("connectrpc.conformance.v1.Header", detail.value)])


@case("reads that a method is unimplemented", on=ON)
def unimplemented(client):
    bad(client.call("Unimplemented", [pb.UnimplementedRequest()]), pb.CODE_UNIMPLEMENTED)


@case("sends metadata, some of it binary or twice", on=ON)
def sends_metadata(client):
    result = client.call("Unary", [asking()], request_headers=[
        pb.Header(name="X-Text", value=["a b"]), pb.Header(name="x-twice", value=["1", "2"]),
        pb.Header(name="x-blob-bin", value=["AAEC/w=="])])
    good(result)
    headers = result.payloads[0].request_info.request_headers
    equal("x-text", values(headers, "x-text"), ["a b"])
    equal("x-twice", values(headers, "x-twice"), ["1", "2"])
    equal("x-blob-bin", [bytes_of(v) for v in values(headers, "x-blob-bin")], [b"\0\1\2\xff"])


@case("reads metadata and trailers of a {}", on=ON, each=("unary call", "stream"))
def reads_metadata(client, kind):
    sent = [pb.Header(name="x-many", value=["1", "2"]),
            pb.Header(name="x-blob-bin", value=["AAEC/w=="])]
    both = {"response_headers": sent, "response_trailers": sent}
    if kind == "stream":
        result = client.call("ServerStream", [pb.ServerStreamRequest(
            response_definition=streaming([b"a"], **both))])
    else:
        result = client.call("Unary", [asking(**both)])
    for headers in (result.response_headers, result.response_trailers):
        equal("x-many", values(headers, "x-many"), ["1", "2"])
        equal("x-blob-bin", [bytes_of(v) for v in values(headers, "x-blob-bin")], [b"\0\1\2\xff"])


@case("reads metadata and trailers of a failed call, which may be one", on=ON)
def reads_all(client):
    sent = [pb.Header(name="x-many", value=["1", "2"])]
    result = client.call("Unary", [asking(
        error=pb.Error(code=pb.CODE_ABORTED), response_headers=sent, response_trailers=sent)])
    bad(result, pb.CODE_ABORTED)
    found = values([*result.response_headers, *result.response_trailers], "x-many")
    equal("x-many", found, ["1", "2", "1", "2"])


@case("tells its time", on=ON)
def tells_time(client):
    result = client.call("Unary", [asking()], timeout_ms=60000)
    good(result)
    left = result.payloads[0].request_info.timeout_ms
    holds("what is left", 40000 < left <= 60000, left)


@case("keeps to its time in a {}", on=ON, each=("unary call", "stream"))
def expires(client, kind):
    with Stopwatch() as watch:
        if kind == "stream":
            request = pb.ServerStreamRequest(
                response_definition=streaming([b"a"], response_delay_ms=5000))
            result = client.call("ServerStream", [request], timeout_ms=300)
        else:
            result = client.call("Unary", [asking(response_delay_ms=5000)], timeout_ms=300)
    bad(result, pb.CODE_DEADLINE_EXCEEDED)
    holds("within 3 s", watch.seconds < 3, watch.seconds)


@case("cancels a {}", on=ON, each=("unary call", "stream"))
def cancels(client, kind):
    with Stopwatch() as watch:
        if kind == "stream":
            request = pb.ServerStreamRequest(
                response_definition=streaming([b"a", b"b"], response_delay_ms=200))
            result = client.call("ServerStream", [request], cancel=pb.ClientCompatRequest.Cancel(
                after_num_responses=1))
            equal("messages", len(result.payloads), 1)
        else:
            result = client.call(
                "Unary", [asking(response_delay_ms=5000)],
                cancel=pb.ClientCompatRequest.Cancel(after_close_send_ms=100))
    bad(result, pb.CODE_CANCELED)
    holds("within 3 s", watch.seconds < 3, watch.seconds)


@case("cancels before it has sent all", on=ON)
def cancels_early(client):
    result = client.call(
        "ClientStream", [pb.ClientStreamRequest()],
        cancel=pb.ClientCompatRequest.Cancel(before_close_send=empty_pb2.Empty()))
    bad(result, pb.CODE_CANCELED)


@case("takes no message over its limit in a {}", on=ON, each=("unary call", "stream"))
def over_limit(client, kind):
    if kind == "stream":
        request = pb.ServerStreamRequest(response_definition=streaming([b"x" * 5000]))
        result = client.call("ServerStream", [request], message_receive_limit=4000)
    else:
        result = client.call("Unary", [asking(b"x" * 5000)], message_receive_limit=4000)
    bad(result, pb.CODE_RESOURCE_EXHAUSTED)


@case("sends and reads a megabyte in a {}", on=ON, each=("unary call", "stream"))
def large(client, kind):
    data = bytes(range(256)) * 4000
    if kind == "stream":
        request = pb.ServerStreamRequest(response_definition=streaming([data] * 3))
        equal("data", good(client.call("ServerStream", [request])), [data] * 3)
    else:
        equal("data", good(client.call("Unary", [asking(data)])), [data])


@case("reads that there is no such server", on=("ours connect h1", "ours connect h2"))
def no_server(client):
    result = client.program.call(
        http_version=client.version, protocol=pb.PROTOCOL_CONNECT, codec=pb.CODEC_PROTO,
        host="127.0.0.1", port=1, method="Unary", stream_type=pb.STREAM_TYPE_UNARY,
        request_messages=[packed(asking())], timeout_ms=5000)
    bad(result, pb.CODE_UNAVAILABLE)


def packed(message):
    found = any_pb2.Any()
    found.Pack(message)
    return found
