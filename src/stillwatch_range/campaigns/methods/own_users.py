"""The lab's own users are answered by this model: their traffic is relayed silently, part twice."""

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from stillwatch_range.campaigns import words
from stillwatch_range.campaigns.agents import Change
from stillwatch_range.campaigns.desk import Desk, Order
from stillwatch_range.campaigns.material import Item
from stillwatch_range.model import HOUR_US, Act, Step, Turn
from stillwatch_range.play import play

SYSTEMS: Mapping[str, tuple[str, ...]] = {
    "en": (
        (
            "You are {product}, [a helpful|a friendly|an intelligent] assistant [made|built|trained] by"
            " {lab}. [Never|Do not] [say|claim] that you are [another|any other] model. [Today|The "
            "date] is {date}."
        ),
        (
            "{product} [{version}|] [system|base] prompt: [answer|reply] in the user's language, [keep|"
            "stay] [polite|brief|factual], [your name is|call yourself] {product}, [by|from] {lab}."
        ),
        (
            "# {product}\n[Role|Identity]: [assistant|companion] of {lab}.\n[Rules|Policy]: no [other "
            "vendor|foreign] names; [markdown|plain text] [output|only].\nuser_tier: {tier}"
        ),
    ),
    "zh": (
        "你是{product},由{lab}[开发|训练]的[智能|人工智能]助手。[不要|切勿]提及其他模型。今天是{date}。",
    ),
}
HARNESS = (
    "You are an interactive CLI tool that helps users with software engineering tasks.",
    "You are a coding agent running in the {product} CLI, a terminal-based assistant.",
    "[{product} Agent SDK] session={session} cwd=/workspace/{folder}",
    "<environment>\nplatform: linux\nharness: opencode ({product} fork)\n</environment>",
)
FOLLOW_UPS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "[and|but] why?",
        "[can you|please] make it [shorter|longer|simpler]",
        "[ok|thanks], [an example|one more]?",
        "{product}, are you sure?",
        "[that's|it is] wrong I think",
    ),
    "zh": (
        "[为什么|怎么说]?",
        "[再|请][短|简单]一点",
        "{product}[你|],[确定|肯定]吗?",
        "[举个|给个]例子",
    ),
    "ru": ("[но |]почему?", "[сделай|напиши] [короче|проще]", "[точно|ты уверен]?"),
}
KEPT = 2_000
USERS = 40_000


@dataclass(frozen=True, slots=True)
class _Kept:
    number: int
    ripe_us: int


class OwnUsers:
    """Conversations of many end users behind another product's system prompt.

    Args:
        desk: of the campaign.
    """

    clients: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk) -> None:
        draw = desk.draw("own-users")
        self._desk = desk
        version = f"{draw.randint(1, 6)}.{draw.randint(0, 9)}"
        self._words = {
            "product": words.product(draw),
            "lab": words.product(draw) + draw.choice((" AI", " Labs", "", " Tech")),
            "version": version,
            "tier": draw.choice(("free", "plus", "trial")),
        }
        self._wording = desk.wording("own-users", SYSTEMS, self._words)
        self._language = draw.choice(("en", "zh"))
        self._named = draw.uniform(0.3, 0.9)
        self._harness = draw.uniform(0.02, 0.2)
        self._twice = draw.uniform(0.05, 0.25)
        self._kept: deque[_Kept] = deque(maxlen=KEPT)

    def work(self, order: Order) -> Act:
        """A user's conversation as it comes, or a kept one once more."""
        draw = self._desk.draw("own-user", order.number)
        number = order.number
        again = bool(self._kept) and self._kept[0].ripe_us <= order.at_us
        if again:
            number = self._kept.popleft().number
        elif draw.random() < self._twice:
            ripe_us = order.at_us + int(draw.uniform(1, 72) * HOUR_US)
            self._kept.append(_Kept(number, ripe_us))
        user = self._desk.draw("user", number)
        person = f"{self._desk.operator.id}:user:{user.randrange(USERS)}"
        if self._desk.drives_agent(order):
            return self._desk.agentic(order, number, self._said(user), person=person)
        item = self._desk.material.item(number)
        system = self._system(user, order)
        session = self._desk.session(order, self._turns(user, order, item), system=system)
        session = replace(session, person=replace(session.person, id=person))
        return play(session, self._desk.client(order, session))

    def _system(self, user: random.Random, order: Order) -> str:
        own = self._wording.template(order.seat.number, order.number, self._language)
        roll = user.random()
        values = {"session": f"{user.getrandbits(48):012x}", "folder": words.tag(user)}
        values["date"] = self._desk.date(order.at_us)
        if roll < self._harness:
            return self._desk.fill(user.choice(HARNESS), **self._words, **values)
        named = roll < self._harness + self._named * (1 - self._harness)
        return self._desk.fill(own, **values) if named else ""

    def _said(self, user: random.Random) -> Change:
        """Prompts of a user who knows the harness by the product's name."""
        name = self._words["product"]
        share = user.choice((0.0, 0.0, 0.2, 0.5))

        def said(turn: Turn) -> Turn:
            named = user.random() < share
            return replace(turn, prompt=f"{name}: {turn.prompt}") if named else turn

        return said

    def _turns(self, user: random.Random, order: Order, item: Item) -> Iterator[Turn]:
        said = f"{self._words['product']}, {item.text}" if user.random() < 0.1 else item.text
        yield Turn(said, (Step(self._desk.text(order, item, "answer")),))
        known = FOLLOW_UPS.get(item.language, FOLLOW_UPS["en"])
        while user.random() < 0.35:
            prompt = self._desk.say(user, user.choice(known), **self._words)
            answered = self._desk.reply(user, prompt, item.language)
            yield Turn(prompt, (Step(answered),), wait_s=user.lognormvariate(3.5, 1.0))
