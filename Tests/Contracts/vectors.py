"""Writes what the judge in precompiles.py says to random inputs, for the test of the Swift contracts.

    vectors.py FILE

Each row: the number of the contract, the gas, the input, the output; a dash for no bytes.
"""

import random
import struct
import sys
from pathlib import Path

import nacl.bindings

import precompiles as judge

SPECIAL = (
    0x00000000, 0x80000000, 0x3F800000, 0xBF800000, 0x7F800000, 0xFF800000, 0x7FC00001, 0xFFC12345,
    0x00000001, 0x80000001, 0x007FFFFF, 0x00800000, 0x7F7FFFFF, 0x33800000, 0x3F7FFFFF,
)


def openings(chance):
    for count in (0, 1, 1_023, 1_024, 1_025, 2_048, 5_000, 7_169):
        message = chance.randbytes(count)
        chunks = max(1, judge.blocks(count, judge.CHUNK))
        index = chance.randrange(chunks)
        values = [
            judge.chunk_value(message[i * judge.CHUNK :][: judge.CHUNK], i) for i in range(chunks)
        ]

        def subtree(first, number):
            if number == 1:
                return values[first]
            left = judge.left_size(number)
            return judge.parent(subtree(first, left), subtree(first + left, number - left))

        siblings, first, number = [], 0, chunks
        while number > 1:
            left = judge.left_size(number)
            if index - first < left:
                siblings.append(subtree(first + left, number - left))
                number = left
            else:
                siblings.append(subtree(first, left))
                first, number = first + left, number - left
        chunk = message[index * judge.CHUNK :][: judge.CHUNK]
        good = struct.pack(">QQ", index, count) + chunk + b"".join(reversed(siblings))
        yield good
        yield good + b"\0"
        yield good[:-1]
        yield struct.pack(">QQ", chunks, count) + good[16:]
    yield struct.pack(">QQ", 2**64 - 1, 2**64 - 1) + bytes(64)
    yield struct.pack(">QQ", 2**54 - 1, 2**64 - 1) + bytes(1_023 + 54 * 32)


def chains(chance):
    for count in (1, 2, 3, 16, 256):
        yield chance.randbytes(4 + 8 * count)
        near = [chance.uniform(-2, 2) for _ in range(1 + 2 * count)]
        yield struct.pack(f"<{len(near)}f", *near)
    for _ in range(40):
        yield struct.pack("<3I", *(chance.choice(SPECIAL) for _ in range(3)))
        yield struct.pack("<5I", *(chance.choice(SPECIAL) for _ in range(5)))
    yield b""
    yield bytes(4)
    yield bytes(13)
    yield bytes(4 + 8 * 4_097)


def signatures(chance):
    for size in (0, 1, 100):
        key, secret = nacl.bindings.crypto_sign_seed_keypair(chance.randbytes(32))
        message = chance.randbytes(size)
        signature = nacl.bindings.crypto_sign(message, secret)[:64]
        yield key + signature + message
        yield key + signature + message + b"!"
        yield key + signature[:63] + bytes([signature[63] | 0x80]) + message
    yield bytes(96)
    yield bytes(95)


def inputs(chance):
    for context in (b"", b"gensyn.ree.record.v1", b"gensyn.ree.tensor.v1"):
        for size in (0, 1, 64, 1_024, 1_025, 3_000):
            yield 1, bytes([len(context)]) + context + chance.randbytes(size)
    yield 1, b""
    yield 1, b"\x05abcd"
    for number, make in ((2, openings), (3, chains), (4, signatures)):
        for data in make(chance):
            yield number, data
    for flag in (0, 1, 2):
        yield 5, bytes([flag]) + chance.randbytes(64)
    yield 5, bytes(64)
    yield 5, bytes(66)


def main():
    rows = []
    for number, data in inputs(random.Random(1)):
        function, gas = judge.PRECOMPILES[number]
        rows.append(f"{number} {gas(len(data))} {data.hex() or '-'} {function(data).hex() or '-'}")
    Path(sys.argv[1]).write_text("\n".join(rows) + "\n")
    print(len(rows))


if __name__ == "__main__":
    main()
