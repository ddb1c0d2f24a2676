"""Languages are told apart where there are words enough, and never named."""

import pytest

from stillwatch.exchange import Message, Text, ToolResult
from stillwatch.traits.language import language_of

ENGLISH = "please look at the parser and tell me why the second test is failing now"
GERMAN = "bitte schau dir den Parser an und sag mir, warum der zweite Test jetzt fehlschlägt"
CHINESE = "请修复解析器中的失败测试并添加一个新的回归测试 谢谢你的帮助"


def spoken(text):
    fact = language_of(Message("user", (Text(text),)))
    return fact and fact.value


def test_three_languages_are_three():
    """What matters is how many different ones there are."""
    assert len({spoken(ENGLISH), spoken(GERMAN), spoken(CHINESE)} - {None}) == 3


def test_a_language_carries_no_label():
    """Which one it is leaves memory only as a keyed hash."""
    assert language_of(Message("user", (Text(GERMAN),))).label is None


@pytest.mark.parametrize(
    "text",
    [
        "fix it",
        "```\n" + GERMAN + "\n```",
        "for (i = 0; i < n; i++) { a[i] = b[i] * c[i]; } return sum(a) / (n - 1); x->y = *p;",
        "<system-reminder>" + GERMAN + "</system-reminder>",
        "",
    ],
)
def test_short_text_code_and_inserted_blocks_tell_nothing(text):
    """Guessing would turn noise into people."""
    assert spoken(text) is None


def test_results_of_tools_are_not_typed():
    """A tool may print any language."""
    assert language_of(Message("user", (ToolResult("1", GERMAN), Text(GERMAN)))) is None
    assert language_of(Message("assistant", (Text(GERMAN),))) is None


def test_paths_and_addresses_do_not_change_the_language():
    """Only words are looked at."""
    assert spoken(GERMAN + " in src/parser/second_test.py, siehe https://x.test/a/b") == spoken(
        GERMAN
    )
