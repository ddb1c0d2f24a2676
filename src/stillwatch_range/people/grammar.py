"""Text from rules: `@rule@` in a text stands for one of the rule's options, drawn anew each time.

A capital (`@Rule@`) makes the first letter of what is put in a capital. Slots given by the caller
go before rules of the same name.
"""

import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

MARK = re.compile(r"@([A-Za-z][a-z_0-9]*)@")

Part = str | tuple[str, bool]
Text = str | tuple[Part, ...]


class Grammar:
    """Rules, read once.

    Args:
        rules: options by name of the rule.
    """

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self._rules = {
            name: tuple(_parts(option) for option in options) for name, options in rules.items()
        }
        self.texts = {name: tuple(options) for name, options in rules.items()}

    def say(self, draw: random.Random, rule: str, slots: Mapping[str, str] | None = None) -> str:
        """One text of a rule.

        Raises:
            KeyError: neither a slot nor a rule has the name.
        """
        options = self._rules[rule]
        return self._fill(draw, options[int(draw.random() * len(options))], slots or {})

    def fill(self, draw: random.Random, text: str, slots: Mapping[str, str]) -> str:
        """A text of the caller's with its marks filled in."""
        return self._fill(draw, _parts(text), slots)

    def __contains__(self, rule: str) -> bool:
        return rule in self._rules

    def _fill(self, draw: random.Random, text: Text, slots: Mapping[str, str]) -> str:
        if isinstance(text, str):
            return text
        pieces: list[str] = []
        for part in text:
            if isinstance(part, str):
                pieces.append(part)
                continue
            name, capital = part
            word = slots.get(name)
            if word is None:
                options = self._rules[name]
                option = options[int(draw.random() * len(options))]
                # Most options are plain: a call less for each of them is a third of the time.
                word = option if isinstance(option, str) else self._fill(draw, option, slots)
            pieces.append(word[:1].upper() + word[1:] if capital else word)
        return "".join(pieces)


@cache
def _parts(text: str) -> Text:
    parts: list[Part] = []
    for number, piece in enumerate(MARK.split(text)):
        if number % 2:
            parts.append((piece[0].lower() + piece[1:], piece[0].isupper()))
        elif piece:
            parts.append(piece)
    return tuple(parts) if MARK.search(text) else text


@cache
def wording(name: str) -> Grammar:
    """The grammar of a bundled file of wording."""
    rules = table(name)
    return Grammar({rule: texts for rule, texts in rules.items() if isinstance(texts[0], str)})


@cache
def table(name: str) -> dict[str, list[str]]:
    """A bundled file of wording as it stands."""
    path = files("stillwatch_range") / "data" / "wording" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
