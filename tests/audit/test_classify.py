"""Rules by which texts that stand in turns are grouped."""

import pytest

from stillwatch.audit.classify import wording
from stillwatch.audit.model import Group


@pytest.mark.parametrize(
    ("texts", "channel"),
    [
        (["'", "\u2019", "\u02bc"], "look-alike"),
        (["helpful", "h\u0435lpful"], "look-alike"),
        (["", "\u200b"], "invisible characters"),
        (["", " "], "white space"),
        (["Tone", "tone"], "letter case"),
        (["0.5", "0.50"], "spelling of a number"),
        (["0.75", "0.8"], "rounding"),
        (["-", "/"], "punctuation"),
        (["2026-11-23", "2026/11/23"], "punctuation"),
        (["9f86d081884c7d65", "d4735e3a265e16ee"], "opaque text"),
    ],
)
def test_what_looking_does_not_show_is_concealed(texts, channel):
    """The channel is named by what the texts have in common."""
    assert wording(texts) == (Group.CONCEALED, channel)


@pytest.mark.parametrize(
    "texts",
    [["yes", "no"], ["xterm", "vscode"], ["", "Is a repository"], ["32000", "64000"], ["97", "98"]],
)
def test_words_that_anybody_reads_are_not_concealed(texts):
    """They are only not declared."""
    assert wording(texts) == (Group.UNDECLARED, "text")
