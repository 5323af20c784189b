#!/usr/bin/env python3
"""REE's kernels against ONNX Runtime and OpenBLAS: one thread, CPU time, interleaved.

    kernels.py --library libckernels.so [--seconds 0.5] [--only TEXT]

One JSON line a comparison; `ours` and `theirs` are medians in CPU microseconds a call.
"""

import argparse
import ctypes
import ctypes.util
import json
import os
import statistics
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

RANDOM = np.random.default_rng(1)
SIZE = ctypes.c_size_t


def session(node_types, inputs, outputs, initializers, **attributes):
    """A one-node model; `inputs` and `outputs` are (name, shape)."""
    operator, domain = node_types
    node = helper.make_node(
        operator,
        [name for name, _ in inputs] + [name for name, _ in initializers],
        [name for name, _ in outputs],
        domain=domain,
        **attributes,
    )
    graph = helper.make_graph(
        [node],
        "one",
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in inputs],
        [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in outputs],
        [numpy_helper.from_array(value, name) for name, value in initializers],
    )
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)],
        ir_version=9,
    )
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def bound(found, **arrays):
    """A call without copies on either side."""
    binding = found.io_binding()
    for name, value in arrays.items():
        binding.bind_cpu_input(name, value)
    binding.bind_output(found.get_outputs()[0].name)
    return lambda: found.run_with_iobinding(binding)


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def aligned(count, kind):
    """Arrays begin at a multiple of 64 bytes, as an executor's do."""
    size = np.dtype(kind).itemsize
    memory = np.zeros(count * size + 64, dtype=np.uint8)
    start = -memory.ctypes.data % 64
    return memory[start : start + count * size].view(kind)


class Matmul(ctypes.Structure):
    """ree_matmul"""

    _fields_ = [
        ("m", SIZE), ("n", SIZE), ("k", SIZE),
        ("a", ctypes.c_void_p), ("a_row", SIZE), ("a_col", SIZE),
        ("b", ctypes.c_void_p), ("b_row", SIZE), ("b_col", SIZE), ("b_packed", ctypes.c_bool),
        ("c", ctypes.c_void_p), ("c_row", SIZE),
        ("alpha", ctypes.c_float), ("column_bias", ctypes.c_void_p), ("row_bias", ctypes.c_void_p),
        ("residual", ctypes.c_void_p), ("residual_row", SIZE), ("beta", ctypes.c_float),
        ("activation", ctypes.c_int),
    ]  # fmt: skip


class IntegerMatmul(ctypes.Structure):
    """ree_i8_matmul"""

    _fields_ = [
        ("m", SIZE), ("n", SIZE), ("k", SIZE),
        ("a", ctypes.c_void_p), ("a_row", SIZE), ("b", ctypes.c_void_p),
        ("a_zero", ctypes.c_void_p), ("b_zero", ctypes.c_void_p),
        ("sums", ctypes.c_void_p), ("c", ctypes.c_void_p), ("c_row", SIZE),
        ("a_scale", ctypes.c_void_p), ("b_scale", ctypes.c_void_p),
        ("column_bias", ctypes.c_void_p), ("residual", ctypes.c_void_p), ("residual_row", SIZE),
        ("activation", ctypes.c_int),
    ]  # fmt: skip


