"""Everyday requests with many free choices, one file a language.

A request is an opening, some clauses in any order, and a closing; each has several wordings, and
every `{list}` in a wording is filled with a value of that list that the prompt has not used yet.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

SLOT = re.compile(r"\{(\w+)\}")
Wordings = Annotated[tuple[str, ...], Meta(min_length=1)]


class Kind(Struct, frozen=True, forbid_unknown_fields=True):
    """Requests of one kind.

    Attributes:
        opening: wordings of the first sentence.
        clauses: wordings of each sentence in the middle; their order is free.
        closing: wordings of the last sentence.
    """

    opening: Wordings
    clauses: tuple[Wordings, ...]
    closing: Wordings


class Language(Struct, frozen=True, forbid_unknown_fields=True):
    """What can be said in a language.

    Attributes:
        between: what stands between two sentences.
        lists: values by the name of their list.
        kinds: requests by kind.
    """

    between: str
    lists: dict[str, Wordings]
    kinds: dict[str, Kind]


@cache
def languages() -> tuple[str, ...]:
    """The codes of all languages, sorted."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@cache
def language(code: str) -> Language:
    """What can be said in a language.

    Args:
        code: one of `languages()`.
    """
    text = files(__name__).joinpath(f"{code}.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), Language)
