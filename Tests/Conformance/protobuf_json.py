#!/usr/bin/env python3
"""Compares conformance-protobuf with Python's json_format on random messages.

usage: protobuf_json.py TESTEE [COUNT [SEED]]      needs protoc and the PyPI package protobuf

Each message goes four ways: ours to JSON, read by Python; Python's JSON (plain, and with original
names and defaults), read by ours; and ours to JSON and back. All must give the same message.
"""

import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, json_format
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor as F

PROTOS = pathlib.Path(__file__).parent / "protos"
MESSAGES = ["everything.v3.Tree.Root", "everything.v3.Tree", "everything.v3.Scalars",
            "everything.v3.WellKnown", "everything.v2.Legacy"]
DEPTH_MAX = 4


class Testee:
    def __init__(self, path, descriptors):
        self.process = subprocess.Popen([path, descriptors], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, message_type, payload, to_json):
        def field(number, data):
            return bytes([number << 3 | 2]) + varint(len(data)) + data

        request = field(1 if to_json else 2, payload) + bytes([3 << 3, 2 if to_json else 1])
        request += field(4, message_type.encode())
        self.process.stdin.write(struct.pack("<I", len(request)) + request)
        self.process.stdin.flush()
        length = struct.unpack("<I", self.process.stdout.read(4))[0]
        response = self.process.stdout.read(length)
        number, at = response[0] >> 3, 1
        while response[at] >= 128:
            at += 1
        body = response[at + 1:]
        assert number == (4 if to_json else 3), body.decode()
        return body


def varint(value):
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


class Generator:
    def __init__(self, rng, pool):
        self.rng, self.pool = rng, pool

    def integer(self, bits, signed):
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        pick = self.rng.randrange(4)
        if pick == 0:
            return self.rng.choice([low, high, 0, 1])
        if pick == 1:
            return self.rng.randint(max(low, -200), min(high, 200))
        return self.rng.randint(low, high)

    def float(self, wide):
        pick = self.rng.randrange(6)
        if pick == 0:
            return self.rng.choice([0.0, -0.0, 1.0, math.inf, -math.inf, math.nan])
        if pick == 1:
            return self.rng.uniform(-1000, 1000) if wide else struct.unpack(
                "<f", struct.pack("<f", self.rng.uniform(-1000, 1000)))[0]
        code, size = ("<d", 8) if wide else ("<f", 4)
        value = struct.unpack(code, self.rng.randbytes(size))[0]
        # JSON has one NaN, so that its payload would be lost.
        return math.nan if math.isnan(value) else value

    def text(self):
        alphabet = ["a", "Z", "\"", "\\", "/", "\n", "\x00", "\x1f", "\x7f", "é", "€", "😀", "\u2028", "<"]
        return "".join(self.rng.choice(alphabet) for _ in range(self.rng.randrange(8)))

    def scalar(self, field):
        kind = field.type
        if kind == F.TYPE_DOUBLE:
            return self.float(True)
        if kind == F.TYPE_FLOAT:
            return self.float(False)
        if kind in (F.TYPE_INT32, F.TYPE_SINT32, F.TYPE_SFIXED32):
            return self.integer(32, True)
        if kind in (F.TYPE_INT64, F.TYPE_SINT64, F.TYPE_SFIXED64):
            return self.integer(64, True)
        if kind in (F.TYPE_UINT32, F.TYPE_FIXED32):
            return self.integer(32, False)
        if kind in (F.TYPE_UINT64, F.TYPE_FIXED64):
            return self.integer(64, False)
        if kind == F.TYPE_BOOL:
            return self.rng.random() < 0.5
        if kind == F.TYPE_STRING:
            return self.text()
        if kind == F.TYPE_BYTES:
            return self.rng.randbytes(self.rng.randrange(9))
        if field.enum_type.full_name == "google.protobuf.NullValue":
            return 0
        known = [value.number for value in field.enum_type.values]
        if not field.enum_type.is_closed and self.rng.random() < 0.2:
            return self.integer(32, True)
        return self.rng.choice(known)

    def well_known(self, message, depth):
        name = message.DESCRIPTOR.full_name
        rng = self.rng
        if name == "google.protobuf.Timestamp":
            message.seconds = rng.choice([rng.randint(-62135596800, 253402300799), 0, 951782400])
            message.nanos = rng.choice([0, 1, 999999999, 500000000, 123000, rng.randrange(10**9)])
        elif name == "google.protobuf.Duration":
            sign = rng.choice([-1, 1])
            message.seconds = sign * rng.choice([0, rng.randint(0, 315576000000)])
            message.nanos = sign * rng.choice([0, 1, 10**6, 1000, rng.randrange(10**9)])
        elif name == "google.protobuf.FieldMask":
            message.paths.extend(rng.sample(["a", "foo_bar", "a.b_c.d", "x1", "deep.foo_bar"], 2))
        elif name == "google.protobuf.Value":
            self.value(message, depth)
        elif name == "google.protobuf.Struct":
            for _ in range(rng.randrange(3)):
                self.value(message.fields[self.text()], depth + 1)
        elif name == "google.protobuf.ListValue":
            for _ in range(rng.randrange(3)):
                self.value(message.values.add(), depth + 1)
        elif name == "google.protobuf.Any":
            if rng.random() < 0.1:
                return True
            inner = rng.choice(["everything.v3.Scalars", "everything.v3.Leaf", "everything.v3.Tree",
                                "google.protobuf.Timestamp", "google.protobuf.Struct",
                                "google.protobuf.Int64Value", "google.protobuf.Empty",
                                "google.protobuf.Any", "google.protobuf.BytesValue"])
            content = message_factory.GetMessageClass(self.pool.FindMessageTypeByName(inner))()
            self.fill(content, depth + 1)
            message.type_url = "type.googleapis.com/" + inner
            message.value = content.SerializeToString(deterministic=True)
        else:
            return False
        return True

    def value(self, message, depth):
        pick = self.rng.randrange(6 if depth < DEPTH_MAX else 4)
        if pick == 0:
            message.null_value = 0
        elif pick == 1:
            message.number_value = self.rng.choice([0.0, -1.5, 1e300, self.rng.random()])
        elif pick == 2:
            message.string_value = self.text()
        elif pick == 3:
            message.bool_value = self.rng.random() < 0.5
        elif pick == 4:
            message.struct_value.SetInParent()
            self.well_known(message.struct_value, depth + 1)
        else:
            message.list_value.SetInParent()
            self.well_known(message.list_value, depth + 1)

    def fill(self, message, depth=0):
        if self.well_known(message, depth):
            return
        fields = list(message.DESCRIPTOR.fields)
        fields += self.pool.FindAllExtensions(message.DESCRIPTOR)
        for field in fields:
            required = field.is_required
            if not required and self.rng.random() < 0.5:
                continue
            is_message = field.message_type is not None
            if is_message and depth >= DEPTH_MAX:
                continue
            if field.is_extension:
                if field.is_repeated:
                    message.Extensions[field].extend(self.scalar(field) for _ in range(2))
                elif is_message:
                    message.Extensions[field].SetInParent()
                    self.fill(message.Extensions[field], depth + 1)
                else:
                    message.Extensions[field] = self.scalar(field)
            elif is_message and field.message_type.GetOptions().map_entry:
                self.fill_map(getattr(message, field.name), field, depth)
            elif field.is_repeated:
                for _ in range(self.rng.randrange(4)):
                    if is_message:
                        self.fill(getattr(message, field.name).add(), depth + 1)
                    else:
                        getattr(message, field.name).append(self.scalar(field))
            elif is_message:
                getattr(message, field.name).SetInParent()
                self.fill(getattr(message, field.name), depth + 1)
            else:
                setattr(message, field.name, self.scalar(field))

    def fill_map(self, target, field, depth):
        key_field = field.message_type.fields_by_name["key"]
        value_field = field.message_type.fields_by_name["value"]
        for _ in range(self.rng.randrange(4)):
            key = self.scalar(key_field)
            if value_field.message_type is not None:
                target[key].SetInParent()
                self.fill(target[key], depth + 1)
            else:
                target[key] = self.scalar(value_field)


