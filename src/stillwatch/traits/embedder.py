"""What texts mean, by a small model that the user brings: an option beside `features.py`.

A static model gives every token one vector and a text their mean (model2vec, MIT): no graphics
card, thousands of texts a second. It stands in for the lexical features, with the same face. Nothing
is ever downloaded: the model is a folder on this machine.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from stillwatch.errors import MissingExtra, SettingsError
from stillwatch.traits.features import BATCH, Codes, Projection, Vectors, unit

FILES = ("config.json", "model.safetensors", "tokenizer.json")
"""What a model's folder holds."""
MOST_CHARS = 4_096
"""Characters that are read of a text."""
_CHUNK = 1 << 20


class Embedder:
    """Turns texts into vectors of a model.

    Args:
        folder: the model's, as model2vec saves it.
        key: secret bytes, the same for all texts that are to be compared.

    Raises:
        MissingExtra: model2vec is not installed.
        SettingsError: the folder holds no model that can be read.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        try:
            from model2vec import StaticModel  # noqa: PLC0415  # only where it is asked for
        except ImportError as error:
            raise MissingExtra(
                "Comparing texts by an embedding needs model2vec.",
                "pip install 'stillwatch[embeddings]'",
            ) from error
        _present(folder)
        try:
            self._model = StaticModel.from_pretrained(folder, force_download=False)
        except Exception as error:  # what a broken file raises depends on where it is broken
            raise SettingsError(
                f"The embedding model in {folder.name} cannot be read: {error}.",
                f"It needs {', '.join(FILES)} as model2vec saves them.",
            ) from error
        self.features = int(self._model.dim)
        self._projection = Projection(key, self.features)

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Vectors of texts.

        Returns:
            (texts, features) array; rows have length one, those of texts without a token that the
            model knows are zero. A text's row does not depend on the other texts.
        """
        rows = np.zeros((len(texts), self.features), np.float32)
        for start in range(0, len(texts), BATCH):
            some = [_plain(text) for text in texts[start : start + BATCH]]
            found = self._model.encode(some, use_multiprocessing=False)
            rows[start : start + BATCH] = np.nan_to_num(np.asarray(found, np.float32))
        return unit(rows)

    def codes(self, texts: Sequence[str]) -> Codes:
        """Codes of texts, see `Projection`."""
        return self._projection(self(texts))


def model_id(folder: Path) -> str:
    """A short name for a model, by its files; two folders with the same files have the same.

    Raises:
        SettingsError: the folder holds no model.
    """
    _present(folder)
    digest = sha256()
    for name in FILES:
        with (folder / name).open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
        digest.update(name.encode())
    return digest.hexdigest()[:16]


def _present(folder: Path) -> None:
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SettingsError(
            f"{folder.name or 'The folder'} holds no embedding model: {missing[0]} is missing.",
            "Name the folder of a model that model2vec saved, such as a copy of potion-base-8M.",
        )


def _plain(text: str) -> str:
    """A text that can be written in UTF-8, of long ones the beginning."""
    return text[:MOST_CHARS].encode("utf-8", "replace").decode()
