import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch_range.campaigns.methods import (
    fixed_prompt,
    grid,
    judge,
    own_users,
    probe_then_bulk,
    reasoning_elicitation,
    signature_replay,
    store_replay,
    trace_cleaner,
    training_rows,
)
from stillwatch_range.campaigns.wording import Wording, draw_text, fill

GRAMMARS = {
    "fixed": fixed_prompt.TEXTS,
    "grid": grid.TEXTS,
    "pairs": judge.PAIRS,
    "rubrics": judge.RUBRICS,
    "own-users": own_users.SYSTEMS,
    "follow-ups": own_users.FOLLOW_UPS,
    "elicit": reasoning_elicitation.TEXTS,
    "elicit-system": reasoning_elicitation.SYSTEMS,
    "expand": signature_replay.TEXTS,
    "stamps": store_replay.STAMPS,
    "later": store_replay.LATER,
    "policies": {"en": store_replay.POLICIES},
    "cleaner": trace_cleaner.TEXTS,
    "rows": training_rows.TEXTS,
    "aims": {"en": probe_then_bulk.AIMS},
    "stages": {"en": probe_then_bulk.STAGES},
    "shapes": {"en": probe_then_bulk.SHAPES},
    "orders": {"en": probe_then_bulk.ORDERS},
    "refusals": {"en": probe_then_bulk.REFUSED},
}


def test_choices_nest_and_slots_stay():
    """A choice gives one of its alternatives, also inside another; slots wait for values."""
    texts = {draw_text(random.Random(n), "a [b|c [d|e]|]{f}") for n in range(60)}
    assert texts == {"a b{f}", "a c d{f}", "a c e{f}", "a {f}"}


@pytest.mark.parametrize("text", ["[a|b", "a]", "[a]]"])
def test_unbalanced_texts_are_refused(text):
    """A text whose brackets do not match is a mistake of its author."""
    with pytest.raises(ValueError, match="choice"):
        draw_text(random.Random(0), text)


@given(st.text())
def test_values_are_never_looked_into(value):
    """What fills a slot stands as it is, whatever signs it holds."""
    assert fill("<{a}>{b}", {"a": value}) == f"<{value}>{{b}}"


@pytest.mark.parametrize("name", GRAMMARS)
def test_every_text_of_every_method_can_be_drawn(name):
    """All templates are well formed: no bracket is left over, whatever is drawn."""
    for texts in GRAMMARS[name].values():
        for text in texts:
            for n in range(20):
                drawn = draw_text(random.Random(n), text)
                assert not re.search(r"[\[\]]", drawn)


@pytest.mark.parametrize(
    ("rotation", "wordings"), [("one", 1), ("rotated", 6), ("account", 40), ("request", 400)]
)
def test_rotation_says_how_many_wordings_there_are(rotation, wordings):
    """One wording, a few, one for each account or one for each request."""
    text = "".join(f"[a{n}|b{n}|c{n}|d{n}]" for n in range(30))
    wording = Wording(1, "x", {"en": (text,)}, {}, rotation)
    assert len({wording.template(n % 40, n) for n in range(400)}) == wordings


def test_an_unknown_language_falls_back_to_english():
    """A purpose without text in a language speaks English."""
    wording = Wording(1, "x", {"en": ("hello {who}",), "de": ("hallo",)}, {"who": "you"})
    assert wording.template(0, 0, "fr") == "hello you"
    assert wording.template(0, 0, "de") == "hallo"
