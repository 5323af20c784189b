"""PyPI's connectrpc, a client of Connect, gRPC and gRPC-Web, against our server."""

import asyncio

import conformance_pb2 as pb
import pyqwest
from connectrpc.client import ConnectClient, ResponseMetadata
from connectrpc.code import Code
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.compression.gzip import GzipCompression
from connectrpc.compression.zstd import ZstdCompression
from connectrpc.errors import ConnectError
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from connectrpc.request import Headers
from google.protobuf import any_pb2

from checks import Stopwatch, equal, group, holds
from connect import CODES, SPECIAL, asking
from programs import TLS
from wire import bytes_of

case = group("connectrpc")
# Its gRPC needs trailers, which it reads over HTTP/2 only.
ON = tuple(
    f"connectrpc {protocol} {transport}"
    for transport in ("h1", "h2", "h1 tls", "h2 tls")
    for protocol in ("connect", "grpc", "web") if (protocol, transport[:2]) != ("grpc", "h1"))
DUPLEX = tuple(place for place in ON if " h2" in place)
CONNECT = tuple(place for place in ON if " connect " in place)
PROTOCOLS = {
    "connect": ProtocolType.CONNECT, "grpc": ProtocolType.GRPC, "web": ProtocolType.GRPC_WEB}
CODECS = {"proto": google_protobuf_binary_codec, "json": google_protobuf_json_codec}
ENCODINGS = {"identity": None, "gzip": GzipCompression(), "zstd": ZstdCompression()}
KINDS = {
    "Unary": StreamType.UNARY, "IdempotentUnary": StreamType.UNARY,
    "Unimplemented": StreamType.UNARY, "ServerStream": StreamType.SERVER_STREAM,
    "ClientStream": StreamType.CLIENT_STREAM, "BidiStream": StreamType.BIDI_STREAM}


def info(name):
    safe = name == "IdempotentUnary"
    return MethodInfo(
        name=name, service_name="connectrpc.conformance.v1.ConformanceService",
        input=getattr(pb, f"{name}Request"), output=getattr(pb, f"{name}Response"),
        stream_type=KINDS[name], idempotency_level=(
            IdempotencyLevel.NO_SIDE_EFFECTS if safe else IdempotencyLevel.UNKNOWN))


class Caller:
    """A client of one protocol by one transport; each call has its own connection pool."""

    def __init__(self, server, protocol, version, secure):
        self.server, self.protocol, self.version, self.secure = server, protocol, version, secure

    def client(self, codec="proto", encoding="identity", **more):
        versions = {1: pyqwest.HTTPVersion.HTTP1, 2: pyqwest.HTTPVersion.HTTP2}
        trust = {"tls_ca_cert": (TLS / "authority.pem").read_bytes()} if self.secure else {}
        transport = pyqwest.HTTPTransport(http_version=versions[self.version], **trust)
        compression = ENCODINGS[encoding]
        return ConnectClient(
            f"{'https' if self.secure else 'http'}://127.0.0.1:{self.server.port}",
            codec=CODECS[codec](), protocol=PROTOCOLS[self.protocol], send_compression=compression,
            accept_compression=[compression] if compression else [],
            http_client=pyqwest.Client(transport), **more)

    @property
    def is_running(self):
        return self.server.is_running

    def stop(self):
        """Its connections end with their cases."""


async def each(items, delay=0.0):
    for item in items:
        await asyncio.sleep(delay)
        yield item


async def gather(responses):
    return [response async for response in responses]


async def failure(awaitable):
    try:
        await awaitable
    except ConnectError as error:
        return error
    raise AssertionError("the call went well")


def streaming(data=(), **more):
    return pb.StreamResponseDefinition(response_data=data, **more)


def all_ways(titles):
    """Every codec with every compression."""
    return [(title, codec, encoding) for title in titles
            for codec in CODECS for encoding in ENCODINGS]


@case("{}, {}, {}", on=ON, each=all_ways(["unary"]))
async def unary(caller, item):
    _, codec, encoding = item
    reply = await caller.client(codec, encoding).execute_unary(
        request=asking(b"x" * 5000), method=info("Unary"))
    equal("data", reply.payload.data, b"x" * 5000)


