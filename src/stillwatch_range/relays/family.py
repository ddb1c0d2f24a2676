"""What relay programs have in common; each is a subclass that says what it does otherwise."""

import re
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, ClassVar

import msgspec

from stillwatch_range.clients.encode import Style
from stillwatch_range.clients.shapes import shape
from stillwatch_range.model import Ask, Plan, Planned, Toolset
from stillwatch_range.relays import style, wording
from stillwatch_range.relays.fingerprints import CLIENT, imitated, remember, shown, version
from stillwatch_range.relays.identity import UserId, shaped
from stillwatch_range.relays.items import Edits, Text, filled, first_words, recache, turn
from stillwatch_range.relays.ladder import Level, Switches, switches
from stillwatch_range.relays.trip import Trip
from stillwatch_range.seeds import draw_for

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode
Headers = list[tuple[str, str]]
BILLING = "x-anthropic-billing-header:"
ENTRY = re.compile(r"cc_entrypoint=([\w-]+)")
FAILOVER = frozenset({401, 403, 408, 429, 500, 502, 503, 529})
HOP = frozenset({"connection", "transfer-encoding", "accept-encoding"})


class Family:
    """A relay program.

    Attributes:
        name: as in labels and scenario files.
        shipped: its switches as it ships.
        naive: what is left at constants on E0.
        fixed: switches that it has no means for.
        style: the JSON that it writes.
        constants: client headers that it ships with, by lower-case name.
        converts: which chat callers get a messages request: all, those who ask for a Claude
            model, or none.
        max_tokens: what it sets where a chat caller set none.
        fills: whether it puts in tool results that are missing.
        gives_up_on: where not empty, each error but these goes to the next account.
    """

    name: ClassVar[str]
    shipped: ClassVar[Switches]
    naive: ClassVar[Mapping[str, Any]] = {}
    fixed: ClassVar[frozenset[str]] = frozenset()
    style: ClassVar[Style] = "compact"
    constants: ClassVar[Mapping[str, str]] = {}
    converts: ClassVar[str] = "all"
    max_tokens: ClassVar[int] = 8192
    fills: ClassVar[bool] = False
    gives_up_on: ClassVar[frozenset[int]] = frozenset()

    def switches(self, level: Level) -> Switches:
        """Its switches on a rung of the ladder."""
        return switches(self.shipped, self.naive, self.fixed, level)

    def takes_over(self, ask: Ask) -> bool:
        """Whether a chat request becomes a messages request."""
        if ask.wire != "chat" or self.converts == "none":
            return False
        return self.converts == "all" or str(ask.body.get("model", "")).startswith("claude")

    def forward(self, trip: Trip) -> Ask:
        """The request as the provider gets it; the caller's is not changed."""
        ask = trip.ask
        remember(trip)
        trip.session = self.session(trip)
        out = self.messages(trip) if ask.wire == "messages" else _without_reasoning(trip)
        out.headers = self.headers(trip, out)
        out.at_us, (out.ip, out.asn) = trip.at_us, trip.exit_
        style.finish(out, self.style, trip.memory)
        return out

    def messages(self, trip: Trip) -> Ask:
        """A messages request with its parts rewritten."""
        ask, how, memory = trip.ask, trip.switches, trip.memory
        body = dict(ask.body)
        names = self.names(trip)
        strip = how.thinking == "always" or memory.stripped
        edits = Edits(names, strip, how.cache, self.notes(trip))
        kind = f"edit {strip} {next(iter(names.values()), '')} {self.notes_of(trip)}"
        items = memory.each(kind, ask.items, edits.item)
        if self.fills:
            items = filled(items, memory)
        body["messages"] = self.system(trip, body, items)
        if ask.tools is not None and (names or how.cache != "caller"):
            body["tools"] = memory.once(
                kind, ask.tools, lambda held: _tools(held, names, how.cache)
            )
        if names:
            _rename_choice(body, names)
        self.metadata(trip, body)
        self.extras(trip, body)
        plan = _renamed(ask.plan, names) if names else ask.plan
        return ask.but(body=body, plan=plan, raw=None, path=self.path(trip))

    # Parts ------------------------------------------------------------------------------------

    def path(self, trip: Trip) -> str:
        """The path that is called: imitators call what the coding client calls."""
        if trip.caller.coder or trip.switches.fingerprint in ("program", "caller"):
            return trip.ask.path
        return "/v1/messages?beta=true"

    def headers(self, trip: Trip, out: Ask) -> Headers:
        """Headers as the provider gets them."""
        how = trip.switches
        if how.fingerprint == "program":
            return self.library(self.own(trip, out))
        if how.fingerprint == "caller" or out.wire != "messages":
            made = [pair for pair in trip.caller.ask.headers if pair[0].lower() not in HOP]
        else:
            made = imitated(trip, self.constants, trip.session)
            if how.headers == "client":
                return made
        return self.library({name.lower(): value for name, value in made})

    def own(self, trip: Trip, out: Ask) -> dict[str, str]:
        """The program's own headers, by lower-case name."""
        raise NotImplementedError

    def library(self, headers: dict[str, str]) -> Headers:
        """Headers as the program's HTTP library writes them, from lower-case names."""
        return style.go(headers, {})

    def session(self, trip: Trip) -> str:
        """The session id that the provider gets."""
        given = trip.caller.given
        match trip.switches.session_id:
            case "caller":
                return given
            case "masked":
                return trip.persona.mask(trip.at_us)
            case _:
                return shaped(f"{trip.account.id}::{given or self.opening(trip)}")

    def opening(self, trip: Trip) -> str:
        """What tells a conversation without a session id: its first words, on this device."""
        apart = trip.switches.stick_to in ("conversation", "customer")
        return (
            f"{trip.persona.device}:{self.first_words(trip)}{trip.caller.customer if apart else ''}"
        )

    def first_words(self, trip: Trip) -> str:
        """What was typed first."""
        if not trip.ask.items:
            return ""
        return trip.memory.once("words", trip.ask.items[0], lambda item: first_words([item]))

    def metadata(self, trip: Trip, body: dict[str, Any]) -> None:
        """Who is calling, in the body."""
        how, user = trip.switches, trip.caller.user
        if how.device == "caller" and how.session_id == "caller":
            return
        if how.device == "caller" and user is not None:
            device = user.device
        else:
            device = self.constant(trip) if how.device == "constant" else trip.persona.device
        old = user is not None and user.old
        account = trip.persona.account
        body["metadata"] = {"user_id": UserId(device, account, trip.session, old).text()}

    def constant(self, trip: Trip) -> str:
        """The device id of all its accounts, where it has one for all."""
        return f"{draw_for(trip.seed, 'device').getrandbits(256):064x}"

    def number(self, trip: Trip) -> str:
        """Version of the coding client that the account shows."""
        return ".".join(map(str, version(shown(trip, self.constants)["user-agent"])))

    def goes_on(self, status: int) -> bool:
        """Whether another account is tried after an error."""
        if self.gives_up_on:
            return status >= 400 and status not in self.gives_up_on
        return status in FAILOVER

    def names(self, trip: Trip) -> Mapping[str, str]:
        """Tool names that change, old to new; the coding client's own tools keep their names."""
        tools = trip.ask.tools
        if tools is None or trip.caller.coder or trip.switches.tools == "keep":
            return {}
        kind = f"names {self.aliases_of(trip)}"
        return trip.memory.once(kind, tools, lambda held: self.aliases(trip, held.names))

    def aliases_of(self, trip: Trip) -> str:
        """What the aliases depend on, beside the tools and the customer."""
        del trip
        return ""

    def aliases(self, trip: Trip, names: tuple[str, ...]) -> Mapping[str, str]:
        """Other names for tools."""
        del trip, names
        return {}

    def notes(self, trip: Trip) -> Text | None:
        """How known texts about the machine are rewritten; None where they are not."""
        del trip
        return None

    def notes_of(self, trip: Trip) -> str:
        """What the notes depend on."""
        del trip
        return ""

    def system(
        self, trip: Trip, body: dict[str, Any], items: list[msgspec.Raw]
    ) -> list[msgspec.Raw]:
        """Rewrite the system prompt in `body`; gives the conversation's items."""
        how = trip.switches
        if trip.caller.coder or how.system == "keep":
            if isinstance(body.get("system"), list):
                body["system"] = self.kept_system(trip, body["system"])
            return items
        theirs = _text(body.get("system"))
        body["system"] = self.preamble(trip, items)
        # The system prompt stands before the conversation, so that the order of fields holds.
        return self.moved(trip, theirs, items) if theirs and items else items

    def kept_system(self, trip: Trip, blocks: list[Any]) -> list[Any]:
        """The coding client's own system blocks."""
        notes, how = self.notes(trip), trip.switches.cache
        made = [block for block in (self.block(trip, dict(block)) for block in blocks) if block]
        for block in made:
            recache_marked(block, how)
            if notes is not None and "text" in block:
                block["text"] = notes(block["text"])
        return made

    def block(self, trip: Trip, block: dict[str, Any]) -> dict[str, Any] | None:
        """One system block of the coding client; None to drop it."""
        del trip
        return block

    def preamble(self, trip: Trip, items: list[msgspec.Raw]) -> list[dict[str, Any]]:
        """What stands in place of a stranger's system prompt."""
        del items
        return [identity(self.number(trip), trip.detail)]

    def moved(self, trip: Trip, text: str, items: list[msgspec.Raw]) -> list[msgspec.Raw]:
        """The conversation with a stranger's system prompt in it: a user turn and a yes."""

        def pair(_: object) -> list[msgspec.Raw]:
            said = wording.answered(trip.words)
            return [turn("user", wording.moved(text, trip.words)), turn("assistant", said)]

        return [*trip.memory.once(f"moved {trip.words}", items[0], pair), *items]

    def extras(self, trip: Trip, body: dict[str, Any]) -> None:
        """Further fields that the program sets or drops; changed in place."""

    def foreign(self, draw: Random) -> str:
        """A tool-call id as this program makes one for an answer from elsewhere."""
        return f"call_{draw.getrandbits(96):024x}"


