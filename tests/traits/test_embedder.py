"""Comparing texts by a model that the user brings."""

from pathlib import Path

import numpy as np
import pytest
from model2vec import StaticModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from stillwatch.errors import SettingsError, StoreError
from stillwatch.hunt import Settings, hunting
from stillwatch.keys import KeyRing
from stillwatch.traits.embedder import FILES, Embedder, model_id

HOUR = Path(__file__).parents[2] / "examples" / "day" / "traffic-plain.jsonl.gz"
WORDS = ["[UNK]", "dog", "hound", "tax", "levy", "the"]
KEYS = KeyRing(bytes(range(32)))


def tiny_model(folder, *, turned=1.0):
    """Dogs lie one way and taxes another."""
    vectors = np.zeros((len(WORDS), 8), np.float32)
    vectors[[1, 2], 0] = 1.0
    vectors[2, 1] = 0.2
    vectors[[3, 4], 2] = turned
    vectors[5, 3] = 0.1
    ids = {word: place for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(WordLevel(ids, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    StaticModel(vectors, tokenizer).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder with a model of six words."""
    return tiny_model(tmp_path_factory.mktemp("model"))


def test_texts_of_one_meaning_lie_together_though_they_share_no_word(model):
    """That is what the wording cannot see."""
    dog, hound, tax = Embedder(model, b"key")(["the dog", "the hound", "the tax"])
    assert dog @ hound > 0.9 > 0.3 > dog @ tax


def test_codes_keep_nearness_and_unknown_texts_are_zero(model):
    """A text that the model knows nothing of must not look like another."""
    codes = Embedder(model, b"key").codes(["dog", "hound", "tax", "", "qqq"]).astype(np.float64)
    assert codes[0] @ codes[1] > codes[0] @ codes[2]
    assert not codes[3:].any()


def test_a_row_does_not_depend_on_the_others(model):
    """Workers see texts in different company."""
    embed = Embedder(model, b"key")
    texts = ["dog tax", "\ud800 hound", "levy " * 3000, ""] * 100
    alone = np.concatenate([embed([text]) for text in texts[:4]])
    assert np.allclose(embed(texts)[:4], alone, atol=1e-6)


@pytest.mark.parametrize("missing", FILES)
def test_a_folder_without_a_model_is_an_error_in_words(model, tmp_path, missing):
    """It says which file is missing."""
    for name in set(FILES) - {missing}:
        (tmp_path / name).write_bytes((model / name).read_bytes())
    with pytest.raises(SettingsError, match=missing):
        model_id(tmp_path)


def test_a_broken_model_is_an_error_in_words(model, tmp_path):
    """Bytes from outside must not end in a traceback."""
    for name in FILES:
        (tmp_path / name).write_bytes((model / name).read_bytes()[:20])
    with pytest.raises(SettingsError, match="cannot be read"):
        Embedder(tmp_path, b"key")


def hunt(store, embeddings):
    """Vectors of a hunt through the example traffic, by the text's name."""
    settings = Settings(paths=[HOUR], store=store, processes=1, embeddings=embeddings)
    with hunting(settings, KEYS) as found:
        rows = found.engine.rows("vectors", "SELECT block, vector FROM vectors ORDER BY block")
        return rows.to_pydict()


def test_a_hunt_compares_by_the_model_and_refuses_to_mix(model, tmp_path):
    """Vectors of two models cannot be compared, so a store has one."""
    by_model = hunt(tmp_path / "one", model)
    assert by_model == hunt(tmp_path / "two", model)
    by_words = hunt(tmp_path / "words", None)
    assert by_words["block"] == by_model["block"]
    assert by_words["vector"] != by_model["vector"]
    with pytest.raises(StoreError, match="their wording, not by the model"):
        hunt(tmp_path / "words", model)
    with pytest.raises(StoreError, match="not by their wording"):
        hunt(tmp_path / "one", None)
    other = tiny_model(tmp_path / "other", turned=2.0)
    with pytest.raises(StoreError, match="compares texts by the model"):
        hunt(tmp_path / "one", other)
