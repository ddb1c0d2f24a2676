"""Requests on their way, and the replies to them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from stillwatch_range.model.work import Purpose

Wire = Literal["messages", "chat", "responses"]


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of a request and stands in no capture.

    Attributes:
        person: id of the person behind it.
        conversation: number of the conversation, unique in its cell.
        purpose: what it was made for.
    """

    person: str
    conversation: int
    purpose: Purpose = "work"


@dataclass(frozen=True, slots=True)
class Planned:
    """A tool call in the client's own terms: what the provider will say."""

    name: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the model answers; the provider adds ids, signatures and counts.

    Attributes:
        say: its words.
        thinking: its thoughts; each wire shows of them what the request asks for.
        calls: tool calls.
        refused: the provider's filter stops the answer; `say` is what it says about it.
    """

    say: str = ""
    thinking: str = ""
    calls: tuple[Planned, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Toolset:
    """Tools as a request carries them: their names, and the whole list encoded once."""

    names: tuple[str, ...]
    raw: msgspec.Raw


@dataclass(slots=True)
class Ask:
    """A request on its way.

    Attributes:
        at_us: when it arrives, in microseconds since the epoch.
        wire: format of the body.
        path: with its query.
        headers: (name, value) in the order and case of the sender.
        body: fields in the sender's order. The conversation (`messages`, or `input` on the
            responses wire) is a list of `msgspec.Raw`, one encoded item each, and must not be
            changed in place; `tools` is a `Toolset`; all other values are plain JSON values.
        plan: what the model will answer.
        ip: address of the sender.
        asn: number of its network.
        truth: for the labels.
        raw: the body's text where the sender's JSON style differs from plain compact JSON.
    """

    at_us: int
    wire: Wire
    path: str
    headers: list[tuple[str, str]]
    body: dict[str, Any]
    plan: Plan
    ip: str
    asn: int
    truth: Truth
    raw: str | None = None

    @property
    def items(self) -> list[msgspec.Raw]:
        """The conversation's items."""
        items: list[msgspec.Raw] = self.body["input" if self.wire == "responses" else "messages"]
        return items

    @property
    def tools(self) -> Toolset | None:
        """The tools that are offered."""
        return self.body.get("tools")

    def but(self, **changes: Any) -> "Ask":
        """A copy with other values; the body is copied one level deep."""
        changed = replace(self, **changes)
        if "body" not in changes:
            changed.body = dict(self.body)
        if "headers" not in changes:
            changed.headers = list(self.headers)
        return changed


@dataclass(frozen=True, slots=True)
class Thought:
    """A block of reasoning: what is shown of it, and the provider's seal over it."""

    text: str
    signature: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A block of text; `id` where the wire gives messages ids of their own."""

    text: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Called:
    """A tool call with the id that the provider minted."""

    id: str
    name: str
    input: Mapping[str, Any]


Block = Thought | Said | Called


@dataclass(slots=True)
class Reply:
    """What came back.

    Attributes:
        status: HTTP status.
        at_us: when its last byte arrived.
        id: id of the message or response.
        content: blocks of an answer; empty on an error.
        error: kind of error, as the wire names it, such as `rate_limit_error`.
        retry_after_s: what the provider asks the client to wait.
    """

    status: int
    at_us: int
    id: str = ""
    content: tuple[Block, ...] = ()
    error: str = ""
    retry_after_s: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether it is an answer."""
        return self.status == 200