def identity(number: str, detail: str) -> dict[str, Any]:
    """The coding client's system block that says what it is, as its version has it."""
    found = shape(CLIENT, number or "2.1.330", "main", "full" if detail == "full" else "lean")
    blocks = found.body["system"] if found else []
    return dict(blocks[1])


def recache_marked(block: dict[str, Any], how: str) -> None:
    """As `items.recache`, for a block that has a mark."""
    if "cache_control" in block:
        block["cache_control"] = dict(block["cache_control"])
        recache(block, how)


def renewed(block: dict[str, Any], number: str, words: str, seal: str = "") -> dict[str, Any]:
    """A billing block with another version; its entry point is kept.

    Args:
        block: the block, or an empty one.
        number: version of the coding client.
        words: three hexadecimal digits that follow from the first words and the version.
        seal: five hexadecimal digits of a signature; empty for none.
    """
    entry = ENTRY.search(block.get("text", ""))
    text = f"{BILLING} cc_version={number}.{words}; cc_entrypoint={entry[1] if entry else 'cli'};"
    return {"type": "text", "text": f"{text} cch={seal};" if seal else text}


def _without_reasoning(trip: Trip) -> Ask:
    """A request on another wire; reasoning goes where its seal was refused."""
    ask = trip.ask
    if not trip.memory.stripped or ask.wire != "responses":
        return ask.but(raw=None)
    kept = [item for item in ask.items if b'"type":"reasoning"' not in bytes(item)[:400]]
    return ask.but(body={**ask.body, "input": kept}, raw=None)


def _text(system: object) -> str:
    if isinstance(system, list):
        return "\n\n".join(block.get("text", "") for block in system)
    return system if isinstance(system, str) else ""


def _tools(held: Toolset, names: Mapping[str, str], cache: str) -> Toolset:
    rows = _decode(held.raw)
    for row in rows:
        if row.get("name") in names:
            row["name"] = names[row["name"]]
        if "cache_control" in row:
            recache(row, cache)
    if cache == "force" and rows:
        recache(rows[-1], cache)
    return Toolset(tuple(names.get(name, name) for name in held.names), msgspec.Raw(_encode(rows)))


def _rename_choice(body: dict[str, Any], names: Mapping[str, str]) -> None:
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice.get("name") in names:
        body["tool_choice"] = {**choice, "name": names[choice["name"]]}


def _renamed(plan: Plan, names: Mapping[str, str]) -> Plan:
    calls = tuple(Planned(names.get(call.name, call.name), call.input) for call in plan.calls)
    return replace(plan, calls=calls)
