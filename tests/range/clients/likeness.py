"""Compares an emulated request with a recorded one, field by field.

Names, order and case of headers and keys must agree, types too. Values must be equal after ids of
the session are masked; a text that is the vendor's prose in the recording must have its length.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from stillwatch_range.clients import encode
from stillwatch_range.model import Ask

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MASKED = (
    (UUID, "<uuid>"),
    (r"\b[0-9a-f]{64}\b", "<hex64>"),
    (r"\ba[0-9a-f]{16}\b", "<agent>"),
    (r"\bses_[0-9a-f]{12}\w{14}", "<ses>"),
    (r"(cc_version=[\d.]+\.)[0-9a-f]{3}\b", r"\1<hex3>"),
    (r"(cc_entrypoint=|external, )[a-z-]+", r"\1<entry>"),
    (r"\bfc_\w{48,50}\b", "<fc>"),
    (r"Chunk ID: [0-9a-f]{6}", "Chunk ID: <hex6>"),
    (r"(has_changes\W{1,4})(?:true|false)", r"\1<bool>"),  # the recorded edits were shell commands
    (r"\) [\w.-]+(?:/[\d.]+)? \(codex_exec", ") <terminal> (codex_exec"),
    (r"\((?:Debian|Ubuntu|Fedora|Arch)[^;]*;", "(<system>;"),
    (r"(started_at_unix_ms\D{1,4})\d{13}", r"\1<ms>"),
)
Difference = tuple[str, str]


def differences(ask: Ask, recorded: dict[str, Any]) -> set[Difference]:
    """Every place that differs, as (path without list positions, what differs)."""
    body = json.loads(encode.body_bytes(ask.body))
    found = set(_headers(ask.headers, recorded["headers"]))
    if ask.path != recorded["path"]:
        found.add(("path", f"{ask.path} for {recorded['path']}"))
    return found | set(_values(body, recorded["body"], ""))


def masked(text: str) -> str:
    """A text without what is drawn for each session."""
    for pattern, mask in MASKED:
        text = re.sub(pattern, mask, text)
    return text


def _headers(made: Sequence[tuple[str, str]], recorded: list[list[str]]) -> Iterator[Difference]:
    if [name for name, _ in made] != [name for name, _ in recorded]:
        yield "headers", "names or order"
    for (name, value), (_, known) in zip(made, recorded, strict=False):
        same = masked(value) == masked(known)
        if name.lower() == "content-length":
            same = value.isdigit()
        elif name.lower().endswith("runtime-version"):
            same = same or (value[0], value.count(".")) == (known[0], known.count("."))
        elif name.lower() == "host":
            same = bool(value)
        if not same:
            yield f"headers.{name}", "value"


def _values(made: Any, recorded: Any, path: str) -> Iterator[Difference]:
    if type(made) is not type(recorded):
        yield path, f"{type(made).__name__} for {type(recorded).__name__}"
    elif isinstance(recorded, dict):
        if list(made) != list(recorded):
            yield path, f"keys {','.join(made)} for {','.join(recorded)}"
        for key in recorded.keys() & made.keys():
            yield from _values(made[key], recorded[key], f"{path}.{key}")
    elif isinstance(recorded, list):
        if len(made) != len(recorded):
            yield path, f"{len(made)} for {len(recorded)}"
        for one, other in zip(made, recorded, strict=False):
            yield from _values(one, other, f"{path}[]")
    elif isinstance(recorded, str):
        yield from _texts(made, recorded, path)
    elif made != recorded:
        yield path, "value"


def _texts(made: str, recorded: str, path: str) -> Iterator[Difference]:
    one, other = masked(made), masked(recorded)
    if path.endswith(".arguments"):
        # The spaces in this text are the provider's, which the emulation does not play here.
        one, other = (json.dumps(json.loads(text)) for text in (made, recorded))
    if one != other and len(one) != len(other):
        yield path, "length"
    elif one != other and not _prose(path):
        yield path, "text"


def _prose(path: str) -> bool:
    """Whether the vendor's own words may stand here."""
    return path.endswith((".description", ".text", ".content", ".definition"))
