"""One end of an HTTP/2 connection that may break every rule: frames are built by hand."""
import socket
import ssl
import struct
import time

import hpack
from hyperframe.frame import Frame

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_ERROR, PROTOCOL, INTERNAL, FLOW, SETTINGS_TIMEOUT, CLOSED, SIZE, REFUSED, CANCEL = range(9)
COMPRESSION, CALM = 9, 11
NAMES = {0: "NO_ERROR", 1: "PROTOCOL_ERROR", 2: "INTERNAL_ERROR", 3: "FLOW_CONTROL_ERROR",
         4: "SETTINGS_TIMEOUT", 5: "STREAM_CLOSED", 6: "FRAME_SIZE_ERROR", 7: "REFUSED_STREAM",
         8: "CANCEL", 9: "COMPRESSION_ERROR", 11: "ENHANCE_YOUR_CALM"}
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 1, 1, 4, 8, 32


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def settings(*pairs, flags=0):
    return frame(SETTINGS, flags, 0, b"".join(struct.pack(">HI", k, v) for k, v in pairs))


def priority(dependency, weight=15, exclusive=False):
    return struct.pack(">IB", dependency | (exclusive << 31), weight)


def window(stream, increment):
    return frame(WINDOW, 0, stream, struct.pack(">I", increment))


def rst(stream, code=CANCEL):
    return frame(RST, 0, stream, struct.pack(">I", code))


def message(payload=b"", flags=0):
    return bytes([flags]) + struct.pack(">I", len(payload)) + payload


def request(method="GET", path="/", scheme="http", extra=()):
    return [(":method", method), (":scheme", scheme), (":path", path), (":authority", "test"),
            *extra]


def grpc(method, *extra):
    return request("POST", "/grpc.testing.TestService/" + method,
                   extra=[("content-type", "application/grpc"), ("te", "trailers"), *extra])


class Peer:
    def __init__(self, port, tls=False, preface=True, pairs=(), timeout=3.0, receive_buffer=None):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            self.socket = context.wrap_socket(self.socket)
        self.timeout = timeout
        self.encoder = hpack.Encoder()
        self.decoder = hpack.Decoder()
        self.decoder.max_header_list_size = 1 << 24
        self.buffer = b""
        self.frames = []
        self.seen = 0
        self.isClosed = False
        self.acknowledges = True
        self.settings = {}
        self.windows = {0: 65535}
        if preface:
            self.send(PREFACE + settings(*pairs))
            self.until(lambda f: f.type == SETTINGS and "ACK" in f.flags)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.socket.close()
        except OSError:
            pass

    def send(self, *parts):
        """Sends; a connection that the server has closed shows when it is read."""
        try:
            self.socket.sendall(b"".join(parts))
            return True
        except (OSError, ssl.SSLError):
            return False

    def block(self, fields, huffman=True):
        return self.encoder.encode(fields, huffman=huffman)

    def headers(self, stream, fields, flags=END_HEADERS | END_STREAM):
        return frame(HEADERS, flags, stream, self.block(fields))

    # What comes back.

    def read(self, deadline):
        """One more frame, or None at the deadline or the end."""
        while True:
            if len(self.buffer) >= 9:
                parsed, length = Frame.parse_frame_header(memoryview(self.buffer[:9]))
                if len(self.buffer) >= 9 + length:
                    parsed.parse_body(memoryview(self.buffer[9:9 + length]))
                    self.buffer = self.buffer[9 + length:]
                    self.note(parsed)
                    return parsed
            left = deadline - time.monotonic()
            if left <= 0 or self.isClosed:
                return None
            self.socket.settimeout(left)
            try:
                got = self.socket.recv(65536)
            except (TimeoutError, socket.timeout, ssl.SSLWantReadError):
                return None
            except OSError:
                got = b""
            if not got:
                self.isClosed = True
            self.buffer += got

    def note(self, parsed):
        self.frames.append(parsed)
        if parsed.type == SETTINGS and "ACK" not in parsed.flags:
            self.settings = dict(parsed.settings)
            self.initialWindow = self.settings.get(4, 65535)
            if self.acknowledges:
                self.send(settings(flags=ACK))
        if parsed.type == WINDOW:
            self.window(parsed.stream_id)
            self.windows[parsed.stream_id] += parsed.window_increment
        if parsed.type in (HEADERS, CONTINUATION):
            parsed.fields = self.decoder.decode(parsed.data)

    def until(self, predicate, timeout=None):
        deadline = time.monotonic() + (timeout or self.timeout)
        while True:
            while self.seen < len(self.frames):
                self.seen += 1
                if predicate(self.frames[self.seen - 1]):
                    return self.frames[self.seen - 1]
            if self.read(deadline) is None and self.seen == len(self.frames):
                return None

    def untilClosed(self, timeout=None):
        self.until(lambda f: False, timeout)
        return self.isClosed

    def goAway(self):
        """The code of the GOAWAY that came."""
        codes = [f.error_code for f in self.frames if f.type == GOAWAY]
        return max(codes) if codes else None

    def resets(self, stream=None):
        return [f.error_code for f in self.frames
                if f.type == RST and stream in (None, f.stream_id)]

    def window(self, stream):
        return self.windows.setdefault(stream, self.initialWindow)

    def sendData(self, stream, body, flags=END_STREAM):
        """Sends a body as fast as the windows open; says whether all of it went out."""
        while True:
            size = min(16384, len(body), self.window(0), self.window(stream))
            if size == 0 and body:
                if self.until(lambda f: f.type in (WINDOW, RST, GOAWAY)).type != WINDOW:
                    return False
                continue
            part, body = body[:size], body[size:]
            self.windows[0] -= size
            self.windows[stream] -= size
            self.send(frame(DATA, 0 if body else flags, stream, part))
            if not body:
                return True

    def response(self, stream, timeout=None):
        """Fields (trailers too) and body of a response, or None if it is not complete."""
        self.seen = 0
        ended = self.until(lambda f: f.stream_id == stream and (
            f.type == RST or f.type in (DATA, HEADERS) and "END_STREAM" in f.flags), timeout)
        if ended is None or ended.type == RST:
            return None
        fields, body = {}, b""
        for f in self.frames:
            if f.stream_id == stream and f.type in (HEADERS, CONTINUATION):
                fields.update({k: v for k, v in f.fields})
            if f.stream_id == stream and f.type == DATA:
                body += f.data
        return fields, body

    def isAlive(self):
        """Whether a PING is answered."""
        token = b"alive%03d" % (len(self.frames) % 1000)
        self.send(frame(PING, 0, 0, token))
        return self.until(
            lambda f: f.type == PING and "ACK" in f.flags and f.opaque_data == token) is not None
