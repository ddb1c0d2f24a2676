"""Shapes of real clients' requests: headers, body skeletons, tools, and texts as lengths.

The files in `shapes/` are derived from recordings by `benchmarks/range_shapes.py`. They hold no
prose of the vendors: `⟦n⟧` stands for n characters of it, filled here with sentences of our own,
and `«name»` for a fact of the session.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, cast

from stillwatch_range.clients.encode import raw
from stillwatch_range.model import Toolset
from stillwatch_range.seeds import draw_for

Detail = Literal["lean", "full"]
LEAN = 200
LENGTH = re.compile(r"⟦(\d+)⟧")
FACT = re.compile(r"«(\w+)»")
SENTENCES = (
    "Read a file before you change it.",
    "Prefer a small change that can be checked over a large one that cannot.",
    "Use the search tool to find where a name is used.",
    "Do not guess what a command prints; run it.",
    "Keep answers short unless the task asks for detail.",
    "State what was done and what is left.",
    "Ask when two readings of a request lead to different work.",
    "Paths are absolute unless said otherwise.",
    "Long output is cut; ask for the part that is needed.",
    "Several calls that do not depend on each other may be made together.",
    "Leave files alone that have nothing to do with the task.",
    "A failing test is reported as it is.",
    "This value is optional and has a default.",
    "The text must match exactly, including spaces.",
    "Follow the style of the code around a change.",
    "Secrets are never printed or stored.",
    "Stop when the goal is reached.",
    "The person sees only the text, not the calls.",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of request of a client.

    Attributes:
        path: with its query.
        model: the client's own choice of model.
        headers: (name, value) in order and case; values hold facts as `«name»`.
        body: fields in order; `«items»` and `«tools»` mark where these stand.
        opening: items of a conversation's first request, with `«prompt»` in its place.
        tools: the tools that are offered, if any.
    """

    path: str
    model: str
    headers: tuple[tuple[str, str], ...]
    body: Mapping[str, Any]
    opening: Sequence[Any]
    tools: Toolset | None


@lru_cache(maxsize=256)
def shape(client: str, version: str, kind: str, detail: Detail) -> Shape | None:
    """The shape of a request, from the newest recording that is not newer than the version.

    Args:
        client: name of the client.
        version: its version, such as `2.1.330`; the oldest recording serves older ones.
        kind: `main`, or `agent`, `title` and the like where the client has them.
        detail: `lean` cuts every text to `LEAN` characters, `full` keeps the recorded lengths.

    Returns:
        None where the client makes no such request.
    """
    found = _file(client, _nearest(client, version)).get(kind)
    if found is None:
        return None
    most = LEAN if detail == "lean" else None
    headers, body, opening, tools = (
        _filled(found[part], f"{client} {kind}", most)
        for part in ("headers", "body", "opening", "tools")
    )
    return Shape(
        found["path"],
        found["model"],
        tuple((name, value) for name, value in headers),
        body,
        opening,
        toolset(tools) if tools else None,
    )


def toolset(tools: Sequence[Mapping[str, Any]]) -> Toolset:
    """A tool list, encoded once.

    Args:
        tools: as on the wire; a tool that the provider runs may have only a type.
    """
    return Toolset(tuple(_names(tools)), raw(tools))


def with_facts(value: Any, facts: Mapping[str, str]) -> Any:
    """A copy of a JSON value with `«name»` replaced by the facts.

    Raises:
        KeyError: a fact is not given.
    """
    if isinstance(value, str):
        return _stated(value, facts) if "«" in value else value
    if isinstance(value, Mapping):
        return {with_facts(k, facts): with_facts(v, facts) for k, v in value.items()}
    if isinstance(value, list):
        return [with_facts(part, facts) for part in value]
    return value


def _stated(text: str, facts: Mapping[str, str]) -> str:
    if text.startswith('{"'):  # JSON inside a string: facts must be escaped
        return FACT.sub(lambda found: json.dumps(facts[found[1]], ensure_ascii=False)[1:-1], text)
    return FACT.sub(lambda found: facts[found[1]], text)


def filler(name: str, length: int) -> str:
    """Text of our own that stands for a vendor's.

    Args:
        name: what it stands for; the same name gives the same text.
        length: in characters.
    """
    draw = draw_for(0, "filler", name)
    made = ""
    while len(made) < length:
        made += draw.choice(SENTENCES) + " "
    return made[: length - 1] + "." if length > 1 else "."[:length]


def _filled(value: Any, place: str, most: int | None) -> Any:
    if isinstance(value, str):
        return LENGTH.sub(
            lambda found: filler(f"{place} {found.start()}", min(int(found[1]), most or 10**9)),
            value,
        )
    if isinstance(value, dict):
        return {k: _filled(v, f"{place} {k}", most) for k, v in value.items()}
    if isinstance(value, list):
        return [_filled(v, f"{place} {n}", most) for n, v in enumerate(value)]
    return value


def _names(tools: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        str(tool.get("name") or tool.get("function", {}).get("name") or tool.get("type"))
        for tool in tools
    ]


@lru_cache(maxsize=32)
def _file(client: str, version: str) -> dict[str, Any]:
    text = files(__package__).joinpath("shapes", f"{client}-{version}.json").read_text("utf-8")
    return cast("dict[str, Any]", json.loads(text))


@lru_cache(maxsize=256)
def _nearest(client: str, version: str) -> str:
    have = sorted(
        (
            path.name.removeprefix(f"{client}-").removesuffix(".json")
            for path in files(__package__).joinpath("shapes").iterdir()
            if re.fullmatch(rf"{re.escape(client)}-\d[\d.]*\.json", path.name)
        ),
        key=order,
    )
    older = [known for known in have if order(known) <= order(version)]
    return older[-1] if older else have[0]


def order(version: str) -> tuple[int, ...]:
    """A version as numbers, to compare."""
    return tuple(int(part) for part in re.findall(r"\d+", version))
