"""Vectors of texts: the same everywhere, keyed, and near where wording is near."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.traits.features import BATCH, FEATURES, Featurer

FEATURER = Featurer(b"one key" * 5)
TEXTS = st.text(max_size=60)


@given(st.lists(TEXTS, max_size=8), TEXTS, st.lists(TEXTS, max_size=8))
def test_neighbours_do_not_matter(before: list[str], text: str, after: list[str]) -> None:
    """A text has the same vector alone and among others."""
    together = FEATURER([*before, text, *after])
    assert np.array_equal(together[len(before)], FEATURER([text])[0])


@given(TEXTS)
def test_length_is_one(text: str) -> None:
    """Vectors have length one, those of empty texts are zero."""
    length = float(np.linalg.norm(FEATURER([text])[0]))
    assert abs(length - (1.0 if text else 0.0)) < 1e-5


def test_batches_are_joined() -> None:
    """More texts than a batch give one row each, in their order."""
    texts = [f"text number {word}" for word in ("one", "two", "three")] * BATCH
    rows = FEATURER(texts)
    assert rows.shape == (3 * BATCH, FEATURES)
    assert np.array_equal(rows[-3:], rows[:3])
    assert not np.array_equal(rows[0], rows[1])


def test_nothing_in_nothing_out() -> None:
    """No texts give no rows."""
    assert FEATURER([]).shape == (0, FEATURES)


def test_key_matters() -> None:
    """Vectors of the same text under two keys have nothing in common; under one they are equal."""
    text = ["Which accounts belong together, and how do we know?"]
    same, other = Featurer(b"one key" * 5)(text), Featurer(b"other key" * 4)(text)
    assert np.array_equal(same, FEATURER(text))
    assert abs(float((other @ FEATURER(text).T)[0, 0])) < 0.3


def test_shared_wording_is_near() -> None:
    """A text with another slot is nearer than another text, in scripts without spaces too."""
    for one, near, far in (
        (
            "Write three questions about harbours for a textbook.",
            "Write three questions about bicycles for a textbook.",
            "def mean(rows):\n    return sum(rows) / len(rows)",
        ),
        ("请写出关于港口的三个问题", "请写出关于自行车的三个问题", "今天天气怎么样"),
    ):
        rows = FEATURER([one, near, far])
        assert rows[0] @ rows[1] > 0.3 + rows[0] @ rows[2]


def test_case_and_digits_do_not_matter() -> None:
    """Case of ASCII letters and the digits of a number are folded away."""
    first, second = FEATURER(["Item 17 of the Pool", "item 42 of the pool"])
    assert np.array_equal(first, second)


def test_long_texts_are_read_at_both_ends() -> None:
    """The middle of a long text is left out, its beginning and end are not."""
    start, end = "a question about harbours " * 30, " and a last word on bicycles" * 30
    rows = FEATURER([start + "x " * 5_000 + end, start + "y " * 5_000 + end, start])
    assert np.array_equal(rows[0], rows[1])
    assert not np.array_equal(rows[0], rows[2])


def test_no_text_is_refused() -> None:
    """Half a surrogate pair, as broken clients send, has a vector like any other text."""
    assert np.isfinite(FEATURER(["\ud83d broken", "\x00"])).all()
