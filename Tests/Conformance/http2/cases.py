"""What RFC 9113 and RFC 7541 ask of a server, one broken or unusual exchange a case."""
import struct

from hpack.huffman import HuffmanEncoder
from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

from peer import *

ALL = []


class Case:
    def __init__(self, section, title, expected, body, options):
        self.section, self.title, self.expected = section, title, expected
        self.body, self.options = body, options

    def run(self, port, tls):
        """Why it failed, or None."""
        try:
            with Peer(port, tls=tls, **self.options) as peer:
                peer.scheme = "https" if tls else "http"
                self.body(peer)
                return self.expected(peer)
        except Exception as error:  # a refused connection is a result too
            return f"{type(error).__name__}: {error}"


def case(section, title, expected, **options):
    def add(body):
        ALL.append(Case(section, title, expected, body, options))
        return body
    return add


def simple(section, title, expected, *parts, **options):
    """A case that sends bytes which depend on nothing."""
    case(section, title, expected, **options)(lambda p: p.send(*parts))


# Outcomes.

def connectionError(*codes):
    def check(peer):
        isClosed = peer.untilClosed()
        code = peer.goAway()
        if code not in codes:
            return f"GOAWAY {NAMES.get(code, code)}"
        return None if isClosed else "the connection stays open"
    return check


def streamError(code, stream=1):
    """The stream is reset; a connection error of the same code is as good (section 5.4.2)."""
    def check(peer):
        peer.until(lambda f: f.type in (RST, GOAWAY) and getattr(f, "error_code", 0) != 0, 1.5)
        resets = peer.resets(stream)
        if code in resets or peer.goAway() == code:
            return None
        return f"RST {resets}, GOAWAY {peer.goAway()}"
    return check


def closes(peer):
    return None if peer.untilClosed() else "the connection stays open"


def answers(*streams, status="200"):
    def check(peer):
        for stream in streams or (1,):
            answer = peer.response(stream)
            if answer is None:
                return f"no response on {stream}: GOAWAY {peer.goAway()}, RST {peer.resets()}"
            if answer[0][":status"] != status:
                return f"status {answer[0][':status']}"
        return None if peer.isAlive() else "no answer to PING"
    return check


def staysOpen(peer):
    if not peer.isAlive():
        return f"no answer to PING: GOAWAY {peer.goAway()}"
    return f"RST {peer.resets()}" if peer.resets() else None


def ignores(code):
    """Either the frame is ignored or it is a connection error."""
    def check(peer):
        return None if peer.isAlive() or peer.goAway() == code else f"GOAWAY {peer.goAway()}"
    return check


def get(p, stream=1, flags=END_HEADERS | END_STREAM, extra=()):
    return p.headers(stream, request(extra=extra), flags)


def post(p, stream=1, flags=END_HEADERS, extra=()):
    return p.headers(stream, request("POST", extra=extra), flags)


# RFC 9113 section 3.4: the preface.

simple("3.4", "preface and SETTINGS", staysOpen)
simple("3.4", "invalid preface", closes, b"INVALID CONNECTION PREFACE\r\n\r\n", preface=False)
simple("3.4", "wrong last byte of the preface", closes, PREFACE[:-1] + b"X" + settings(),
       preface=False)
simple("3.4", "no SETTINGS after the preface", connectionError(PROTOCOL),
       PREFACE + frame(PING, 0, 0, bytes(8)), preface=False)
simple("3.4", "SETTINGS with ACK as the first frame", connectionError(PROTOCOL),
       PREFACE + settings(flags=ACK), preface=False)


@case("3.4", "preface byte by byte", answers(), preface=False)
def _(p):
    for byte in PREFACE + settings() + get(p):
        p.send(bytes([byte]))


@case("3.4", "preface, SETTINGS and request in one write", answers(), preface=False)
def _(p):
    p.send(PREFACE + settings() + get(p))


# Section 4.

simple("4.1", "unknown frame type is ignored", staysOpen, frame(0x16, 0, 0, bytes(8)))


@case("4.1", "undefined flags are ignored", staysOpen)
def _(p):
    p.send(frame(PING, 0x16, 0, bytes(8)))


