"""How somebody puts things: casing, politeness, punctuation, typing errors, naming of files.

Two people never send the same request in the same words, unless the words are shared by everybody
("continue"). So each person's voice changes whatever they take from a set of prompts.
"""

import random
import re
from dataclasses import dataclass
from functools import lru_cache

from stillwatch_range.people.grammar import wording
from stillwatch_range.seeds import draw_for

SHORT = 24
FILE = re.compile(
    r"@?(?<![\w/.])[\w./\\-]*\w\.(?:py|pyx|ipynb|tsx?|jsx?|mjs|go|rs|java|kt|rb|php|cs|cpp|cc|hpp|h"
    r"|sh|sql|css|scss|html|vue|swift|toml|ya?ml|json|md|txt|csv|log)\b"
)
IDENTIFIER = re.compile(r"(?<![\w/.@])(?:[a-z]+(?:_[a-z0-9]+)+|[a-z]+(?:[A-Z][a-z0-9]+)+)(?=\b|\()")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
WORD = re.compile(r"[a-z]{5,}")


@dataclass(frozen=True, slots=True)
class Voice:
    """A person's way of typing.

    Attributes:
        lower: starts sentences in lower case.
        polite: share of requests with a polite word.
        chatty: share of requests with a word about what they are for.
        typos: share of longer words with an error.
        stop: ends a request with a full stop.
        mention: how files are named: `{}`, `@{}`, or in backticks.
        spaced: how sentences are parted.
        joint: what ends a sentence before an afterthought.
    """

    lower: bool
    polite: float
    chatty: float
    typos: float
    stop: bool
    mention: str
    spaced: str
    joint: str


@lru_cache(maxsize=4096)
def voice_of(seed: int) -> Voice:
    """The voice of the person with this seed."""
    draw = draw_for(seed, "voice")
    return Voice(
        lower=draw.random() < 0.45,
        polite=draw.choice((0.0, 0.05, 0.2, 0.5)),
        chatty=draw.choice((0.1, 0.3, 0.6)),
        typos=draw.choice((0.0, 0.0, 0.004, 0.012, 0.03)),
        stop=draw.random() < 0.5,
        mention=draw.choice(("{}", "{}", "@{}", "`{}`")),
        spaced=draw.choice((" ", " ", " ", "  ", "\n", "\n\n")),
        joint=draw.choice((".", ".", ".", ",", " -", ";", "...")),
    )


def retold(
    draw: random.Random, voice: Voice, text: str, language: str, *, code: bool = False
) -> str:
    """A request as this person puts it; short ones stay as everybody types them.

    Args:
        draw: chance.
        voice: the person's.
        text: what they ask.
        language: code of the language it is in.
        code: whether it is about code.
    """
    if len(text) < SHORT:
        return spelled(voice, text)
    sentences = SENTENCE.split(text) if len(text) < 1_500 else [text]
    if len(sentences) > 3 and draw.random() < 0.4:
        del sentences[1 + int(draw.random() * (len(sentences) - 1))]
    if language == "en":
        _add(draw, voice, sentences, "_code" if code else "")
    words = voice.spaced.join(sentences) if len(sentences) < 8 else " ".join(sentences)
    return spelled(voice, mistyped(draw, voice, words))


def _add(draw: random.Random, voice: Voice, sentences: list[str], kind: str) -> None:
    grammar = wording("voice")
    long = len(sentences) > 1 or len(sentences[0]) > 60
    added: list[str] = []
    if draw.random() < (max(voice.chatty, 0.7) if long and not kind else voice.chatty):
        added.append(grammar.say(draw, f"for_what{kind}"))
    if draw.random() < voice.chatty:
        added.append(grammar.say(draw, f"shape{kind}"))
    if draw.random() < voice.polite:
        sentences[0] = f"{grammar.say(draw, 'open_polite')} {sentences[0]}"
        if draw.random() < 0.5:
            added.append(grammar.say(draw, "close_polite"))
    elif draw.random() < 0.2:
        sentences[0] = f"{grammar.say(draw, 'open_short')} {sentences[0]}"
    for text in added:
        if sentences[-1][-1:].isalnum():
            sentences[-1] += voice.joint
        sentences.append(text)


def spelled(voice: Voice, text: str) -> str:
    """A text with this person's casing and last full stop."""
    head = text[:1].lower() if voice.lower and not text[1:2].isupper() else text[:1].upper()
    text = head + text[1:]
    if voice.stop and text[-1:].isalnum() and len(text) > SHORT and text.isascii():
        return text + "."
    return text.rstrip(".") if not voice.stop and not text.endswith("..") else text


def mistyped(draw: random.Random, voice: Voice, text: str) -> str:
    """A text with the typing errors that this person makes."""
    if not voice.typos or len(text) > 2_000:
        return text

    def slip(found: re.Match[str]) -> str:
        word = found[0]
        if draw.random() >= voice.typos:
            return word
        at = 1 + int(draw.random() * (len(word) - 2))
        if draw.random() < 0.5:
            return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return word[:at] + word[at + 1 :]

    return WORD.sub(slip, text)


def at_home(draw: random.Random, voice: Voice, text: str, places: list[tuple[str, str]]) -> str:
    """A request with the names of files and functions of this person's own repository.

    Args:
        draw: chance.
        voice: whose.
        text: a request about somebody's code.
        places: (path, function) pairs of the repository.
    """
    known: dict[str, str] = {}

    def own(found: re.Match[str], pick: int) -> str:
        if found[0] not in known:
            place = places[int(draw.random() * len(places))][pick]
            known[found[0]] = voice.mention.format(place) if pick == 0 else place
        return known[found[0]]

    text = FILE.sub(lambda found: own(found, 0), text)
    return IDENTIFIER.sub(lambda found: own(found, 1), text)
