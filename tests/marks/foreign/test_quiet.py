"""Nothing is found in what people write in their own scripts, and nothing in our own seals."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.marks.foreign import scan_request, scan_text
from stillwatch.marks.seal import Sealer
from tests.marks.bodies import KEY, WIRES

INNOCENT = {
    "emoji families": "\U0001f468\u200d\U0001f469\u200d\U0001f467 and \U0001f469\U0001f3fd\u200d\u2695\ufe0f!",
    "hearts and keycaps": "\u2764\ufe0f\u200d\U0001f525 1\ufe0f\u20e3 #\ufe0f\u20e3 \u2611\ufe0f \u26a0\ufe0f",
    "flags": "\U0001f3f3\ufe0f\u200d\U0001f308 \U0001f1eb\U0001f1f7 "
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "persian": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u06a9\u062a\u0627\u0628\u200c\u0647\u0627\u06cc "
    "\u062e\u0648\u0628 \u0631\u0627 \u0628\u062e\u0648\u0627\u0646\u0645\u060c \u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",
    "arabic with a name": "\u0627\u0644\u0645\u0644\u0641 \u200fREADME.md\u200e \u0645\u0641\u064a\u062f\u061c \u2067abc\u2069 \u0647\u0646\u0627",
    "hebrew": "\u05e9\u05dc\u05d5\u05dd \u200fC++\u200f \u05d8\u05d5\u05d1, \u05e6\u05d4\u05f4\u05dc",
    "hindi": "\u0915\u094d\u200d\u0937 \u0914\u0930 \u0915\u094d\u200c\u0937, \u0936\u094d\u0930\u0940\u200d",
    "malayalam": "\u0d05\u0d35\u0d28\u0d4d\u200d \u0d28\u0d2e\u0d4d\u200c\u0d2a\u0d30\u0d4d",
    "sinhala": "\u0dc1\u0dca\u200d\u0dbb\u0dd3 \u0dbd\u0d82\u0d9a\u0dcf",
    "thai": "\u0e2a\u0e27\u0e31\u0e2a\u200b\u0e14\u0e35\u200b\u0e04\u0e23\u0e31\u0e1a",
    "khmer": "\u179f\u17bd\u179f\u17d2\u178f\u17b8\u200b\u1796\u17b7\u1797\u1796\u200b\u179b\u17c4\u1780",
    "french": "\u00ab\u00a0L\u2019\u00e9t\u00e9 o\u00f9\u00a0? C\u2019est \u00e7a\u202f!\u00a0\u00bb dit-il \u2014 10\u202f000\u00a0\u20ac\u2026",
    "german": "\u201eWas?\u201c, z.\u202fB. 5\u00a0km \u2013 so ist\u2019s.",
    "russian": "\u0412\u00a0\u0441\u0435\u043b\u0435 \u2014 \u00ab\u0442\u0438\u0448\u0438\u043d\u0430\u00bb, 5\u00a0\u0440\u0443\u0431. \u043d\u0430 API-\u0441\u0435\u0440\u0432\u0435\u0440\u0435 Python\u2019\u0430",
    "ukrainian": "\u043c\u02bc\u044f\u0442\u0430, \u0437\u2019\u0457\u0437\u0434",
    "chinese": "\u4f60\u597d\uff0c\u4e16\u754c\uff01\u300c\u5f15\u7528\u300d\u3000\u201c\u5f15\u53f7\u201d\u2026\u2026\u2014\u2014\uff08\u6ce8\uff09\uff1aABC\u3001\uff11\uff12",
    "japanese": "\u3053\u3093\u306b\u3061\u306f\u3001\u4e16\u754c\u3002\u3000\u300e\u672c\u300f\u3092\u8aad\u3080\uff01\uff1f\uff21\uff22\uff23 \uff76\uff85 "
    "\u845b\U000e0100\u98fe\u533a",
    "korean": "\uc548\ub155\ud558\uc138\uc694, \u300c\uc138\uacc4\u300d\uc5d0\uc11c \u2018\ucc45\u2019\uc744 \uc77d\ub2e4\u2026 \u314b\u314b\u314b",
    "vietnamese, parted": "Ti\u0065\u0302\u0301ng Vi\u0065\u0323\u0302t r\u0061\u0302\u0301t hay.",
    "hawaiian": "Hawai\u02bbi, O\u02bbahu, Lili\u02bbuokalani",
    "greek": "\u03b7 \u03b3\u03c9\u03bd\u03af\u03b1 \u03b1 = 30\u00b0, \u0394x \u2192 0, \u03c3\u00b2",
    "formulas": "x\u00b2 + y\u2081 \u2264 \u211d, f\u2032(x) = \u222b \u221e \u2212 \u00bd \u00d7 \u03c0",
    "phonetics": "/\u02c8w\u0254\u02d0t\u0259/ and [\u02cc\u026ant\u0259\u02c8n\u00e6\u0283\u0259n\u0259l]",
    "markdown": "# Title\n\n- one  \n  two\n- *three*\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    "```sh\n\tmake  test\n```\n> quote\n\n1. [x](https://example.org/a?b=c#d)\n\n---\n",
    "markdown line breaks": "A line  \nanother  \na third\na fourth  \nthe fifth  \nthe sixth\n"
    * 3,
    "code": "def f(a):\n    if a:\n        return  'x'  # it's \"y\"\n\n\tprint(f'{a!r}')\r\n",
    "hashes and ids": "commit 3f786850e387550fdab836ed7e6dc881de23001b fixed "
    "550e8400-e29b-41d4-a716-446655440000 (sha256:9f86d081884c7d659a2feaa0c55ad015)",
    "a token that says so": "token: eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLWhlcmUtMTIz",
    "a box": "\u250c\u2500\u2510\n\u2502 \u2502\n\u2514\u2500\u2518 \u2588\u2591 \u2714\ufe0e",
    "a terminal": "\x1b[31mred\x1b[0m and \x1b[1mbold\x1b[0m",
    "a mark at the head of a file": "\ufeffid,name\n1,Ada\n",
}


@pytest.mark.parametrize("kind", INNOCENT)
def test_scripts_and_habits_are_no_marks(kind):
    """Alone, often, and as the words of a user."""
    text = INNOCENT[kind]
    assert scan_text(text) == []
    assert scan_text(f"Please translate this for me, it's important:\n\n{text}\n\nThanks!") == []
    body = {"messages": [{"role": "user", "content": text}]}
    assert scan_request(json.dumps(body)) == []


def test_a_curly_paste_into_a_straight_text_is_no_code():
    """Blocks of one kind are what pasting leaves."""
    straight = "It's what I don't like, and it isn't what we'd do; that's all. " * 5
    assert scan_text(straight + straight.replace("'", "\u2019") + straight) == []


def test_dates_that_people_write_are_theirs():
    """Slashes and other orders alone say nothing."""
    for text in ("Today's date is 22/11/2026.", "On 2026/11/22 we met.", "today is 22.11.2026"):
        assert scan_text(text) == []


@given(st.text(st.characters(codec="ascii", categories=["Ll", "Zs", "Po"]), max_size=300))
def test_small_letters_and_punctuation_carry_nothing(text):
    """Chance alone writes no code."""
    assert scan_text(text) == []


@pytest.mark.parametrize("wire", WIRES)
def test_our_own_seals_are_no_foreign_marks(coding, assistant, wire):
    """Fifty installs and two grammars on every wire: whoever wants to know uses `disclose`."""
    asked = WIRES[wire](coding, "fix the parser", "and the docs, please")
    assert scan_request(json.dumps(asked)) == []
    for grammar in (coding, assistant):
        for number in range(50):
            sealed = Sealer(grammar, f"in_{number:016x}", KEY).seal(asked, wire)
            assert sealed != asked
            assert scan_request(json.dumps(sealed)) == []