@case("4.1", "the reserved bit is ignored", staysOpen)
def _(p):
    p.send(frame(PING, 0, 1 << 31, bytes(8)))


@case("4.2", "DATA of 2^14 bytes", answers())
def _(p):
    p.send(post(p), frame(DATA, END_STREAM, 1, bytes(1 << 14)))


@case("4.2", "DATA larger than SETTINGS_MAX_FRAME_SIZE", streamError(SIZE))
def _(p):
    p.send(post(p), frame(DATA, END_STREAM, 1, bytes((1 << 14) + 1)))


@case("4.2", "HEADERS larger than SETTINGS_MAX_FRAME_SIZE", connectionError(SIZE))
def _(p):
    block = p.block(request(extra=[("x", "a" * 20000)]), huffman=False)
    p.send(frame(HEADERS, END_HEADERS | END_STREAM, 1, block))


simple("4.3", "invalid header block", connectionError(COMPRESSION),
       frame(HEADERS, END_HEADERS | END_STREAM, 1, b"\xff\xff\xff\xff\xff\xff\xff\xff"))


@case("4.3", "PRIORITY inside a header block", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, END_STREAM), frame(PRIORITY, 0, 1, priority(0)))


@case("4.3", "HEADERS of another stream inside a header block", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, END_STREAM), get(p, 3))


# Section 5.1: states.

simple("5.1", "idle: DATA", connectionError(PROTOCOL, CLOSED), frame(DATA, END_STREAM, 1, b"x"))
simple("5.1", "idle: RST_STREAM", connectionError(PROTOCOL), rst(1))
simple("5.1", "idle: WINDOW_UPDATE", connectionError(PROTOCOL), window(1, 100))
simple("5.1", "idle: CONTINUATION", connectionError(PROTOCOL),
       frame(CONTINUATION, END_HEADERS, 1, b"\x82"))
simple("5.1", "idle: PRIORITY is fine", staysOpen, frame(PRIORITY, 0, 1, priority(0)))


def longCall(p, stream=1, flags=END_HEADERS):
    """A request whose handler waits: the stream stays where the request leaves it."""
    return p.headers(stream, grpc("FullDuplexCall"), flags)


@case("5.1", "half-closed (remote): DATA", streamError(CLOSED))
def _(p):
    p.send(post(p, 1, END_HEADERS | END_STREAM), frame(DATA, END_STREAM, 1, b"x"))


@case("5.1", "half-closed (remote): HEADERS", streamError(CLOSED))
def _(p):
    p.send(post(p, 1, END_HEADERS | END_STREAM), get(p))


@case("5.1", "half-closed (remote): CONTINUATION", connectionError(PROTOCOL, CLOSED))
def _(p):
    p.send(post(p, 1, END_HEADERS | END_STREAM), frame(CONTINUATION, END_HEADERS, 1, b"\x82"))


@case("5.1", "half-closed (remote): WINDOW_UPDATE and PRIORITY are fine", answers())
def _(p):
    p.send(get(p), window(1, 100), frame(PRIORITY, 0, 1, priority(0)))


@case("5.1", "half-closed (remote): RST_STREAM is fine", staysOpen)
def _(p):
    p.send(get(p), rst(1))


@case("5.1", "closed by RST_STREAM: DATA", streamError(CLOSED))
def _(p):
    p.send(longCall(p), rst(1), frame(DATA, END_STREAM, 1, b"x"))


@case("5.1", "closed by RST_STREAM: HEADERS", streamError(CLOSED))
def _(p):
    p.send(longCall(p), rst(1), get(p))


@case("5.1", "closed by RST_STREAM: CONTINUATION", connectionError(PROTOCOL, CLOSED))
def _(p):
    p.send(longCall(p), rst(1), frame(CONTINUATION, END_HEADERS, 1, b"\x82"))


@case("5.1", "closed by RST_STREAM: WINDOW_UPDATE, PRIORITY and RST_STREAM are fine", staysOpen)
def _(p):
    p.send(longCall(p), rst(1), window(1, 1), frame(PRIORITY, 0, 1, priority(0)), rst(1))


