"""Templates: sentences with choices and slots, of which every campaign draws its own wording.

A sentence writes choices as `[a|b|]` (they nest) and slots as `{name}`. Drawing resolves the
choices and fills in the campaign's own words; slots of the single request stay open. So two
campaigns, or two accounts of one that paraphrases, say the same thing in different words.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from stillwatch_range.seeds import draw_for

Rotation = Literal["one", "rotated", "account", "request"]
ROTATED = 6
"""How many wordings a campaign with `rotated` takes turns with."""
_SLOT = re.compile(r"\{(\w+)\}")
_Node = str | tuple["_Nodes", ...]
_Nodes = tuple[_Node, ...]


def draw_text(draw: random.Random, text: str) -> str:
    """Resolve the choices of a text; slots stay."""
    return _resolve(draw, _parsed(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into slots; slots without a value stay, and values are not looked into."""
    return _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), text)


@dataclass(frozen=True, slots=True)
class Wording:
    """The wordings of one campaign for one purpose.

    Attributes:
        seed: of the campaign.
        name: of the purpose.
        texts: by language, the alternatives of the whole text; each has choices and slots.
        words: the campaign's own words for slots, the same in all its wordings.
        rotation: `one` wording for all, `rotated` a few by turns, one for each `account`, or one
            for each `request`.
    """

    seed: int
    name: str
    texts: Mapping[str, Sequence[str]]
    words: Mapping[str, str]
    rotation: Rotation = "one"

    def template(self, account: int, number: int, language: str = "en") -> str:
        """The template of a request, with open slots.

        Args:
            account: number of the account in the campaign.
            number: number of the request in the campaign.
            language: code; English where the purpose has no text in it.
        """
        key = {"one": 0, "rotated": number % ROTATED, "account": account, "request": number}
        known = language if language in self.texts else "en"
        draw = draw_for(self.seed, "wording", self.name, known, key[self.rotation])
        return fill(draw_text(draw, draw.choice(self.texts[known])), self.words)


@lru_cache(512)
def _parsed(text: str) -> _Nodes:
    nodes, rest = _sequence(text, 0, "]")
    if rest != len(text):
        raise ValueError(f"a choice is closed that was not opened, at {rest} of {text!r}")
    return nodes


def _sequence(text: str, at: int, ends: str) -> tuple[_Nodes, int]:
    """Nodes up to the end of the text, or to a character that ends them."""
    nodes: list[_Node] = []
    begun = at
    while at < len(text) and text[at] not in ends:
        if text[at] == "[":
            nodes.append(text[begun:at])
            choice, at = _choice(text, at + 1)
            nodes.append(choice)
            begun = at
        else:
            at += 1
    nodes.append(text[begun:at])
    return tuple(nodes), at


def _choice(text: str, at: int) -> tuple[tuple[_Nodes, ...], int]:
    options: list[_Nodes] = []
    while True:
        nodes, at = _sequence(text, at, "|]")
        options.append(nodes)
        if at >= len(text):
            raise ValueError(f"a choice is not closed in {text!r}")
        at += 1
        if text[at - 1] == "]":
            return tuple(options), at


def _resolve(draw: random.Random, nodes: _Nodes) -> str:
    return "".join(
        node if isinstance(node, str) else _resolve(draw, draw.choice(node)) for node in nodes
    )
