#!/usr/bin/env python3
"""Compares our language model's logits with independent computations of the same file.

Independent are: NumPy in binary64 from the decoded weights, nothing quantised on the way; and
llama.cpp (PyPI's `llama-cpp-python`) where it is installed, which quantises activations much as we
do. Nobody's bits can be expected to agree; what is compared is the likeliest token, the correlation
of the logits, and their distance from binary64. A position passes when our logits correlate with
binary64's to 0.995 and the likeliest tokens agree, or differ where the two best are close together.
Then a sampled text is generated on every instruction set of this machine and with two threads: tokens
and the digests of all logits must be the same. Last comes `conformance-llm: <passed>/<total>`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import gguf
import numpy as np
from gguf.quants import dequantize

PROMPTS = [
    "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
    "<|im_start|>user\nWhat is gravity?<|im_end|>\n<|im_start|>assistant\n",
    "The quick brown fox jumps over the lazy dog. The capital of Germany is Berlin, and the capital of Italy is",
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return",
    "Once upon a time, in a small village by the sea, there lived a fisherman who had three daughters.",
]


class Reference:
    """The decoder in binary64."""

    def __init__(self, path):
        reader = gguf.GGUFReader(path)
        fields = {k: f.contents() for k, f in reader.fields.items() if k.startswith("llama.")}
        self.layers = fields["llama.block_count"]
        self.heads = fields["llama.attention.head_count"]
        self.kv_heads = fields["llama.attention.head_count_kv"]
        self.base = fields["llama.rope.freq_base"]
        self.epsilon = fields["llama.attention.layer_norm_rms_epsilon"]
        self.weights = {t.name: dequantize(t.data, t.tensor_type).astype(np.float64).reshape(
            tuple(int(n) for n in reversed(t.shape))) for t in reader.tensors}

    def norm(self, x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * self.weights[name]

    def logits(self, ids):
        w, count = self.weights, len(ids)
        x = w["token_embd.weight"][ids]
        width = x.shape[1] // self.heads
        angles = np.arange(count)[:, None] * self.base ** (-2.0 * np.arange(width // 2) / width)
        cos, sin = np.cos(angles)[:, None, :], np.sin(angles)[:, None, :]

        def turn(v):
            a, b = v[..., 0::2], v[..., 1::2]
            out = np.empty_like(v)
            out[..., 0::2], out[..., 1::2] = a * cos - b * sin, a * sin + b * cos
            return out

        mask = np.triu(np.full((count, count), -np.inf), 1)
        for layer in range(self.layers):
            name = f"blk.{layer}."
            h = self.norm(x, name + "attn_norm.weight")
            q = turn((h @ w[name + "attn_q.weight"].T).reshape(count, self.heads, width))
            k = turn((h @ w[name + "attn_k.weight"].T).reshape(count, self.kv_heads, width))
            v = (h @ w[name + "attn_v.weight"].T).reshape(count, self.kv_heads, width)
            k, v = (np.repeat(t, self.heads // self.kv_heads, 1) for t in (k, v))
            scores = np.einsum("ihd,jhd->hij", q, k) / np.sqrt(width) + mask
            p = np.exp(scores - scores.max(-1, keepdims=True))
            p /= p.sum(-1, keepdims=True)
            x = x + np.einsum("hij,jhd->ihd", p, v).reshape(count, -1) @ w[name + "attn_output.weight"].T
            h = self.norm(x, name + "ffn_norm.weight")
            gate = h @ w[name + "ffn_gate.weight"].T
            x = x + (gate / (1 + np.exp(-gate)) * (h @ w[name + "ffn_up.weight"].T)) @ w[name + "ffn_down.weight"].T
        return self.norm(x, "output_norm.weight") @ w.get("output.weight", w["token_embd.weight"]).T


def same_bits(program, model):
    """How many runs gave the bits of the first, and how many there were."""
    runs = {}
    for isa in ["vnni", "avx512", "avx2", "scalar", "soft", "neon", "dotprod"]:
        for threads in [1, 2]:
            if threads == 2 and runs.get(isa) is None:
                continue
            answer = subprocess.run([program, model, "digest", str(threads)], check=True, text=True,
                                    capture_output=True, env={**os.environ, "REE_ISA": isa}).stdout
            chosen, bits = answer.split("\n", 1)
            if chosen == isa:
                runs[isa if threads == 1 else f"{isa} with two threads"] = bits
            else:
                runs.setdefault(isa, None)
    bits = [b for b in runs.values() if b is not None]
    same = [name for name, b in runs.items() if b == bits[0]]
    print("the same bits on: " + ", ".join(same))
    return len(same), len(bits)


LLAMA = """
import json, sys
import numpy as np
from llama_cpp import Llama
model = Llama(sys.argv[1], n_ctx=512, logits_all=True, verbose=False, n_threads=1)
with open(sys.argv[2], "wb") as file:
    for ids in json.load(sys.stdin):
        model.reset()
        model.eval(ids)
        np.array(model.scores[:len(ids)], dtype="<f4").tofile(file)
"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--tokenizer-program", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--llama-python", help="an interpreter that has llama_cpp")
    options = parser.parse_args()

    answer = subprocess.run([options.tokenizer_program, "gguf", options.model], capture_output=True, text=True,
                            check=True, input="\n".join(p.encode().hex() for p in PROMPTS) + "\n").stdout
    prompts = [[int(i) for i in line.split("\t")[0].split()] for line in answer.splitlines()]
    reference = Reference(options.model)
    wide = np.concatenate([reference.logits(ids) for ids in prompts])
    with tempfile.NamedTemporaryFile() as file:
        subprocess.run([options.program, options.model, "logits", file.name], check=True, text=True,
                       input="\n".join(" ".join(map(str, ids)) for ids in prompts) + "\n")
        ours = np.fromfile(file.name, "<f4").reshape(wide.shape).astype(np.float64)
        theirs = None
        if options.llama_python:
            subprocess.run([options.llama_python, "-c", LLAMA, options.model, file.name],
                           input=json.dumps(prompts), text=True, check=True)
            theirs = np.fromfile(file.name, "<f4").reshape(wide.shape).astype(np.float64)

    def report(name, a, b):
        same = (a.argmax(1) == b.argmax(1)).mean()
        correlation = [np.corrcoef(x, y)[0, 1] for x, y in zip(a, b)]
        print(f"{name}: likeliest token agrees {same:.3f}, correlation {min(correlation):.5f} at least, "
              f"{np.mean(correlation):.5f} on average, greatest difference {np.abs(a - b).max():.3f}, "
              f"root mean square {np.sqrt(((a - b) ** 2).mean()):.4f} (logits: {b.std():.2f})")
        return correlation

    correlation = report("ours to binary64", ours, wide)
    if theirs is not None:
        report("llama.cpp to binary64", theirs, wide)
        report("ours to llama.cpp", ours, theirs)
    passed = 0
    for position in range(len(wide)):
        best = wide[position].argmax()
        chosen = ours[position].argmax()
        close = wide[position][best] - wide[position][chosen] < 1.5
        good = correlation[position] > 0.995 and close
        if not good:
            print(f"position {position}: correlation {correlation[position]:.5f}, {chosen} instead of {best}")
        passed += int(good)
    same, runs = same_bits(options.program, options.model)
    passed, total = passed + same, len(wide) + runs
    print(f"conformance-llm: {passed}/{total}")
    sys.exit(int(passed != total))


if __name__ == "__main__":
    main()