@case("5.1", "closed: DATA", connectionError(CLOSED))
def _(p):
    p.send(get(p))
    p.response(1)
    p.send(frame(DATA, END_STREAM, 1, b"x"))


@case("5.1", "closed: HEADERS", connectionError(CLOSED))
def _(p):
    p.send(get(p))
    p.response(1)
    p.send(get(p))


@case("5.1", "closed: CONTINUATION", connectionError(PROTOCOL, CLOSED))
def _(p):
    p.send(get(p))
    p.response(1)
    p.send(frame(CONTINUATION, END_HEADERS, 1, b"\x82"))


@case("5.1", "closed: PRIORITY, WINDOW_UPDATE and RST_STREAM are fine", staysOpen)
def _(p):
    p.send(get(p))
    p.response(1)
    p.send(frame(PRIORITY, 0, 1, priority(0)), window(1, 1), rst(1))


@case("5.1", "closed by us: DATA on its way is ignored", staysOpen)
def _(p):
    p.send(p.headers(1, request("POST", "/nothing"), END_HEADERS))
    p.until(lambda f: f.type == RST)
    p.frames.clear()
    p.seen = 0
    p.send(frame(DATA, 0, 1, b"x" * 100), frame(DATA, END_STREAM, 1, b"x"))


simple("5.1.1", "even stream identifier", connectionError(PROTOCOL),
       frame(HEADERS, END_HEADERS | END_STREAM, 2, b"\x82\x84\x86"))


@case("5.1.1", "smaller stream identifier", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 5), get(p, 3))


@case("5.1.1", "smaller stream identifier, much later", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 101))
    p.response(101)
    p.send(get(p, 51))


@case("5.1.1", "stream identifiers may be skipped", answers(7, 21))
def _(p):
    p.send(get(p, 7), get(p, 21))


@case("5.1.2", "more streams than SETTINGS_MAX_CONCURRENT_STREAMS",
      lambda p: streamError(REFUSED, p.last)(p) and connectionError(PROTOCOL)(p))
def _(p):
    p.last = 2 * p.settings[3] + 1
    p.send(*(longCall(p, stream) for stream in range(1, p.last + 1, 2)))


@case("5.3", "HEADERS that depends on itself", streamError(PROTOCOL))
def _(p):
    p.send(frame(HEADERS, END_HEADERS | END_STREAM | WITH_PRIORITY, 1,
                 priority(1) + p.block(request())))


simple("5.3", "PRIORITY that depends on itself", streamError(PROTOCOL),
       frame(PRIORITY, 0, 3, priority(3)))


@case("5.3", "HEADERS with priority", answers())
def _(p):
    p.send(frame(HEADERS, END_HEADERS | END_STREAM | WITH_PRIORITY, 1,
                 priority(0, 255, True) + p.block(request())))


@case("5.3", "PRIORITY of an idle stream, then HEADERS of a lower one", answers(3))
def _(p):
    p.send(frame(PRIORITY, 0, 5, priority(0)), get(p, 3))


simple("5.4.1", "the connection is closed after an error", closes, frame(PING, 0, 0, bytes(6)))
simple("5.4.1", "a GOAWAY says what was wrong", connectionError(SIZE),
       frame(PING, 0, 0, bytes(6)))


@case("5.4.2", "a stream error leaves other streams alone", answers(3))
def _(p):
    p.send(p.headers(1, request(extra=[("Upper", "x")])), get(p, 3))


@case("5.5", "unknown frames between others", answers())
def _(p):
    p.send(frame(0xFA, 0xFF, 0, b"x" * 9), get(p), frame(0xFB, 0, 1, b""))


@case("5.5", "unknown frame inside a header block", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, END_STREAM), frame(0x16, 0, 0, b"x"))


# Section 6.

@case("6.1", "DATA", answers())
def _(p):
    p.send(post(p), frame(DATA, END_STREAM, 1, b"hello"))


@case("6.1", "several DATA frames", answers())
def _(p):
    p.send(post(p), frame(DATA, 0, 1, b"a"), frame(DATA, 0, 1, b"b"), frame(DATA, END_STREAM, 1))


