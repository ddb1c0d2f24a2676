"""Sealing requests as they are about to be sent, whatever library sends them.

Requests to a model get their seal and their headers; all others pass as they are. Whatever goes
wrong, the request goes out unsealed and the program is told, unless it asked to hold it back.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

from stillwatch.client.events import Event, Kind, Report, Unsealed, reason
from stillwatch.client.rewrite import NotRewritten, rewritten
from stillwatch.marks.grammar import Grammar
from stillwatch.marks.places import Body, Wire
from stillwatch.marks.seal import Sealer

RawHeaders = list[tuple[bytes, bytes]]
_WIRES: dict[str, Wire] = {
    "/messages": "anthropic",
    "/chat/completions": "chat",
    "/responses": "responses",
}
# Signatures that others put over the body or its digest; a changed body would break them.
_BOUND = {b"content-digest", b"signature-input", b"x-amz-content-sha256", b"content-md5", b"digest"}


@dataclass(frozen=True, slots=True)
class Draft:
    """A request before it is sent.

    Attributes:
        method: in upper case.
        url: absolute.
        headers: as they will be sent, in order.
        body: all of it.
    """

    method: str
    url: str
    headers: RawHeaders
    body: bytes


class Key(Protocol):
    """An install's key for an epoch."""

    @property
    def install(self) -> str:
        """The id of the install."""

    @property
    def epoch(self) -> int:
        """The epoch."""

    @property
    def key_id(self) -> str:
        """Public name of the master key that it was derived from."""

    @property
    def secret(self) -> bytes:
        """The key itself."""


Context = Callable[[str], bytes]
"""What the fresh part of a seal is bound to, by the URL of the request."""

Keys = Callable[[float], Key]
"""The key to seal with at a time; raises `KeyFileError` if there is none."""


class Declaration(Protocol):
    """Puts declared headers on a sealed request."""

    def put(self, draft: Draft, key: Key, at_s: float) -> Draft:
        """The same request with the headers."""


@dataclass(frozen=True, slots=True)
class Options:
    """How requests are sealed.

    Attributes:
        fail_closed: hold a request back that cannot be sealed.
        report: told when something did not work; it must not raise.
        clock: seconds since 1970.
        context: what the fresh part of seals is bound to; nothing without it.
    """

    fail_closed: bool = False
    report: Report | None = None
    clock: Callable[[], float] = time.time
    context: Context | None = None


class Sealing:
    """Seals drafts for one install.

    Args:
        keys: where the key of the time comes from.
        grammar: the texts of the client.
        declaration: puts headers; none are put without it.
        options: how to behave.
    """

    def __init__(
        self,
        keys: Keys,
        grammar: Grammar,
        declaration: Declaration | None = None,
        options: Options | None = None,
    ) -> None:
        self._keys = keys
        self._grammar = grammar
        self._declaration = declaration
        self._options = options or Options()
        self._sealer: tuple[Key, bytes, Sealer] | None = None

    def __repr__(self) -> str:
        return f"Sealing({self._grammar.name})"

    def seals(self, method: str, url: str) -> bool:
        """Whether a request goes to a model, so that its body is wanted."""
        return method == "POST" and _wire(url) is not None

    def sealed(self, draft: Draft) -> Draft:
        """A draft as it should be sent.

        Raises:
            Unsealed: it cannot be sealed, and the options say to hold it back.
        """
        wire = _wire(draft.url)
        if draft.method != "POST" or wire is None:
            return draft
        if obstacle := _obstacle(draft):
            return self._as_it_is(draft, "unsealed", obstacle)
        try:
            key = self._keys(self._options.clock())
            sealer = self._sealer_for(key, self._context(draft.url))
            body = rewritten(draft.body, lambda body: _sealed(sealer, body, wire))
        except NotRewritten as error:
            return self._as_it_is(draft, "unsealed", str(error))
        except Exception as error:  # noqa: BLE001  # a client's request comes before its seal
            return self._as_it_is(draft, "unsealed", reason(error))
        if body is draft.body:
            self._tell("nothing-to-seal", "no text of the grammar has a place in it", draft)
        else:
            draft = replace(draft, headers=_with_length(draft.headers, body), body=body)
        return self._declared(draft, key)

    def _declared(self, draft: Draft, key: Key) -> Draft:
        if self._declaration is None:
            return draft
        try:
            return self._declaration.put(draft, key, self._options.clock())
        except Exception as error:  # noqa: BLE001  # as above
            return self._as_it_is(draft, "unsigned", reason(error))

    def _context(self, url: str) -> bytes:
        if self._options.context is None:
            return b""
        try:
            return self._options.context(url)
        except Exception:  # noqa: BLE001  # it is told when the header fails for the same reason
            return b""

    def _sealer_for(self, key: Key, context: bytes) -> Sealer:
        made = self._sealer
        if made is None or made[:2] != (key, context):
            made = (key, context, Sealer(self._grammar, key.install, key.secret, context))
            self._sealer = made
        return made[2]

    def _as_it_is(self, draft: Draft, kind: Kind, why: str) -> Draft:
        self._tell(kind, why, draft)
        if self._options.fail_closed:
            raise Unsealed(
                f"A request was not sent, for it would be {kind}: {why}.",
                "Ask whoever runs the client, or allow unsealed requests.",
            )
        return draft

    def _tell(self, kind: Kind, why: str, draft: Draft) -> None:
        if self._options.report is not None:
            with contextlib.suppress(Exception):
                self._options.report(Event(kind, why, urlsplit(draft.url).path))


def _sealed(sealer: Sealer, body: Body, wire: Wire) -> Body:
    """A sealed body; one that is no conversation stays as it is, whatever its path."""
    talks = "input" in body if wire == "responses" else isinstance(body.get("messages"), list)
    return sealer.seal(body, wire) if talks else body


def _wire(url: str) -> Wire | None:
    path = urlsplit(url).path.rstrip("/")
    return next((wire for ending, wire in _WIRES.items() if path.endswith(ending)), None)


def _obstacle(draft: Draft) -> str:
    """Why a request must stay as it is; empty if it need not."""
    names = {name.lower(): value for name, value in draft.headers}
    if names.get(b"content-encoding", b"identity").strip().lower() != b"identity":
        return "the body is compressed"
    if _BOUND & names.keys() or names.get(b"authorization", b"").startswith(b"AWS4-"):
        return "the body is signed already"
    return ""


def _with_length(headers: RawHeaders, body: bytes) -> RawHeaders:
    """The headers with the new length where the old one stood."""
    length = str(len(body)).encode()
    return [
        (name, length if name.lower() == b"content-length" else value) for name, value in headers
    ]
