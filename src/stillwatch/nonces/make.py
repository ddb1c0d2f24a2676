"""Making nonces: prompts that read like everybody's and that nobody else will ever write.

The token is no odd string, which a shop's filter or a harvester's cleaner would take out. It is the
wording itself: whom the request names, what is in the kitchen, in which order things are said. Each
choice is drawn by itself and evenly, so a prompt is worth the sum of the bits of its choices.
"""

import math
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from stillwatch.errors import SettingsError
from stillwatch.nonces.file import Nonce
from stillwatch.nonces.phrases import SLOT, Language, language, languages

Choose = Callable[[int], int]
"""An even choice among so many, as a number from 0 on."""

ID_BYTES = 5


class Draft(NamedTuple):
    """A prompt and the bits of the choices in it."""

    text: str
    bits: float


class _Draw:
    """Draws choices and adds up what they are worth."""

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        self._left: dict[str, list[str]] = {}
        self.bits = 0.0

    def one_of(self, values: Sequence[str]) -> str:
        self.bits += math.log2(len(values))
        return values[self._choose(len(values))]

    def new(self, name: str, values: Sequence[str]) -> str:
        """One of the values of a list that this prompt has not used yet."""
        left = self._left.setdefault(name, list(values))
        value = self.one_of(left)
        left.remove(value)
        return value

    def shuffled(self, values: Sequence[str]) -> list[str]:
        """The values in any order."""
        left, order = list(values), []
        while left:
            order.append(self.one_of(left))
            left.remove(order[-1])
        return order


def draft(code: str, kind: str, choose: Choose = secrets.randbelow) -> Draft:
    """A prompt.

    Args:
        code: one of `languages()`.
        kind: one of `kinds(code)`.
        choose: makes the choices.
    """
    spoken, draw = language(code), _Draw(choose)
    request = spoken.kinds[kind]
    clauses = draw.shuffled([draw.one_of(wordings) for wordings in request.clauses])
    sentences = [draw.one_of(request.opening), *clauses, draw.one_of(request.closing)]
    text = spoken.between.join(_filled(sentence, spoken, draw) for sentence in sentences)
    return Draft(text, draw.bits)


def kinds(code: str) -> tuple[str, ...]:
    """The kinds of requests in a language, sorted.

    Raises:
        SettingsError: there is no such language.
    """
    if code not in languages():
        raise SettingsError(
            f"There are no test purchases in {code}.", f"Use one of {', '.join(languages())}."
        )
    return tuple(sorted(language(code).kinds))


def nonces(
    count: int,
    made: datetime,
    *,
    code: str = "en",
    kind: str | None = None,
    about: str = "",
    choose: Choose = secrets.randbelow,
) -> Iterator[Nonce]:
    """New nonces, no two alike.

    Args:
        count: how many.
        made: when; deliveries before that are no deliveries.
        code: the language.
        kind: the kind of request, or None for all kinds in turn.
        about: what is bought where: nonces with the same words belong to one purchase.
        choose: makes the choices.

    Raises:
        SettingsError: there is no such language or kind.
    """
    known = kinds(code)
    if kind is not None and kind not in known:
        raise SettingsError(f"There is no kind {kind}.", f"Use one of {', '.join(known)}.")
    chosen = known if kind is None else (kind,)
    seen: set[str] = set()
    for number in range(count):
        asked = chosen[number % len(chosen)]
        made_up = draft(code, asked, choose)
        while made_up.text in seen:
            made_up = draft(code, asked, choose)
        seen.add(made_up.text)
        yield Nonce(
            nonce=f"tp_{secrets.token_hex(ID_BYTES)}",
            made=made,
            kind=asked,
            language=code,
            bits=round(made_up.bits, 1),
            about=about,
            text=made_up.text,
        )


def _filled(sentence: str, spoken: Language, draw: _Draw) -> str:
    return SLOT.sub(lambda slot: draw.new(slot[1], spoken.lists[slot[1]]), sentence)
