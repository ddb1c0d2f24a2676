"""A running relay: customers' requests in, accounts' requests out, answers back in their terms."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from stillwatch_range.model import (
    SECOND_US,
    Account,
    Ask,
    Block,
    Called,
    Provider,
    Reply,
    Road,
    Said,
    Wire,
    World,
)
from stillwatch_range.relays import companions, translate
from stillwatch_range.relays.family import Family
from stillwatch_range.relays.identity import Persona, persona
from stillwatch_range.relays.ladder import Switches
from stillwatch_range.relays.memory import Conversations, Memory
from stillwatch_range.relays.routing import Pool, Seat
from stillwatch_range.relays.seating import Seating
from stillwatch_range.relays.trip import Caller, Trip
from stillwatch_range.seeds import draw_for

HOP_US = 4_000
TRIES = 4
BUSY = 529
Exit = tuple[str, int]


class Relay:
    """A relay in front of a provider.

    Args:
        family: the program.
        switches: how it is set.
        accounts: accounts in use, then those in reserve, and how many are in use.
        provider: answers.
        exits: address and network that the provider sees, by account.
        world: span and detail.
        seed: the relay's own seed.
    """

    def __init__(
        self,
        family: Family,
        switches: Switches,
        accounts: tuple[Sequence[Account], Sequence[Account]],
        provider: Provider,
        exits: Mapping[str, Exit],
        world: World,
        seed: int,
    ) -> None:
        self.family, self.switches = family, switches
        self._provider, self._exits, self._world, self._seed = provider, exits, world, seed
        self._draw = draw_for(seed, "relay")
        self.pool = Pool(*accounts, switches, self._draw)
        self._seating = Seating(self.pool, switches, world.start_us)
        self.conversations = Conversations()
        self._personas: dict[str, Persona] = {}

    def door(self, customer: str, zone: str, language: str, wire: Wire = "messages") -> Road:
        """A way in for a customer.

        Args:
            customer: name of the customer's key.
            zone: IANA time zone that the operator knows the customer by.
            language: code of the customer's language.
            wire: format that the customer's client speaks; the relay reads it off each request.
        """
        del wire
        self._seating.welcome(customer, zone, language)
        return _Door(self, customer)

    def send(self, customer: str, ask: Ask) -> Reply:
        """Carry a customer's request; the reply is in the customer's terms."""
        how, caller = self.switches, Caller.of(customer, ask)
        if how.companions == "answer" and companions.is_companion(ask, caller.given):
            return companions.answer(ask, self._seed, caller.conversation)
        memory = self.conversations.of(f"{customer} {caller.conversation}", ask.at_us)
        if self._strays(caller):
            return self._elsewhere(caller)
        turned = ask
        if self.family.takes_over(ask):
            turned = translate.to_messages(ask, memory, self.family.max_tokens)
        reply, names = self._carried(caller, turned, memory)
        if reply.ok and names:
            reply = replace(reply, content=tuple(_back(block, names) for block in reply.content))
        return translate.to_caller(reply) if turned is not ask else reply

    def _carried(self, caller: Caller, ask: Ask, memory: Memory) -> tuple[Reply, Mapping[str, str]]:
        """Try accounts until one answers; also the tool names as the provider had them."""
        now_us, avoid = ask.at_us + HOP_US, list[int]()
        reply = Reply(BUSY, now_us + HOP_US, error="overloaded_error", retry_after_s=30.0)
        stick = self._stick(caller)
        for _ in range(TRIES):
            found = self.pool.pick(stick, caller.customer, now_us, avoid)
            if found is None:
                return reply, {}
            seat, start_us = found
            trip = self._trip(caller, ask, start_us, memory, seat.account)
            reply, out = self._one(trip, seat)
            if not self.family.goes_on(reply.status):
                return reply, _names(caller.ask, out)
            if reply.status != 400:
                self.pool.fails(seat, reply.status, reply.at_us, reply.retry_after_s)
            avoid.append(seat.number)
            now_us = reply.at_us + HOP_US
        return reply, {}

    def _one(self, trip: Trip, seat: Seat) -> tuple[Reply, Ask]:
        """One account's answer; after a broken signature once more without reasoning."""
        out = self.family.forward(trip)
        reply = self._provider.serve(out, trip.account)
        if self._signature(trip, reply):
            trip.memory.stripped = True
            trip.at_us = reply.at_us + HOP_US
            out = self.family.forward(trip)
            reply = self._provider.serve(out, trip.account)
        seat.took(trip.session or trip.caller.customer, trip.at_us, reply.at_us)
        if reply.ok:
            seat.strikes = 0
        return reply, out

    def _signature(self, trip: Trip, reply: Reply) -> bool:
        return (
            reply.status == 400
            and self.switches.thinking == "after_error"
            and not trip.memory.stripped
            and trip.ask.wire != "chat"
        )

    def _trip(self, caller: Caller, ask: Ask, at_us: int, memory: Memory, account: Account) -> Trip:
        held = self._personas.get(account.id)
        if held is None:
            held = self._personas[account.id] = persona(self._seed, account)
        how, seed, detail = self.switches, self._seed, self._world.detail
        exit_ = self._exits[account.id]
        return Trip(caller, ask, at_us, account, held, memory, how, seed, exit_, detail)

    def _stick(self, caller: Caller) -> str:
        """What keeps its account."""
        match self.switches.stick_to:
            case "nothing":
                return ""
            case "session":
                return caller.conversation
            case "conversation":
                return f"{caller.customer} {caller.conversation}"
            case "customer":
                return caller.customer

    def _strays(self, caller: Caller) -> bool:
        share, seed = self.switches.elsewhere, self._seed
        return share > 0 and (
            draw_for(seed, "strays", caller.conversation, len(caller.ask.items)).random() < share
        )

    def _elsewhere(self, caller: Caller) -> Reply:
        """Another provider answers: its ids are of the relay's making, nothing is signed."""
        ask = caller.ask
        draw = draw_for(self._seed, "elsewhere", caller.conversation, len(ask.items), ask.at_us)
        said: list[Block] = [Said(ask.plan.say)] if ask.plan.say else []
        said += [
            Called(self.family.foreign(draw), call.name, call.input) for call in ask.plan.calls
        ]
        took_us = int((1.5 + len(ask.plan.say) / 400) * SECOND_US)
        return Reply(200, ask.at_us + took_us, f"msg_{draw.getrandbits(96):024x}", tuple(said))


class _Door:
    """A customer's road."""

    def __init__(self, relay: Relay, customer: str) -> None:
        self._relay, self._customer = relay, customer

    def send(self, ask: Ask) -> Reply:
        """Carry one request."""
        return self._relay.send(self._customer, ask)


def _names(came_as: Ask, out: Ask) -> Mapping[str, str]:
    """Tool names as the provider had them, to those of the caller; empty where they agree."""
    ours, theirs = out.tools, came_as.tools
    if ours is None or theirs is None or ours.names == theirs.names:
        return {}
    return dict(zip(ours.names, theirs.names, strict=True))


def _back(block: Block, names: Mapping[str, str]) -> Block:
    if isinstance(block, Called) and block.name in names:
        return Called(block.id, names[block.name], block.input)
    return block
