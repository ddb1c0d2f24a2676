"""The provider's own work, the same in process and over HTTP: check, limit, answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType

import msgspec

from stillwatch_range.model import Account, Ask, Block, Plan, Reply, Toolset, Wire
from stillwatch_range.seeds import draw_for, seed_for
from stillwatch_range.upstream import chat, messages, responses
from stillwatch_range.upstream.answer import (
    Answer,
    Json,
    Stop,
    Usage,
    model_of,
    tokens,
    tokens_of,
)
from stillwatch_range.upstream.faults import Fault, fault
from stillwatch_range.upstream.ids import Mint
from stillwatch_range.upstream.items import BYTES_A_TOKEN, Item, Items
from stillwatch_range.upstream.limits import PLANS, Limit, Limits
from stillwatch_range.upstream.memo import Recent
from stillwatch_range.upstream.prefixes import Prefixes, Reading
from stillwatch_range.upstream.seals import Seals

WIRES: Mapping[Wire, ModuleType] = {"messages": messages, "chat": chat, "responses": responses}
_encode = msgspec.json.Encoder().encode
_CHECKED = 8_000


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How a provider behaves.

    Attributes:
        limits: rate limits by plan; none where empty.
        overload_share: share of requests that are turned away as overloaded.
        bound_signatures: a signature is good only for the organisation that it was made for
            (for the account where no organisation is known).
        raw_items: requests of at most this many items are captured with the text of their body.
        rate: tokens written a second, the median.
        first_s: seconds until the first token, the median.
    """

    limits: Mapping[str, Limit] = field(default_factory=lambda: PLANS)
    overload_share: float = 0.002
    bound_signatures: bool = True
    raw_items: int = 3
    rate: float = 70.0
    first_s: float = 0.9


@dataclass(slots=True)
class Served:
    """What goes back for a request.

    Attributes:
        reply: as the sender's client understands it.
        headers: of the response.
        body: of a response that is no stream.
        events: of a stream.
        duration_us: until the last byte.
    """

    reply: Reply
    headers: list[tuple[str, str]]
    body: Json | None
    events: list[Json] | None
    duration_us: int


