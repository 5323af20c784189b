#!/usr/bin/env python3
"""Compares our tokenizers with PyPI's `tokenizers`, token for token, on real and on nasty texts.

The tokenizers: the WordPiece of all-MiniLM-L6-v2, the byte-level BPE inside SmolLM2's GGUF file
(rebuilt here from the same file, as the model's publisher has it), and small ones trained on the
spot for the split patterns, normalizers, templates and added tokens that no file at hand uses.
Prints each difference and, last, `conformance-tokenizers: <passed>/<total>`.
"""

import argparse
import glob
import os
import random
import subprocess
import sys
import tempfile
import unicodedata

import gguf
from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers,
                        pre_tokenizers, processors, trainers)

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
          r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")


def real_texts(limit):
    """Paragraphs of the documentation that Debian and Python bring, in many languages and styles."""
    paths = sorted(glob.glob(os.path.join(os.path.dirname(os.__file__), "*.py")))[:60]
    paths += sorted(glob.glob("/usr/share/common-licenses/*"))
    texts = []
    for path in paths:
        with open(path, encoding="utf-8", errors="replace") as file:
            texts += [part for part in file.read().split("\n\n") if part.strip()]
    random.Random(1).shuffle(texts)
    return texts[:limit]


LANGUAGES = [
    "Größe, Straße, ÄÖÜ äöü ẞ", "L'été à Noël, ça va? Œuvre", "¿Qué tal? ¡Mañana!", "Привет, мир! Ёлка",
    "Γειά σου Κόσμε, ΣΊΣΥΦΟΣ", "שלום עולם, שָׁלוֹם", "مرحبا بالعالم، ٠١٢٣", "नमस्ते दुनिया, हिन्दी १२३",
    "สวัสดีชาวโลก", "こんにちは世界。カタカナ ｶﾀｶﾅ", "你好，世界！漢字", "안녕하세요 세계 가각", "Xin chào thế giới, Tiếng Việt",
    "İstanbul ıIiİ DŽ ǅ ǆ", "ﬁ ﬂ ﬀ ½ ¼ ² ₂ Ⅷ ⅷ ①", "👩‍👩‍👧‍👦 👍🏽 🇩🇪 ❤️ 😀", "e\u0301 é n\u0303 ñ A\u030a Å Å",
    "a\u0300\u0301\u0323b q\u0307\u0323 q\u0323\u0307", "\u1112\u1161\u11ab \ud55c", "It's we'll I'D THEY'RE don't 'S 'ſ ''s",
    "x = 3.14159e-10; y=0x1F 1234567890 １２３ ٣٤٥", "if (a<b) { return a->b; }\n\tfoo();\r\n\r\n  bar",
    " leading", "trailing ", "  two  spaces   three    four ", "\n\n\n", "\t\t", " ", "", "\r\n \r\n", "a\n b\n  c\n   d",
    "\u00a0nbsp\u00a0\u2003em\u3000ideographic\u2028line\u2029par\u0085nel", "\u200bzero\u200cwidth\u200djoin\ufeffbom\u00ad",
    "\x00null\x01\x02\x7f\x80\x9f", "\ufffd\ufffe\uffff\U0010ffff\ue000", "\U0001d400\U0001d7d8 𝔘𝔫𝔦", "ₐ ᵃ ª º ʰ ˈ ´ ` ^ ~ ¨",
    "[CLS] [SEP] [MASK] [UNK] [PAD] [cls]", "<|im_start|>user\nhi<|im_end|>\n<|endoftext|> <|im_start|", "<s>a</s> <pad> <mask>x",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "https://example.com/a?b=c&d=%20#frag user@host.org", "snake_case camelCase kebab-case __dunder__", "–—‘’“”…•·¡¿§¶†‡",
]


