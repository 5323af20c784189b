"""Interoperability server on grpclib (pure Python on h2)."""

import asyncio
import socket
import ssl

from grpclib import GRPCError, Status
from grpclib.server import Server
from interop import empty_pb2, messages_pb2 as m, test_grpc

import cases

flags = cases.arguments()


async def echo(stream):
    initial, trailing = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
    metadata = {initial: stream.metadata[initial]} if initial in stream.metadata else None
    await stream.send_initial_metadata(metadata=metadata)
    return {trailing: stream.metadata[trailing]} if trailing in stream.metadata else None


def fail(request):
    if request.HasField("response_status") and request.response_status.code:
        raise GRPCError(Status(request.response_status.code), request.response_status.message)


async def answer(request, stream):
    for parameters in request.response_parameters:
        await asyncio.sleep(parameters.interval_us / 1e6)
        await stream.send_message(
            m.StreamingOutputCallResponse(payload=m.Payload(body=bytes(parameters.size))))


class Service(test_grpc.TestServiceBase):
    async def EmptyCall(self, stream):
        await stream.recv_message()
        await stream.send_message(empty_pb2.Empty())

    async def UnaryCall(self, stream):
        request = await stream.recv_message()
        fail(request)
        trailing = await echo(stream)
        await stream.send_message(m.SimpleResponse(
            payload=m.Payload(body=bytes(request.response_size)),
            server_id="grpclib" if request.fill_server_id else ""))
        await stream.send_trailing_metadata(metadata=trailing)

    CacheableUnaryCall = UnaryCall

    async def StreamingOutputCall(self, stream):
        await answer(await stream.recv_message(), stream)

    async def StreamingInputCall(self, stream):
        total = 0
        async for request in stream:
            total += len(request.payload.body)
        await stream.send_message(m.StreamingInputCallResponse(aggregated_payload_size=total))

    async def FullDuplexCall(self, stream):
        trailing = await echo(stream)
        async for request in stream:
            fail(request)
            await answer(request, stream)
        await stream.send_trailing_metadata(metadata=trailing)

    async def HalfDuplexCall(self, stream):
        for request in [request async for request in stream]:
            await answer(request, stream)

    async def UnimplementedCall(self, stream):
        raise GRPCError(Status.UNIMPLEMENTED)


async def main():
    context = None
    if flags.get("use_tls") == "true":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(flags["cert"], flags["key"])
        context.set_alpn_protocols(["h2"])
    server = Server([Service()])
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    await server.start(sock=listener, ssl=context)
    print(f"ready 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    await server.wait_closed()


asyncio.run(main())
