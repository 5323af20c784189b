"""Interoperability client on grpcio (gRPC C-core): all cases that Python can tell apart."""

import concurrent.futures
import queue
import sys
import time

import grpc
from interop import empty_pb2, messages_pb2 as m, test_pb2_grpc

import cases
from cases import ECHO, SIZES, SPECIAL, Skip, check

flags = cases.arguments()
TARGET = f"{flags.get('server_host', '127.0.0.1')}:{flags['server_port']}"
TIMEOUT = 60


def open_channel():
    options = [("grpc.max_receive_message_length", 16 << 20),
               ("grpc.max_metadata_size", 128 << 10),
               ("grpc.absolute_max_metadata_size", 128 << 10)]
    if flags.get("use_tls") != "true":
        return grpc.insecure_channel(TARGET, options)
    name = flags.get("server_host_override")
    if name:
        options.append(("grpc.ssl_target_name_override", name))
    with open(flags["ca"], "rb") as file:
        return grpc.secure_channel(TARGET, grpc.ssl_channel_credentials(file.read()), options)


channel = open_channel()
stub = test_pb2_grpc.TestServiceStub(channel)


def zeros(count):
    return m.Payload(body=bytes(count))


def large():
    return m.SimpleRequest(response_size=314159, payload=zeros(271828))


def duplex(size, payload=0):
    return m.StreamingOutputCallRequest(
        response_parameters=[m.ResponseParameters(size=size)], payload=zeros(payload))


def failure(call):
    try:
        call()
    except grpc.RpcError as error:
        return error
    raise AssertionError("the call succeeded")


class Feed:
    """Requests that come one at a time; None ends them."""

    def __init__(self, *first):
        self.queue = queue.Queue()
        for item in first:
            self.queue.put(item)

    def put(self, item):
        self.queue.put(item)

    def __iter__(self):
        return iter(self.queue.get, None)


def empty_unary():
    check("the reply", stub.EmptyCall(empty_pb2.Empty(), timeout=TIMEOUT), empty_pb2.Empty())


def large_unary(stub=stub):
    check("the body", stub.UnaryCall(large(), timeout=TIMEOUT).payload.body, bytes(314159))


def client_compressed_unary():
    request = large()
    request.expect_compressed.value = True
    error = failure(lambda: stub.UnaryCall(request, timeout=TIMEOUT))
    check("the probe's code", error.code(), grpc.StatusCode.INVALID_ARGUMENT)
    for how in (grpc.Compression.Gzip, grpc.Compression.Deflate):
        reply = stub.UnaryCall(request, timeout=TIMEOUT, compression=how)
        check("the body", len(reply.payload.body), 314159)
    request.expect_compressed.value = False
    check("the body", len(stub.UnaryCall(request, timeout=TIMEOUT).payload.body), 314159)


def server_compressed_unary():
    for value in (True, False):
        request = large()
        request.response_compressed.value = value
        check("the body", len(stub.UnaryCall(request, timeout=TIMEOUT).payload.body), 314159)


def client_streaming():
    requests = [m.StreamingInputCallRequest(payload=zeros(size)) for _, size in SIZES]
    reply = stub.StreamingInputCall(iter(requests), timeout=TIMEOUT)
    check("the sum", reply.aggregated_payload_size, 74922)


def client_compressed_streaming():
    first = m.StreamingInputCallRequest(payload=zeros(27182))
    first.expect_compressed.value = True
    error = failure(lambda: stub.StreamingInputCall(iter([first]), timeout=TIMEOUT))
    check("the probe's code", error.code(), grpc.StatusCode.INVALID_ARGUMENT)
    # Python has no switch per message, so both are compressed.
    second = m.StreamingInputCallRequest(payload=zeros(45904))
    second.expect_compressed.value = True
    reply = stub.StreamingInputCall(
        iter([first, second]), timeout=TIMEOUT, compression=grpc.Compression.Gzip)
    check("the sum", reply.aggregated_payload_size, 73086)


def server_streaming():
    request = m.StreamingOutputCallRequest(
        response_parameters=[m.ResponseParameters(size=size) for size, _ in SIZES])
    replies = [len(reply.payload.body) for reply in stub.StreamingOutputCall(request, timeout=TIMEOUT)]
    check("the replies", replies, [size for size, _ in SIZES])


