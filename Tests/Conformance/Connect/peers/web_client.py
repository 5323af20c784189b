"""PyPI's sonora, a client of gRPC-Web, against our server."""

import grpc
import sonora.client

import conformance_pb2 as pb

from checks import Stopwatch, equal, group, holds
from connect import CODES, SPECIAL, asking
from http_peer import SERVICE
from wire import bytes_of

case = group("sonora")
ON = ("h1",)


def method(http, name):
    """A callable of sonora's for one of our methods, on a channel of its own."""
    channel = sonora.client.insecure_web_channel(http.base)
    make = channel.unary_stream if name == "ServerStream" else channel.unary_unary
    return make(SERVICE + name, getattr(pb, f"{name}Request").SerializeToString,
                getattr(pb, f"{name}Response").FromString)


def failure(call):
    """The code and the message that a call ends with."""
    try:
        call()
    except sonora.protocol.WebRpcError as error:
        return error.code(), error.details()
    raise AssertionError("the call went well")


@case("calls {}", on=ON, each=(("once", 1), ("a hundred times", 100)))
def unary(http, item):
    call = method(http, "Unary")
    for n in range(item[1]):
        equal("data", call(asking(b"x" * n)).payload.data, b"x" * n)


@case("reads a stream", on=ON)
def server_stream(http):
    data = [b"x" * size for size in (1, 0, 70000)]
    request = pb.ServerStreamRequest(
        response_definition=pb.StreamResponseDefinition(response_data=data))
    found = [m.payload.data for m in method(http, "ServerStream")(request)]
    equal("messages", found, data)


@case("reads an empty stream", on=ON)
def empty_stream(http):
    equal("messages", list(method(http, "ServerStream")(pb.ServerStreamRequest())), [])


@case("reads the code {}", on=ON, each=CODES)
def codes(http, item):
    _, code, _ = item
    request = asking(error=pb.Error(code=code, message="why"))
    found, text = failure(lambda: method(http, "Unary")(request))
    equal("code", found.value[0], code)
    equal("message", text, "why")


@case("reads a message with every kind of character", on=ON)
def special(http):
    request = asking(error=pb.Error(code=pb.CODE_ABORTED, message=SPECIAL))
    equal("message", failure(lambda: method(http, "Unary")(request))[1], SPECIAL)


@case("reads an error that follows messages", on=ON)
def late_error(http):
    request = pb.ServerStreamRequest(response_definition=pb.StreamResponseDefinition(
        response_data=[b"a", b"b"], error=pb.Error(code=pb.CODE_DATA_LOSS, message="m")))
    seen = []
    found = failure(lambda: seen.extend(method(http, "ServerStream")(request)))
    equal("messages", len(seen), 2)
    equal("code and message", found, (grpc.StatusCode.DATA_LOSS, "m"))


@case("reads that a method is unimplemented", on=ON)
def unimplemented(http):
    found = failure(lambda: method(http, "Unimplemented")(pb.UnimplementedRequest()))
    equal("code", found[0], grpc.StatusCode.UNIMPLEMENTED)


@case("sends metadata, some of it binary", on=ON)
def metadata(http):
    reply = method(http, "Unary")(
        asking(), metadata=[("x-text", "a"), ("x-blob-bin", b"\0\1\2\xff")])
    found = {h.name: list(h.value) for h in reply.payload.request_info.request_headers}
    equal("x-text", found.get("x-text"), ["a"])
    equal("x-blob-bin", [bytes_of(v) for v in found.get("x-blob-bin", [])], [b"\0\1\2\xff"])


@case("reads metadata and trailers", on=ON)
def trailers(http):
    headers = [pb.Header(name="x-a", value=["1"])]
    _, call = method(http, "Unary").with_call(
        asking(response_headers=headers, response_trailers=headers))
    equal("metadata", dict(call.initial_metadata()).get("x-a"), "1")
    equal("trailers", dict(call.trailing_metadata()).get("x-a"), "1")


@case("keeps to its time", on=ON)
def timeout(http):
    with Stopwatch() as watch:
        request = asking(response_delay_ms=5000)
        found = failure(lambda: method(http, "Unary")(request, timeout=0.3))
    equal("code", found[0], grpc.StatusCode.DEADLINE_EXCEEDED)
    holds("within 3 s", watch.seconds < 3, watch.seconds)


@case("sends and reads a megabyte", on=ON)
def large(http):
    equal("size", len(method(http, "Unary")(asking(b"x" * 1000000)).payload.data), 1000000)