@case("6.1", "DATA with padding", answers())
def _(p):
    p.send(post(p), frame(DATA, END_STREAM | PADDED, 1, b"\x06hello" + bytes(6)))


simple("6.1", "DATA on stream 0", connectionError(PROTOCOL), frame(DATA, 0, 0, b"x"))


@case("6.1", "DATA with more padding than payload", connectionError(PROTOCOL))
def _(p):
    p.send(post(p), frame(DATA, END_STREAM | PADDED, 1, b"\x06hello"))


@case("6.1", "DATA with padding but no length of it", connectionError(SIZE, PROTOCOL))
def _(p):
    p.send(post(p), frame(DATA, END_STREAM | PADDED, 1, b""))


@case("6.2", "HEADERS", answers())
def _(p):
    p.send(get(p))


@case("6.2", "HEADERS with padding", answers())
def _(p):
    p.send(frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\x05" + p.block(request())
                 + bytes(5)))


@case("6.2", "CONTINUATION expected, PRIORITY comes", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, 0), frame(PRIORITY, 0, 1, priority(0)))


@case("6.2", "CONTINUATION expected, nothing but DATA comes", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, 0), frame(DATA, END_STREAM, 1, b"x"))


simple("6.2", "HEADERS on stream 0", connectionError(PROTOCOL),
       frame(HEADERS, END_HEADERS | END_STREAM, 0, b"\x82\x84\x86"))


@case("6.2", "HEADERS with more padding than payload", connectionError(PROTOCOL))
def _(p):
    p.send(frame(HEADERS, END_HEADERS | END_STREAM | PADDED, 1, b"\xff" + p.block(request())))


for weight in (0, 255):
    simple("6.3", f"PRIORITY with weight {weight + 1}", staysOpen,
           frame(PRIORITY, 0, 1, priority(0, weight)))
simple("6.3", "PRIORITY, exclusive", staysOpen, frame(PRIORITY, 0, 3, priority(1, 7, True)))
simple("6.3", "PRIORITY on stream 0", connectionError(PROTOCOL),
       frame(PRIORITY, 0, 0, priority(1)))
simple("6.3", "PRIORITY of another length", streamError(SIZE), frame(PRIORITY, 0, 1, b"\x80\0\0\1"))

simple("6.4", "RST_STREAM on stream 0", connectionError(PROTOCOL), rst(0))
simple("6.4", "RST_STREAM on an idle stream", connectionError(PROTOCOL), rst(1))


@case("6.4", "RST_STREAM", staysOpen)
def _(p):
    p.send(longCall(p), rst(1))


@case("6.4", "RST_STREAM of another length", connectionError(SIZE))
def _(p):
    p.send(longCall(p), frame(RST, 0, 1, bytes(3)))


simple("6.5", "SETTINGS is acknowledged",
       lambda p: None if p.until(lambda f: f.type == SETTINGS and "ACK" in f.flags) else "no ACK",
       settings((1, 100)))
simple("6.5", "SETTINGS with ACK and payload", connectionError(SIZE), settings((1, 0), flags=ACK))
simple("6.5", "SETTINGS on a stream", connectionError(PROTOCOL),
       frame(SETTINGS, 0, 1, struct.pack(">HI", 3, 100)))
simple("6.5", "SETTINGS of an odd length", connectionError(SIZE), frame(SETTINGS, 0, 0, bytes(3)))
simple("6.5.2", "SETTINGS_ENABLE_PUSH 2", connectionError(PROTOCOL), settings((2, 2)))
simple("6.5.2", "SETTINGS_INITIAL_WINDOW_SIZE 2^31", connectionError(FLOW), settings((4, 1 << 31)))
simple("6.5.2", "SETTINGS_MAX_FRAME_SIZE 2^14-1", connectionError(PROTOCOL),
       settings((5, (1 << 14) - 1)))
