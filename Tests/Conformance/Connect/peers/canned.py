"""A server that answers whatever it is told to, by HTTP/1.1 or HTTP/2, right or wrong."""

import contextlib
import socket
import threading

import h2.config
import h2.connection
import h2.events

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Answer:
    """A response. `cut` ends the connection where the response should end; `reset` is the code
    of the RST_STREAM that ends it; `length` is a content-length that the body may not have."""

    def __init__(self, status=200, headers=(), body=b"", trailers=(), cut=False, reset=None,
                 length=None):
        self.status, self.headers, self.body = status, list(headers), body
        self.trailers, self.cut, self.reset, self.length = list(trailers), cut, reset, length


class Canned:
    """Reads each request to its end and gives `answer`, which a case sets."""

    secure = False

    def __init__(self):
        self.answer = Answer()
        self.requests = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=[connection], daemon=True).start()

    def serve(self, connection):
        # A client that does not like the answer may leave at any moment.
        with connection, contextlib.suppress(OSError, h2.exceptions.ProtocolError):
            start = connection.recv(3, socket.MSG_PEEK | socket.MSG_WAITALL)
            (self.serve2 if start == PREFACE[:3] else self.serve1)(connection)

    def serve1(self, connection):
        file = connection.makefile("rb")
        while (line := file.readline()):
            headers = {}
            while (field := file.readline().rstrip(b"\r\n")):
                name, _, value = field.partition(b":")
                headers[name.decode().lower()] = value.strip().decode()
            self.note(line.split()[1].decode(), headers, read_body(file, headers))
            connection.sendall(self.response1())
            if self.answer.cut:
                return

    def response1(self):
        answer = self.answer
        lines = [f"HTTP/1.1 {answer.status} Canned"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if answer.length is not None:
            return to_head(lines + [f"content-length: {answer.length}"]) + answer.body
        if not answer.cut:
            return to_head(lines + [f"content-length: {len(answer.body)}"]) + answer.body
        head = to_head(lines + ["transfer-encoding: chunked"])
        return head + (b"%x\r\n%b\r\n" % (len(answer.body), answer.body) if answer.body else b"")

    def serve2(self, connection):
        state = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=False, validate_outbound_headers=False,
            normalize_outbound_headers=False))
        state.initiate_connection()
        connection.sendall(state.data_to_send())
        open_streams = {}
        while (data := connection.recv(65536)):
            for event in state.receive_data(data):
                stream = getattr(event, "stream_id", None)
                if isinstance(event, h2.events.RequestReceived):
                    open_streams[stream] = dict(event.headers), b""
                elif isinstance(event, h2.events.DataReceived):
                    headers, body = open_streams[stream]
                    open_streams[stream] = headers, body + event.data
                    state.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, h2.events.StreamEnded):
                    headers, body = open_streams.pop(stream)
                    headers = {text(name): text(value) for name, value in headers.items()}
                    self.note(headers[":path"], headers, body)
                    self.respond2(state, stream)
                    if self.answer.cut:
                        connection.sendall(state.data_to_send())
                        return
            connection.sendall(state.data_to_send())

    def respond2(self, state, stream):
        answer = self.answer
        headers = [(":status", str(answer.status)), *answer.headers]
        if answer.length is not None:
            headers.append(("content-length", str(answer.length)))
        is_open = answer.cut or answer.reset is not None
        has_more = bool(answer.body or answer.trailers)
        state.send_headers(stream, headers, end_stream=not has_more and not is_open)
        if answer.body:
            state.send_data(stream, answer.body, end_stream=not answer.trailers and not is_open)
        if answer.trailers:
            state.send_headers(stream, answer.trailers, end_stream=True)
        elif answer.reset is not None:
            state.reset_stream(stream, answer.reset)

    def note(self, target, headers, body):
        self.requests.append((target, headers, body))

    @property
    def is_running(self):
        return True

    def stop(self):
        self.listener.close()


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def to_head(lines):
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def read_body(file, headers):
    if headers.get("transfer-encoding") != "chunked":
        return file.read(int(headers.get("content-length", 0)))
    body = b""
    while (size := int(file.readline(), 16)):
        body += file.read(size)
        file.readline()
    file.readline()
    return body
