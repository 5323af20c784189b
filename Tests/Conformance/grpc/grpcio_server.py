"""Interoperability server on grpcio (gRPC C-core)."""

import concurrent.futures
import time

import grpc
from interop import empty_pb2, messages_pb2 as m, test_pb2_grpc

import cases

flags = cases.arguments()


def echo(context):
    """Sends back the test's metadata, at once and at the end."""
    sent = dict(context.invocation_metadata())
    initial, trailing = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
    if initial in sent:
        context.send_initial_metadata(((initial, sent[initial]),))
    if trailing in sent:
        context.set_trailing_metadata(((trailing, sent[trailing]),))


def fail(request, context):
    if request.HasField("response_status") and request.response_status.code:
        codes = {code.value[0]: code for code in grpc.StatusCode}
        context.abort(codes[request.response_status.code], request.response_status.message)


def replies(request):
    for parameters in request.response_parameters:
        time.sleep(parameters.interval_us / 1e6)
        yield m.StreamingOutputCallResponse(payload=m.Payload(body=bytes(parameters.size)))


class Service(test_pb2_grpc.TestServiceServicer):
    def EmptyCall(self, request, context):
        echo(context)
        return empty_pb2.Empty()

    def UnaryCall(self, request, context):
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        echo(context)
        fail(request, context)
        return m.SimpleResponse(
            payload=m.Payload(body=bytes(request.response_size)),
            server_id="grpcio" if request.fill_server_id else "")

    def StreamingOutputCall(self, request, context):
        if any(p.compressed.value for p in request.response_parameters):
            context.set_compression(grpc.Compression.Gzip)
        echo(context)
        for parameters, reply in zip(request.response_parameters, replies(request)):
            if parameters.HasField("compressed") and not parameters.compressed.value:
                context.disable_next_message_compression()
            yield reply

    def StreamingInputCall(self, requests, context):
        total = sum(len(request.payload.body) for request in requests)
        return m.StreamingInputCallResponse(aggregated_payload_size=total)

    def FullDuplexCall(self, requests, context):
        echo(context)
        for request in requests:
            fail(request, context)
            yield from replies(request)

    def HalfDuplexCall(self, requests, context):
        for request in list(requests):
            yield from replies(request)


server = grpc.server(
    concurrent.futures.ThreadPoolExecutor(max_workers=32),
    options=[("grpc.so_reuseport", 0)])
test_pb2_grpc.add_TestServiceServicer_to_server(Service(), server)
if flags.get("use_tls") == "true":
    with open(flags["key"], "rb") as key, open(flags["cert"], "rb") as certificate:
        credentials = grpc.ssl_server_credentials(((key.read(), certificate.read()),))
    port = server.add_secure_port("127.0.0.1:0", credentials)
else:
    port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(f"ready 127.0.0.1:{port}", flush=True)
server.wait_for_termination()
