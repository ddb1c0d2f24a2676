"""What a request says that rules may look at, as cheaply as it can be had."""

import json
import re
from typing import NamedTuple
from urllib.parse import unquote

import msgspec
from msgspec import Raw, Struct

from stillwatch.exchange import Wire
from stillwatch.hashing import digest
from stillwatch.memo import Memo
from stillwatch.traits.identity import agent_of
from stillwatch.traits.packs import clients_by_agent, version_key
from stillwatch.wire.routes import model_of, wire_of

_REMEMBERED = 1 << 12
_BEFORE_THE_USER = 8
"""Messages among which the first one of the user is looked for."""
_PARAMETERS = re.compile(r";[^/]*")
_OBJECT = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|[\x00\s])*\{")
MOST_ODD = 1 << 20
"""Bytes of a body that is parsed again by a slower parser, which takes some 10 ms."""
MOST_MODEL = 256
"""Characters of a model's name that rules see."""


class Software(NamedTuple):
    """The software that a user agent names.

    Attributes:
        client: its label, or the first word of the user agent; empty without one.
        version: its numbers; empty where none stands there.
    """

    client: str
    version: tuple[int, ...]


class _Model(Struct):
    model: str = ""


class _Message(Struct):
    role: str = ""
    content: Raw = Raw(b"")


class _Thread(Struct):
    messages: list[Raw] = []
    input: Raw = Raw(b"")


_model = msgspec.json.Decoder(_Model)
_message = msgspec.json.Decoder(_Message)
_thread = msgspec.json.Decoder(_Thread)
_items = msgspec.json.Decoder(list[Raw])
_fields = msgspec.json.Decoder(dict[str, Raw])


class Reading:
    """Reads requests; remembers user agents and paths, of which there are few."""

    def __init__(self) -> None:
        self._software: Memo[bytes, Software] = Memo(_REMEMBERED)
        self._wires: Memo[tuple[str, str], Wire] = Memo(_REMEMBERED)

    def software(self, agent: bytes) -> Software:
        """The software that a user agent names."""
        return self._software.get(agent) or self._software.put(agent, _software(agent))

    def wire(self, method: str, path: str) -> Wire:
        """The wire of a request, by its path."""
        key = (method, path)
        return self._wires.get(key) or self._wires.put(
            key, wire_of(method, _served(path), {}, None)
        )

    def model(self, path: str, body: bytes) -> str:
        """The model that is asked for; empty where none is named or the body is no JSON.

        Raises:
            OverflowError: the body is no plain JSON, and too long to be read in another way.
        """
        try:
            named = _model.decode(body).model
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            named = _named_somehow(body)
        return (named or model_of(_served(path)) or "")[:MOST_MODEL]


def _named_somehow(body: bytes) -> str:
    """The model in a body that strict parsers refuse, and many a Python server takes.

    UTF-16, a byte order mark, NaN, half a surrogate pair, a first `model` that is no text: whoever
    writes so must not slip past rules about models.
    """
    if not _OBJECT.match(body):
        return ""
    if len(body) > MOST_ODD:
        raise OverflowError("a body that is no plain JSON is too long to be looked into")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    named = found.get("model") if isinstance(found, dict) else None
    return named if isinstance(named, str) else ""


def _served(path: str) -> str:
    """A path as servers read it: without escapes, and without parameters of its segments."""
    return _PARAMETERS.sub("", unquote(path.partition("?")[0]))


def thread_of(body: bytes) -> int:
    """A number for the thread that a request belongs to: a hash of what its user said first.

    Returns:
        With even low bits, as `live.threads` needs it; 0 where the body tells no thread.
    """
    try:
        found = _thread.decode(body)
        said = found.messages or _items_of(found.input)
        for raw in said[:_BEFORE_THE_USER]:
            message = _message.decode(raw)
            if message.role == "user":
                return digest(message.content)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return 0
    return 0


def _items_of(given: Raw) -> list[Raw]:
    """The items of an `input`; a text alone is what a user says."""
    content = bytes(given)
    if content[:1] == b'"':
        return [Raw(b'{"role":"user","content":' + content + b"}")]
    return _items.decode(content) if content else []


def with_model(body: bytes, model: str) -> bytes | None:
    """A body that asks for another model, everything else as it was; None if it is no object."""
    try:
        fields = _fields.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    fields["model"] = Raw(msgspec.json.encode(model))
    return msgspec.json.encode(fields)


def _software(agent: bytes) -> Software:
    name, version = agent_of(agent.decode("latin-1"))
    known = clients_by_agent().get(name)
    return Software(known.id if known else name, version_key(version) if version else ())
