"""Members of arrays are found again, and JSON in Base64 is opened where nothing is lost by it."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.audit.findings import judge
from stillwatch.audit.paths_members import MANY, members
from stillwatch.audit.paths_object import decode, opened
from tests.audit.made_up import recording


def labels(value):
    """What the members of a JSON array are called."""
    return members(decode(json.dumps(value)))


def test_members_with_names_of_their_own_are_called_by_them():
    """Tools, in any order."""
    assert labels([{"name": "Read"}, {"name": "Edit"}]) == ["name=Read", "name=Edit"]


def test_events_are_called_by_what_happened():
    """Those of one name are numbered, wherever the name stands in them."""
    events = [{"data": {"event_name": f"step_{n % 6}"}} for n in range(MANY)]
    assert labels(events)[:7] == [
        *(f"event_name=step_{n}" for n in range(6)),
        "event_name=step_0(1)",
    ]


@pytest.mark.parametrize(
    "array",
    [
        [{"role": "user"}, {"role": "user"}],
        [{"type": ("user", "model")[n % 2]} for n in range(40)],
        [{"event": f"some words {n}"} for n in range(40)],
        [1, 2, 3],
        [],
    ],
    ids=["turns", "kinds", "sentences", "numbers", "none"],
)
def test_other_members_are_counted(array):
    """A turn is not called by its role, nor an event by a sentence."""
    assert labels(array) == [str(number) for number in range(len(array))]


def packed(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


@given(st.dictionaries(st.text(), st.integers() | st.text(), min_size=1))
def test_an_object_in_base64_is_opened(value):
    """Every one, and nothing is lost."""
    assert json.loads(opened(packed(value)) or "null") == value


@pytest.mark.parametrize(
    "text",
    ["eyJ", "eyJhIjoxfQ", packed([1]), packed({"a": 1})[:-4], "eyJhIjoxfR==", "Say hello."],
    ids=["short", "no padding", "array", "cut", "unused bits", "words"],
)
def test_what_another_spelling_could_hide_is_left_closed(text):
    """It is compared letter by letter instead."""
    assert opened(text) is None


@given(st.text())
def test_any_text_can_be_asked_for(text):
    """Rubbish holds no JSON."""
    assert opened(text) is None or opened(text)


def test_a_mark_within_base64_is_located():
    """The key that follows the user is named, and no other difference is reported."""

    def plant(levels, drafts, rng):
        inner = {"at": rng.getrandbits(40), "who": levels["user"]}
        drafts[0]["body"]["metadata"] = packed(inner)

    found = [one for one in judge(recording(plant)).findings if "home" not in one.shows]
    (one,) = found
    assert one.places[0].path == "body.metadata.who"
    assert one.factors == ("user",)


def test_the_same_words_in_many_events_are_one_finding():
    """Its places say in which."""

    def plant(levels, drafts, _):
        drafts[0]["body"]["events"] = [
            {"event": f"step_{n}", "who": levels["user"]} for n in range(MANY)
        ]

    found = [one for one in judge(recording(plant)).findings if "home" not in one.shows]
    (one,) = found
    assert len(one.places) == MANY
