"""Calls made frame by frame with h2: what libraries do not show, such as the compressed flag."""

import gzip
import socket
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings
from interop import messages_pb2 as m

import cases
from cases import check

flags = cases.arguments()


class Connection:
    """One connection that makes calls and keeps every event of each."""

    def __init__(self):
        address = (flags.get("server_host", "127.0.0.1"), int(flags["server_port"]))
        self.socket = socket.create_connection(address, 30)
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.h2.increment_flow_control_window(8 << 20)
        self.flush()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def events(self):
        data = self.socket.recv(65536)
        if not data:
            raise AssertionError("the server closed the connection")
        events = self.h2.receive_data(data)
        for event in events:
            if isinstance(event, h2.events.DataReceived) and event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()
        return events

    def call(self, method, *messages, headers=(), end=True):
        """Sends framed messages; returns headers, body, trailers and the reset's code."""
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, [
            (":method", "POST"), (":scheme", "http"),
            (":path", f"/grpc.testing.TestService/{method}"), (":authority", "localhost"),
            ("te", "trailers"), ("content-type", "application/grpc"), *headers])
        body = b"".join(messages)
        answer = Answer()
        while body or end is not None:
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if body and room:
                self.h2.send_data(stream, body[:room])
                body = body[room:]
            elif not body:
                if end:
                    self.h2.end_stream(stream)
                end = None
            self.flush()
            if body and not room:
                answer.take(self.events(), stream)
            if answer.ended:
                return answer
        while not answer.ended:
            answer.take(self.events(), stream)
        return answer


class Answer:
    def __init__(self):
        self.headers, self.trailers, self.body = {}, {}, b""
        self.reset, self.ended = None, False

    def take(self, events, stream):
        for event in events:
            if getattr(event, "stream_id", None) != stream:
                continue
            if isinstance(event, h2.events.ResponseReceived):
                self.headers = dict(event.headers)
            elif isinstance(event, h2.events.TrailersReceived):
                self.trailers = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                self.body += event.data
            elif isinstance(event, h2.events.StreamReset):
                self.reset, self.ended = event.error_code, True
            elif isinstance(event, h2.events.StreamEnded):
                self.ended = True

    @property
    def status(self):
        return self.trailers.get("grpc-status") or self.headers.get("grpc-status")

    def messages(self):
        """The flag byte and the bytes of each message, compressed as they are."""
        rest, found = self.body, []
        while rest:
            size = int.from_bytes(rest[1:5], "big")
            found.append((rest[0], rest[5:5 + size]))
            rest = rest[5 + size:]
        return found


def framed(message, flag=0):
    body = message if isinstance(message, bytes) else message.SerializeToString()
    if flag == 1 and not isinstance(message, bytes):
        body = gzip.compress(body)
    return bytes([flag]) + len(body).to_bytes(4, "big") + body


GZIP = (("grpc-encoding", "gzip"),)
ACCEPT = (("grpc-accept-encoding", "identity,deflate,gzip"),)


def server_compressed_unary_flag():
    for value in (True, False):
        request = m.SimpleRequest(response_size=314159)
        request.response_compressed.value = value
        answer = Connection().call("UnaryCall", framed(request), headers=ACCEPT)
        check("the status", answer.status, "0")
        (flag, body), = answer.messages()
        check("the flag", flag, int(value))
        if flag:
            check("the encoding", answer.headers.get("grpc-encoding"), "gzip")
            body = gzip.decompress(body)
        check("the size", len(m.SimpleResponse.FromString(body).payload.body), 314159)


def server_compressed_streaming_flags():
    request = m.StreamingOutputCallRequest(response_parameters=[
        m.ResponseParameters(size=31415, compressed=m.BoolValue(value=True)),
        m.ResponseParameters(size=92653, compressed=m.BoolValue(value=False))])
    answer = Connection().call("StreamingOutputCall", framed(request), headers=ACCEPT)
    check("the status", answer.status, "0")
    check("the flags", [flag for flag, _ in answer.messages()], [1, 0])


def unaccepted_compression():
    request = m.SimpleRequest(response_size=1000)
    request.response_compressed.value = True
    answer = Connection().call("UnaryCall", framed(request))
    check("the status", answer.status, "0")
    check("the flag", answer.messages()[0][0], 0)