@case("{}, {}, {}", on=ON, each=all_ways(["server stream"]))
async def server_stream(caller, item):
    _, codec, encoding = item
    data = [b"x" * size for size in (1, 0, 70000, 3)]
    replies = await gather(caller.client(codec, encoding).execute_server_stream(
        request=pb.ServerStreamRequest(response_definition=streaming(data)),
        method=info("ServerStream")))
    equal("messages", [reply.payload.data for reply in replies], data)


@case("{}, {}, {}", on=ON, each=all_ways(["client stream"]))
async def client_stream(caller, item):
    _, codec, encoding = item
    first = pb.ClientStreamRequest(
        response_definition=pb.UnaryResponseDefinition(response_data=b"sum"))
    rest = [pb.ClientStreamRequest(request_data=b"x" * size) for size in (0, 7, 70000)]
    reply = await caller.client(codec, encoding).execute_client_stream(
        request=each([first, *rest]), method=info("ClientStream"))
    equal("data", reply.payload.data, b"sum")
    equal("requests", len(reply.payload.request_info.requests), 4)


@case("{}, {}, {}", on=ON, each=all_ways(["half-duplex stream"]))
async def half_duplex(caller, item):
    _, codec, encoding = item
    first = pb.BidiStreamRequest(response_definition=streaming([b"a", b"b"]))
    replies = await gather(caller.client(codec, encoding).execute_bidi_stream(
        request=each([first, pb.BidiStreamRequest()], 0.01), method=info("BidiStream")))
    equal("messages", [reply.payload.data for reply in replies], [b"a", b"b"])
    equal("requests", len(replies[0].payload.request_info.requests), 2)


@case("{}, {}, {}", on=DUPLEX, each=all_ways(["full-duplex stream"]))
async def full_duplex(caller, item):
    _, codec, encoding = item
    data, turns = [b"a", b"b", b"c"], asyncio.Queue()

    async def requests():
        yield pb.BidiStreamRequest(response_definition=streaming(data), full_duplex=True)
        for _ in data[1:]:
            await turns.get()  # Not before the answer to the one before.
            yield pb.BidiStreamRequest()

    found = []
    async for reply in caller.client(codec, encoding).execute_bidi_stream(
            request=requests(), method=info("BidiStream")):
        found.append(reply.payload.data)
        turns.put_nowait(None)
    equal("messages", found, data)


@case("GET, {}, {}", on=CONNECT, each=[
    (codec, encoding) for codec in CODECS for encoding in ENCODINGS])
async def get(caller, item):
    codec, encoding = item
    request = pb.IdempotentUnaryRequest(
        response_definition=pb.UnaryResponseDefinition(response_data=b"abc\xff" * 200))
    reply = await caller.client(codec, encoding).execute_unary(
        request=request, method=info("IdempotentUnary"), use_get=True)
    equal("data", reply.payload.data, b"abc\xff" * 200)


@case("a hundred calls at once", on=ON)
async def many(caller):
    client = caller.client()
    replies = await asyncio.gather(*[
        client.execute_unary(request=asking(b"%d" % n), method=info("Unary")) for n in range(100)])
    equal("data", [int(reply.payload.data) for reply in replies], list(range(100)))


# Errors and metadata.

@case("reads the code {}", on=ON, each=CODES)
async def codes(caller, item):
    name, code, _ = item
    error = await failure(caller.client().execute_unary(
        request=asking(error=pb.Error(code=code, message="why")), method=info("Unary")))
    equal("code", error.code, Code(name))
    equal("message", error.message, "why")


@case("reads an error of a {}", on=ON, each=("unary call", "stream"))
async def error_in_full(caller, kind):
    detail = any_pb2.Any()
    detail.Pack(pb.Header(name="n", value=["v"]))
    wanted = pb.Error(code=pb.CODE_NOT_FOUND, message=SPECIAL, details=[detail])
    client, seen = caller.client(), []
    if kind == "stream":
        async def call():
            async for reply in client.execute_server_stream(
                    request=pb.ServerStreamRequest(
                        response_definition=streaming([b"a"], error=wanted)),
                    method=info("ServerStream")):
                seen.append(reply)
        error = await failure(call())
        equal("messages", len(seen), 1)
    else:
        error = await failure(client.execute_unary(
            request=asking(error=wanted), method=info("Unary")))
    equal("code", error.code, Code.NOT_FOUND)
    equal("message", error.message, SPECIAL)
    equal("detail", (error.details[0].type_name, error.details[0].message_bytes),
          ("connectrpc.conformance.v1.Header", detail.value))


