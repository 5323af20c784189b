#!/usr/bin/env python3
"""Writes the small tokenizers of the unit tests and what PyPI's `tokenizers` makes of some texts.

Usage: fixtures.py FOLDER
"""

import json
import os
import sys

from tokenizers import Tokenizer

from run import LANGUAGES, nasty_texts, trained

KINDS = ["roberta", "llama3", "qwen2-nfc", "nfd-lower", "metaspace", "llama2", "bert-cased"]


def main():
    folder = sys.argv[1]
    texts = LANGUAGES + nasty_texts(60, seed=11)
    expected = []
    made = trained(LANGUAGES, vocabulary_size=400)
    for kind in KINDS:
        path = os.path.join(folder, kind + ".json")
        made[kind].save(path, pretty=False)
        tokenizer = Tokenizer.from_file(path)
        for text in texts:
            encoding = tokenizer.encode(text)
            expected.append({"tokenizer": kind, "text": text, "ids": encoding.ids,
                             "decoded": tokenizer.decode(encoding.ids)})
    with open(os.path.join(folder, "expected.json"), "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(e) for e in expected) + "\n]\n")


if __name__ == "__main__":
    main()
