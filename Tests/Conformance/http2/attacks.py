"""Attacks on the server, and what each must get. Every loop is bounded."""
import gzip
import socket
import struct
import time
import zlib

from peer import *

ALL = []
SERVICE = "/grpc.testing.TestService/"


class Attack:
    def __init__(self, title, body, flags, descriptors, memory):
        self.title, self.body, self.flags, self.descriptors = title, body, flags, descriptors
        self.memory = memory  # MiB


def attack(title, *flags, descriptors=None, memory=32):
    def add(body):
        ALL.append(Attack(title, body, flags, descriptors, memory))
        return body
    return add


def warmUp(server):
    """One large message each way, so that buffers are there."""
    with Peer(server.port, tls=server.isSecure) as p:
        call(p, 1, "UnaryCall", message(b"\x10\x80\x80\x40"))
        p.send(window(0, 1 << 21), window(1, 1 << 21))
        p.response(1, 5)


# What must come of it.

def mustEnd(peer, *codes, timeout=5):
    """The connection ends with a GOAWAY of one of the codes."""
    assert peer.untilClosed(timeout), f"still open: GOAWAY {peer.goAway()}"
    code = peer.goAway()
    assert code in codes, f"GOAWAY {NAMES.get(code, code)}"
    return "closed" if code is None else "GOAWAY " + NAMES[code]


def mustClose(peer, timeout=6):
    assert peer.untilClosed(timeout), "still open"
    code = peer.goAway()
    return "closed" if code is None else "GOAWAY " + NAMES.get(code, str(code))


def status(peer, stream=1, timeout=8):
    """The gRPC status, or the HTTP status where there is none."""
    answer = peer.response(stream, timeout)
    assert answer, f"no response: GOAWAY {peer.goAway()}, RST {peer.resets()}"
    return answer[0].get("grpc-status") or "HTTP " + answer[0][":status"]


def mustRefuse(peer, *codes, stream=1, timeout=8):
    code = status(peer, stream, timeout)
    assert code in codes, f"status {code}"
    names = {"1": "CANCELLED", "3": "INVALID_ARGUMENT", "8": "RESOURCE_EXHAUSTED", "13": "INTERNAL",
             "4": "DEADLINE_EXCEEDED"}
    return names.get(code, code)


def call(p, stream, method, body, *extra, flags=END_STREAM):
    p.send(p.headers(stream, grpc(method, *extra), END_HEADERS))
    return p.sendData(stream, body, flags)


def hold(p, stream):
    """A call whose handler waits for requests."""
    return p.headers(stream, grpc("FullDuplexCall"), END_HEADERS)


def drive(p, parts, isReading=True, batch=50):
    """Sends batch by batch until the server has had enough."""
    parts = list(parts)
    for start in range(0, len(parts), batch):
        if not p.send(*parts[start:start + batch]):
            return
        if isReading:
            p.until(lambda f: f.type == GOAWAY and f.error_code != 0, 0.001)
            if p.goAway():
                return


# Streams that come and go.

@attack("rapid reset (CVE-2023-44487)")
def _(server):
    with Peer(server.port) as p:
        drive(p, (p.headers(s, grpc("EmptyCall"), END_HEADERS) + rst(s) for s in range(1, 6001, 2)))
        return mustEnd(p, CALM, INTERNAL)


@attack("rapid reset of calls that run")
def _(server):
    with Peer(server.port) as p:
        drive(p, (hold(p, s) + rst(s) for s in range(1, 6001, 2)))
        return mustEnd(p, CALM, INTERNAL)


def madeYouReset(title, part, *codes):
    @attack("MadeYouReset: " + title)
    def _(server):
        with Peer(server.port) as p:
            drive(p, (hold(p, s) + part(p, s) for s in range(1, 2001, 2)))
            return mustEnd(p, *codes)


madeYouReset("WINDOW_UPDATE overflow", lambda p, s: window(s, (1 << 31) - 1), CALM)
madeYouReset("WINDOW_UPDATE 0", lambda p, s: window(s, 0), PROTOCOL, CALM)
madeYouReset("PRIORITY of a wrong length", lambda p, s: frame(PRIORITY, 0, s, bytes(4)), SIZE, CALM)
madeYouReset("PRIORITY on itself", lambda p, s: frame(PRIORITY, 0, s, priority(s)), PROTOCOL)
madeYouReset("DATA after END_STREAM",
             lambda p, s: frame(DATA, END_STREAM, s, b"") + frame(DATA, 0, s, b"x"), CLOSED, CALM)
