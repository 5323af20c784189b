#!/usr/bin/env python3
"""Writes the test cases that PyPI's `onnx` brings into a folder, in one form.

usage: collect.py FOLDER

Each case is a folder with `model.onnx` and `INPUT_0.tensor`, ...; the file's ending says whether it
holds a TensorProto, a SequenceProto or an OptionalProto. `cases` has one line each: suite/name,
relative and absolute tolerance, separated by tabs.
"""
import pathlib
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

DATA = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
# Operators of the standard's reference suites; `real` names models that are not in the package.
SHIPPED = ("simple", "pytorch-operator", "pytorch-converted")


def kind_of(declaration):
    kind = declaration.type.WhichOneof("value")
    return {"sequence_type": "sequence", "optional_type": "optional"}.get(kind, "tensor")


def message(value, declaration):
    kind = kind_of(declaration)
    if isinstance(value, TensorProto):
        return kind, value
    if kind == "sequence":
        return kind, numpy_helper.from_list(value, declaration.name)
    if kind == "optional":
        return kind, numpy_helper.from_optional(value, declaration.name)
    return kind, numpy_helper.from_array(np.asarray(value), declaration.name)


def write(folder, role, values, declarations):
    for index, (value, declaration) in enumerate(zip(values, declarations)):
        kind, proto = message(value, declaration)
        (folder / f"{role}_{index}.{kind}").write_bytes(proto.SerializeToString())


def generated(target):
    from onnx.backend.test.case.node import collect_testcases

    for case in collect_testcases(None):
        folder = target / "node" / case.name
        folder.mkdir(parents=True)
        graph = case.model.graph
        (folder / "model.onnx").write_bytes(case.model.SerializeToString())
        for inputs, outputs in case.data_sets:
            write(folder, "input", inputs, graph.input)
            write(folder, "output", outputs, graph.output)
        yield f"node/{case.name}", case.rtol, case.atol


def shipped(target, suite):
    for source in sorted((DATA / suite).iterdir()):
        folder = target / suite / source.name
        folder.mkdir(parents=True)
        shutil.copy(source / "model.onnx", folder / "model.onnx")
        graph = onnx.load(source / "model.onnx").graph
        for role, declarations in (("input", graph.input), ("output", graph.output)):
            for index, declaration in enumerate(declarations):
                file = source / "test_data_set_0" / f"{role}_{index}.pb"
                if file.exists():
                    shutil.copy(file, folder / f"{role}_{index}.{kind_of(declaration)}")
        yield f"{suite}/{source.name}", 1e-3, 1e-7


def light(target):
    """Real networks whose weights are made by ConstantOfShape; the input counts 0, 1/n, 2/n, ..."""
    for source in sorted((DATA / "light").glob("*.onnx")):
        folder = target / "light" / source.stem
        folder.mkdir(parents=True)
        shutil.copy(source, folder / "model.onnx")
        graph = onnx.load(source).graph
        constants = {tensor.name for tensor in graph.initializer}
        inputs = [declaration for declaration in graph.input if declaration.name not in constants]
        for index, declaration in enumerate(inputs):
            shape = tuple(d.dim_value for d in declaration.type.tensor_type.shape.dim)
            count = int(np.prod(shape))
            value = (np.arange(count).reshape(shape) / count).astype(np.float32)
            tensor = numpy_helper.from_array(value, declaration.name)
            (folder / f"input_{index}.tensor").write_bytes(tensor.SerializeToString())
        shutil.copy(DATA / "light" / f"{source.stem}_output_0.pb", folder / "output_0.tensor")
        yield f"light/{source.stem}", 2e-3 if "densenet" in source.stem else 1e-3, 1e-7


def main():
    warnings.simplefilter("ignore")
    target = pathlib.Path(sys.argv[1])
    if (target / "cases").exists():
        return
    shutil.rmtree(target, ignore_errors=True)
    lines = []
    for suite in (generated(target), *(shipped(target, name) for name in SHIPPED), light(target)):
        lines += [f"{name}\t{rtol}\t{atol}\n" for name, rtol, atol in suite]
    (target / "cases").write_text("".join(lines))
    print(f"wrote {len(lines)} cases to {target}", file=sys.stderr)


main()
