"""What the model answers: text of a wanted length about the words of a prompt.

The provider of the range is no model, so its answers make grammatical sense and no more. They are
drawn so widely that two of them are never alike.
"""

import random
import re
from collections.abc import Mapping, Sequence

from stillwatch_range.people.grammar import Grammar, wording
from stillwatch_range.people.tables import at, quantiles

LONG_WORD = re.compile(r"[^\W\d_]{5,18}")
IDEOGRAPHS = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]{2,6}")
PLAIN = ("this", "the rest", "that part", "the plan", "the outcome", "the main point")
OWN_PLAIN = {
    "ar": "ar_ma",
    "de": "de_was",
    "es": "es_cosa",
    "fr": "fr_chose",
    "hi": "hi_kya",
    "ja": "ja_koto",
    "pt": "pt_coisa",
    "ru": "ru_chto",
    "zh": "zh_shi",
}
COMMON = frozenset(
    [
        *("about", "above", "after", "again", "against", "because", "before", "being", "below"),
        *("between", "could", "doing", "during", "every", "first", "following", "given", "having"),
        *("might", "other", "please", "shall", "should", "since", "their", "there", "these"),
        *("thing", "things", "those", "through", "under", "until", "using", "where", "which"),
        *("while", "whose", "would", "write", "without", "explain", "example", "sentence"),
    ]
)
CHARS_A_TOKEN = {"zh": 1.4, "ja": 1.4, "hi": 2.2, "ar": 2.6, "ru": 2.8}
SPACELESS = ("zh", "ja")
READ_CHARS = 600
LIST_SHARE = 0.2
LONGEST = 6_000


def answer(
    draw: random.Random, prompt: str, language: str = "en", length: int | None = None
) -> str:
    """An answer to any prompt.

    Args:
        draw: chance.
        prompt: what was asked; some of its words are taken up.
        language: code of the language to answer in; English where there is no grammar for it.
        length: about how many characters; drawn as chats have it where None.
    """
    wanted = chat_length(draw, language) if length is None else length
    words = topics(prompt, language)
    if language in OWN_PLAIN:
        return _other(draw, language, wanted, words)
    return _english(draw, wanted, words)


def chat_length(draw: random.Random, language: str = "en", name: str = "chat_tokens") -> int:
    """Characters of an answer, drawn from what real services answered in tokens."""
    tokens = at(quantiles(name), draw.random())
    return min(LONGEST, int(tokens * CHARS_A_TOKEN.get(language, 4.0)))


def topics(prompt: str, language: str = "en") -> tuple[str, ...]:
    """Words of a prompt that an answer can take up; at least three."""
    finder = IDEOGRAPHS if language in SPACELESS else LONG_WORD
    found = [word for word in finder.findall(prompt[:READ_CHARS]) if word.lower() not in COMMON]
    if len(found) > 2:
        return tuple(found)
    plain = wording("answers").texts[OWN_PLAIN[language]] if language in OWN_PLAIN else PLAIN
    return (*found, *plain)


def slots_of(draw: random.Random, words: Sequence[str]) -> dict[str, str]:
    """Three words for the slots `a`, `b` and `c`."""
    count = len(words)
    first = int(draw.random() * count)
    return {
        "a": words[first],
        "b": words[(first + 1 + int(draw.random() * (count - 1))) % count],
        "c": words[int(draw.random() * count)],
    }


def _english(draw: random.Random, wanted: int, words: Sequence[str]) -> str:
    grammar = wording("english")
    sentences = [grammar.say(draw, "open", slots_of(draw, words))]
    size = len(sentences[0])
    while size < wanted - 120:
        slots = slots_of(draw, words)
        if draw.random() < LIST_SHARE:
            text = _list(draw, grammar, slots)
        else:
            text = grammar.say(draw, "middle", slots)
        sentences.append(text)
        size += len(text) + 1
    if size < wanted:
        sentences.append(grammar.say(draw, "end", slots_of(draw, words)))
    return paragraphs(draw, sentences)


def _list(draw: random.Random, grammar: Grammar, slots: Mapping[str, str]) -> str:
    count = 2 + int(draw.random() * 4)
    numbered = draw.random() < 0.5
    lines = [
        f"{f'{number}.' if numbered else '-'} {grammar.say(draw, 'item', slots)}"
        for number in range(1, count + 1)
    ]
    return "\n" + "\n".join(lines) + "\n"


def paragraphs(draw: random.Random, sentences: list[str]) -> str:
    """Sentences set as text: some begin a paragraph, lists stand by themselves."""
    pieces: list[str] = []
    for number, sentence in enumerate(sentences):
        if sentence.startswith("\n") or (number and draw.random() < 0.22):
            pieces.append("\n\n")
        elif number:
            pieces.append("\n\n" if sentences[number - 1].startswith("\n") else " ")
        pieces.append(sentence.strip("\n"))
    return "".join(pieces)


def _other(draw: random.Random, language: str, wanted: int, words: Sequence[str]) -> str:
    grammar = wording("answers")
    joint = "" if language in SPACELESS else " "
    pieces = [grammar.say(draw, f"{language}_open", slots_of(draw, words))]
    size = len(pieces[0])
    while size < wanted - 40:
        pieces.append(grammar.say(draw, f"{language}_middle", slots_of(draw, words)))
        size += len(pieces[-1]) + len(joint)
    if size < wanted:
        pieces.append(grammar.say(draw, f"{language}_end", slots_of(draw, words)))
    return joint.join(pieces)
