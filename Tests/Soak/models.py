#!/usr/bin/env python3
"""Hostile model files through the gateway: a clear answer each time, bounded memory, no crash.

usage: models.py FOLDER-WITH-THE-PROGRAMS [--count 10000] [--large FILE]

A large real model, truncated ones, impossible dimensions, a cycle, deep nesting, then COUNT files that
are changed here and there; each is stored, inspected and run.
"""
import argparse
import base64
import http.client
import json
import pathlib
import random
import subprocess
import tempfile

import onnx
from onnx import TensorProto, helper, numpy_helper

DATA = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
# Anything else is a failure of ours: internal, unknown, data_loss, unavailable.
CLEAR = {"invalid_argument", "unimplemented", "resource_exhausted", "not_found"}


class Gateway:
    def __init__(self, programs):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [f"{programs}/gensyn-gateway", "--listen", "127.0.0.1:0", "--log-level", "error",
             "--data-dir", self.folder.name + "/data"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.address = json.loads(self.process.stdout.readline())["listen"][0]
        self.connection = http.client.HTTPConnection(self.address, timeout=120)

    def post(self, path, body, kind):
        self.connection.request(
            "POST", f"/gensyn.ree.v1.{path}", body, {"content-type": kind}
        )
        response = self.connection.getresponse()
        return response.status, response.read()

    def unary(self, path, message):
        """The error's code, or None."""
        status, body = self.post(path, json.dumps(message), "application/json")
        return None if status == 200 else json.loads(body)["code"]

    def stream(self, path, messages):
        """Answers and the error's code, or None."""
        body = b"".join(
            b"\0" + len(text).to_bytes(4, "big") + text
            for text in (json.dumps(message).encode() for message in messages)
        )
        status, data = self.post(path, body, "application/connect+json")
        if status != 200:
            return [], json.loads(data)["code"]
        answers = []
        while data:
            size = int.from_bytes(data[1:5], "big")
            message, flags = json.loads(data[5 : 5 + size]), data[0]
            data = data[5 + size :]
            if flags & 2:
                return answers, message.get("error", {}).get("code")
            answers.append(message)
        return answers, "the stream has no end"

    def put(self, content):
        messages = [{"header": {"sizeBytes": str(len(content)), "kind": "ARTIFACT_KIND_MODEL"}}]
        for start in range(0, len(content), 1 << 18):
            chunk = base64.b64encode(content[start : start + (1 << 18)]).decode()
            messages.append({"chunk": {"offset": str(start), "data": chunk}})
        answers, code = self.stream("ArtifactService/PutArtifact", messages)
        assert code is None, code
        return answers[0]["artifact"]["hash"]

    def peak(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmHWM:")[1].split()[0]) / 1024

    def try_model(self, content, inputs=()):
        """What inspecting and running answer."""
        model = {"modelHash": self.put(content)}
        found = self.unary("ModelService/InspectModel", {"model": model})
        _, code = self.stream(
            "ExecutionService/Run",
            [{"model": model, "inputs": list(inputs),
              "options": {"memorySizeBytesMax": str(256 << 20), "runTimeMax": "2s"}}],
        )  # fmt: skip
        for answer in (found, code):
            assert answer is None or answer in CLEAR, answer
        assert self.process.poll() is None, "the gateway ended"
        return found, code


def small(nodes, inputs=(), initializers=()):
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], list(initializers),
    )  # fmt: skip
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def huge():
    """Tensors and results that claim far more than the file holds."""
    weight = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[1 << 40], raw_data=b"1234")
    yield "a weight of 2^40", small([helper.make_node("Neg", ["w"], ["y"])], (), [weight])
    for size in (1 << 40, 1 << 33, (1 << 62) + 1):
        shape = numpy_helper.from_array(__import__("numpy").array([size], "int64"), "s")
        yield f"a result of {size}", small(
            [helper.make_node("ConstantOfShape", ["s"], ["y"])], (), [shape]
        )
    yield "an input of 2^40", small([helper.make_node("Neg", ["x"], ["y"])], [("x", [1 << 40])])


def cyclic():
    return small([helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Neg", ["a"], ["b"]),
                  helper.make_node("Neg", ["b"], ["y"])], [("x", [1])])  # fmt: skip


