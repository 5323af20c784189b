"""PyPI's connectrpc as a server, under hypercorn: HTTP/1.1 and HTTP/2, in clear text or TLS."""

import asyncio
import logging
import socket
import threading

import conformance_pb2 as pb
import hypercorn.asyncio
import hypercorn.config
from connectrpc.code import Code
from connectrpc.compat import google_protobuf_codecs
from connectrpc.compression.gzip import GzipCompression
from connectrpc.compression.zstd import ZstdCompression
from connectrpc.errors import ConnectError, ErrorDetail
from connectrpc.server import ConnectASGIApplication, Endpoint
from protobuf.wkt import Any

from connect import CODES
from programs import TLS
from rpc_client import info

NAMES = {number: Code(name) for name, number, _ in CODES}


class Service:
    """`ConformanceService`: does what each request asks for and says what it saw."""

    async def unary(self, request, context):
        return pb.UnaryResponse(payload=await answer(request, [request], context))

    async def idempotent(self, request, context):
        return pb.IdempotentUnaryResponse(payload=await answer(request, [request], context))

    async def unimplemented(self, request, context):
        raise ConnectError(Code.UNIMPLEMENTED, "not here")

    async def client_stream(self, requests, context):
        received = [request async for request in requests]
        first = received[0] if received else pb.ClientStreamRequest()
        return pb.ClientStreamResponse(payload=await answer(first, received, context))

    async def server_stream(self, request, context):
        definition = request.response_definition
        put_metadata(definition, context)
        for index, data in enumerate(definition.response_data):
            await asyncio.sleep(definition.response_delay_ms / 1000)
            yield pb.ServerStreamResponse(
                payload=payload(data, context, [request] if index == 0 else None))
        end(definition)

    async def bidi_stream(self, requests, context):
        definition, waiting, left = None, [], []
        async for request in requests:
            if definition is None:
                definition, full_duplex = request.response_definition, request.full_duplex
                put_metadata(definition, context)
                left = list(definition.response_data)
            waiting.append(request)
            if full_duplex and left:
                yield pb.BidiStreamResponse(payload=payload(left.pop(0), context, waiting))
                waiting = []
        for data in left:
            await asyncio.sleep(definition.response_delay_ms / 1000)
            yield pb.BidiStreamResponse(payload=payload(data, context, waiting))
        if definition is not None:
            end(definition)


def put_metadata(definition, context):
    for target, headers in ((context.response_headers, definition.response_headers),
                            (context.response_trailers, definition.response_trailers)):
        for header in headers:
            for value in header.value:
                target.add(header.name, value)


def payload(data, context, requests):
    info = pb.ConformancePayload.RequestInfo()
    if requests:
        for name in context.request_headers:
            info.request_headers.add(name=name, value=context.request_headers.getall(name))
        for request in requests:
            info.requests.add().Pack(request)
        if context.timeout_ms is not None:
            info.timeout_ms = int(context.timeout_ms)
    return pb.ConformancePayload(data=data, request_info=info)


async def answer(first, received, context):
    definition = first.response_definition
    put_metadata(definition, context)
    await asyncio.sleep(definition.response_delay_ms / 1000)
    end(definition)
    return payload(definition.response_data, context, received)


def end(definition):
    if not definition.HasField("error"):
        return
    error = definition.error
    details = [ErrorDetail(Any(type_url=d.type_url, value=d.value)) for d in error.details]
    raise ConnectError(NAMES[error.code], error.message, details)


def endpoints(service):
    table = {
        "Unary": (Endpoint.unary, service.unary),
        "IdempotentUnary": (Endpoint.unary, service.idempotent),
        "Unimplemented": (Endpoint.unary, service.unimplemented),
        "ClientStream": (Endpoint.client_stream, service.client_stream),
        "ServerStream": (Endpoint.server_stream, service.server_stream),
        "BidiStream": (Endpoint.bidi_stream, service.bidi_stream)}
    return {f"/{info(name).service_name}/{name}": make(info(name), function)
            for name, (make, function) in table.items()}


class Application(ConnectASGIApplication):
    path = "/connectrpc.conformance.v1.ConformanceService"

    def __init__(self):
        super().__init__(
            service=Service(), endpoints=endpoints, codecs=google_protobuf_codecs(),
            compressions=[GzipCompression(), ZstdCompression()])


class RPCServer:
    """The server on a thread of its own, until it is stopped."""

    def __init__(self, secure=False):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        self.port, self.secure = listener.getsockname()[1], secure
        self.listener, self.stopping = listener, None
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        self.ready.wait(10)

    def run(self):
        asyncio.run(self.serve())

    async def serve(self):
        config = hypercorn.config.Config()
        config.bind = [f"fd://{self.listener.fileno()}"]
        config.errorlog = logging.getLogger("hypercorn.silent")
        config.errorlog.addHandler(logging.NullHandler())
        config.errorlog.propagate = False
        config.graceful_timeout = 0.5
        if self.secure:
            config.certfile, config.keyfile = str(TLS / "server.pem"), str(TLS / "server.key")
        self.loop, self.stopping = asyncio.get_running_loop(), asyncio.Event()
        self.ready.set()
        await hypercorn.asyncio.serve(
            Application(), config, shutdown_trigger=self.stopping.wait)

    @property
    def is_running(self):
        return self.thread.is_alive()

    def stop(self):
        # Connections that clients left open are cancelled, of which asyncio would make a fuss.
        self.loop.set_exception_handler(lambda *_: None)
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(5)