madeYouReset("HEADERS after END_STREAM",
             lambda p, s: frame(DATA, END_STREAM, s, b"") + p.headers(s, [("x", "y")]), CLOSED, CALM)
madeYouReset("HEADERS without END_STREAM", lambda p, s: p.headers(s, [("x", "y")], END_HEADERS), CALM)


@attack("more streams than allowed")
def _(server):
    with Peer(server.port) as p:
        drive(p, (hold(p, s) for s in range(1, 2001, 2)))
        return mustEnd(p, CALM, PROTOCOL)


@attack("RST_STREAM of streams that are over")
def _(server):
    with Peer(server.port) as p:
        p.send(hold(p, 1), rst(1))
        began = server.processorTime()
        drive(p, (rst(1) for _ in range(20000)), batch=1000)
        spent = server.processorTime() - began
        assert p.isAlive() or p.goAway() is not None, "stuck"
        assert spent < 2, f"{spent:.1f} s of CPU"
        return "ignored" if p.goAway() is None else "GOAWAY " + NAMES[p.goAway()]


# Frames that cost their sender nothing.

@attack("CONTINUATION flood (CVE-2024-28182)")
def _(server):
    with Peer(server.port) as p:
        p.send(frame(HEADERS, END_STREAM, 1, p.block(request())))
        drive(p, (frame(CONTINUATION, 0, 1, b"\x00\x01x\x01y" * 100) for _ in range(5000)))
        return mustEnd(p, CALM)


@attack("empty CONTINUATION flood")
def _(server):
    with Peer(server.port) as p:
        p.send(frame(HEADERS, END_STREAM, 1, p.block(request())))
        drive(p, (frame(CONTINUATION, 0, 1) for _ in range(5000)))
        return mustEnd(p, CALM)


@attack("honest CONTINUATION, byte by byte")
def _(server):
    with Peer(server.port) as p:
        block = p.block(request(extra=[("x-long", "a" * 300)]), huffman=False)
        for byte in (frame(HEADERS, END_STREAM, 1, block[:100])
                     + frame(CONTINUATION, 0, 1, block[100:300])
                     + frame(CONTINUATION, END_HEADERS, 1, block[300:])):
            p.send(bytes([byte]))
        assert status(p) == "HTTP 200"
        return "200"


def flood(title, frames, *codes):
    @attack(title + " flood, reading")
    def _(server):
        with Peer(server.port) as p:
            drive(p, frames(p))
            return mustEnd(p, *codes)

    @attack(title + " flood, not reading")
    def _(server):
        with Peer(server.port, receive_buffer=4096) as p:
            p.socket.settimeout(3)
            drive(p, frames(p), isReading=False)
            return mustClose(p)


flood("SETTINGS (CVE-2019-9515)", lambda p: [settings((4, 65535))] * 5000, CALM)
flood("SETTINGS ACK", lambda p: [settings(flags=ACK)] * 5000, CALM, PROTOCOL)
flood("PING (CVE-2019-9512)", lambda p: [frame(PING, 0, 0, bytes(8))] * 5000, CALM)
flood("PING ACK", lambda p: [frame(PING, ACK, 0, bytes(8))] * 5000, CALM)
flood("empty DATA (CVE-2019-9518)",
      lambda p: [hold(p, 1), *[frame(DATA, 0, 1)] * 20000], CALM)
flood("padded empty DATA",
      lambda p: [hold(p, 1), *[frame(DATA, PADDED, 1, b"\x05" + bytes(5))] * 20000], CALM)
flood("WINDOW_UPDATE", lambda p: [window(0, 1)] * 20000, CALM)
flood("PRIORITY (CVE-2019-9513)",
      lambda p: [frame(PRIORITY, 0, 1 + 2 * (i % 1000), priority(0)) for i in range(50000)], CALM)
flood("unknown frames", lambda p: [frame(0x42, 0, 0, b"x" * 16)] * 20000, CALM)
flood("GOAWAY", lambda p: [frame(GOAWAY, 0, 0, bytes(8))] * 5000, CALM, None)
flood("empty header name (CVE-2019-9516)",
      lambda p: [p.headers(s, request(extra=[("", "x")])) for s in range(1, 2001, 2)], CALM, PROTOCOL)
flood("upper case name",
      lambda p: [p.headers(s, request(extra=[("X", "x")])) for s in range(1, 2001, 2)], CALM, PROTOCOL)