def server_compressed_streaming():
    request = m.StreamingOutputCallRequest(response_parameters=[
        m.ResponseParameters(size=31415, compressed=m.BoolValue(value=True)),
        m.ResponseParameters(size=92653, compressed=m.BoolValue(value=False))])
    replies = [len(reply.payload.body) for reply in stub.StreamingOutputCall(request, timeout=TIMEOUT)]
    check("the replies", replies, [31415, 92653])


def ping_pong():
    feed = Feed()
    replies = stub.FullDuplexCall(iter(feed), timeout=TIMEOUT)
    for size, payload in SIZES:
        feed.put(duplex(size, payload))
        check("the reply", len(next(replies).payload.body), size)
    feed.put(None)
    check("what is left", list(replies), [])


def empty_stream():
    check("the replies", list(stub.FullDuplexCall(iter([]), timeout=TIMEOUT)), [])


def custom_metadata():
    def echo(call):
        check("the echo", dict(call.initial_metadata()).get(ECHO[0][0]), ECHO[0][1])
        check("the trailing echo", dict(call.trailing_metadata()).get(ECHO[1][0]), ECHO[1][1])

    _, call = stub.UnaryCall.with_call(large(), metadata=ECHO, timeout=TIMEOUT)
    echo(call)
    call = stub.FullDuplexCall(iter([duplex(314159, 271828)]), metadata=ECHO, timeout=TIMEOUT)
    check("the replies", len(list(call)), 1)
    echo(call)


def status_code_and_message():
    status = m.EchoStatus(code=2, message="test status message")
    calls = (
        lambda: stub.UnaryCall(m.SimpleRequest(response_status=status), timeout=TIMEOUT),
        lambda: list(stub.FullDuplexCall(
            iter([m.StreamingOutputCallRequest(response_status=status)]), timeout=TIMEOUT)))
    for call in calls:
        error = failure(call)
        check("the code", error.code(), grpc.StatusCode.UNKNOWN)
        check("the message", error.details(), "test status message")


def special_status_message():
    status = m.EchoStatus(code=2, message=SPECIAL)
    error = failure(lambda: stub.UnaryCall(m.SimpleRequest(response_status=status), timeout=TIMEOUT))
    check("the code", error.code(), grpc.StatusCode.UNKNOWN)
    check("the message", error.details(), SPECIAL)


def unimplemented(stub):
    error = failure(lambda: stub.UnimplementedCall(empty_pb2.Empty(), timeout=TIMEOUT))
    check("the code", error.code(), grpc.StatusCode.UNIMPLEMENTED)


