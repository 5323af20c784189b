#!/usr/bin/env python3
"""Trains one small GPT twice, with our engine and with PyTorch, on the same text, weights and batches.

PyTorch starts from our first checkpoint, which is a GPT-2 in safetensors, and draws its batches by itself:
Philox is written again here, from its paper. What is compared: the losses of the first steps, while
rounding has not grown yet; every validation loss; and how far the last one fell. Then a run that was
interrupted must end in the same file, steps [200, 210) must verify from a checkpoint alone, and must not
from one with a changed weight. Last comes `conformance-training: <passed>/<total>`.
"""

import argparse
import csv
import json
import math
import os
import shutil
import struct
import subprocess
import sys

import numpy as np
import torch
import torch.nn.functional as F

LAYERS, HEADS, LENGTH, BATCH, STEPS, INTERVAL = 2, 4, 64, 16, 500, 25
PEAK, WARMUP, DECAY, FLOOR, SEED = 2e-3, 50, 450, 2e-4, 2
VALIDATION_TOKENS = 32768


def philox(key, counter):
    """Philox4x32-10 (Salmon et al., SC 2011)."""
    mask = 0xFFFFFFFF
    x0, x1, x2, x3 = counter
    k0, k1 = key & mask, key >> 32
    for _ in range(10):
        first, second = x0 * 0xD2511F53, x2 * 0xCD9E8D57
        x0, x1, x2, x3 = (second >> 32) ^ x1 ^ k0, second & mask, (first >> 32) ^ x3 ^ k1, first & mask
        k0, k1 = (k0 + 0x9E3779B9) & mask, (k1 + 0xBB67AE85) & mask
    return x0, x1, x2, x3


def batch(text, step):
    rows = []
    for sequence in range(BATCH):
        words = philox(SEED, (step & 0xFFFFFFFF, step >> 32, 0, sequence))
        start = ((words[0] << 32 | words[1]) * (len(text) - LENGTH)) >> 64
        rows.append(text[start:start + LENGTH + 1])
    return torch.from_numpy(np.stack(rows).astype(np.int64))


def safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        content = file.read()
    return {name: torch.from_numpy(np.frombuffer(content[slice(*t["data_offsets"])], "<f4").reshape(t["shape"]).copy())
            for name, t in header.items() if name.startswith("transformer.")}


def logits(p, ids):
    count = ids.shape[1]
    mask = torch.full((count, count), -math.inf).triu(1)

    def linear(x, name):
        return x @ p[name + ".weight"] + p[name + ".bias"]

    def norm(x, name):
        return F.layer_norm(x, x.shape[-1:], p[name + ".weight"], p[name + ".bias"], 1e-5)

    x = p["transformer.wte.weight"][ids] + p["transformer.wpe.weight"][:count]
    for layer in range(LAYERS):
        name = f"transformer.h.{layer}."
        qkv = linear(norm(x, name + "ln_1"), name + "attn.c_attn")
        q, k, v = (t.reshape(*ids.shape, HEADS, -1).transpose(1, 2) for t in qkv.chunk(3, -1))
        weights = (q @ k.transpose(-1, -2) / math.sqrt(q.shape[-1]) + mask).softmax(-1)
        x = x + linear((weights @ v).transpose(1, 2).reshape(x.shape), name + "attn.c_proj")
        x = x + linear(F.gelu(linear(norm(x, name + "ln_2"), name + "mlp.c_fc")), name + "mlp.c_proj")
    return norm(x, "transformer.ln_f") @ p["transformer.wte.weight"].T


def loss_of(p, tokens):
    return F.cross_entropy(logits(p, tokens[:, :-1]).flatten(0, 1), tokens[:, 1:].flatten())


def rate(step):
    if step < WARMUP:
        return PEAK * (step + 1) / WARMUP
    share = min(1, (step - WARMUP) / DECAY)
    return FLOOR + (PEAK - FLOOR) * 0.5 * (1 + math.cos(math.pi * share))