def client_compressed_flags():
    first = m.StreamingInputCallRequest(payload=m.Payload(body=bytes(27182)))
    first.expect_compressed.value = True
    second = m.StreamingInputCallRequest(payload=m.Payload(body=bytes(45904)))
    second.expect_compressed.value = False
    answer = Connection().call(
        "StreamingInputCall", framed(first, 1), framed(second, 0), headers=GZIP)
    check("the status", answer.status, "0")
    reply = m.StreamingInputCallResponse.FromString(answer.messages()[0][1])
    check("the sum", reply.aggregated_payload_size, 73086)


def flag_without_encoding():
    answer = Connection().call("UnaryCall", framed(m.SimpleRequest(), 1))
    check("the status", answer.status, "13")


def unknown_encoding():
    answer = Connection().call(
        "UnaryCall", framed(m.SimpleRequest()), headers=(("grpc-encoding", "brotli9"),))
    check("the status", answer.status, "12")
    fields = {**answer.headers, **answer.trailers}
    if "gzip" not in fields.get("grpc-accept-encoding", ""):
        raise AssertionError(f"no grpc-accept-encoding in {fields}")


def wrong_content_type():
    answer = Connection().call("UnaryCall", framed(m.SimpleRequest()))
    check("the status", answer.status, "0")
    connection = Connection()
    stream = connection.h2.get_next_available_stream_id()
    connection.h2.send_headers(stream, [
        (":method", "POST"), (":scheme", "http"), (":path", "/grpc.testing.TestService/UnaryCall"),
        (":authority", "localhost"), ("content-type", "text/plain")], end_stream=True)
    connection.flush()
    answer = Answer()
    while not answer.ended:
        answer.take(connection.events(), stream)
    check("the HTTP status", answer.headers[":status"], "415")


def early_end_resets():
    """A server that is done before the client says so, with RST_STREAM(NO_ERROR)."""
    connection = Connection()
    answer = connection.call(
        "UnaryCall", framed(m.SimpleRequest()), headers=(("grpc-encoding", "brotli9"),), end=False)
    check("the status", answer.status, "12")
    connection.socket.settimeout(5)
    while answer.reset is None:
        answer.take(connection.events(), 1)
    check("the reset", answer.reset, 0)


def unparseable():
    answer = Connection().call("UnaryCall", framed(b"\xff\xff\xff"))
    check("the status", answer.status, "13")


def oversized():
    head = b"\0" + (64 << 20).to_bytes(4, "big")
    answer = Connection().call("UnaryCall", head + bytes(1000), end=False)
    check("the status", answer.status, "8")


def two_messages_for_one():
    message = framed(m.SimpleRequest())
    answer = Connection().call("UnaryCall", message, message)
    check("the status", answer.status, "12")


def no_message():
    check("the status", Connection().call("UnaryCall").status, "12")


def split_message():
    """A half-close in the middle of a message."""
    answer = Connection().call("UnaryCall", framed(m.SimpleRequest(response_size=5))[:-1])
    check("the status", answer.status, "13")


def bad_timeout():
    answer = Connection().call(
        "UnaryCall", framed(m.SimpleRequest()), headers=(("grpc-timeout", "soon"),))
    check("whether it failed", answer.status in ("13", "3"), True)


def binary_metadata():
    """Padded, unpadded and joined with commas: all are accepted; what comes back has no padding."""
    for sent, back in (("q6ur", "q6ur"), ("qw==", "qw"), ("qw", "qw")):
        answer = Connection().call(
            "UnaryCall", framed(m.SimpleRequest()),
            headers=(("x-grpc-test-echo-trailing-bin", sent),))
        check("the echo", answer.trailers.get("x-grpc-test-echo-trailing-bin"), back)


def trailers_only():
    request = m.SimpleRequest(response_status=m.EchoStatus(code=7, message="no"))
    answer = Connection().call("UnaryCall", framed(request))
    check("the status in the headers", answer.headers.get("grpc-status"), "7")


ALL = (
    server_compressed_unary_flag, server_compressed_streaming_flags, unaccepted_compression,
    client_compressed_flags, flag_without_encoding, unknown_encoding, wrong_content_type,
    early_end_resets, unparseable, oversized, two_messages_for_one, no_message, split_message,
    bad_timeout, binary_metadata, trailers_only)

sys.exit(cases.run_all([(body.__name__, body) for body in ALL], flags))
