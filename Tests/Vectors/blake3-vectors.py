#!/usr/bin/env python3
"""Prints Tests/PrimitivesTests/BLAKE3Vectors.swift: outputs of the PyPI package `blake3` 1.0.11.

Inputs, key and context are those of the official test vectors (BLAKE3-team/BLAKE3,
test_vectors/test_vectors.json). Outputs are 131 bytes long there; kept here are
the first 32 and the last 8 of them.
"""
import blake3

KEY = b"whats the Elvish word for friend"
CONTEXT = "BLAKE3 2019-12-27 16:29:52 test vectors context"
LENGTHS = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 2048, 2049, 3072, 3073,
    4096, 4097, 5120, 5121, 6144, 6145, 7168, 7169, 8192, 8193, 16384, 31744, 102400,
]

print("// Made by Tests/Vectors/blake3-vectors.py with the PyPI package `blake3`; do not edit.")
print()
print("extension BLAKE3Vector {")
print("  static let all: [BLAKE3Vector] = [")
for length in LENGTHS:
    message = bytes(i % 251 for i in range(length))
    print("    BLAKE3Vector(")
    print(f"      {length},")
    for hasher in (
        blake3.blake3(message),
        blake3.blake3(message, key=KEY),
        blake3.blake3(message, derive_key_context=CONTEXT),
    ):
        output = hasher.digest(131)
        print("      Output(")
        print(f'        "{output[:32].hex()}",')
        print(f'        last: "{output[123:].hex()}"),')
    print("    ),")
print("  ]")
print("}")