def nasty_texts(count, seed):
    source = random.Random(seed)
    assigned = [chr(c) for c in range(0x110000)
                if not 0xD800 <= c <= 0xDFFF and unicodedata.category(chr(c)) != "Cn"]
    spaces = [" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u3000", "\u2009", "\x0b", "\x0c", "\x1c", "\u0085"]
    marks = [chr(c) for c in range(0x300, 0x370)] + ["\u0591", "\u064b", "\u093c", "\u0e31", "\u20dd", "\u0903"]
    specials = ["[CLS]", "[SEP]", "[MASK]", "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<s>", "</s>",
                "<strip>", "<word>", "Ünïcode", "ünicode"]
    latin = [chr(c) for c in range(0x20, 0x250)]
    texts = []
    for index in range(count):
        parts = []
        for _ in range(source.randint(1, 24)):
            kind = source.randint(0, 9)
            if kind == 0:
                parts.append(source.choice(spaces))
            elif kind == 1:
                parts.append(source.choice(latin) + "".join(source.choices(marks, k=source.randint(1, 4))))
            elif kind == 2:
                parts.append(source.choice(specials))
            elif kind == 3:
                parts.append(source.choice(["'s", "'T", "'re", "'VE", "'ll", "'d", "'", "''"]))
            elif kind == 4:
                parts.append("".join(source.choices("0123456789٣५½Ⅷ①", k=source.randint(1, 6))))
            elif kind == 5:
                parts.append("".join(source.choices(assigned, k=source.randint(1, 3))))
            elif kind == 6:
                start = source.choice([0x400, 0x370, 0x5d0, 0x627, 0x905, 0xe01, 0x3042, 0x4e00, 0xac00, 0x1f600])
                parts.append("".join(chr(start + source.randint(0, 25)) for _ in range(source.randint(1, 5))))
            else:
                parts.append("".join(source.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?-_()", k=source.randint(1, 9))))
            if source.random() < 0.4:
                parts.append(" ")
        texts.append("".join(parts))
    return texts


def smollm2(path):
    """The tokenizer as the publisher's tokenizer.json has it, from the values in the GGUF file."""
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    types = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    made = Tokenizer(models.BPE({t: i for i, t in enumerate(tokens)}, merges))
    made.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(t, normalized=False, special=True)
                             for t, kind in zip(tokens, types) if kind == 3])
    return made


def trained(texts, vocabulary_size=2000):
    """Small tokenizers of every other kind that we claim to read, by name."""
    specials = [AddedToken("<s>", special=True, normalized=False), AddedToken("</s>", special=True, normalized=False),
                AddedToken("<unk>", special=True, normalized=False),
                AddedToken("<strip>", lstrip=True, rstrip=True, normalized=False),
                AddedToken("<word>", single_word=True, normalized=False),
                AddedToken("Ünïcode", normalized=True)]
    alphabet = pre_tokenizers.ByteLevel.alphabet()

    def bpe(pre_tokenizer, decoder, normalizer=None, processor=None, byte_level=True, **options):
        made = Tokenizer(models.BPE(**options))
        if normalizer is not None:
            made.normalizer = normalizer
        made.pre_tokenizer = pre_tokenizer
        made.decoder = decoder
        trainer = trainers.BpeTrainer(vocab_size=vocabulary_size, show_progress=False, special_tokens=["<s>", "</s>", "<unk>"]
                                      + ([f"<0x{b:02X}>" for b in range(256)] if options.get("byte_fallback") else []),
                                      initial_alphabet=alphabet if byte_level else [])
        made.train_from_iterator(texts, trainer)
        made.add_tokens(specials)
        if processor:
            made.post_processor = processor(made)
        return made

    def split(pattern):
        return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"),
                                        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])

    def roberta(made):
        return processors.RobertaProcessing(("</s>", made.token_to_id("</s>")), ("<s>", made.token_to_id("<s>")))

    def template(made):
        return processors.Sequence([processors.ByteLevel(), processors.TemplateProcessing(
            single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", made.token_to_id("<s>"))])])

    result = {
        "gpt2": bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()),
        "roberta": bpe(pre_tokenizers.ByteLevel(add_prefix_space=True), decoders.ByteLevel(), processor=roberta),
        "llama3": bpe(split(LLAMA3), decoders.ByteLevel(), processor=template, ignore_merges=True),
        "qwen2-nfc": bpe(split(QWEN2), decoders.ByteLevel(), normalizer=normalizers.NFC()),
        "nfd-lower": bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel(),
                         normalizer=normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])),
        "metaspace": bpe(pre_tokenizers.Metaspace(), decoders.Metaspace(), byte_level=False, unk_token="<unk>", fuse_unk=True),
        "llama2": bpe(pre_tokenizers.Metaspace(prepend_scheme="first", split=False),
                      decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
                      byte_level=False, unk_token="<unk>", byte_fallback=True, fuse_unk=True),
        "words": bpe(pre_tokenizers.Whitespace(), decoders.Fuse(), byte_level=False, unk_token="<unk>"),
    }
    cased = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    cased.normalizer = normalizers.BertNormalizer(lowercase=False)
    cased.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cased.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=vocabulary_size, show_progress=False, special_tokens=["[UNK]", "[CLS]", "[SEP]"]))
    cased.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    cased.decoder = decoders.WordPiece()
    result["bert-cased"] = cased
    return result