def main():
    testee_path = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    with tempfile.TemporaryDirectory() as folder:
        descriptors = f"{folder}/set.binpb"
        subprocess.run(["protoc", f"-I{PROTOS}", "-I/usr/include", "--include_imports",
                        f"--descriptor_set_out={descriptors}", "everything3.proto",
                        "everything2.proto"], check=True)
        pool = descriptor_pool.DescriptorPool()
        files = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(descriptors).read_bytes())
        for file in files.file:
            pool.Add(file)
        testee = Testee(testee_path, descriptors)
        passed = total = 0
        for index in range(count):
            name = MESSAGES[index % len(MESSAGES)]
            cls = message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
            message = cls()
            Generator(rng, pool).fill(message)
            data = message.SerializeToString(deterministic=True)
            for check in (ours_to_python, python_to_ours, originals_to_ours, round_trip, same_json):
                total += 1
                try:
                    check(testee, pool, cls, name, message, data)
                    passed += 1
                except Exception as error:  # the report names every failure, whatever its kind
                    print(f"message {index} ({name}), {check.__name__}: {str(error)[:600]}",
                          file=sys.stderr)
    print(f"conformance-protobuf-json: {passed}/{total}")
    sys.exit(passed != total)


def expect_same(pool, left, right):
    """The entries of maps have no order, and inside an Any not even a canonical one."""
    if left.SerializeToString(deterministic=True) != right.SerializeToString(deterministic=True):
        left, right = (json.dumps(json_format.MessageToDict(message, descriptor_pool=pool),
                                  sort_keys=True) for message in (left, right))
        assert left == right, f"{left} is not {right}"


def ours_to_python(testee, pool, cls, name, message, data):
    text = testee.ask(name, data, to_json=True).decode()
    expect_same(pool, json_format.Parse(text, cls(), descriptor_pool=pool), message)


def python_to_ours(testee, pool, cls, name, message, data):
    text = json_format.MessageToJson(message, descriptor_pool=pool)
    ours = testee.ask(name, text.encode(), to_json=False)
    expect_same(pool, cls.FromString(ours), message)


def originals_to_ours(testee, pool, cls, name, message, data):
    text = json_format.MessageToJson(
        message, preserving_proto_field_name=True, use_integers_for_enums=True,
        always_print_fields_with_no_presence=True, ensure_ascii=False, descriptor_pool=pool)
    ours = testee.ask(name, text.encode(), to_json=False)
    expect_same(pool, cls.FromString(ours), message)


def round_trip(testee, pool, cls, name, message, data):
    text = testee.ask(name, data, to_json=True)
    expect_same(pool, cls.FromString(testee.ask(name, text, to_json=False)), message)


def same_json(testee, pool, cls, name, message, data):
    ours = json.loads(testee.ask(name, data, to_json=True))
    theirs = json.loads(json_format.MessageToJson(message, descriptor_pool=pool))
    assert ours == theirs, f"{ours!r} is not {theirs!r}"


if __name__ == "__main__":
    main()
