"""From the bytes of an HTTP request to a request of the range; broken bodies get a sentence."""

from dataclasses import dataclass
from typing import Any

import msgspec

from stillwatch_range.model import Ask, Plan, Toolset, Truth, Wire
from stillwatch_range.upstream.answer import Json
from stillwatch_range.upstream.script import Heard
from stillwatch_range.upstream.talk import offered, talk

PATHS: dict[str, Wire] = {
    "/v1/messages": "messages",
    "/v1/chat/completions": "chat",
    "/v1/responses": "responses",
}
_NOBODY = Truth("", 0)


class BrokenError(Exception):
    """A body cannot be used; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Where a request came from, and how it looked on the way.

    Attributes:
        at_us: when it arrived, in microseconds since the epoch.
        path: with its query.
        headers: as received.
        ip: address.
    """

    at_us: int
    path: str
    headers: list[tuple[str, str]]
    ip: str


def read_json(raw: bytes) -> Json:
    """The body of a request.

    Raises:
        BrokenError: it is no JSON object.
    """
    try:
        raw.decode()
        body = msgspec.json.decode(raw)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as error:
        raise BrokenError("The body is not valid JSON.") from error
    if not isinstance(body, dict):
        raise BrokenError("The body is not a JSON object.")
    return body


def check(wire: Wire, body: Json) -> None:
    """Look at the fields that nothing works without.

    Raises:
        BrokenError: one is missing or of the wrong kind.
    """
    if not isinstance(body.get("model"), str) or not body["model"]:
        raise BrokenError("model: Field required")
    if wire == "messages" and type(body.get("max_tokens")) is not int:
        raise BrokenError("max_tokens: Field required")
    name = "input" if wire == "responses" else "messages"
    items = body.get(name)
    if wire == "responses" and isinstance(items, str):
        return
    if not isinstance(items, list) or not items:
        raise BrokenError(f"{name}: Field required")
    for place, item in enumerate(items):
        if not isinstance(item, dict):
            raise BrokenError(f"{name}.{place}: Input should be an object")
        if wire != "responses" and not isinstance(item.get("role"), str):
            raise BrokenError(f"{name}.{place}.role: Field required")


def heard(wire: Wire, body: Json, account: str) -> Heard:
    """What a script needs of a body that passed `check`."""
    return Heard(wire, talk(wire, body), offered(wire, body), body, account)


def ask_of(wire: Wire, body: Json, raw: bytes, plan: Plan, sender: Sender) -> Ask:
    """A request of the range.

    Args:
        wire: its format.
        body: decoded, and passed by `check`.
        raw: its bytes.
        plan: what is to be answered.
        sender: where it came from.
    """
    fields: dict[str, Any] = dict(body)
    parts = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    name = "input" if wire == "responses" else "messages"
    if isinstance(body[name], str):
        said = {"role": "user", "content": body[name]}
        fields[name] = [msgspec.Raw(msgspec.json.encode(said))]
    else:
        fields[name] = msgspec.json.decode(parts[name], type=list[msgspec.Raw])
    if body.get("tools"):
        names = tuple(tool.name for tool in offered(wire, body))
        fields["tools"] = Toolset(names, parts["tools"])
    return Ask(
        at_us=sender.at_us,
        wire=wire,
        path=sender.path,
        headers=sender.headers,
        body=fields,
        plan=plan,
        ip=sender.ip,
        asn=0,
        truth=_NOBODY,
        raw=raw.decode(),
    )


def one_line(raw: bytes) -> bytes:
    """The bytes of a JSON text that passed `read_json`, on one line."""
    if b"\n" in raw or b"\r" in raw:
        return msgspec.json.encode(msgspec.json.decode(raw))
    return raw