simple("6.5.2", "SETTINGS_MAX_FRAME_SIZE 2^24", connectionError(PROTOCOL), settings((5, 1 << 24)))
simple("6.5.2", "unknown setting", staysOpen, settings((0xFF, 1)))
simple("6.5.2", "more than 32 settings", connectionError(CALM),
       settings(*[(0xFF, 1)] * 40))


@case("6.5.3", "the last value of SETTINGS_INITIAL_WINDOW_SIZE counts",
      lambda p: None if p.data and len(p.data.data) == 1 else "not one byte")
def _(p):
    p.send(settings((4, 100), (4, 1)), get(p))
    p.data = p.until(lambda f: f.type == DATA)


simple("6.7", "PING is answered", staysOpen)
simple("6.7", "PING with ACK is not answered",
       lambda p: "answered" if p.until(
           lambda f: f.type == PING and f.opaque_data == b"12345678", 0.3) else staysOpen(p),
       frame(PING, ACK, 0, b"12345678"))
simple("6.7", "PING on a stream", connectionError(PROTOCOL), frame(PING, 0, 1, bytes(8)))
simple("6.7", "PING of another length", connectionError(SIZE), frame(PING, 0, 0, bytes(6)))

simple("6.8", "GOAWAY on a stream", connectionError(PROTOCOL),
       frame(GOAWAY, 0, 1, struct.pack(">II", 0, 0)))


@case("6.8", "GOAWAY lets open streams end", lambda p: None if p.response(1) else "no response")
def _(p):
    p.send(post(p), frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0)), frame(DATA, END_STREAM, 1, b"x"))


simple("6.9", "WINDOW_UPDATE of the connection", staysOpen, window(0, 1))
simple("6.9", "WINDOW_UPDATE 0 of the connection", connectionError(PROTOCOL), window(0, 0))


@case("6.9", "WINDOW_UPDATE of a stream", staysOpen)
def _(p):
    p.send(longCall(p), window(1, 1))


@case("6.9", "WINDOW_UPDATE 0 of a stream", streamError(PROTOCOL))
def _(p):
    p.send(longCall(p), window(1, 0))


simple("6.9", "WINDOW_UPDATE of another length", connectionError(SIZE), frame(WINDOW, 0, 0, bytes(3)))


@case("6.9.1", "nothing is sent beyond the window",
      lambda p: None if p.data and len(p.data.data) == 1 else "not one byte")
def _(p):
    p.send(settings((4, 1)), get(p))
    p.data = p.until(lambda f: f.type == DATA)


simple("6.9.1", "connection window above 2^31-1", connectionError(FLOW),
       window(0, (1 << 31) - 1), window(0, (1 << 31) - 1))


@case("6.9.1", "stream window above 2^31-1", streamError(FLOW))
def _(p):
    p.send(longCall(p), window(1, (1 << 31) - 1), window(1, (1 << 31) - 1))


@case("6.9.2", "a changed SETTINGS_INITIAL_WINDOW_SIZE counts for open streams", answers())
def _(p):
    p.send(settings((4, 0)), get(p), settings((4, 100)))


@case("6.9.2", "a window may be negative",
      lambda p: None if p.data and len(p.data.data) == 1 else "not one byte")
def _(p):
    p.send(settings((4, 3)), get(p))
    p.until(lambda f: f.type == DATA)
    p.send(settings((4, 2)))
    p.until(lambda f: f.type == SETTINGS)
    p.send(window(1, 2))
    p.data = p.until(lambda f: f.type == DATA)


@case("6.9.2", "SETTINGS_INITIAL_WINDOW_SIZE that overflows a window", connectionError(FLOW))
def _(p):
    p.send(longCall(p), window(1, (1 << 31) - 1 - 65535), settings((4, 65536)))


@case("6.10", "several CONTINUATION frames", answers())
def _(p):
    block = p.block(request(extra=[("x-test", "a" * 200)]))
    cut = len(block) // 3
    p.send(frame(HEADERS, END_STREAM, 1, block[:cut]), frame(CONTINUATION, 0, 1, block[cut:2 * cut]),
           frame(CONTINUATION, END_HEADERS, 1, block[2 * cut:]))