def field(number, content):
    """A field of bytes in protobuf's wire format, for what its library refuses to write."""
    size, length = bytearray(), len(content)
    while length > 0x7F:
        size.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([number << 3 | 2]) + bytes(size) + bytes([length]) + content


def deep():
    """Graphs in attributes of nodes in graphs."""
    graph = b""
    for _ in range(200):
        graph = field(1, field(4, b"If") + field(5, field(6, graph)))
    return b"\x08\x08" + field(7, graph) + field(8, b"\x10\x11")


def changed(content, source):
    data = bytearray(content)
    for _ in range(source.randint(1, 4)):
        place = source.randrange(len(data))
        kind = source.randrange(5)
        if kind == 0:
            data[place] ^= 1 << source.randrange(8)
        elif kind == 1:
            data[place] = source.choice([0, 1, 2, 0x7F, 0x80, 0xFF])
        elif kind == 2:
            data[place] = data[source.randrange(len(data))]
        elif kind == 3 and len(data) > 1:
            del data[place]
        else:
            data.insert(place, source.randrange(256))
    return bytes(data)


TYPES = {TensorProto.FLOAT: "FLOAT32", TensorProto.DOUBLE: "FLOAT64", TensorProto.INT64: "INT64",
         TensorProto.INT32: "INT32", TensorProto.BOOL: "BOOL"}  # fmt: skip


def cases():
    """Small real models with inputs."""
    for suite in ("simple", "pytorch-operator", "pytorch-converted"):
        for folder in sorted((DATA / suite).iterdir()):
            content = (folder / "model.onnx").read_bytes()
            if len(content) > 1 << 16:
                continue
            inputs = []
            names = [value.name for value in onnx.load_from_string(content).graph.input]
            for name, file in zip(names, sorted((folder / "test_data_set_0").glob("input_*.pb"))):
                tensor = onnx.load_tensor(file)
                if tensor.data_type in TYPES:
                    array = numpy_helper.to_array(tensor)
                    inputs.append(
                        {"name": name, "dataType": "DATA_TYPE_" + TYPES[tensor.data_type],
                         "dimensions": [str(d) for d in array.shape],
                         "data": base64.b64encode(array.tobytes()).decode()}
                    )  # fmt: skip
            yield content, inputs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--large")
    options = parser.parse_args()
    gateway = Gateway(options.programs)
    try:
        soak(gateway, options)
    finally:
        gateway.process.kill()
        gateway.process.wait()
        gateway.folder.cleanup()
    print(f"soak-models: {options.count}/{options.count}")


def soak(gateway, options):
    print(f"at rest: {gateway.peak():.0f} MB")
    files = [(name, model.SerializeToString()) for name, model in huge()]
    for name, content in files + [
        ("a cycle", cyclic().SerializeToString()), ("200 graphs deep", deep()),
    ]:
        found, code = gateway.try_model(content)
        assert code in CLEAR, (name, code)
        print(f"{name}: inspect {found or 'ok'}, run {code}, {gateway.peak():.0f} MB")
    if options.large:
        content = pathlib.Path(options.large).read_bytes()
        print(f"{len(content)} bytes: {gateway.try_model(content)}, {gateway.peak():.0f} MB")
        for share in (0.1, 0.5, 0.999):
            part = content[: int(len(content) * share)]
            found, code = gateway.try_model(part)
            assert code in CLEAR, code
            print(f"cut to {len(part)} bytes: {found}, {gateway.peak():.0f} MB")
    source, seeds = random.Random(1), list(cases())
    before, answers = gateway.peak(), {}
    for index in range(options.count):
        content, inputs = source.choice(seeds)
        answer = gateway.try_model(changed(content, source), inputs)
        answers[answer] = answers.get(answer, 0) + 1
        if index % 1000 == 999:
            print(f"{index + 1} changed models, {gateway.peak():.0f} MB", flush=True)
    for (found, code), count in sorted(answers.items(), key=lambda item: -item[1]):
        print(f"{count}: inspect {found or 'ok'}, run {code or 'ok'}")
    grown = gateway.peak() - before
    assert grown < 600, f"memory grew by {grown:.0f} MB"


main()
