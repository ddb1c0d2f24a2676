"""Another provider, whose answers and ids come into a conversation while ours is not reached."""

from dataclasses import dataclass
from random import Random
from string import ascii_letters, digits

from stillwatch_range.model import (
    HOUR_US,
    SECOND_US,
    Ask,
    Block,
    Called,
    Reply,
    Road,
    Said,
)
from stillwatch_range.seeds import draw_for

# Ids of tool calls as other providers mint them and routers pass them through (LiteLLM and
# claude-code-router keep the `call_` of OpenAI-like servers; vLLM's begin with `chatcmpl-tool-`).
_SHAPES: tuple[tuple[str, int, str], ...] = (
    ("call_", 24, ascii_letters + digits),
    ("chatcmpl-tool-", 32, "0123456789abcdef"),
    ("call_00_", 20, ascii_letters + digits),
    ("toolu_bdrk_01", 22, ascii_letters + digits),
)


@dataclass(slots=True)
class Router:
    """Sends requests to our provider, and to another one while ours fails.

    Attributes:
        ours: the road to our provider.
        seed: of failures and foreign ids; one seed is one router.
        share: share of the hours in which the router takes ours for down for a while.
    """

    ours: Road
    seed: int
    share: float

    def send(self, ask: Ask) -> Reply:
        """Carry a request; where ours is down or refuses, the other one answers."""
        if self._down(ask.at_us):
            return self._foreign(ask)
        reply = self.ours.send(ask)
        return reply if reply.ok or reply.status < 429 else self._foreign(ask)

    def _down(self, at_us: int) -> bool:
        hour = at_us // HOUR_US
        draw = draw_for(self.seed, "hour", hour)
        begins, lasts = draw.random(), draw.uniform(0.2, 0.8)
        inside = begins <= at_us % HOUR_US / HOUR_US < begins + lasts
        return draw.random() < self.share and inside

    def _foreign(self, ask: Ask) -> Reply:
        draw = draw_for(self.seed, "foreign", ask.truth.conversation, ask.at_us)
        blocks: list[Block] = [Said(ask.plan.say)] if ask.plan.say or not ask.plan.calls else []
        shape = draw_for(self.seed, "other provider").choice(_SHAPES)
        blocks += [Called(_id(draw, shape), call.name, call.input) for call in ask.plan.calls]
        took_us = int(draw.uniform(1, 9) * SECOND_US)
        return Reply(200, ask.at_us + took_us, _id(draw, ("chatcmpl-", 24, digits)), tuple(blocks))


def _id(draw: Random, shape: tuple[str, int, str]) -> str:
    head, count, characters = shape
    return head + "".join(draw.choices(characters, k=count))
