"""Traces of known relay builds in one request; see `packs/relays-2026.toml`."""

import re
from functools import cache
from hashlib import sha256

from stillwatch.exchange import Request, ToolResult
from stillwatch.traits.identity import Said
from stillwatch.traits.model import Check
from stillwatch.traits.packs import Build, Client, builds

PATTERN_SHARE = 0.8
PATTERN_TOOLS = 4
PREFIX = "relay-build:"


def traces(said: Said, pack: Client, request: Request) -> list[Check]:
    """One broken check for every known trace that the request carries; nothing otherwise."""
    strange = {tool.name for tool in request.tools} - pack.tools
    results = _last_results(request)
    return [
        Check(PREFIX + build.id, held=False, detail=build.relay)
        for build in builds()
        if _matches(build, said, strange, results)
    ]


def _matches(build: Build, said: Said, strange: set[str], results: list[str]) -> bool:
    if build.device:
        return said.device == _digest(build.device)
    if build.result:
        return build.result in results
    if build.tool_prefix:
        return any(name.startswith(build.tool_prefix) for name in strange)
    if build.tool_pattern:
        return _follow(build.tool_pattern, strange)
    headers = said.headers
    return all(headers.get(name) == value for name, value in build.headers.items())


def _follow(pattern: str, names: set[str]) -> bool:
    if len(names) < PATTERN_TOOLS:
        return False
    match = _compiled(pattern).fullmatch
    return sum(match(name) is not None for name in names) >= PATTERN_SHARE * len(names)


def _last_results(request: Request) -> list[str]:
    """Results of tools that this request sends for the first time."""
    if not request.messages:
        return []
    return [part.text for part in request.messages[-1].parts if isinstance(part, ToolResult)]


@cache
def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
