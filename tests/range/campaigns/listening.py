"""A provider that answers every request by its plan and keeps what it heard."""

import re
import tracemalloc
from dataclasses import dataclass, field

import msgspec

from stillwatch_range.campaigns import CampaignSpec, open_cell
from stillwatch_range.cell import run
from stillwatch_range.model import (
    DAY_US,
    SECOND_US,
    Account,
    Ask,
    Block,
    Reply,
    Said,
    Thought,
    World,
)

START_US = 1_780_272_000 * SECOND_US
SOURCES = ("toolbench", "oasst-a")


@dataclass(frozen=True)
class Heard:
    """A request, whose account it carried, and what came back."""

    ask: Ask
    account: Account
    status: int

    @property
    def user(self):
        """All that the request says in the conversation, and its system text."""
        return said(self.ask)


@dataclass
class Listener:
    """A provider for tests."""

    bound: bool = False
    heard: list[Heard] = field(default_factory=list)
    keep: bool = True
    memory: list[int] = field(default_factory=list)
    count: int = 0

    def serve(self, ask, account):
        self.count += 1
        if not self.keep and self.count % 1_000 == 0:
            self.memory.append(tracemalloc.get_traced_memory()[0])
        reply = self._reply(ask, account)
        if self.keep:
            self.heard.append(Heard(ask, account, reply.status))
        return reply

    def _reply(self, ask, account):
        at_us = ask.at_us + SECOND_US
        if account.banned_us is not None and ask.at_us >= account.banned_us:
            return Reply(403, at_us, error="permission_error")
        seals = re.findall(r"seal-\d+-(\w+)", said(ask))
        if self.bound and any(made_for != account.id for made_for in seals):
            return Reply(400, at_us, error="invalid_request_error")
        blocks: list[Block] = [Said(ask.plan.say)]
        if ask.plan.thinking:
            blocks.insert(0, Thought(ask.plan.thinking, f"seal-{self.count}-{account.id}"))
        return Reply(200, at_us, f"msg_{self.count}", tuple(blocks))


def said(ask):
    """The conversation and the system text of a request, as text."""
    body = ask.body
    parts = [bytes(item).decode() for item in ask.items]
    return "\n".join([str(body.get("system") or body.get("instructions") or ""), *parts])


def prompts(ask):
    """What the user turns of a plain conversation say."""
    found = []
    for raw in ask.items:
        item = msgspec.json.decode(raw)
        if item.get("role") == "user" and isinstance(item["content"], str):
            found.append(item["content"])
    return found


def system(ask):
    """The system text of a program's request."""
    given = ask.body.get("system") or ask.body.get("instructions")
    if given:
        return given
    first = msgspec.json.decode(ask.items[0])
    return first["content"] if first.get("role") == "system" else ""


def world(days=1.0, **changes):
    """A small world."""
    fields = {
        "seed": 3,
        "start_us": START_US,
        "end_us": START_US + int(days * DAY_US),
        "sources": SOURCES,
    }
    return World(**{**fields, **changes})


def campaign(length=1.0, seed=11, listener=None, world_=None, **fields):
    """Run a campaign; gives all that the provider heard."""
    listener = listener or Listener()
    where = world_ or world(length)
    spec = CampaignSpec(**{"accounts": 5, "requests_per_account_day": 20.0, **fields})
    run(open_cell(spec, where, listener, seed, f"campaign:{seed}"), where.end_us)
    return listener.heard


def beginning(texts):
    """What all texts begin with."""
    first, last = min(texts), max(texts)
    same = (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b)
    return first[: next(same, len(first))]
