"""Envelopes, compression and base64, as Connect and gRPC-Web write them."""

import base64
import gzip
import json
import struct
import zlib

import zstandard

COMPRESSED, END_STREAM, TRAILERS = 1, 2, 0x80

COMPRESS = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
}
DECOMPRESS = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "deflate": zlib.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}
ENCODINGS = tuple(COMPRESS)


def envelope(body=b"", flags=0):
    return struct.pack(">BI", flags, len(body)) + body


def envelopes(data):
    """[(flags, body)]; what is left over is an error."""
    found = []
    while data:
        if len(data) < 5:
            raise AssertionError(f"half an envelope: {data!r}")
        flags, length = struct.unpack(">BI", data[:5])
        if len(data) < 5 + length:
            raise AssertionError(f"an envelope of {length} bytes with {len(data) - 5}")
        found.append((flags, data[5:5 + length]))
        data = data[5 + length:]
    return found


def messages_and_end(data, flag, encoding="identity"):
    """Splits a response into its messages and the body of its last envelope, uncompressed."""
    parts = []
    for index, (flags, body) in enumerate(found := envelopes(data)):
        is_last = index == len(found) - 1
        expected = flag if is_last else 0
        if flags & ~COMPRESSED != expected:
            raise AssertionError(f"flags {flags:#x} of envelope {index} of {len(found)}")
        parts.append(DECOMPRESS[encoding](body) if flags & COMPRESSED else body)
    if not parts:
        raise AssertionError("a response without an end")
    return parts[:-1], parts[-1]


def base64_of(data, padded=False):
    text = base64.b64encode(data).decode()
    return text if padded else text.rstrip("=")


def bytes_of(text):
    """Decodes base64, of which everybody must take both forms."""
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def end_of_stream(body):
    end = json.loads(body)
    if not isinstance(end, dict):
        raise AssertionError(f"EndStream is {end!r}")
    return end
