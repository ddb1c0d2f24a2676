"""Any text is read, quickly, and what is found stands where it is said to stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.marks.foreign import SURENESS, scan_text
from stillwatch.marks.foreign.registry import CHANNELS
from tests.marks.foreign.planted import PLANTS, PROSE, WORD

IDS = {channel.id for channel in CHANNELS}
ODD = st.sampled_from(
    "aZ0 '\"-.,\n\r\t\u00a0\u00ad\u034f\u0301\u0430\u03bf\u115f\u180e\u200b\u200c\u200d\u200e\u2009"
    "\u2010\u2019\u201c\u2024\u2026\u2028\u202e\u2060\u2062\u2066\u2800\u3000\u3164\ud800\udc00"
    "\ufb01\ufe0f\ufeff\uff0c\uff45\ufff9\ufdd0\ue000\U0001d41e\U0001f600\U000e0041\U000e0101\x00\x1b"
)
TEXTS = st.text(max_size=200) | st.text(ODD, max_size=200) | st.lists(ODD).map("".join)


@given(TEXTS, st.booleans())
def test_any_text_is_read_and_every_mark_is_there(text, own):
    """Lone surrogates and all; marks are the text's own characters, lines and columns theirs."""
    for one in scan_text(text, own=own):
        assert one.channel in IDS
        assert one.sure in SURENESS
        assert one.count >= len(one.marks) >= 1
        offsets = [mark.offset for mark in one.marks]
        assert offsets == sorted(offsets)
        for mark in one.marks:
            assert mark.text
            assert text[mark.offset : mark.offset + len(mark.text)] == mark.text
        front = text[: one.place.offset]
        assert one.place.offset == offsets[0]
        assert one.place.line == front.count("\n") + 1
        assert one.place.column == len(front) - front.rfind("\n")


@given(TEXTS)
def test_what_is_shown_holds_nothing_odd_itself(text):
    """It can be printed on a terminal and written as UTF-8."""
    for one in scan_text(text, own=True):
        for shown in (one.shown, one.plain, one.says):
            assert shown.isprintable()
            assert shown == shown.encode().decode()


@given(TEXTS)
def test_findings_do_not_depend_on_earlier_texts(text):
    """Classes of characters are learnt as they come; that changes no answer."""
    first = scan_text(text)
    scan_text("".join(map(chr, range(0x80, 0x2000))))
    assert scan_text(text) == first


@given(st.sampled_from(sorted(c for c, ways in PLANTS.items() if ways)), st.integers(0, 200))
def test_a_plant_is_found_behind_any_amount_of_prose(channel, lines):
    """Short texts and long ones are read by different means; the answer is the same."""
    front = "nobody who lives near a lake asks for more of it than there is.\n" * lines
    text = PLANTS[channel][0](PROSE, WORD)
    before = [one for one in scan_text(text) if one.channel == channel]
    after = [one for one in scan_text(front + text) if one.channel == channel]
    assert after[0].place.offset == before[0].place.offset + len(front)
    assert after[0].place.line == before[0].place.line + lines


@pytest.mark.parametrize(
    "unit",
    [
        "\u200b",
        "\u200b\u200c",
        "aB",
        "it's it\u2019s ",
        "a  b ",
        "\U000e0041",
        "x \n",
        "\u0430a",
        "ab=",
        "(",
    ],
)
def test_a_million_characters_of_anything_give_few_findings_soon(unit):
    """Neither time nor findings grow out of hand; the suite's time limit is the clock."""
    text = unit * (300_000 // len(unit))
    assert len(scan_text(text)) <= 1000