flood("content-length mismatch",
      lambda p: [p.headers(s, request("POST", extra=[("content-length", "1")]))
                 for s in range(1, 2001, 2)], CALM, PROTOCOL)
flood("missing pseudo field",
      lambda p: [p.headers(s, request()[1:]) for s in range(1, 2001, 2)], CALM, PROTOCOL)


# Headers.

@attack("HPACK bomb")
def _(server):
    with Peer(server.port) as p:
        # One field of 4000 bytes enters the table; each further byte of the block repeats it.
        first = p.block(request()) + b"\x40\x01x" + b"\x7f\xa1\x1e" + b"a" * 4000
        p.send(frame(HEADERS, 0, 1, first))
        p.send(frame(CONTINUATION, END_HEADERS, 1, b"\xbe" * 16000))
        drive(p, (frame(HEADERS, END_HEADERS | END_STREAM, s, b"\xbe" * 16000)
                  for s in range(3, 201, 2)), batch=1)
        return mustEnd(p, CALM, COMPRESSION, PROTOCOL)


@attack("header list over the limit")
def _(server):
    with Peer(server.port) as p:
        p.encoder.header_table_size = 0
        large = [(f"x-{i}", "a" * 1000) for i in range(80)]
        answers = []
        for stream, fields in ((1, grpc("EmptyCall", *large)), (3, request(extra=large))):
            block = p.block(fields, huffman=False)
            parts = [block[i:i + 16000] for i in range(0, len(block), 16000)]
            p.send(frame(HEADERS, END_STREAM, stream, parts[0]),
                   *(frame(CONTINUATION, 0, stream, part) for part in parts[1:-1]),
                   frame(CONTINUATION, END_HEADERS, stream, parts[-1]))
            answers.append(status(p, stream))
        assert answers == ["8", "HTTP 431"], answers
        assert p.isAlive()
        return "RESOURCE_EXHAUSTED, 431"


@attack("too many headers")
def _(server):
    with Peer(server.port) as p:
        p.send(p.headers(1, grpc("EmptyCall", *((f"x-{i}", "") for i in range(300)))))
        return mustRefuse(p, "8")


# Slowness.

BIG = message(b"\x10" + b"\x80\x80\x80\x02")  # response_size: 4 MiB


@attack("slow read: zero windows (CVE-2019-9517)")
def _(server):
    with Peer(server.port, pairs=[(4, 0)]) as p:
        for stream in range(1, 200, 2):
            call(p, stream, "StreamingOutputCall",
                 message(b"\x12\x04\x08\x80\x80\x04" * 64))  # 64 times 64 KiB
        p.until(lambda f: f.type == RST and p.resets().count(CANCEL) == 100, 6)
        assert p.resets().count(CANCEL) == 100, "streams wait for ever"
        return f"{p.resets().count(CANCEL)} streams reset"


@attack("data dribble: one byte at a time (CVE-2019-9511)")
def _(server):
    with Peer(server.port, pairs=[(4, 0)]) as p:
        for stream in range(1, 100, 2):
            call(p, stream, "StreamingOutputCall", message(b"\x12\x04\x08\x80\x80\x04" * 64))
        for _ in range(100):
            if not p.send(*(window(s, 1) for s in range(1, 100, 2))):
                break
            p.until(lambda f: f.type == GOAWAY, 0.02)
            if p.goAway():
                break
        return mustClose(p) if p.goAway() else "bounded"


@attack("slow read: the socket is not read")
def _(server):
    with Peer(server.port, pairs=[(4, (1 << 31) - 1)], receive_buffer=4096) as p:
        p.send(window(0, 1 << 30))
        for stream in range(1, 200, 2):
            call(p, stream, "StreamingOutputCall", message(b"\x12\x04\x08\x80\x80\x04" * 64))
        time.sleep(4.5)
        return mustClose(p)


def slowly(title, parts, acknowledges=False):
    @attack("slowloris: " + title)
    def _(server):
        with Peer(server.port, preface=False) as p:
            p.acknowledges = acknowledges
            for part in parts:
                if not p.send(part):
                    break
                if p.untilClosed(0.4):
                    break
            answer = mustClose(p, 4)
            return answer if not p.buffer else p.buffer.split(b"\r\n")[0].decode("latin-1")