@case("6.10", "empty CONTINUATION frames", answers())
def _(p):
    p.send(frame(HEADERS, END_STREAM, 1, p.block(request())), frame(CONTINUATION, 0, 1),
           frame(CONTINUATION, END_HEADERS, 1))


@case("6.10", "another frame between CONTINUATION frames", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, END_STREAM), frame(CONTINUATION, 0, 1), frame(DATA, END_STREAM, 1, b"x"))


@case("6.10", "CONTINUATION on stream 0", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, END_STREAM), frame(CONTINUATION, END_HEADERS, 0))


@case("6.10", "CONTINUATION after END_HEADERS", connectionError(PROTOCOL))
def _(p):
    p.send(get(p), frame(CONTINUATION, END_HEADERS, 1))


@case("6.10", "CONTINUATION after a last CONTINUATION", connectionError(PROTOCOL))
def _(p):
    p.send(get(p, 1, END_STREAM), frame(CONTINUATION, END_HEADERS, 1),
           frame(CONTINUATION, END_HEADERS, 1))


@case("6.10", "CONTINUATION after DATA", connectionError(PROTOCOL))
def _(p):
    p.send(post(p), frame(DATA, 0, 1, b"x"), frame(CONTINUATION, END_HEADERS, 1))


# Section 7.

simple("7", "GOAWAY with an unknown code", lambda p: None if p.isAlive() or p.isClosed else "stuck",
       frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0xFF)))


@case("7", "RST_STREAM with an unknown code", staysOpen)
def _(p):
    p.send(longCall(p), rst(1, 0xFF))


simple("6.6", "PUSH_PROMISE from a client", connectionError(PROTOCOL),
       frame(PUSH, END_HEADERS, 1, struct.pack(">I", 2) + b"\x82"))


# Section 8.

@case("8.1", "HEAD", answers())
def _(p):
    p.send(p.headers(1, request("HEAD")))


@case("8.1", "trailers", answers())
def _(p):
    p.send(post(p), frame(DATA, 0, 1, b"x"), p.headers(1, [("x-trailer", "1")]))


@case("8.1", "second HEADERS without END_STREAM", streamError(PROTOCOL))
def _(p):
    p.send(post(p), p.headers(1, [("x-trailer", "1")], END_HEADERS))


@case("8.1", "RST_STREAM(NO_ERROR) after an early response",
      lambda p: None if p.until(lambda f: f.type == RST and f.error_code == NO_ERROR) else "none")
def _(p):
    p.send(p.headers(1, request("POST", "/nothing"), END_HEADERS))


def malformed(section, title, fields):
    case(section, title, streamError(PROTOCOL))(lambda p: p.send(p.headers(1, fields)))


for length, title in ((3, "more DATA than content-length"), (9, "less DATA than content-length")):
    @case("8.1.1", title, streamError(PROTOCOL))
    def _(p, length=length):
        p.send(post(p, extra=[("content-length", str(length))]), frame(DATA, END_STREAM, 1, b"hello"))


@case("8.1.1", "the sum of several DATA frames against content-length", streamError(PROTOCOL))
def _(p):
    p.send(post(p, extra=[("content-length", "3")]), frame(DATA, 0, 1, b"he"),
           frame(DATA, END_STREAM, 1, b"llo"))


BASE = request()
malformed("8.2", "upper case in a name", request(extra=[("X-TEST", "ok")]))
malformed("8.2", "empty name", request(extra=[("", "x")]))
malformed("8.2", "space in a name", request(extra=[("x test", "x")]))
malformed("8.2.1", "CR LF in a value", request(extra=[("x", "a\r\nb: c")]))
malformed("8.2.1", "NUL in a value", request(extra=[("x", "a\0b")]))
malformed("8.2.2", "connection", request(extra=[("connection", "keep-alive")]))
malformed("8.2.2", "keep-alive", request(extra=[("keep-alive", "1")]))
malformed("8.2.2", "transfer-encoding", request(extra=[("transfer-encoding", "chunked")]))
malformed("8.2.2", "upgrade", request(extra=[("upgrade", "h2c")]))
malformed("8.2.2", "te other than trailers", request(extra=[("te", "trailers, deflate;q=0.5")]))
malformed("8.3", "unknown pseudo field", [(":test", "ok"), *BASE])
malformed("8.3", ":status in a request", [(":status", "200"), *BASE])
malformed("8.3", "pseudo field after another", [*BASE[:3], ("x", "1"), BASE[3]])
malformed("8.3.1", "empty :path", request(path=""))
for name in (":method", ":scheme", ":path"):
    malformed("8.3.1", f"no {name}", [field for field in BASE if field[0] != name])
    malformed("8.3.1", f"{name} twice", [(name, dict(BASE)[name]), *BASE])