class Kernels:
    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.library.ree_isa.restype = ctypes.c_char_p
        self.library.ree_matmul_packed_size.restype = SIZE
        self.library.ree_i8_packed_size.restype = SIZE
        if self.library.ree_select(None) != 0:
            raise SystemExit("REE_ISA names an instruction set that is not here")

    def matmul(self, a, b):
        (m, k), n = a.shape, b.shape[1]
        packed = aligned(self.library.ree_matmul_packed_size(SIZE(k), SIZE(n)), np.float32)
        self.library.ree_matmul_pack(
            SIZE(k), SIZE(n), pointer(b), SIZE(n), SIZE(1), pointer(packed)
        )
        c = aligned(m * n, np.float32)
        product = Matmul()
        self.library.ree_matmul_init(ctypes.byref(product), SIZE(m), SIZE(n), SIZE(k))
        product.a, product.b, product.c = a.ctypes.data, packed.ctypes.data, c.ctypes.data
        product.b_packed = True
        reference = ctypes.byref(product)
        keep = (a, packed, c, product)
        return lambda: self.library.ree_matmul_run(reference), keep

    def integer_matmul(self, a, weights, scale):
        (m, k), n = a.shape, weights.shape[1]
        row = (k + 3) // 4 * 4
        packed = aligned(self.library.ree_i8_packed_size(SIZE(k), SIZE(n)), np.uint8)
        self.library.ree_i8_pack(
            SIZE(k), SIZE(n), pointer(weights), SIZE(n), SIZE(1), pointer(packed)
        )
        q, scales = aligned(m * row, np.uint8), aligned(m, np.float32)
        c = aligned(m * n, np.float32)
        product = IntegerMatmul()
        self.library.ree_i8_matmul_init(ctypes.byref(product), SIZE(m), SIZE(n), SIZE(k))
        product.a, product.b, product.c = q.ctypes.data, packed.ctypes.data, c.ctypes.data
        product.a_scale, product.b_scale = scales.ctypes.data, scale.ctypes.data
        reference = ctypes.byref(product)
        keep = (a, weights, scale, packed, q, scales, c, product)

        def call():
            self.library.ree_quantize_rows(
                pointer(a), SIZE(m), SIZE(k), pointer(q), SIZE(row), pointer(scales)
            )
            self.library.ree_i8_matmul_run(reference)

        return call, keep

    def unary(self, name, x):
        y = aligned(x.size, np.float32)
        function = getattr(self.library, "ree_" + name)
        arguments = (pointer(x), pointer(y), SIZE(x.size))
        return lambda: function(*arguments), (x, y)

    def softmax(self, x):
        y = aligned(x.size, np.float32)
        arguments = (pointer(x), SIZE(x.shape[0]), SIZE(x.shape[1]), pointer(y))
        return lambda: self.library.ree_softmax_rows(*arguments), (x, y)

    def layer_norm(self, x, gamma, beta):
        y = aligned(x.size, np.float32)
        arguments = (
            pointer(x), SIZE(x.shape[0]), SIZE(x.shape[1]), pointer(gamma), pointer(beta),
            ctypes.c_float(1e-5), pointer(y), None, None,
        )  # fmt: skip
        return lambda: self.library.ree_layer_norm_rows(*arguments), (x, gamma, beta, y)


def openblas():
    name = ctypes.util.find_library("openblas")
    if not name:
        return None
    library = ctypes.CDLL(name)
    library.openblas_set_num_threads(1)
    library.openblas_get_config.restype = ctypes.c_char_p
    return library


def openblas_matmul(library, a, b):
    (m, k), n = a.shape, b.shape[1]
    c = aligned(m * n, np.float32)
    one = ctypes.c_float(1)
    arguments = (
        101, 111, 111, m, n, k, one, pointer(a), k, pointer(b), n, ctypes.c_float(0), pointer(c), n,
    )  # fmt: skip
    return lambda: library.cblas_sgemm(*arguments), (a, b, c)


def cpu_time(call, repeats):
    start = time.thread_time_ns()
    for _ in range(repeats):
        call()
    return (time.thread_time_ns() - start) / repeats / 1000


def compare(bench, ours, peers, seconds):
    """Times ours and each peer in turn until the time is used up."""
    calls = [("ours", ours)] + peers
    times = {name: [] for name, _ in calls}
    repeats = {}
    for name, call in calls:
        call()
        repeats[name] = max(1, int(2000 / max(cpu_time(call, 2), 0.5)))
    end = time.monotonic() + seconds * len(calls)
    while time.monotonic() < end or len(times["ours"]) < 5:
        for name, call in calls:
            times[name].append(cpu_time(call, repeats[name]))
    mine = statistics.median(times["ours"])
    for name, _ in peers:
        theirs = statistics.median(times[name])
        print(
            json.dumps(
                {
                    "bench": bench,
                    "ours": round(mine, 3),
                    "peer": name,
                    "theirs": round(theirs, 3),
                    "unit": "cpu_us_per_call",
                    "ratio": round(theirs / mine, 3),
                    "best_ratio": round(min(times[name]) / min(times["ours"]), 3),
                }
            ),
            flush=True,
        )


def uniform(*shape):
    array = aligned(int(np.prod(shape)), np.float32).reshape(shape)
    array[...] = RANDOM.uniform(-1, 1, shape)
    return array