@case("reads that a method is unimplemented", on=ON)
async def unimplemented(caller):
    error = await failure(caller.client().execute_unary(
        request=pb.UnimplementedRequest(), method=info("Unimplemented")))
    equal("code", error.code, Code.UNIMPLEMENTED)


@case("sends metadata, some of it binary or twice", on=ON)
async def sends_metadata(caller):
    headers = Headers([("x-text", "a b"), ("x-twice", "1"), ("x-twice", "2"),
                       ("x-blob-bin", "AAEC/w==")])
    reply = await caller.client().execute_unary(
        request=asking(), method=info("Unary"), headers=headers)
    found = {h.name: list(h.value) for h in reply.payload.request_info.request_headers}
    equal("x-text", found.get("x-text"), ["a b"])
    equal("x-twice", found.get("x-twice"), ["1", "2"])
    equal("x-blob-bin", [bytes_of(v) for v in found.get("x-blob-bin", [])], [b"\0\1\2\xff"])


@case("reads metadata and trailers of a {}", on=ON, each=("unary call", "stream"))
async def reads_metadata(caller, kind):
    sent = [pb.Header(name="x-many", value=["1", "2"]),
            pb.Header(name="x-blob-bin", value=["AAEC/w"])]
    both = {"response_headers": sent, "response_trailers": sent}
    client = caller.client()
    with ResponseMetadata() as metadata:
        if kind == "stream":
            await gather(client.execute_server_stream(
                request=pb.ServerStreamRequest(response_definition=streaming([b"a"], **both)),
                method=info("ServerStream")))
        else:
            await client.execute_unary(request=asking(**both), method=info("Unary"))
    for what, found in (("metadata", metadata.headers), ("trailers", metadata.trailers)):
        values = [part.strip() for value in found.getall("x-many") for part in value.split(",")]
        equal(f"{what} x-many", values, ["1", "2"])
        equal(f"{what} x-blob-bin", bytes_of(found["x-blob-bin"]), b"\0\1\2\xff")


# Time and size.

@case("tells its time", on=ON)
async def tells_time(caller):
    reply = await caller.client().execute_unary(
        request=asking(), method=info("Unary"), timeout_ms=60000)
    left = reply.payload.request_info.timeout_ms
    holds("what is left", 40000 < left <= 60000, left)


@case("keeps to its time in a {}", on=ON, each=("unary call", "stream"))
async def expires(caller, kind):
    client = caller.client()
    with Stopwatch() as watch:
        if kind == "stream":
            request = pb.ServerStreamRequest(
                response_definition=streaming([b"a"], response_delay_ms=5000))
            error = await failure(gather(client.execute_server_stream(
                request=request, method=info("ServerStream"), timeout_ms=300)))
        else:
            error = await failure(client.execute_unary(
                request=asking(response_delay_ms=5000), method=info("Unary"), timeout_ms=300))
    equal("code", error.code, Code.DEADLINE_EXCEEDED)
    holds("within 3 s", watch.seconds < 3, watch.seconds)


@case("leaves a stream early", on=ON)
async def leaves(caller):
    client = caller.client()
    request = pb.ServerStreamRequest(
        response_definition=streaming([b"a"] * 100, response_delay_ms=20))
    responses = client.execute_server_stream(request=request, method=info("ServerStream"))
    async for _ in responses:
        break
    await responses.aclose()
    reply = await client.execute_unary(request=asking(b"next"), method=info("Unary"))
    equal("data", reply.payload.data, b"next")


@case("sends and reads a megabyte in a {}", on=ON, each=("unary call", "stream"))
async def large(caller, kind):
    client, data = caller.client(), bytes(range(256)) * 4000
    if kind == "stream":
        request = pb.ServerStreamRequest(response_definition=streaming([data] * 3))
        replies = await gather(client.execute_server_stream(
            request=request, method=info("ServerStream")))
        equal("messages", [reply.payload.data for reply in replies], [data] * 3)
    else:
        reply = await client.execute_unary(request=asking(data), method=info("Unary"))
        equal("data", reply.payload.data, data)