@case("8.3", "pseudo field in trailers", streamError(PROTOCOL))
def _(p):
    p.send(post(p), frame(DATA, 0, 1, b"x"), p.headers(1, [(":method", "GET")]))


# HPACK, RFC 7541. :method GET, :scheme http, :path / are 2, 6 and 4 of the static table.

PSEUDO = b"\x82\x86\x84\x41\x04test"


def block(section, title, expected, *parts):
    simple(section, title, expected, frame(HEADERS, END_HEADERS | END_STREAM, 1, b"".join(parts)))




def huffman(text):
    coded = HuffmanEncoder(REQUEST_CODES, REQUEST_CODES_LENGTH).encode(text)
    return bytes([0x80 | len(coded)]) + coded


HUFFMAN_TEST = huffman(b"test")
block("6.1", "indexed fields", answers(), PSEUDO)
for bits, title in ((0x40, "incremental indexing"), (0x00, "without indexing"),
                    (0x10, "never indexed")):
    prefix = 0x3F if bits == 0x40 else 0x0F
    user_agent = bytes([bits | prefix, 58 - prefix]) if 58 >= prefix else bytes([bits | 58])
    block("6.2", f"literal, {title}, indexed name", answers(), PSEUDO, user_agent, b"\x04test")
    block("6.2", f"literal, {title}, indexed name, Huffman", answers(), PSEUDO, user_agent,
          HUFFMAN_TEST)
    block("6.2", f"literal, {title}, new name", answers(), PSEUDO, bytes([bits]),
          b"\x06x-test\x04test")
    block("6.2", f"literal, {title}, new name, Huffman", answers(), PSEUDO, bytes([bits]),
          huffman(b"x-test"), HUFFMAN_TEST)
block("6.3", "table size update", answers(), b"\x20", PSEUDO)
block("4.2", "two table size updates", answers(), b"\x20\x3f\xe1\x1f", PSEUDO)
block("4.2", "table size update at the end of a block", connectionError(COMPRESSION),
      PSEUDO, b"\x3f\xe1\x1f")
block("6.3", "table size update above SETTINGS_HEADER_TABLE_SIZE", connectionError(COMPRESSION),
      b"\x3f\xe2\x7f", PSEUDO)
block("2.3.3", "index outside the tables", connectionError(COMPRESSION), PSEUDO, b"\xff\x80\x01")
block("2.3.3", "name index outside the tables", connectionError(COMPRESSION), PSEUDO,
      b"\x7f\x80\x01\x04test")
block("6.1", "index 0", connectionError(COMPRESSION), PSEUDO, b"\x80")
block("5.1", "integer that overflows", connectionError(COMPRESSION), PSEUDO,
      b"\x7f\xff\xff\xff\xff\xff\xff\xff\xff\x7f")
block("5.2", "Huffman padding of more than 7 bits", connectionError(COMPRESSION), PSEUDO,
      b"\x00\x06x-test\x85\x49\x50\x9f\xff\xff")
block("5.2", "Huffman padding with zeros", connectionError(COMPRESSION), PSEUDO,
      b"\x00\x06x-test\x83\x49\x50\x90")
block("5.2", "Huffman code of EOS", connectionError(COMPRESSION), PSEUDO,
      b"\x00\x06x-test\x87\x49\x50\x9f\xff\xff\xff\xfc")
block("5.2", "string longer than the block", connectionError(COMPRESSION), PSEUDO,
      b"\x00\x06x-test\x7fshort")
