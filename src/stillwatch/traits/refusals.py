"""Whether an answer refuses: by its stop reason, or because it is short and begins like a refusal.

How answers decline stands in `refusals.toml`, by language. An answer that calls a tool or is long
does its work, whatever it says first. A refusal that comes with an error status has no answer; see
`errors` for those.
"""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from stillwatch.exchange import Message, Response, Text, ToolCall

STOP_REASONS = frozenset({"refusal", "content_filter"})
"""Of the Messages format (`stop_reason`), of chat completions (`finish_reason`) and of Responses
(`incomplete_details.reason`), as documented by their vendors in 2026-11."""
SHORT_CHARS = 400
"""An answer beyond this says more than that it refuses (assumption)."""
LEAD_CHARS = 90
"""By here it has begun to refuse."""
REACH_CHARS = 60
"""So soon it says what it will not do."""
_SENTENCE_ENDS = frozenset(".!?\n\u3002")
_APOSTROPHES = str.maketrans("\u2019\u2018\u02bc", "'''")


class _Phrases(NamedTuple):
    """All phrases in one automaton, with the language of each and what it says."""

    automaton: AhoCorasick
    language: list[str]
    kind: list[str]


def refused(response: Response | None) -> bool | None:
    """Whether the answer refuses, or None where there is no answer."""
    if response is None:
        return None
    if response.stop_reason in STOP_REASONS:
        return True
    return None if response.message is None else _declines(response.message)


def _declines(answer: Message) -> bool:
    """Whether an answer is short, calls no tool, and begins like a refusal."""
    texts = []
    for part in answer.parts:
        if isinstance(part, ToolCall):
            return False
        if isinstance(part, Text):
            texts.append(part.text)
    if sum(map(len, texts)) > SHORT_CHARS:
        return False
    begin = " ".join(texts).lstrip()[: LEAD_CHARS + 2 * REACH_CHARS]
    return _begins(unicodedata.normalize("NFKC", begin).lower().translate(_APOSTROPHES))


def _begins(text: str) -> bool:
    """Whether it says early on that something is not done, in that sentence what, and nothing yet.

    "Yet" is what the answer did all the same.
    """
    phrases = _phrases()
    unable: list[tuple[str, int, int]] = []
    declined = False
    for number, start, end in phrases.automaton.find_matches_as_indexes(text, overlapping=True):
        language, kind = phrases.language[number], phrases.kind[number]
        if kind == "unable":
            begins = not start or not (text[start - 1].isalnum() and text[start].isascii())
            if start <= LEAD_CHARS and begins:
                unable.append((language, start, end))
        elif kind == "yet":
            if unable and _SENTENCE_ENDS.isdisjoint(text[unable[0][1] : start]):
                return False
        elif any(
            said == language and _SENTENCE_ENDS.isdisjoint(text[since:start])
            for said, since, until in unable
            if since < start <= until + REACH_CHARS
        ):
            declined = True
    return declined


@cache
def _phrases() -> _Phrases:
    pack = tomllib.loads((files("stillwatch.traits") / "refusals.toml").read_text("utf-8"))
    known = [
        (phrase, language, kind)
        for language, ways in pack.items()
        for kind, phrases in ways.items()
        for phrase in phrases
    ]
    return _Phrases(
        AhoCorasick([phrase for phrase, _, _ in known]),
        [language for _, language, _ in known],
        [kind for _, _, kind in known],
    )