def cancel_after_begin():
    call = stub.StreamingInputCall.future(iter(Feed()), timeout=TIMEOUT)
    time.sleep(0.05)
    call.cancel()
    check("the code", call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response():
    call = stub.FullDuplexCall(iter(Feed(duplex(31415, 27182))), timeout=TIMEOUT)
    check("the reply", len(next(call).payload.body), 31415)
    call.cancel()
    check("the code", failure(lambda: next(call)).code(), grpc.StatusCode.CANCELLED)


def timeout_on_sleeping_server():
    request = m.StreamingOutputCallRequest(payload=zeros(27182))
    error = failure(lambda: next(stub.FullDuplexCall(iter(Feed(request)), timeout=0.001)))
    check("the code", error.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


def concurrent_large_unary():
    calls = [stub.UnaryCall.future(large(), timeout=TIMEOUT) for _ in range(1000)]
    for call in calls:
        check("the body", len(call.result().payload.body), 314159)


def soak(iteration):
    for index in range(int(flags.get("soak_iterations", 10))):
        start = time.monotonic()
        iteration()
        taken = time.monotonic() - start
        # As many seconds as the machine's other work makes necessary.
        if taken > float(flags.get("soak_seconds", 5)):
            raise AssertionError(f"iteration {index} took {taken:.3f} s")


def channel_soak():
    def iteration():
        with open_channel() as fresh:
            large_unary(test_pb2_grpc.TestServiceStub(fresh))
    soak(iteration)


def long_lived_channel():
    large_unary()
    time.sleep(2)
    large_unary()


def pick_first_unary():
    request = m.SimpleRequest(fill_server_id=True)
    seen = {stub.UnaryCall(request, timeout=TIMEOUT).server_id for _ in range(100)}
    check("the number of servers", len(seen - {""}), 1)


def half_duplex():
    requests = [duplex(size, payload) for size, payload in SIZES]
    replies = stub.HalfDuplexCall(iter(requests), timeout=TIMEOUT)
    check("the replies", [len(r.payload.body) for r in replies], [size for size, _ in SIZES])


def slow_consumer():
    request = m.StreamingOutputCallRequest(
        response_parameters=[m.ResponseParameters(size=1030)] * 2000)
    count = 0
    for reply in stub.StreamingOutputCall(request, timeout=TIMEOUT):
        check("the size", len(reply.payload.body), 1030)
        count += 1
        if count % 20 == 0:
            time.sleep(0.005)
    check("the number of replies", count, 2000)


def large_metadata():
    """60 KB of metadata: CONTINUATION frames both ways."""
    value = "v" * 30000
    _, call = stub.UnaryCall.with_call(
        m.SimpleRequest(), timeout=TIMEOUT,
        metadata=(("x-grpc-test-echo-initial", value), ("x-filler", value)))
    check("the echo's size", len(dict(call.initial_metadata())[ECHO[0][0]]), 30000)


def upload_pushback():
    """A server that sleeps before it reads must stop the sender, and lose nothing."""
    feed = ([m.StreamingOutputCallRequest(response_parameters=[
        m.ResponseParameters(size=1, interval_us=200000)])]
        + [m.StreamingOutputCallRequest(payload=zeros(100000)) for _ in range(100)] + [duplex(7)])
    replies = [len(r.payload.body) for r in stub.FullDuplexCall(iter(feed), timeout=TIMEOUT)]
    check("the replies", replies, [1, 7])


def wrong_name():
    if flags.get("use_tls") != "true":
        raise Skip("needs TLS")
    with open(flags["ca"], "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    options = [("grpc.ssl_target_name_override", "elsewhere.example")]
    with grpc.secure_channel(TARGET, credentials, options) as channel:
        stub = test_pb2_grpc.TestServiceStub(channel)
        error = failure(lambda: stub.EmptyCall(empty_pb2.Empty(), timeout=5))
    check("the code", error.code(), grpc.StatusCode.UNAVAILABLE)


def no_get():
    raise Skip("grpcio makes no GET calls")


CASES = (
    ("empty_unary", empty_unary), ("cacheable_unary", no_get), ("large_unary", large_unary),
    ("client_compressed_unary", client_compressed_unary),
    ("server_compressed_unary", server_compressed_unary), ("client_streaming", client_streaming),
    ("client_compressed_streaming", client_compressed_streaming),
    ("server_streaming", server_streaming),
    ("server_compressed_streaming", server_compressed_streaming), ("ping_pong", ping_pong),
    ("empty_stream", empty_stream), ("custom_metadata", custom_metadata),
    ("status_code_and_message", status_code_and_message),
    ("special_status_message", special_status_message),
    ("unimplemented_method", lambda: unimplemented(stub)),
    ("unimplemented_service",
     lambda: unimplemented(test_pb2_grpc.UnimplementedServiceStub(channel))),
    ("cancel_after_begin", cancel_after_begin),
    ("cancel_after_first_response", cancel_after_first_response),
    ("timeout_on_sleeping_server", timeout_on_sleeping_server),
    ("concurrent_large_unary", concurrent_large_unary), ("rpc_soak", lambda: soak(large_unary)),
    ("channel_soak", channel_soak), ("long_lived_channel", long_lived_channel),
    ("pick_first_unary", pick_first_unary), ("half_duplex", half_duplex),
    ("slow_consumer", slow_consumer), ("large_metadata", large_metadata),
    ("upload_pushback", upload_pushback), ("wrong_name", wrong_name),
)

sys.exit(cases.run_all(CASES, flags))