slowly("nothing is sent", [])
slowly("preface", [bytes([b]) for b in PREFACE[:10]])
slowly("TLS handshake", [b"\x16", b"\x03", b"\x01", b"\x02", b"\x00", b"\x01"])
slowly("SETTINGS never come", [PREFACE])
slowly("half a SETTINGS frame", [PREFACE + settings((1, 1))[:10]])
slowly("header block without end", [PREFACE + settings(), frame(HEADERS, END_STREAM, 1, b"\x82"),
                                    *[frame(CONTINUATION, 0, 1, b"\x86")] * 10], True)
slowly("half a HEADERS frame", [PREFACE + settings(),
                                frame(HEADERS, 5, 1, b"\x82\x86", length=100),
                                *[b"\x00"] * 8], True)
slowly("HTTP/1.1 header", [b"GET / HTTP/1.1\r\nHost: test\r\n", *[b"X-A: b\r\n"] * 8])
slowly("HTTP/1.1 start line", [b"GET", *[b"T"] * 8])


@attack("slowloris: TLS handshake on a TLS port", "--use_tls=true")
def _(server):
    with Peer(server.port, preface=False) as p:
        p.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc")
        return mustClose(p, 4)


@attack("SETTINGS is never acknowledged")
def _(server):
    with Peer(server.port, preface=False) as p:
        p.acknowledges = False
        p.send(PREFACE + settings())
        return mustEnd(p, SETTINGS_TIMEOUT)


@attack("slow body, HTTP/2")
def _(server):
    with Peer(server.port) as p:
        p.send(p.headers(1, grpc("UnaryCall"), END_HEADERS), frame(DATA, 0, 1, b"\0\0\0\x10\0"))
        for _ in range(8):
            p.send(frame(DATA, 0, 1, b"x"))
            if p.until(lambda f: f.type in (HEADERS, RST), 0.5):
                break
        return mustRefuse(p, "1", "4", "8")


@attack("slow message of a stream, HTTP/2")
def _(server):
    with Peer(server.port) as p:
        p.send(hold(p, 1), frame(DATA, 0, 1, b"\0\0\0\x10\0"))
        for _ in range(8):
            p.send(frame(DATA, 0, 1, b"x"))
            if p.until(lambda f: f.type in (HEADERS, RST), 0.5):
                break
        return mustRefuse(p, "1", "4", "8")


@attack("a stream that is idle between messages stays")
def _(server):
    with Peer(server.port) as p:
        p.send(hold(p, 1), frame(DATA, 0, 1, message(b"\x12\x02\x08\x01")))
        p.until(lambda f: f.type == DATA)
        time.sleep(4)
        p.send(frame(DATA, END_STREAM, 1, message(b"\x12\x02\x08\x01")))
        assert status(p) == "0"
        return "OK"


