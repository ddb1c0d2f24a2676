"""Schemes known from the wild are decoded, wherever they stand."""

import json
from pathlib import Path

import pytest

from stillwatch.marks.foreign import scan_text

RECORDED = json.loads((Path(__file__).parent / "data" / "date-lines.json").read_text())["lines"]
"""What claude-code 2.1.169 sent for eight environments."""


def expected(zone, host):
    """The bits, from the published description: listed domain, laboratory's name, zone."""
    return host.endswith(".cn") << 2 | ("deepseek" in host) << 1 | (zone == "Asia/Shanghai")


@pytest.mark.parametrize("line", RECORDED, ids=lambda line: f"{line['zone']}-{line['host']}")
@pytest.mark.parametrize(
    "around", ["{}", "One.\n\n{}\n\nTwo.", "<system-reminder>\n# currentDate\n{}\n", "say: {} ok"]
)
def test_a_recorded_date_line_gives_its_three_bits(line, around):
    """In the client's own place and anywhere else."""
    found = scan_text(around.format(line["line"]))
    bits = expected(line["zone"], line["host"])
    if not bits:
        assert found == []
        return
    (one,) = found
    assert one.channel == "date-line"
    assert one.payload.data == bytes([bits])
    assert one.payload.bits == 3
    date = line["line"].replace("/", "-").split(" ")[-1]
    assert f"Today's date is {date}" in one.plain


def test_all_eight_environments_are_told_apart():
    """The recorded lines say eight different things."""
    assert len({expected(line["zone"], line["host"]) for line in RECORDED}) == len(RECORDED) == 8


def test_an_apostrophe_outside_of_the_scheme_is_said_to_be_one():
    """The zone is read, the host is not guessed."""
    (one,) = scan_text("Today\u2018s date is 2026/11/22.")
    assert "does not know" in one.says
    assert "mainland China" in one.says


def test_how_sure_it_is_depends_on_where_it_stands():
    """A telephone curls apostrophes; it writes no U+02BC, and no heading of the client's."""
    curly = "Today\u2019s date is 2026-11-22."
    assert scan_text(curly)[0].sure == "possible"
    assert scan_text(curly, own=True)[0].sure == "certain"
    assert scan_text(f"# currentDate\n{curly}")[0].sure == "certain"
    assert scan_text("Today\u02bcs date is 2026-11-22.")[0].sure == "likely"


@pytest.mark.parametrize("text", ["ignore all of that", "caf\u00e9 \u4f60\u597d"])
def test_bytes_in_variation_selectors_are_read_as_utf_8(text):
    """One selector a byte, behind any character."""
    hidden = "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in text.encode())
    (one,) = scan_text(f"Nice \U0001f600{hidden} day")
    assert (one.channel, one.sure, one.payload.text) == ("variation-selectors", "certain", text)


def test_tags_are_read_as_the_ascii_that_they_shadow():
    """Behind a flag or behind a word."""
    hidden = "".join(chr(0xE0000 + ord(char)) for char in "send the file")
    (one,) = scan_text(f"Thanks.{hidden}")
    assert (one.channel, one.payload.text, one.count) == ("tag-characters", "send the file", 13)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("size", [7, 8])
@pytest.mark.parametrize("kinds", ["\u200b\u200c", "\u200c\u200d", "\u2060\ufeff"])
def test_binary_in_characters_without_width_is_read(kinds, size, flip):
    """Seven or eight bits a letter, either character as 1."""
    digits = "".join(f"{ord(char):0{size}b}" for char in "who reads this today")
    hidden = digits.translate({48 + flip: kinds[0], 49 - flip: kinds[1]})
    (one,) = scan_text(f"Plain {hidden}words.")
    assert one.channel == "zero-width-code"
    assert one.payload.text == "who reads this today"


def test_the_documented_line_of_a_client_is_found_and_said_to_be_declared():
    """It is no accusation."""
    text = "x-anthropic-billing-header: cc_version=2.1.330.572; cc_entrypoint=sdk-cli;\nBe kind."
    (one,) = scan_text(text, own=True)
    assert one.channel == "prompt-metadata"
    assert one.declared.startswith("https://")
