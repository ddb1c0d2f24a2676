"""Material that programs, services and classes send: made up, dull on purpose."""

import json
import random
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

ZONES = (
    *("Europe/Lisbon", "Asia/Tokyo", "America/Denver", "Africa/Nairobi", "Asia/Kolkata"),
    *("America/Sao_Paulo", "Australia/Perth", "Europe/Warsaw", "Asia/Shanghai", "Asia/Dubai"),
)
_THINGS = (
    *("invoice", "parcel", "ticket", "meter", "booking", "shelf", "recipe", "timetable", "sensor"),
    *("contract", "garden", "library", "harbour", "kitchen", "bicycle", "greenhouse", "elevator"),
    *("archive", "playlist", "warehouse", "choir", "orchard", "clinic", "tram", "laundry", "mill"),
)
_EVENTS = (
    *("arrived", "was closed", "needs a new label", "was moved to the second floor", "is late"),
    *("was counted twice", "has no owner", "was paid in part", "was sent back", "was renamed"),
    *("is under repair", "opens at nine", "was measured again", "is waiting for approval"),
)
_WHEN = (
    *("in the north wing", "since Tuesday", "at the depot", "for the third time", "by mistake"),
    *("after the storm", "at the customer's wish", "without a receipt", "in the morning shift"),
)


@cache
def _texts() -> Mapping[str, Mapping[str, list[str]]]:
    path = files("stillwatch_range") / "data" / "texts.json"
    texts: dict[str, dict[str, list[str]]] = json.loads(path.read_text(encoding="utf-8"))
    return texts


def languages(name: str) -> tuple[str, ...]:
    """Languages that texts of a name exist in."""
    return tuple(_texts()[name])


def texts(name: str, language: str = "en") -> tuple[str, ...]:
    """The texts of a name, in English where there are none in the language."""
    by_language = _texts()[name]
    return tuple(by_language.get(language) or by_language["en"])


def text(draw: random.Random, name: str, language: str = "en") -> str:
    """One of the texts of a name; in English where there is none in the language."""
    return draw.choice(texts(name, language))


def thing(draw: random.Random) -> str:
    """Something that a company has."""
    return draw.choice(_THINGS)


def notes(draw: random.Random, sentences: int) -> str:
    """Dull business text, such as a knowledge base or a case holds."""
    return " ".join(
        f"The {thing(draw)} {draw.randint(2, 9999)} {draw.choice(_EVENTS)} {draw.choice(_WHEN)}."
        for _ in range(sentences)
    )


def attempt(draw: random.Random) -> str:
    """A student's unfinished function."""
    name = draw.choice(("solve", "compute", "work", "waiting_times", "result", "f"))
    items = draw.choice(("rows", "items", "data", "trips", "xs", "entries"))
    key = draw.choice(("t", "time", "minute", "start", "when"))
    fault = draw.choice(("total / 0", "total / len(seen)", f"{items}[0]", "sorted(seen)[-1]"))
    return (
        f"def {name}({items}):\n    seen = {{}}\n    total = {draw.randint(0, 1)}\n"
        f"    for one in {items}:\n        seen[one['{key}']] = "
        f"seen.get(one['{key}'], {draw.randint(0, 2)}) + 1\n        total += one['{key}']\n"
        f"    return {fault}"
    )
