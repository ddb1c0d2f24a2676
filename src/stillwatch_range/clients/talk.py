"""What all emulated clients share: the history, and how a request is put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from stillwatch_range.clients import encode
from stillwatch_range.clients.facts import Ids
from stillwatch_range.clients.shapes import Shape, with_facts
from stillwatch_range.model import Ask, Plan, Session, Toolset, Truth, Wire, World


@dataclass(frozen=True, slots=True)
class Base:
    """Where a conversation belongs: its session, the world, its number and its ids."""

    session: Session
    world: World
    conversation: int
    ids: Ids

    @property
    def truth(self) -> Truth:
        """What is true of its requests."""
        return Truth(self.session.person.id, self.conversation, self.session.purpose)


class Form:
    """A shape with the facts of one conversation filled in; it makes the requests.

    Args:
        base: the conversation.
        wire: format of the body.
        shape: what requests look like.
        facts: by name; all that the shape names, but for `prompt` and `length`.
        extra: fields that replace those of the shape, or join at the end.
    """

    def __init__(
        self,
        base: Base,
        wire: Wire,
        shape: Shape,
        facts: Mapping[str, str],
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self._base, self.wire, self.path = base, wire, shape.path
        self._truth = base.truth
        known = {**facts, "length": "0", "items": "«items»", "tools": "«tools»"}
        self._headers = [(name, with_facts(value, known)) for name, value in shape.headers]
        self._length = next(
            (n for n, (name, _) in enumerate(self._headers) if name.lower() == "content-length"),
            None,
        )
        self.body: dict[str, Any] = {**with_facts(shape.body, known), **(extra or {})}
        self._items = next(key for key, value in self.body.items() if value == "«items»")
        if self.body.get("tools") == "«tools»":
            self.body["tools"] = shape.tools

    @property
    def tools(self) -> Toolset | None:
        """The tools that are offered."""
        return self.body.get("tools")

    def ask(
        self,
        at_us: int,
        items: list[msgspec.Raw],
        plan: Plan,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Ask:
        """A request.

        Args:
            at_us: when it is sent.
            items: the conversation; it belongs to the request from here on.
            plan: what the model will answer.
            headers: values that differ from the conversation's.
            body: fields that differ from the conversation's.
        """
        fields = {**self.body, **body} if body else dict(self.body)
        fields[self._items] = items
        sent = [(n, headers.get(n, v)) for n, v in self._headers] if headers else [*self._headers]
        if self._length is not None:
            name = sent[self._length][0]
            sent[self._length] = (name, str(len(encode.body_bytes(fields))))
        machine = self._base.session.machine
        return Ask(
            at_us=at_us,
            wire=self.wire,
            path=self.path,
            headers=sent,
            body=fields,
            plan=plan,
            ip=machine.ip,
            asn=machine.asn,
            truth=self._truth,
        )


class History:
    """The items of a conversation, each encoded once; the last ones may be sent in another form.

    Attributes:
        last: the last item, and the one before it; empty at the start.
    """

    def __init__(self) -> None:
        self._raw: list[msgspec.Raw] = []
        self.last: tuple[dict[str, Any], dict[str, Any]] = ({}, {})

    def __len__(self) -> int:
        return len(self._raw)

    def add(self, item: dict[str, Any]) -> None:
        """An item joins, as it will stand when others follow."""
        self._raw.append(encode.raw(item))
        self.last = (item, self.last[0])

    def sent(self, *last: dict[str, Any]) -> list[msgspec.Raw]:
        """A list of all items, with the last ones replaced by those given."""
        if not last:
            return self._raw[:]
        return [*self._raw[: -len(last)], *map(encode.raw, last)]
