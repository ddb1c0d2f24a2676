"""The small fields of a request's body: model, parameters, user, and in what order they stand.

They hardly change from one request of a conversation to the next, so they are remembered together.
"""

from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from stillwatch.hashing import digest
from stillwatch.wire.body import Fields
from stillwatch.wire.memory import Settings, WireMemory, texts_cost
from stillwatch.wire.values import is_object, is_text, load, load_fields, text_or_none

# Longer values are no parameters.
_PARAM_LENGTH = 4096
# More keys than this say nothing more about who wrote the body.
_KEYS = 64


class Names(Struct, frozen=True):
    """Where one format keeps what is read here.

    Attributes:
        salt: keeps keys of different formats apart.
        large: fields that are read elsewhere.
        user: fields for the caller's own user, the first that is there counts; `outer.inner` stands
            for a field of an object.
        previous_response: the field for a stored response, if the format has one.
    """

    salt: int
    large: frozenset[str]
    user: tuple[str, ...]
    previous_response: str = ""


def settings_of(fields: Fields, names: Names, memory: WireMemory) -> Settings:
    """Decode the small fields of a body.

    Raises:
        WireError: one of them is malformed.
    """
    small = [raw for name, raw in fields.items() if name not in names.large]
    # JSON text never holds a NUL, so that different fields never make up the same bytes.
    key = digest(b"\0".join((msgspec.json.encode(list(fields)), *small))) ^ names.salt
    known = memory.settings.get(key)
    if known is None:
        known = _decoded(fields, names)
        texts = (
            known.user or "",
            *known.body_keys,
            *(text for pair in known.params for text in pair),
        )
        memory.settings.keep(key, known, texts_cost(texts))
    return known


def _decoded(fields: Fields, names: Names) -> Settings:
    users = (_text(fields, name) for name in names.user)
    stream = fields.get("stream")
    return Settings(
        model=_text(fields, "model"),
        user=next(filter(None, users), None),
        params=tuple(_params(fields, names)),
        stream=stream is not None and bytes(stream) == b"true",
        previous_response=_text(fields, names.previous_response),
        body_keys=tuple(fields)[:_KEYS],
    )


def _text(fields: Fields, name: str) -> str | None:
    """The text under a name, if there is one."""
    outer, dot, inner = name.partition(".")
    raw = fields.get(outer)
    if raw is None:
        return None
    if dot:
        return _text(load_fields(raw, outer), inner) if is_object(raw) else None
    return text_or_none(load(raw, outer)) if is_text(raw) else None


def _params(fields: Fields, names: Names) -> Iterator[tuple[str, str]]:
    """The scalar parameters by name, with those of objects one level down as `outer.inner`.

    Numbers and truth values stand as their JSON text.
    """
    read = {"model", "stream", names.previous_response, *names.large, *names.user}
    for name, raw in fields.items():
        if name not in read and len(raw) <= _PARAM_LENGTH:
            for inner, value in _scalars(name, raw):
                if inner not in read:
                    yield inner, value


def _scalars(name: str, raw: Raw) -> Iterator[tuple[str, str]]:
    text = bytes(raw)
    if text.startswith(b"{"):
        for inner, value in load_fields(raw, name).items():
            if not bytes(value).startswith((b"{", b"[")):
                yield from _scalars(f"{name}.{inner}", value)
    elif text.startswith(b'"'):
        yield name, load(raw, name)
    elif not text.startswith((b"[", b"null")):
        yield name, text.decode("utf-8", "replace")
