"""Encoders that turn prompts into vectors of length one.

The papers use trained sentence encoders (`bge-small-en-v1.5` in arXiv 2606.05725) or train one of
their own (SEAT), which the range neither ships nor downloads. Two stand in for them: `ngrams`,
character n-grams within words, hashed, which sees wording rather than meaning; and `wordllama`,
a small table of trained word vectors, if that package is installed (its code is MIT; its vectors
descend from Llama 2, whose licence is another matter, so it is no dependency of ours).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stillwatch.errors import MissingExtra, SettingsError

Vectors = NDArray[np.float32]
Encoder = Callable[[Sequence[str]], Vectors]
WIDTH = 512


def encoder(name: str) -> Encoder:
    """An encoder by name: `ngrams` or `wordllama`.

    Raises:
        SettingsError: there is none of that name.
        MissingExtra: its package is not installed.
    """
    if name == "ngrams":
        return _ngrams()
    if name == "wordllama":
        return _wordllama()
    raise SettingsError(f"There is no encoder {name}.", "There are ngrams and wordllama.")


def _ngrams() -> Encoder:
    try:
        from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra(
            "Peers that read prompts need scikit-learn.", "pip install 'stillwatch[range]'"
        ) from error
    # Signed hashing into few buckets keeps inner products and, unlike an SVD, is fitted to nothing.
    hasher = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=WIDTH)

    def encode(texts: Sequence[str]) -> Vectors:
        return _unit(hasher.transform(texts).toarray())

    return encode


def _wordllama() -> Encoder:
    try:
        import wordllama  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra(
            "The encoder wordllama is a package of its own.", "pip install wordllama"
        ) from error
    # The package keeps its tokenizer where its own look-up (0.4.0) seeks only a cache; never
    # let it fetch anything.
    model: Any = wordllama.WordLlama.load(
        cache_dir=Path(wordllama.__file__).parent, disable_download=True
    )

    def encode(texts: Sequence[str]) -> Vectors:
        return _unit(model.embed(list(texts), norm=True))

    return encode


def _unit(vectors: Any) -> Vectors:
    rows = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), np.float32)
