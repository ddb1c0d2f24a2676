"""A request as a flat table: every place that can differ, with what stands there.

Numbers keep the letters they were written with, objects the order of their keys, headers their
order and case: a tool may say something with each of them.
"""

import base64
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

from stillwatch.audit.model import Aspect
from stillwatch.audit.paths_members import members
from stillwatch.audit.paths_object import Literal, Object, decode, opened
from stillwatch.audit.paths_style import escapes, spacing
from stillwatch.audit.recording import Request

SEPARATOR = "\x1f"
"""Between the members of an order."""
DEEPEST = 64
_LENGTH = "headers.content-length"
OF_BODY = "the length of the body"
DIGEST = "the digest of the body"
"""In place of what follows from the body and tells nothing that the body does not."""
_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Part:
    """What stands at one place of one request.

    Attributes:
        text: the value.
        parent: path of what it belongs to; it can only be there where that is.
        kind: kind of JSON value, `text` for all else.
    """

    text: str
    parent: str
    kind: str = "text"


Parts = dict[tuple[str, Aspect], Part]


def parts(request: Request) -> Parts:
    """Every place of a request.

    Args:
        request: as it was received.

    Returns:
        What stands there, by path and aspect.
    """
    found: Parts = {}
    _target(request, found)
    _headers(request, found)
    _body(request, found)
    if any(not _whole(text) for (path, _), part in found.items() for text in (path, part.text)):
        return {
            (_spelled(path), aspect): Part(_spelled(part.text), _spelled(part.parent), part.kind)
            for (path, aspect), part in found.items()
        }
    return found


def _whole(text: str) -> bool:
    """Whether a text has no halves of surrogate pairs, which no file could hold."""
    return text.isascii() or not _HALF.search(text)


def _spelled(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def _target(request: Request, found: Parts) -> None:
    found["http version", Aspect.VALUE] = Part(request.http_version, "")
    found["server", Aspect.VALUE] = Part(request.server, "")
    target = urlsplit(request.path)
    found["target", Aspect.VALUE] = Part(target.path, "")
    if target.query:
        found["query", Aspect.VALUE] = Part(target.query, "")


def _headers(request: Request, found: Parts) -> None:
    names = [name.lower() for name, _ in request.headers]
    digests = _digests(request.raw)
    seen = Counter[str]()
    labels = []
    for name, (sent, value) in zip(names, request.headers, strict=True):
        label = f"headers.{name}" + (f"[{seen[name]}]" if seen[name] else "")
        seen[name] += 1
        labels.append(label)
        said = OF_BODY if label == _LENGTH and value == str(len(request.raw)) else value
        for digest in digests:
            said = said.replace(digest, DIGEST)
        found[label, Aspect.VALUE] = Part(said, "")
        found[label, Aspect.CASE] = Part(sent, label)
    found["headers", Aspect.ORDER] = Part(SEPARATOR.join(labels), "")


def _digests(raw: bytes) -> tuple[str, ...]:
    """How headers such as Content-Digest (RFC 9530) write the digest of a body."""
    found = hashlib.sha256(raw)
    return found.hexdigest(), base64.b64encode(found.digest()).decode()


def _body(request: Request, found: Parts) -> None:
    raw = request.raw
    if not raw:
        return
    text = raw.decode("utf-8", "surrogateescape")
    try:
        value = decode(text.strip("\ufeff"))
    except (ValueError, RecursionError):
        found["body", Aspect.VALUE] = Part(text, "")
        return
    _whole_json("body", "", value, text, found)


def _whole_json(path: str, parent: str, value: object, text: str, found: Parts) -> None:
    """Put down a JSON text: what it says, and how it is written."""
    _walk(path, parent, value, found)
    found[path, Aspect.SPACING] = Part(spacing(text), path)
    found[path, Aspect.ESCAPES] = Part(escapes(text), path)


def _walk(path: str, parent: str, value: object, found: Parts) -> None:
    """Put down a JSON value and all in it."""
    if path.count(".") + path.count("[") > DEEPEST:
        return
    if isinstance(value, Object):
        found[path, Aspect.PRESENCE] = Part("object", parent, "object")
        labels = [f"{path}.{name}" for name in value.names()]
        for label, (_, inner) in zip(labels, value.pairs, strict=True):
            _walk(label, path, inner, found)
        found[path, Aspect.ORDER] = Part(SEPARATOR.join(labels), path)
    elif isinstance(value, list):
        found[path, Aspect.PRESENCE] = Part("array", parent, "array")
        labels = [f"{path}[{name}]" for name in members(value)]
        for label, inner in zip(labels, value, strict=True):
            _walk(label, path, inner, found)
        found[path, Aspect.ORDER] = Part(SEPARATOR.join(labels), path)
        found[path, Aspect.COUNT] = Part(str(len(value)), path)
    elif type(value) is str and (inner := opened(value)) is not None:
        _whole_json(path, parent, decode(inner), inner, found)
    elif isinstance(value, str) and not isinstance(value, Literal):
        found[path, Aspect.VALUE] = Part(value, parent)
    else:
        found[path, Aspect.VALUE] = Part(_written(value), parent, "literal")


def _written(value: object) -> str:
    return str(value) if isinstance(value, Literal) else json.dumps(value)
