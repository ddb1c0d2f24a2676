"""Each way to hide something is found where it was hidden, and read where it can be read."""

import re

import pytest

from stillwatch.marks.foreign import scan_text
from stillwatch.marks.foreign.model import SURENESS
from stillwatch.marks.foreign.registry import CHANNELS, RAW_CHANNELS
from tests.marks.foreign.planted import PLANTS, PROSE, READ, WORD, plants

PLANTED = list(plants())
NAMES = [f"{channel}-{number}" for channel, number, _ in PLANTED]


def test_the_prose_itself_hides_nothing():
    """What is found later was planted."""
    assert scan_text(PROSE) == []
    assert scan_text(PROSE, own=True) == []


def test_every_channel_is_planted():
    """A channel without a plant is one that nobody has seen at work."""
    assert {channel.id for channel in CHANNELS} == set(PLANTS)
    assert {channel for channel, ways in PLANTS.items() if not ways} == {
        channel.id for channel in RAW_CHANNELS
    }
    assert len(CHANNELS) >= 25


@pytest.mark.parametrize(("channel", "number", "text"), PLANTED, ids=NAMES)
@pytest.mark.parametrize("own", [False, True], ids=["typed", "own"])
def test_a_plant_is_found_in_its_channel(channel, number, text, own):
    """In a person's words and in a client's own text alike; in typed text in no other channel."""
    found = {one.channel for one in scan_text(text, own=own)}
    assert channel in found
    assert own or found == {channel}


@pytest.mark.parametrize(("channel", "number", "text"), PLANTED, ids=NAMES)
def test_marks_are_the_characters_that_they_name(channel, number, text):
    """Offsets, lines and columns point at them, and the counts are right."""
    for one in scan_text(text):
        assert one.marks
        for mark in one.marks:
            assert text[mark.offset : mark.offset + len(mark.text)] == mark.text
        line = text.split("\n")[one.place.line - 1]
        first = one.marks[0].text.split("\n")[0]
        assert line[one.place.column - 1 :].startswith(first)
        assert one.count >= len(one.marks)
        assert one.sure in SURENESS
        assert one.says.endswith(".")
        assert one.twin


@pytest.mark.parametrize("channel", sorted(READ))
def test_the_hidden_word_is_read(channel):
    """Where a channel carries text, the scanner reads it."""
    (one,) = scan_text(PLANTS[channel][0](PROSE, WORD))
    assert one.sure in {"certain", "likely"}
    assert one.payload is not None
    assert WORD in one.payload.text
    assert WORD in one.says


def test_what_is_shown_spells_out_the_odd_characters_and_nothing_else():
    """Side by side: as it stands, and as it usually is."""
    (one,) = scan_text("a plain can\u02bct of worms\x1b[31m")
    assert one.shown == "a plain can<U+02BC \u02bc>t of worms<U+001B>[31m"
    assert one.plain == "a plain can't of worms<U+001B>[31m"
    assert one.code_points == ("U+02BC",)


def test_channels_are_sorted_and_declare_themselves():
    """Id, title, what it looks like, who else writes it."""
    ids = [channel.id for channel in CHANNELS]
    assert ids == sorted(set(ids))
    for channel in CHANNELS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", channel.id)
        assert channel.title
        assert len(channel.looks) > 10, channel.id
        assert len(channel.twin) > 20, channel.id
        assert bool(channel.classes) != (channel.quick is not None), channel.id