def http1(server, sent, timeout=6, half=False):
    """What an HTTP/1.1 server sends back until it closes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout) as s:
        deadline = time.monotonic() + timeout
        for part in ([sent] if isinstance(sent, bytes) else sent):
            try:
                s.sendall(part)
            except OSError:
                break
            if not isinstance(sent, bytes):
                time.sleep(0.3)
        if half:
            s.shutdown(socket.SHUT_WR)
        got = b""
        while time.monotonic() < deadline:
            try:
                part = s.recv(65536)
            except TimeoutError:
                return got + b" (open)"
            except OSError:
                return got
            if not part:
                return got
            got += part
        return got


def line(answer):
    return answer.split(b"\r\n")[0].decode("latin-1") or "closed"


@attack("slow body, HTTP/1.1")
def _(server):
    answer = http1(server, [b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n",
                            *[b"x"] * 10])
    assert b"408" in answer or not answer, answer
    return line(answer)


@attack("slow chunked body after the answer, HTTP/1.1")
def _(server):
    answer = http1(server, [b"POST /nothing HTTP/1.1\r\nHost: a\r\n"
                            b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 16], 9)
    assert b"404" in answer and b"(open)" not in answer, answer
    return line(answer) + ", closed"


# Messages.

@attack("huge length prefix")
def _(server):
    with Peer(server.port) as p:
        p.send(p.headers(1, grpc("UnaryCall"), END_HEADERS),
               frame(DATA, 0, 1, b"\0\xff\xff\xff\xff" + bytes(1000)))
        return mustRefuse(p, "8")


@attack("huge length prefix of a stream's message")
def _(server):
    with Peer(server.port) as p:
        p.send(hold(p, 1), frame(DATA, 0, 1, b"\0\x7f\xff\xff\xff" + bytes(1000)))
        return mustRefuse(p, "8")


@attack("a hundred messages begun and not ended")
def _(server):
    with Peer(server.port) as p:
        for stream in range(1, 200, 2):
            p.send(p.headers(stream, grpc("UnaryCall"), END_HEADERS),
                   frame(DATA, 0, stream, b"\0\0\x3f\xff\xff" + bytes(16000)))
        return mustRefuse(p, "1", "4", "8")


def zstdBomb(blocks):
    """RLE blocks of 128 KiB behind a frame header with a window of 128 KiB."""
    block = struct.pack("<I", 1 << 1 | (128 << 10) << 3)[:3] + b"a"
    last = struct.pack("<I", 1 | 1 << 1 | (128 << 10) << 3)[:3] + b"a"
    return b"\x28\xb5\x2f\xfd\x00\x38" + block * blocks + last


BOMBS = {"gzip": lambda: gzip.compress(bytes(1 << 28), 9), "deflate": lambda: zlib.compress(
    bytes(1 << 28), 9), "zstd": lambda: zstdBomb(4000)}
for name, make in BOMBS.items():
    @attack(f"decompression bomb: {name}")
    def _(server, name=name, make=make):
        with Peer(server.port) as p:
            call(p, 1, "UnaryCall", message(make(), 1), ("grpc-encoding", name))
            return mustRefuse(p, "8")


@attack("protobuf: 100 000 nested groups")
def _(server):
    with Peer(server.port) as p:
        call(p, 1, "UnaryCall", message(b"\xfb\x01" * 100_000))
        return mustRefuse(p, "3", "13")


@attack("protobuf: a length that is not there")
def _(server):
    with Peer(server.port) as p:
        call(p, 1, "UnaryCall", message(b"\x1a\xff\xff\xff\xff\x07x"))
        return mustRefuse(p, "3", "13")


# Each two bytes become an object of some 50: the decoder has no limit but the message's size.
@attack("protobuf: two million empty elements in 4 MB", memory=128)
def _(server):
    with Peer(server.port) as p:
        call(p, 1, "StreamingOutputCall", message(b"\x12\x00" * 2_000_000))
        answer = p.until(lambda f: f.type in (HEADERS, RST), 20)
        assert answer, "no answer"
        return "served" if answer.type == HEADERS else "reset"


def json(server, body):
    head = (f"POST {SERVICE}UnaryCall HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n")
    answer = http1(server, head.encode() + body)
    assert line(answer).split(" ")[1] in ("400", "500") and b'"code"' in answer, answer[:300]
    return line(answer)


@attack("JSON: 500 000 nested arrays")
def _(server):
    return json(server, b'{"payload":' + b"[" * 500_000)


@attack("JSON: 500 000 nested objects in an unknown field")
def _(server):
    return json(server, b'{"zzz":' * 500_000)


@attack("JSON: a number of a million digits")
def _(server):
    return json(server, b'{"responseSize":' + b"9" * 1_000_000 + b"}")


# Numbers of things.

@attack("connection flood", "--connections_per_peer_max=64")
def _(server):
    sockets, refused = [], 0
    try:
        for _ in range(400):
            sockets.append(socket.create_connection(("127.0.0.1", server.port), 2))
        time.sleep(0.3)
        for s in sockets:
            s.settimeout(0.001)
            try:
                refused += s.recv(1) == b""
            except TimeoutError:
                pass
            except OSError:
                refused += 1
    finally:
        for s in sockets:
            s.close()
    assert refused >= 330, f"{refused} refused"
    return f"{refused} of 400 refused"


@attack("connection flood with few descriptors", descriptors=120)
def _(server):
    sockets = []
    try:
        for _ in range(300):
            sockets.append(socket.create_connection(("127.0.0.1", server.port), 2))
        began = server.processorTime()
        time.sleep(1)
        spent = server.processorTime() - began
        assert spent < 0.5, f"the server spins: {spent:.1f} s of CPU"
    finally:
        for s in sockets:
            s.close()
    time.sleep(0.3)
    with Peer(server.port) as p:
        assert p.isAlive(), "no new connections afterwards"
    return "refused, served afterwards"


@attack("stream multiplexing: calls in flight", "--running_calls_per_connection_max=20")
def _(server):
    with Peer(server.port) as p:
        p.send(*(hold(p, s) for s in range(1, 201, 2)))
        refused = {f.stream_id for f in p.frames if f.type == HEADERS}
        p.until(lambda f: f.type == HEADERS and f.stream_id == 199)
        fields = [dict(f.fields) for f in p.frames if f.type == HEADERS]
        refused = [f for f in fields if f.get("grpc-status") == "8"]
        assert len(refused) == 80, f"{len(refused)} refused"
        return f"{len(refused)} of 100 RESOURCE_EXHAUSTED"


# Other protocols.

@attack("Upgrade: h2c")
def _(server):
    answer = http1(server, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close"
                   b"\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
    assert b"101" not in line(answer).encode() and answer, answer
    return line(answer)


SMUGGLING = {
    "content-length and transfer-encoding": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    "two content-lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n",
    "transfer-encoding, obfuscated": b"Transfer-Encoding: xchunked\r\n",
    "transfer-encoding, space before the colon": b"Transfer-Encoding : chunked\r\n",
    "folded transfer-encoding": b"Transfer-Encoding:\r\n chunked\r\n",
    "signed content-length": b"Content-Length: +5\r\n",
    "NUL in a value": b"X-A: a\0b\r\n",
    "bare CR in a value": b"X-A: a\rb\r\n",
    "two hosts": b"Host: b\r\n",
}
for name, fields in SMUGGLING.items():
    @attack("HTTP/1.1 smuggling: " + name)
    def _(server, fields=fields):
        answer = http1(server, b"POST / HTTP/1.1\r\nHost: a\r\n" + fields
                       + b"\r\n0\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n")
        assert line(answer).split(" ")[1] in ("400", "501"), answer
        assert b"404" not in answer, "the smuggled request was answered"
        return line(answer)


@attack("HTTP/1.1: half-closed after the request")
def _(server):
    answer = http1(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", half=True)
    assert b" 200 " in answer and b"(open)" not in answer, answer
    return line(answer)


@attack("HTTP/1.1: an answer survives input that is not read")
def _(server):
    answer = http1(server, b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"
                   + bytes(500_000))
    assert b" 400 " in answer, answer
    return line(answer)


# What fields say.

for value in ("", "-1S", "1", "S", "1x", "999999999S", "0x1S", " 1S", "1e3S", "18446744073709551616n"):
    @attack(f"grpc-timeout {value!r}")
    def _(server, value=value):
        with Peer(server.port) as p:
            call(p, 1, "EmptyCall", message(), ("grpc-timeout", value))
            got = p.response(1)
            if got is None:
                assert PROTOCOL in p.resets(), p.resets()
                return "RST PROTOCOL_ERROR"
            assert got[0].get("grpc-status") in ("3", "13"), got[0]
            return {"3": "INVALID_ARGUMENT", "13": "INTERNAL"}[got[0]["grpc-status"]]


@attack("grpc-timeout of 99999999 hours")
def _(server):
    with Peer(server.port) as p:
        call(p, 1, "EmptyCall", message(), ("grpc-timeout", "99999999H"))
        assert status(p) == "0"
        return "OK"


@attack("grpc-timeout of 0 on a hundred calls")
def _(server):
    with Peer(server.port) as p:
        for stream in range(1, 200, 2):
            call(p, stream, "EmptyCall", message(), ("grpc-timeout", "0n"))
        return mustRefuse(p, "4", stream=199)


for name, text in (("CR LF", "a\r\nx-b: c"), ("LF", "a\nb"), ("NUL", "a\0b"), ("CR", "a\rb")):
    @attack(f"metadata with {name}")
    def _(server, text=text):
        with Peer(server.port) as p:
            p.send(p.headers(1, grpc("EmptyCall", ("x-grpc-test-echo-initial", text))))
            p.until(lambda f: f.type in (RST, GOAWAY))
            assert PROTOCOL in p.resets(), (p.resets(), p.goAway())
            return "RST PROTOCOL_ERROR"


@attack("CR LF in the message of a status")
def _(server):
    with Peer(server.port) as p:
        # response_status: code 2, message "a\r\nb\0"
        call(p, 1, "UnaryCall", message(b"\x3a\x09\x08\x02\x12\x05a\r\nb\0"))
        answer = p.response(1)
        assert answer and answer[0]["grpc-message"] == "a%0D%0Ab%00", answer
        return answer[0]["grpc-message"]


@attack("bad base64 in binary metadata")
def _(server):
    with Peer(server.port) as p:
        call(p, 1, "EmptyCall", message(), ("x-test-bin", "%%%"))
        return mustRefuse(p, "3", "13")
