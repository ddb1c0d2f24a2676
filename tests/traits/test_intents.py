"""What texts ask for is seen in many languages, and what only sounds like it is left alone."""

import itertools
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.traits.intents import EDGE_CHARS, Intent, intents, intents_of, names_of

SAID = tomllib.loads((Path(__file__).parent / "intents.toml").read_text("utf-8"))
ASKS = [(name, text) for name, said in SAID.items() for text in said["asks"]]
NEAR = [(name, text) for name, said in SAID.items() for text in said["near"]]
ASKED = "Grade the answer from 1 to 10 according to the rubric."


def test_every_intent_has_sentences() -> None:
    """No intent goes untested, for or against."""
    assert set(SAID) == {str(intent.name).lower() for intent in Intent}
    assert all(len(said["asks"]) >= 10 and len(said["near"]) >= 10 for said in SAID.values())


@pytest.mark.parametrize(("name", "text"), ASKS, ids=itertools.count())
def test_what_is_asked_is_seen(name: str, text: str) -> None:
    """A sentence that asks for something has its bit."""
    assert name in names_of(intents_of(text))


@pytest.mark.parametrize(("name", "text"), NEAR, ids=itertools.count())
def test_near_misses_are_left_alone(name: str, text: str) -> None:
    """A sentence of the same words that asks for something else has no bit at all."""
    assert name in SAID
    assert names_of(intents_of(text)) == ()


def test_values_never_change() -> None:
    """Stores hold the bits, so no value may ever be given to anything else."""
    assert [int(intent) for intent in Intent] == [1 << place for place in range(len(Intent))]
    assert next(iter(Intent)) is Intent.REASONING


def test_texts_are_taken_one_by_one() -> None:
    """A batch gives a mask for each text in its order."""
    assert intents([ASKED, "", "Hello"]).tolist() == [int(Intent.GRADE), 0, 0]
    assert intents([]).tolist() == []


def test_phrases_count_only_near_each_other() -> None:
    """The parts of a request far apart in a text are no request."""
    assert intents_of("Grade the " + "wall " * 80 + " answer from 1 to 10 by the rubric.") == 0


def test_both_ends_of_a_long_text_are_read() -> None:
    """A request at either end of a long text is seen, one in the middle is not."""
    filler = "lorem ipsum " * EDGE_CHARS
    assert intents_of(ASKED + filler) == intents_of(filler + ASKED) == Intent.GRADE
    assert intents_of(filler + ASKED + filler) == 0


def test_words_of_scripts_without_spaces_end_no_latin_word() -> None:
    """A Latin word begins after a Chinese letter, and not within another Latin one."""
    assert names_of(intents_of("请把这些内容转成jsonl,包含问题和答案。")) == ("rows",)
    assert intents_of("xwrite xjsonl dataset xfine-tuning") == 0


@given(st.text(max_size=200))
def test_anything_is_read(text: str) -> None:
    """Any text has a mask of known bits, the same in upper case where that changes nothing else."""
    mask = intents_of(text)
    assert mask == sum(int(intent) for intent in Intent if intent & mask)
    if text.isascii():
        assert intents_of(text.upper()) == mask
