"""The referee against hashes, trees, tensors and arithmetic written down independently."""

import math
import random
import struct

import boa
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.signing import SigningKey

import precompiles
from market import *
from traces import *

bits32 = st.integers(0, 2**32 - 1)


@pytest.fixture
def referee():
    precompiles.register()
    return deploy("Referee")


def row(values):
    return struct.pack(f"<{len(values)}I", *values)


def word(value):
    return struct.pack("<I", value)


# The judges themselves


@pytest.mark.parametrize("size", [0, 1, 64, 65, 1_023, 1_024, 1_025, 5_000, 16_384, 17_409])
def test_every_chunk_opens_to_the_digest(size):
    data = random.Random(size).randbytes(size)
    tensor = type("Message", (Tensor,), {"data": data})([], [])

    for index in range(len(tensor.chunks)):
        chunk, siblings = tensor.opening(index)
        request = struct.pack(">QQ", index, size) + chunk + siblings
        assert precompiles.blake3_open(request) == blake3(data).digest()
        assert precompiles.blake3_open(request + b"\0") == b""
        assert precompiles.blake3_open(request[:-1]) != blake3(data).digest()


def test_a_chunk_that_is_not_there_does_not_open():
    for index, size in ((1, 1_024), (2, 1_025), (2**64 - 1, 2**64 - 1), (0, 2**64 - 1)):
        assert precompiles.blake3_open(struct.pack(">QQ", index, size)) == b""
    assert precompiles.blake3_open(b"short") == b""


@settings(max_examples=1_000, deadline=None)
@given(bits32, bits32, bits32)
def test_exact_products_and_sums_are_numpys(a, b, c):
    """numpy knows no fma, but what has a factor of 1 or an addend of 0 it rounds once as well."""
    with numpy.errstate(all="ignore"):
        x, y, z = (numpy.array(v, numpy.uint32).view(numpy.float32)[()] for v in (a, b, c))
        checks = [(precompiles.fma(a, ONE, c), x + z), (precompiles.fma(a, b, MINUS_ZERO), x * y)]
        # In binary64 the product is exact; where the sum is, too, there is one rounding.
        product = float(x) * float(y)
        if math.isfinite(product) and math.isfinite(float(z)):
            total = product + float(z)
            if total - product == float(z) and total - float(z) == product and product != 0:
                checks.append((precompiles.fma(a, b, c), numpy.float32(total)))
    for found, expected in checks:
        if numpy.isnan(expected):
            assert found == precompiles.NAN
        elif expected != 0 or found & 0x7FFFFFFF:
            assert found == int(numpy.float32(expected).view(numpy.uint32))


@pytest.mark.parametrize(
    "a, b, c, expected",
    [
        # One rounding, not two: (1 + 2^-12)^2 - 1 needs the last bit of the product.
        (0x3F800800, 0x3F800800, 0xBF800000, 0x3A000400),
        (0x00000001, 0x3F000000, 0x00000000, 0x00000000),
        (0x00000003, 0x3F000000, 0x00000000, 0x00000002),
        (0x80000001, 0x3F000000, 0x00000000, 0x80000000),
        (0x7F7FFFFF, 0x40000000, 0x00000000, 0x7F800000),
        (0x7F7FFFFF, 0x40000000, 0xFF7FFFFF, 0x7F7FFFFF),
        (0x7F800000, 0x00000000, 0x3F800000, 0x7FC00000),
        (0x7F800000, 0x3F800000, 0xFF800000, 0x7FC00000),
        (0x3F800000, 0x3F800000, 0xBF800000, 0x00000000),
        (0x80000000, 0x3F800000, 0x80000000, 0x80000000),
        (0x80000000, 0x3F800000, 0x00000000, 0x00000000),
        (0xFFC12345, 0x3F800000, 0x00000000, 0x7FC00000),
    ],
)
def test_fma_at_the_edges(a, b, c, expected):
    assert precompiles.fma(a, b, c) == expected