def train(first, text, validation):
    p = {name: t.requires_grad_() for name, t in safetensors(first).items()}
    optimizer = torch.optim.AdamW([
        {"params": [t for t in p.values() if t.dim() > 1], "weight_decay": 0.01},
        {"params": [t for t in p.values() if t.dim() == 1], "weight_decay": 0}], betas=(0.9, 0.999), eps=1e-8)
    per = BATCH * LENGTH
    groups = min((len(validation) - 1) // per, VALIDATION_TOKENS // per)

    def validation_loss():
        with torch.no_grad():
            losses = []
            for group in range(groups):
                rows = [validation[i * LENGTH:i * LENGTH + LENGTH + 1]
                        for i in range(group * BATCH, (group + 1) * BATCH)]
                losses.append(loss_of(p, torch.from_numpy(np.stack(rows).astype(np.int64))).item())
            return sum(losses) / groups

    losses, validations = [], {0: validation_loss()}
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.zero_grad()
        loss = loss_of(p, batch(text, step))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(p.values(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if (step + 1) % INTERVAL == 0:
            validations[step + 1] = validation_loss()
    return losses, validations


def plot(path, curves):
    """One picture: thin lines for training, thick ones for validation."""
    width, height, left, bottom = 860, 480, 60, 45
    low = min(min(t) for _, _, t, v in curves) - 0.1
    high = max(max(v.values()) for _, _, t, v in curves) + 0.1

    def place(step, loss):
        return f"{left + step / STEPS * (width - left - 20):.1f},{20 + (high - loss) / (high - low) * (height - 20 - bottom):.1f}"

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
             'font-size="12"><rect width="100%" height="100%" fill="white"/>']
    for loss in range(math.ceil(low), math.floor(high) + 1):
        y = place(0, loss).split(",")[1]
        parts.append(f'<line x1="{left}" x2="{width - 20}" y1="{y}" y2="{y}" stroke="#ddd"/>'
                     f'<text x="{left - 8}" y="{y}" text-anchor="end">{loss}</text>')
    for step in range(0, STEPS + 1, 100):
        parts.append(f'<text x="{place(step, 0).split(",")[0]}" y="{height - 25}" text-anchor="middle">{step}</text>')
    for row, (name, color, losses, validations) in enumerate(curves):
        dash = ' stroke-dasharray="7 5"' if row else ""
        parts.append(f'<polyline fill="none" stroke="{color}" stroke-opacity="0.35" points="'
                     + " ".join(place(i + 1, l) for i, l in enumerate(losses)) + '"/>')
        parts.append(f'<polyline fill="none" stroke="{color}" stroke-width="2.5"{dash} points="'
                     + " ".join(place(s, l) for s, l in validations.items()) + '"/>')
        parts.append(f'<text x="{width - 330}" y="{40 + 18 * row}" fill="{color}">{name}: validation {list(validations.values())[-1]:.4f}'
                     f' (thin: training){" dashed" if row else ""}</text>')
    parts.append(f'<text x="{width / 2}" y="{height - 8}" text-anchor="middle">step; loss in nats for each byte</text></svg>')
    with open(path, "w") as file:
        file.write("\n".join(parts) + "\n")


class Checks:
    def __init__(self):
        self.passed = self.total = 0

    def add(self, name, good):
        self.total += 1
        self.passed += bool(good)
        if not good:
            print(f"failed: {name}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--data", required=True, help="the folder with train.txt and validation.txt")
    parser.add_argument("--out", required=True)
    parser.add_argument("--bits", help="the output of bits.sh")
    options = parser.parse_args()
    files = [os.path.join(options.data, name) for name in ("train.txt", "validation.txt")]
    text, validation = (np.fromfile(f, np.uint8) for f in files)
    whole, resumed = (os.path.join(options.out, name) for name in ("whole", "resumed"))
    for folder in (whole, resumed):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    torch.set_num_threads(1)

    def ours(*arguments):
        return subprocess.run([options.program, *arguments], text=True, capture_output=True)

    def checkpoint(folder, step):
        return os.path.join(folder, f"step-{step}.safetensors")

    checks = Checks()
    print(ours("train", *files, str(STEPS), "1", whole).stdout.strip())
    with open(os.path.join(whole, "loss.csv")) as file:
        rows = list(csv.DictReader(file))
    losses = [float(r["loss"]) for r in rows if r["loss"]]
    validations = {int(r["step"]): float(r["validation_loss"]) for r in rows if r["validation_loss"]}
    peer_losses, peer_validations = train(checkpoint(whole, 0), text, validation)

    early = [abs(a - b) for a, b in zip(losses[:50], peer_losses)]
    print(f"the first 50 losses differ by {max(early):.2e} at most, all by {max(abs(a - b) for a, b in zip(losses, peer_losses)):.4f}")
    for step, difference in enumerate(early):
        checks.add(f"step {step}: {losses[step]} and {peer_losses[step]}", difference < 2e-3)
    checks.add("the validation loss is computed at the same steps", validations.keys() == peer_validations.keys())
    for step, loss in validations.items():
        print(f"step {step}: validation loss {loss:.4f}, PyTorch {peer_validations.get(step, math.nan):.4f}")
        checks.add(f"validation after {step} steps", abs(loss - peer_validations.get(step, math.inf)) < 0.03)
    checks.add("the loss fell", validations[STEPS] < validations[0] / 2)

    ours("resume", checkpoint(whole, 250), *files, str(STEPS), "2", resumed)
    with open(checkpoint(whole, STEPS), "rb") as a, open(checkpoint(resumed, STEPS), "rb") as b:
        same = a.read() == b.read()
    print(f"stopped at 250 and resumed: the last checkpoint is {'the same, byte for byte' if same else 'another'}")
    checks.add("resuming", same)
    steps = [checkpoint(whole, STEPS), *files, "200", "210", "1"]
    alone = ours("verify", checkpoint(whole, 200), *steps)
    print(f"steps [200, 210) alone: {alone.stdout.strip()}")
    checks.add("verification of [200, 210)", alone.returncode == 0)
    forged = os.path.join(options.out, "forged.safetensors")
    with open(checkpoint(whole, 200), "rb") as file:
        content = bytearray(file.read())
    content[len(content) // 3] ^= 1
    with open(forged, "wb") as file:
        file.write(content)
    lie = ours("verify", forged, *steps)
    print(f"the same from a checkpoint with one changed bit: {lie.stdout.strip()}")
    checks.add("a changed checkpoint is found out", lie.returncode == 1 and "step 200 is wrong" in lie.stdout)

    if options.bits:
        with open(options.bits) as file:
            equal, total = map(int, file.read().strip().splitlines()[-1].split()[-1].split("/"))
        checks.passed += equal
        checks.total += total
    picture = os.path.join(options.out, "loss.svg")
    plot(picture, [("ours", "#c0392b", losses, validations),
                   (f"PyTorch {torch.__version__.split('+')[0]}", "#2c6fbb", peer_losses, peer_validations)])
    print(f"both curves: {picture}")
    print(f"conformance-training: {checks.passed}/{checks.total}")
    sys.exit(int(checks.passed != checks.total))


if __name__ == "__main__":
    main()
