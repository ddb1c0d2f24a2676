"""A request taken apart: every piece of text in it, with its place and who writes it.

Works on the shape and not on the wire, so that Messages, Chat Completions, Responses and what
comes after them are all read, alone or inside of a capture, a log or an archive.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Final

from stillwatch.marks.foreign.view import Kind

Headers = Mapping[str, str] | Sequence[Sequence[str]]
Path = tuple[str | int | EllipsisType, ...]
"""Keys and places from the top of a document; `...` steps into JSON that stands in a string."""

MOST_DEPTH: Final = 100
_INNER_COST = 20
_OWN_KEYS = frozenset(
    {"system", "instructions", "tools", "functions", "metadata", "client_metadata"}
    | {"system_instruction", "systemInstruction"}
)
_OWN_ROLES = frozenset({"system", "developer"})
_OPAQUE_KEYS = frozenset(
    {"signature", "thoughtSignature", "encrypted_content", "data", "file_data", "b64_json", "id"}
    | {"image_url", "prompt_cache_key", "etag", "sha256", "ja4", "digest"}
)
_HEADER_KEYS = frozenset({"headers", "http_headers", "request_headers", "response_headers"})
_SECRET_HEADERS = re.compile(r"authorization|cookie|api-?key|token|secret|signature", re.IGNORECASE)
_OPAQUE_HEADERS = re.compile(r"(?:-|^)id$|trace|etag|digest|^:|length|ray", re.IGNORECASE)
_TAGS = ("<system-reminder>", "<environment_context>", "<env>")
_REMINDER = re.compile(r"<(system-reminder|environment_context|env)>.*?(?:</\1>|\Z)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_][\w-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of text.

    Attributes:
        path: where the string stands that it is a piece of.
        text: the piece, decoded.
        kind: who writes it.
        whole: the whole string.
        start: offset of the piece in it.
        key: whether it is the key at the path rather than its value.
    """

    path: Path
    text: str
    kind: Kind
    whole: str
    start: int = 0
    key: bool = False


def written(path: Path, *, key: bool = False) -> str:
    """A path for people, as `messages[0].content[1].text`; `|` steps into JSON in a string."""
    steps = []
    for step in path:
        if isinstance(step, int):
            steps.append(f"[{step}]")
        elif step is ...:
            steps.append("|")
        elif _NAME.fullmatch(step):
            steps.append(f".{step}")
        else:
            steps.append(f"[{json.dumps(step)}]")
    return "".join(steps).removeprefix(".").replace("|.", "|") + ("~" if key else "")


def parts(value: Any) -> Iterator[Part]:
    """Every piece of text in decoded JSON, in the order of the document, keys included."""
    yield from _walk(value, (), "typed", 0)


def header_parts(headers: Any, path: Path = ("headers",)) -> Iterator[Part]:
    """Every header's value; those that hold secrets are left out."""
    named = isinstance(headers, Mapping)
    pairs = headers.items() if named else headers
    for place, pair in enumerate(pairs):
        if not (isinstance(pair, Sequence) and len(pair) == 2):
            continue
        name, value = pair
        if isinstance(name, str) and isinstance(value, str) and not _SECRET_HEADERS.search(name):
            kind: Kind = "opaque" if _OPAQUE_HEADERS.search(name) else "own"
            where = (*path, name) if named or len(path) == 1 else (*path, place, 1)
            yield Part(where, value, kind, value)


def _walk(value: Any, path: Path, kind: Kind, depth: int) -> Iterator[Part]:
    if isinstance(value, str):
        yield from _text(value, path, kind, depth)
    elif depth >= MOST_DEPTH:
        return
    elif isinstance(value, Mapping):
        yield from _object(value, path, kind, depth)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _walk(item, (*path, place), kind, depth + 1)


def _object(value: Mapping[str, Any], path: Path, kind: Kind, depth: int) -> Iterator[Part]:
    own = value.get("role") in _OWN_ROLES
    for key, item in value.items():
        place = (*path, key)
        if not key.isascii():
            yield Part(place, key, kind, key, key=True)
        if key in _HEADER_KEYS and isinstance(item, Mapping | list):
            yield from header_parts(item, place)
        else:
            yield from _walk(item, place, _kind(key, kind, own=own), depth + 1)


def _kind(key: str, kind: Kind, *, own: bool) -> Kind:
    if key in _OPAQUE_KEYS or key.endswith(("_id", "Id")):
        return "opaque"
    return "own" if own or key in _OWN_KEYS else kind


def _text(text: str, path: Path, kind: Kind, depth: int) -> Iterator[Part]:
    # JSON inside of a string hides what its escapes write: tool arguments, archives of traffic.
    if text[:1] in {"{", "["} and depth + _INNER_COST < MOST_DEPTH:
        try:
            inner = json.loads(text)
        except (ValueError, RecursionError):
            inner = None
        if isinstance(inner, dict | list):
            yield from _walk(inner, (*path, ...), kind, depth + _INNER_COST)
            return
    if kind == "typed" and any(tag in text for tag in _TAGS):
        yield from _reminders(text, path)
    else:
        yield Part(path, text, kind, text)


def _reminders(text: str, path: Path) -> Iterator[Part]:
    """What a client puts among the words of its user is its own text."""
    end = 0
    for found in _REMINDER.finditer(text):
        if found.start() > end:
            yield Part(path, text[end : found.start()], "typed", text, end)
        yield Part(path, found.group(), "own", text, found.start())
        end = found.end()
    if end < len(text):
        yield Part(path, text[end:], "typed", text, end)
