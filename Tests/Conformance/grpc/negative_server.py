"""A server that breaks calls on purpose, one test case of
grpc/grpc doc/http2-interop-test-descriptions.md for each process. What the client did wrong it
prints as `violation: …` lines; `served N` follows each call."""

import socket
import threading

import h2.config
import h2.connection
import h2.events
import h2.settings
from interop import messages_pb2 as m

import cases

flags = cases.arguments()
(CASE,) = flags["test_case"]
connections = 0
lock = threading.Lock()


def say(text):
    with lock:
        print(text, flush=True)


class Connection:
    def __init__(self, conn, number):
        self.socket, self.number = conn, number
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.requests, self.left, self.pings, self.served = {}, {}, 0, 0
        self.said_goodbye = False
        self.open_streams = set()

    def serve(self):
        if CASE == "max_streams":
            codes = h2.settings.SettingCodes
            self.h2.local_settings = h2.settings.Settings(
                client=False, initial_values={codes.MAX_CONCURRENT_STREAMS: 1})
        self.h2.initiate_connection()
        self.flush()
        try:
            while data := self.socket.recv(65536):
                for event in self.h2.receive_data(data):
                    self.handle(event)
                self.flush()
        except (ConnectionError, OSError, h2.exceptions.ProtocolError) as error:
            if not isinstance(error, ConnectionError):
                say(f"violation: {error}")
        if CASE == "ping" and self.pings:
            say(f"violation: {self.pings} PINGs were not acknowledged")
        self.socket.close()

    def flush(self):
        if data := self.h2.data_to_send():
            self.socket.sendall(data)

    def handle(self, event):
        match event:
            case h2.events.RequestReceived():
                if self.said_goodbye:
                    say("violation: a request came after GOAWAY")
                self.open_streams.add(event.stream_id)
                if CASE == "max_streams" and len(self.open_streams) > 1 and self.served:
                    say("violation: more streams than MAX_CONCURRENT_STREAMS")
                self.requests[event.stream_id] = b""
                if CASE == "ping":
                    self.ping()
            case h2.events.DataReceived():
                if event.flow_controlled_length:
                    self.h2.acknowledge_received_data(
                        event.flow_controlled_length, event.stream_id)
                if event.stream_id in self.requests:
                    self.requests[event.stream_id] += event.data
                if CASE == "ping":
                    self.ping()
            case h2.events.PingAckReceived():
                self.pings -= 1
            case h2.events.StreamEnded() if event.stream_id in self.requests:
                self.answer(event.stream_id, self.requests.pop(event.stream_id))
            case h2.events.WindowUpdated():
                for stream in list(self.left):
                    self.send_rest(stream)
            case h2.events.StreamReset():
                self.requests.pop(event.stream_id, None)
                self.left.pop(event.stream_id, None)
                self.open_streams.discard(event.stream_id)

    def ping(self):
        self.h2.ping(b"interop!")
        self.pings += 1

    def answer(self, stream, body):
        request = m.SimpleRequest.FromString(body[5:])
        reply = m.SimpleResponse(
            payload=m.Payload(body=bytes(request.response_size))).SerializeToString()
        framed = b"\0" + len(reply).to_bytes(4, "big") + reply
        self.h2.send_headers(
            stream, [(":status", "200"), ("content-type", "application/grpc+proto")])
        if CASE == "rst_after_header":
            return self.reset(stream)
        if CASE == "rst_during_data":
            framed = framed[:len(framed) // 2]
        self.left[stream] = framed
        self.send_rest(stream)

    def send_rest(self, stream):
        rest = self.left[stream]
        padded = CASE == "data_frame_padding"
        while rest:
            room = min(
                self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size)
            if padded:
                # Five bytes in a frame of 261: padding and its length count against the window.
                if room < 261:
                    break
                self.h2.send_data(stream, rest[:5], pad_length=255)
                rest = rest[5:]
            else:
                if room == 0:
                    break
                self.h2.send_data(stream, rest[:room])
                rest = rest[room:]
            if len(rest) % 50 == 0:
                self.flush()
        self.left[stream] = rest
        if not rest:
            del self.left[stream]
            self.end(stream)

    def end(self, stream):
        if CASE in ("rst_during_data", "rst_after_data"):
            return self.reset(stream)
        self.h2.send_headers(stream, [("grpc-status", "0")], end_stream=True)
        self.finished(stream)
        if CASE == "goaway" and self.number == 1:
            self.flush()
            # The library refuses to go on after a GOAWAY; the frame alone is what is wanted.
            last = stream.to_bytes(4, "big")
            self.socket.sendall(b"\0\0\x08\x07\0" + bytes(4) + last + bytes(4))
            self.said_goodbye = True

    def reset(self, stream):
        self.h2.reset_stream(stream, error_code=0)
        self.finished(stream)

    def finished(self, stream):
        self.open_streams.discard(stream)
        self.served += 1
        self.flush()
        say(f"served {self.number}")


listener = socket.create_server(("127.0.0.1", 0), backlog=64)
print(f"ready 127.0.0.1:{listener.getsockname()[1]}", flush=True)
while True:
    accepted, _ = listener.accept()
    connections += 1
    say(f"connection {connections}")
    threading.Thread(target=Connection(accepted, connections).serve, daemon=True).start()
