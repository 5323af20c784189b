"""Interoperability client on grpclib (pure Python on h2): the cases that it supports."""

import asyncio
import ssl
import sys

import grpclib
from grpclib.client import Channel
from interop import empty_pb2, messages_pb2 as m, test_grpc

import cases
from cases import ECHO, SIZES, SPECIAL, Skip, check

flags = cases.arguments()
TIMEOUT = 60


def open_channel():
    context = None
    if flags.get("use_tls") == "true":
        context = ssl.create_default_context(cafile=flags["ca"])
        context.set_alpn_protocols(["h2"])
    return Channel(flags.get("server_host", "127.0.0.1"), int(flags["server_port"]), ssl=context)


def zeros(count):
    return m.Payload(body=bytes(count))


def large():
    return m.SimpleRequest(response_size=314159, payload=zeros(271828))


def duplex(size, payload=0):
    return m.StreamingOutputCallRequest(
        response_parameters=[m.ResponseParameters(size=size)], payload=zeros(payload))


async def failure(call):
    try:
        await call
    except grpclib.GRPCError as error:
        return error
    raise AssertionError("the call succeeded")


async def empty_unary(stub):
    check("the reply", await stub.EmptyCall(empty_pb2.Empty(), timeout=TIMEOUT), empty_pb2.Empty())


async def large_unary(stub):
    reply = await stub.UnaryCall(large(), timeout=TIMEOUT)
    check("the body", reply.payload.body, bytes(314159))


async def client_streaming(stub):
    requests = [m.StreamingInputCallRequest(payload=zeros(size)) for _, size in SIZES]
    reply = await stub.StreamingInputCall(requests, timeout=TIMEOUT)
    check("the sum", reply.aggregated_payload_size, 74922)


async def server_streaming(stub):
    request = m.StreamingOutputCallRequest(
        response_parameters=[m.ResponseParameters(size=size) for size, _ in SIZES])
    replies = await stub.StreamingOutputCall(request, timeout=TIMEOUT)
    check("the replies", [len(r.payload.body) for r in replies], [size for size, _ in SIZES])


async def ping_pong(stub):
    async with stub.FullDuplexCall.open(timeout=TIMEOUT) as stream:
        for size, payload in SIZES:
            await stream.send_message(duplex(size, payload))
            check("the reply", len((await stream.recv_message()).payload.body), size)
        await stream.end()
        check("what is left", await stream.recv_message(), None)


async def empty_stream(stub):
    async with stub.FullDuplexCall.open(timeout=TIMEOUT) as stream:
        await stream.send_request()
        await stream.end()
        check("the reply", await stream.recv_message(), None)


async def custom_metadata(stub):
    async with stub.UnaryCall.open(timeout=TIMEOUT, metadata=list(ECHO)) as stream:
        await stream.send_message(large(), end=True)
        await stream.recv_message()
        await stream.recv_trailing_metadata()
        check("the echo", stream.initial_metadata.get(ECHO[0][0]), ECHO[0][1])
        check("the trailing echo", stream.trailing_metadata.get(ECHO[1][0]), ECHO[1][1])


async def status_code_and_message(stub):
    status = m.EchoStatus(code=2, message="test status message")
    for call in (
            stub.UnaryCall(m.SimpleRequest(response_status=status), timeout=TIMEOUT),
            stub.FullDuplexCall(
                [m.StreamingOutputCallRequest(response_status=status)], timeout=TIMEOUT)):
        error = await failure(call)
        check("the status", (error.status.value, error.message), (2, "test status message"))


async def special_status_message(stub):
    status = m.EchoStatus(code=2, message=SPECIAL)
    error = await failure(stub.UnaryCall(m.SimpleRequest(response_status=status), timeout=TIMEOUT))
    check("the status", (error.status.value, error.message), (2, SPECIAL))


async def unimplemented_method(stub):
    error = await failure(stub.UnimplementedCall(empty_pb2.Empty(), timeout=TIMEOUT))
    check("the code", error.status.value, 12)


async def unimplemented_service(stub):
    other = test_grpc.UnimplementedServiceStub(stub.channel)
    error = await failure(other.UnimplementedCall(empty_pb2.Empty(), timeout=TIMEOUT))
    check("the code", error.status.value, 12)


async def cancel_after_begin(stub):
    async with stub.StreamingInputCall.open(timeout=TIMEOUT) as stream:
        await stream.send_request()
        await stream.cancel()


async def cancel_after_first_response(stub):
    async with stub.FullDuplexCall.open(timeout=TIMEOUT) as stream:
        await stream.send_message(duplex(31415, 27182))
        check("the reply", len((await stream.recv_message()).payload.body), 31415)
        await stream.cancel()


async def timeout_on_sleeping_server(stub):
    try:
        async with stub.FullDuplexCall.open(timeout=0.001) as stream:
            await stream.send_message(m.StreamingOutputCallRequest(payload=zeros(27182)))
            await stream.recv_message()
    except (asyncio.TimeoutError, grpclib.GRPCError) as error:
        code = getattr(getattr(error, "status", None), "value", 4)
        check("the code", code, 4)
        return
    raise AssertionError("the call succeeded")


async def concurrent_large_unary(stub):
    await asyncio.gather(*(large_unary(stub) for _ in range(1000)))


async def rpc_soak(stub):
    for _ in range(10):
        await large_unary(stub)


async def channel_soak(stub):
    for _ in range(10):
        channel = open_channel()
        await large_unary(test_grpc.TestServiceStub(channel))
        channel.close()


async def half_duplex(stub):
    replies = await stub.HalfDuplexCall([duplex(*sizes) for sizes in SIZES], timeout=TIMEOUT)
    check("the replies", [len(r.payload.body) for r in replies], [size for size, _ in SIZES])


async def slow_consumer(stub):
    request = m.StreamingOutputCallRequest(
        response_parameters=[m.ResponseParameters(size=1030)] * 2000)
    async with stub.StreamingOutputCall.open(timeout=TIMEOUT) as stream:
        await stream.send_message(request, end=True)
        count = 0
        async for reply in stream:
            check("the size", len(reply.payload.body), 1030)
            count += 1
            if count % 20 == 0:
                await asyncio.sleep(0.005)
    check("the number of replies", count, 2000)


def synchronous(body):
    async def main():
        channel = open_channel()
        stub = test_grpc.TestServiceStub(channel)
        stub.channel = channel
        try:
            await asyncio.wait_for(body(stub), 120)
        finally:
            channel.close()
    return lambda: asyncio.run(main())


def compression():
    raise Skip("grpclib does not compress")


ALL = (
    empty_unary, large_unary, client_streaming, server_streaming, ping_pong, empty_stream,
    custom_metadata, status_code_and_message, special_status_message, unimplemented_method,
    unimplemented_service, cancel_after_begin, cancel_after_first_response,
    timeout_on_sleeping_server, concurrent_large_unary, rpc_soak, channel_soak, half_duplex,
    slow_consumer)
CASES = [(body.__name__, synchronous(body)) for body in ALL] + [
    (name, compression) for name in (
        "client_compressed_unary", "server_compressed_unary", "client_compressed_streaming",
        "server_compressed_streaming")]

sys.exit(cases.run_all(CASES, flags))
