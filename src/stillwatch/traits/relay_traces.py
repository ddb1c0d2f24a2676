"""Traces of known relay builds in one request; see `packs/relays-2026.toml`."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256

from msgspec import Struct

from stillwatch.exchange import Request, ToolResult
from stillwatch.traits.identity import Said
from stillwatch.traits.model import Check
from stillwatch.traits.packs import Build, Client, builds

PATTERN_SHARE = 0.8
PATTERN_TOOLS = 4
PREFIX = "relay-build:"


def traces(said: Said, pack: Client, request: Request) -> list[Check]:
    """One broken check for every known trace that the request carries; nothing otherwise."""
    known = _known()
    found = [known.devices[said.device]] if said.device in known.devices else []
    newest = request.messages[-1].parts if request.messages else ()
    results = {part.text for part in newest if isinstance(part, ToolResult)}
    found += [known.results[text] for text in sorted(results & known.results.keys())]
    found += [build for build in known.headers if _carries(said.headers, build.headers)]
    strange = {tool.name for tool in request.tools} - pack.tools
    if strange:
        found += _renamed(strange, known)
    return [Check(PREFIX + build.id, held=False, detail=build.relay) for build in found]


class _Known(Struct, frozen=True):
    """Builds by the place where their trace stands."""

    devices: Mapping[str | None, Build]
    results: Mapping[str, Build]
    headers: tuple[Build, ...]
    prefixes: tuple[Build, ...]
    patterns: tuple[tuple[Build, re.Pattern[str]], ...]


@cache
def _known() -> _Known:
    every = builds()
    return _Known(
        devices={sha256(one.device.encode()).hexdigest(): one for one in every if one.device},
        results={one.result: one for one in every if one.result},
        headers=tuple(one for one in every if one.headers),
        prefixes=tuple(one for one in every if one.tool_prefix),
        patterns=tuple((one, re.compile(one.tool_pattern)) for one in every if one.tool_pattern),
    )


def _carries(headers: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(headers.get(name) == value for name, value in wanted.items())


def _renamed(strange: set[str], known: _Known) -> Iterator[Build]:
    """Builds whose way to rename tools most of the strange names follow."""
    for build in known.prefixes:
        if any(name.startswith(build.tool_prefix) for name in strange):
            yield build
    if len(strange) >= PATTERN_TOOLS:
        for build, pattern in known.patterns:
            follow = sum(pattern.fullmatch(name) is not None for name in strange)
            if follow >= PATTERN_SHARE * len(strange):
                yield build