def test_gas_is_by_length(referee):
    for data in (bytes(4 + 8 * 256), b"", bytes(65)):
        for index, (_, gas) in precompiles.PRECOMPILES.items():
            address = (precompiles.BASE + index).to_bytes(20, "big")
            used = boa.env.execute_code(to_address=address.hex(), data=data).get_gas_used()
            assert used == gas(len(data)), index


# The referee


def test_without_precompiles_nothing_is_judged():
    from boa.vm.py_evm import deregister_raw_precompile

    referee = deploy("Referee")
    for index in precompiles.PRECOMPILES:
        deregister_raw_precompile((precompiles.BASE + index).to_bytes(20, "big"), force=True)

    with pytest.raises(Reverted, match="Referee: no hash"):
        referee.leaf(bytes(32))
    with pytest.raises(Reverted, match="Referee: no arithmetic"):
        referee.chain(word(0), row([ONE]), row([ONE]))
    assert referee.isSignedBy(bytes(32), bytes(64), b"") is False


@pytest.mark.parametrize("count", [*range(1, 40), 100, 257, 1_000])
def test_parts_lead_to_the_root(referee, count):
    tree = digest_tree([bytes([i % 256, i // 256]) * 16 for i in range(count)])
    parts = tree.parts(0, count)

    assert referee.partSizes(count) == tuple(size for _, size in parts)
    assert referee.root(0, count, [tree.value(*part) for part in parts]) == tree.root
    with pytest.raises(Reverted, match="Referee: wrong number of parts"):
        referee.root(0, count, [tree.value(*part) for part in parts][1:])


@pytest.mark.parametrize("count", [2, 3, 16, 17, 33])
def test_parts_of_a_content_lead_to_its_digest(referee, count):
    tensor = random_tensor(random.Random(count), 256 * count - 3)
    tree = tensor.content_tree
    values = [tree.value(*part) for part in tree.parts(0, count)]

    assert referee.root(2, count, values) == blake3(tensor.data).digest()
    assert referee.root(1, count, values) != blake3(tensor.data).digest()


@pytest.mark.parametrize("count", [0, 2**64])
def test_no_tree_has_so_many_leaves(referee, count):
    with pytest.raises(Reverted, match="Referee: invalid number of leaves"):
        referee.partSizes(count)


def test_the_largest_tree_has_parts(referee):
    assert sum(referee.partSizes(2**64 - 1)) == 2**64 - 1


def test_a_record_is_read(referee):
    source = random.Random(1)
    tensors = [random_tensor(source, 3, 4) for _ in range(3)]
    for number in (0, 23, 24, 255, 256, 65_536, 2**32, 2**64 - 1):
        record = Record("ai.onnx.Add", tensors[:2], tensors[2:], number)
        digest, fields = referee.record(record.form)

        assert digest == record.digest
        assert fields == (
            bytes([number % 256]) * 32, keccak(text="ai.onnx.Add"),
            *(tensor.digest for tensor in tensors),
        )


def test_records_of_other_operators_are_read_as_far_as_it_goes(referee):
    tensors = [random_tensor(random.Random(i), 2) for i in range(40)]
    for inputs, outputs in ((0, 1), (1, 1), (3, 1), (2, 2), (40, 40)):
        record = Record("ai.onnx.Concat", tensors[:inputs], tensors[:outputs])

        digest, fields = referee.record(record.form)

        assert digest == record.digest
        assert fields[4] == bytes(32)


def test_what_is_no_record_is_refused(referee):
    tensors = [random_tensor(random.Random(i), 2) for i in range(3)]
    form = Record("ai.onnx.Add", tensors[:2], tensors[2:]).form

    for size in range(len(form)):
        with pytest.raises(Reverted):
            referee.record(form[:size])
    for other in (form + b"\0", b"\x85" + form[1:], b"\x9f" + form[1:]):
        with pytest.raises(Reverted):
            referee.record(other)


def test_a_tensor_is_read(referee):
    for dimensions in ([], [1], [3, 4], [2, 3, 4], [1, 2, 3, 300]):
        tensor = random_tensor(random.Random(1), *dimensions)
        digest, (data_type, found, content) = referee.tensor(tensor.form)

        assert digest == tensor.digest
        assert (data_type, list(found)) == (1, dimensions)
        assert content == blake3(tensor.data).digest()
        assert referee.elementCount((data_type, found, content)) == len(tensor.values)


def test_what_is_no_tensor_is_refused(referee):
    form = random_tensor(random.Random(1), 3, 4).form
    bad = [form[:size] for size in range(len(form))] + [form + b"\0"]
    bad += [cbor([1, [1], bytes(31)]), cbor(["1", [1], bytes(32)]), cbor([1, ["1"], bytes(32)])]

    for other in bad:
        with pytest.raises(Reverted):
            referee.tensor(other)


@pytest.mark.parametrize(
    "dimensions", [[0], [3, 0], [2**38], [2**20, 2**20], [2**64 - 1] * 4, [1] * 5, [2] * 8]
)
def test_of_tensors_that_are_not_judged_nothing_is_said(referee, dimensions):
    digest, fields = referee.tensor(cbor([1, dimensions, bytes(32)]))

    form = cbor([1, dimensions, bytes(32)])
    assert digest == blake3(form, derive_key_context="gensyn.ree.tensor.v1").digest()
    assert fields == (0, (), bytes(32))


@pytest.mark.parametrize("first, count", [(0, 1), (255, 2), (100, 256), (256, 256), (599, 1)])
def test_elements_are_read_from_their_chunks(referee, first, count):
    tensor = random_tensor(random.Random(1), 600)
    fields = referee.tensor(tensor.form)[1]

    found = referee.elements(fields, first, count, tensor.openings(first, count))

    assert found == row(tensor.values[first : first + count])
    wrong = [(bytes(len(chunk)), siblings) for chunk, siblings in tensor.openings(first, count)]
    with pytest.raises(Reverted, match="Referee: wrong chunk"):
        referee.elements(fields, first, count, wrong)
    with pytest.raises(Reverted, match="Referee: wrong number of chunks"):
        referee.elements(fields, first, count, [])


def test_elements_that_are_not_there(referee):
    tensor = random_tensor(random.Random(1), 600)
    fields = referee.tensor(tensor.form)[1]

    for first, count in ((600, 1), (599, 2), (0, 0), (0, 257), (MAX, 1)):
        with pytest.raises(Reverted):
            referee.elements(fields, first, count, [tensor.opening(0)])
    with pytest.raises(Reverted, match="Referee: not binary32"):
        referee.elements((2, *fields[1:]), 0, 1, [tensor.opening(0)])


def test_a_chain_is_computed(referee):
    source = random.Random(3)
    for count in (1, 2, 255, 256):
        a, b = (random_tensor(source, count).values for _ in range(2))
        assert referee.chain(word(ONE), row(a), row(b)) == word(fma_chain(ONE, a, b))
    with pytest.raises(Reverted, match="Referee: rows differ in length"):
        referee.chain(word(0), row([1, 2]), row([1]))
    with pytest.raises(Reverted, match="Referee: no arithmetic"):
        referee.chain(word(0), b"", b"")


def test_sums_are_folded_from_the_left(referee):
    sums = random_tensor(random.Random(4), 64).values
    assert referee.fold([word(value) for value in sums]) == word(fold(sums))
    assert referee.fold([word(MINUS_ZERO)]) == word(MINUS_ZERO)
    with pytest.raises(Reverted, match="Referee: no sums"):
        referee.fold([])


def test_signatures(referee):
    key = SigningKey(bytes(range(32)))
    message = b"a receipt"
    signature = key.sign(message).signature
    public = bytes(key.verify_key)

    assert referee.isSignedBy(public, signature, message) is True
    assert referee.isSignedBy(public, signature, message + b"!") is False
    assert referee.isSignedBy(bytes(32), signature, message) is False
    with pytest.raises(Reverted, match="Referee: no signature"):
        referee.isSignedBy(public, signature[:63], message)