class Core:
    """Answers requests by their plans.

    Args:
        settings: how it behaves.
        seed: of all that it draws, and the secret behind its signatures.
    """

    def __init__(self, settings: ProviderSettings, seed: int) -> None:
        self._settings = settings
        self._draw = draw_for(seed, "upstream")
        self._mint = Mint(self._draw)
        self._seals = Seals(seed, self._draw)
        self._items = Items(seed_for(seed, "items"))
        self._prefixes = Prefixes()
        self._limits = Limits(settings.limits)
        self._checked: Recent[bool] = Recent(_CHECKED)

    def answer(self, ask: Ask, account: Account) -> Served:
        """Answer a request by its plan, or turn it away."""
        if account.banned_us is not None and ask.at_us >= account.banned_us:
            return self.refuse(ask, "banned")
        if self._draw.random() < self._settings.overload_share:
            return self.refuse(ask, "busy", retry_s=self._draw.uniform(2, 20))
        holder = account.organization or account.id
        sealed_for = holder if self._settings.bound_signatures else ""
        items = self._items.read(ask.items)
        wrong = self._wrong_seal(items, sealed_for)
        if wrong is not None:
            return self.refuse(ask, "seal", where=_place(ask.wire, *wrong))
        head = self._items.read(_head(ask))
        cache = self._items.hash(holder.encode())
        reading = self._prefixes.look(ask.wire, cache, head, items, ask.at_us)
        wait_s = self._limits.wait_s(account.id, account.plan, reading.fresh, ask.at_us)
        if wait_s:
            return self.refuse(ask, "rate", retry_s=wait_s)
        self._prefixes.take(reading, ask.at_us)
        return self._play(ask, reading, sealed_for)

    @property
    def limits(self) -> Limits:
        """The rate limits, to be changed while it runs."""
        return self._limits

    def request_id(self, wire: Wire) -> str:
        """A new id for a request."""
        return self._mint.messages_request() if wire == "messages" else self._mint.openai_request()

    def size(self, ask: Ask) -> int:
        """Tokens of a request."""
        return sum(item.tokens for item in self._items.read([*_head(ask), *ask.items]))

    def refuse(self, ask: Ask, kind: Fault, where: str = "", retry_s: float = 0.0) -> Served:
        """An error in the shape of the request's wire."""
        request_id, headers = self._headers(ask.wire, stream=False)
        refusal = fault(ask.wire, kind, request_id, where)
        if kind == "rate":
            retry_s = float(max(1, round(retry_s + 0.5)))
            headers.append(("retry-after", str(int(retry_s))))
        took_us = int(self._draw.lognormvariate(-2.5, 0.5) * 1e6)
        reply = Reply(
            status=refusal.status,
            at_us=ask.at_us + took_us,
            error=refusal.kind,
            retry_after_s=retry_s if kind == "rate" else 0.0,
        )
        return Served(reply, headers, refusal.body, None, took_us)

    def _play(self, ask: Ask, reading: Reading, holder: str) -> Served:
        wire = WIRES[ask.wire]
        plan, cut = _cut(ask)
        at_s = ask.at_us // 1_000_000
        content: list[Block] = wire.content(ask.body, plan, self._mint, self._seals, holder, at_s)
        thinking = tokens(plan.thinking)
        written = sum(map(tokens_of, content)) + thinking
        usage = Usage(reading.tokens, reading.read, reading.written, written, thinking)
        answer = Answer(
            id=wire.mint_id(self._mint),
            model=model_of(ask.body),
            content=tuple(content),
            stop=_stop(plan, cut=cut),
            usage=usage,
            created_s=at_s,
        )
        took_us = self._duration_us(reading, written)
        streamed = ask.body.get("stream") is True
        _, headers = self._headers(ask.wire, streamed)
        reply = Reply(200, ask.at_us + took_us, answer.id, answer.content)
        if streamed:
            return Served(reply, headers, None, list(wire.events(ask.body, answer)), took_us)
        return Served(reply, headers, wire.whole(ask.body, answer), None, took_us)

    def _wrong_seal(self, items: list[Item], holder: str) -> tuple[int, int] | None:
        """Item and block of a signature that is not good for a holder, if there is one."""
        salt = self._items.hash(holder.encode())
        for number, item in [(n, item) for n, item in enumerate(items) if item.seals]:
            if self._checked.get(item.digest ^ salt):
                continue
            for block, seal in item.seals:
                if not self._seals.holds(seal, holder):
                    return number, block
            self._checked.put(item.digest ^ salt, value=True)
        return None

    def _duration_us(self, reading: Reading, written: int) -> int:
        settings = self._settings
        first_s = settings.first_s * self._draw.lognormvariate(0, 0.35) + reading.fresh * 1.5e-5
        rate = settings.rate * self._draw.lognormvariate(0, 0.25)
        return int((first_s + written / rate) * 1e6)

    def _headers(self, wire: Wire, stream: bool) -> tuple[str, list[tuple[str, str]]]:
        kind = "text/event-stream; charset=utf-8" if stream else "application/json"
        request_id = self.request_id(wire)
        name = "request-id" if wire == "messages" else "x-request-id"
        return request_id, [("content-type", kind), (name, request_id)]


def _head(ask: Ask) -> list[bytes | msgspec.Raw]:
    """What stands before the conversation, in the order in which providers read it."""
    body = ask.body
    parts: list[bytes | msgspec.Raw] = [model_of(body).encode()]
    tools = body.get("tools")
    if isinstance(tools, Toolset):
        parts.append(tools.raw)
    system = body.get("instructions" if ask.wire == "responses" else "system")
    return [*parts, _encode(system)] if system else parts


def _place(wire: Wire, item: int, block: int) -> str:
    return f"messages.{item}.content.{block}" if wire == "messages" else f"input[{item}]"


def _cut(ask: Ask) -> tuple[Plan, bool]:
    """The plan within the limit that the request sets on the answer, and whether it was cut."""
    body, plan = ask.body, ask.plan
    names = ("max_tokens", "max_completion_tokens", "max_output_tokens")
    limit = next((body[name] for name in names if isinstance(body.get(name), int)), None)
    if limit is None or len(plan.say) + len(plan.thinking) <= limit:
        return plan, False
    room = limit - tokens(plan.thinking)
    if room <= 0:
        return Plan(thinking=plan.thinking[: limit * BYTES_A_TOKEN]), True
    if tokens(plan.say) <= room:
        return plan, False
    return Plan(plan.say[: room * BYTES_A_TOKEN], plan.thinking), True


def _stop(plan: Plan, *, cut: bool) -> Stop:
    if cut:
        return "length"
    if plan.refused:
        return "refused"
    return "calls" if plan.calls else "end"