def products(kernels, blas, runtime, wanted, seconds):
    shapes = [
        (64, 64, 64), (128, 128, 128), (256, 256, 256), (512, 512, 512), (1024, 1024, 1024),
        (16, 384, 384), (128, 384, 384), (128, 1536, 384), (128, 384, 1536), (1, 384, 1536),
        (1, 2048, 2048), (4, 1536, 576),
    ]  # fmt: skip
    for m, n, k in shapes:
        bench = f"ree.gemm.{m}x{n}x{k}"
        if wanted not in bench:
            continue
        a, b = uniform(m, k), uniform(k, n)
        ours, keep = kernels.matmul(a, b)
        model = session(("MatMul", ""), [("a", [m, k])], [("c", [m, n])], [("b", b)])
        peers = [(runtime, bound(model, a=a))]
        if blas:
            call, keep_blas = openblas_matmul(blas, a, b)
            peers.append(("openblas " + blas.openblas_get_config().split()[1].decode(), call))
        compare(bench, ours, peers, seconds)
        got, want = keep[2].reshape(m, n), model.run(None, {"a": a})[0]
        assert np.allclose(got, want, atol=1e-4), bench


def integer_products(kernels, runtime, wanted, seconds):
    for m, n, k in [(128, 384, 384), (128, 1536, 384), (128, 384, 1536), (1, 2048, 2048)]:
        bench = f"ree.int8.{m}x{n}x{k}"
        if wanted not in bench:
            continue
        a = uniform(m, k)
        weights = RANDOM.integers(-127, 128, (k, n)).astype(np.int8)
        scale = (RANDOM.uniform(0.5, 1.5, n) / 127).astype(np.float32)
        ours, keep = kernels.integer_matmul(a, weights, scale)
        model = session(
            ("DynamicQuantizeMatMul", "com.microsoft"), [("a", [m, k])], [("c", [m, n])],
            [("b", weights), ("scale", scale)],
        )  # fmt: skip
        peers = [(runtime + " DynamicQuantizeMatMul", bound(model, a=a))]
        dense = session(
            ("MatMul", ""), [("a", [m, k])], [("c", [m, n])],
            [("b", weights.astype(np.float32) * scale)],
        )  # fmt: skip
        peers.append((runtime + " fp32", bound(dense, a=a)))
        compare(bench, ours, peers, seconds)
        got, want = keep[6].reshape(m, n), dense.run(None, {"a": a})[0]
        assert np.abs(got - want).max() < 0.05 * np.abs(want).max(), bench


def functions(kernels, runtime, wanted, seconds):
    for name, operator in [
        ("exp", "Exp"), ("log", "Log"), ("tanh", "Tanh"), ("erf", "Erf"), ("sigmoid", "Sigmoid"),
        ("gelu", "Gelu"), ("sin", "Sin"), ("cos", "Cos"), ("softplus", "Softplus"), ("sqrt", "Sqrt"),
    ]:  # fmt: skip
        bench = f"ree.function.{name}.64k"
        if wanted not in bench:
            continue
        x = uniform(65536)
        x *= 4
        if name in ("log", "sqrt"):
            np.abs(x, out=x)
        model = session((operator, ""), [("x", [65536])], [("y", [65536])], [])
        compare(bench, kernels.unary(name, x)[0], [(runtime, bound(model, x=x))], seconds)
    for rows, n in [(1536, 128), (256, 2048)]:
        bench = f"ree.softmax.{rows}x{n}"
        if wanted in bench:
            x = uniform(rows, n)
            model = session(("Softmax", ""), [("x", [rows, n])], [("y", [rows, n])], [], axis=-1)
            compare(bench, kernels.softmax(x)[0], [(runtime, bound(model, x=x))], seconds)
    bench = "ree.layer_norm.128x384"
    if wanted in bench:
        x, gamma, beta = uniform(128, 384), uniform(384), uniform(384)
        model = session(
            ("LayerNormalization", ""), [("x", [128, 384])], [("y", [128, 384])],
            [("gamma", gamma), ("beta", beta)], epsilon=1e-5,
        )  # fmt: skip
        ours = kernels.layer_norm(x, gamma, beta)[0]
        compare(bench, ours, [(runtime, bound(model, x=x))], seconds)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", required=True)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    kernels = Kernels(os.path.abspath(options.library))
    blas = openblas()
    if not blas:
        print(json.dumps({"bench": "ree.gemm", "missing": "openblas"}))
    runtime = "onnxruntime " + ort.__version__
    products(kernels, blas, runtime, options.only, options.seconds)
    integer_products(kernels, runtime, options.only, options.seconds)
    functions(kernels, runtime, options.only, options.seconds)


main()