def compare(program, name, kind, path, theirs, texts, pairs, shown):
    lines = [text.encode().hex() for text in texts] + [f"{a.encode().hex()},{b.encode().hex()}" for a, b in pairs]
    ours = subprocess.run([program, kind, path], input="\n".join(lines) + "\n", capture_output=True, text=True)
    if ours.returncode:
        print(f"{name}: the program ended with {ours.returncode}: {ours.stderr[-500:]}")
        return 0, len(lines)
    answers = ours.stdout.split("\n")[:-1]
    passed = 0
    for source, answer in zip(list(texts) + list(pairs), answers):
        ids, types, decoded, streamed = answer.split("\t")
        want = theirs.encode(*source) if isinstance(source, tuple) else theirs.encode(source)
        text = theirs.decode(want.ids)
        ours_text = bytes.fromhex(decoded).decode()
        problems = []
        if ids.split() != [str(i) for i in want.ids]:
            problems.append(f"ids {ids} instead of {want.ids}")
        if types.split() != [str(i) for i in want.type_ids]:
            problems.append(f"segments {types} instead of {want.type_ids}")
        if ours_text != text:
            problems.append(f"text {ours_text!r} instead of {text!r}")
        if streamed != decoded:
            problems.append("the streamed text is another one")
        if problems:
            if shown[0] > 0:
                shown[0] -= 1
                print(f"{name}: {source!r}: " + "; ".join(problems)[:400])
        else:
            passed += 1
    print(f"{name}: {passed}/{len(lines)}", flush=True)
    return passed, len(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    parser.add_argument("--minilm", required=True, help="tokenizer.json of all-MiniLM-L6-v2")
    parser.add_argument("--smollm2", required=True, help="the GGUF file")
    parser.add_argument("--count", type=int, default=1500, help="texts of each sort")
    parser.add_argument("--every-character", action="store_true", help="also each assigned character by itself, some of the long blocks left out")
    parser.add_argument("--only", default="")
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()

    real = real_texts(options.count)
    texts = LANGUAGES + real + nasty_texts(options.count, seed=7)
    texts.append("".join(real)[:200_000])
    texts.append("a" * 50_000)
    texts.append("ab" * 20_000 + " " * 5_000 + "1" * 5_000)
    if options.every_character:
        texts += [f"a{chr(c)}b {chr(c)}" for c in range(1, 0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs", "Co")
                  and not 0x3400 < c < 0x9FF0 and not 0xAC01 < c < 0xD7A0 and c < 0x20000]
    pairs = list(zip(LANGUAGES, reversed(LANGUAGES)))
    minilm = Tokenizer.from_file(options.minilm)
    minilm.no_truncation()
    minilm.no_padding()
    shown = [options.show]
    passed = total = 0
    with tempfile.TemporaryDirectory() as folder:
        jobs = [("minilm", "json", options.minilm, minilm), ("smollm2", "gguf", options.smollm2, smollm2(options.smollm2))]
        for name, made in trained(real[:400] + LANGUAGES).items():
            path = os.path.join(folder, name + ".json")
            made.save(path)
            jobs.append((name, "json", path, Tokenizer.from_file(path)))
        for name, kind, path, theirs in jobs:
            if options.only in name:
                right, all_of_them = compare(options.program, name, kind, path, theirs, texts, pairs, shown)
                passed += right
                total += all_of_them
    print(f"conformance-tokenizers: {passed}/{total}")
    sys.exit(passed != total)


if __name__ == "__main__":
    main()
