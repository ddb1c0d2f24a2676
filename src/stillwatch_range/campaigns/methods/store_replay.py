"""Whole conversations were stored and are run again later, with new answers."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

from stillwatch_range.campaigns import words
from stillwatch_range.campaigns.agents import Change
from stillwatch_range.campaigns.desk import Desk, Order
from stillwatch_range.campaigns.material import Item
from stillwatch_range.model import DAY_US, Act, Reply, Said, Step, Turn
from stillwatch_range.play import play

STAMPS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "[[{date} {time}] user: |{date} {time} - |Received {date}, {time}\n\n]{text}",
        "{text}\n\n[(today is {date})|It is {date} now.|Logged: {date}T{time}|deadline was {near}]",
        "[Current date|date|As of]: {date}\n[Job|Ticket|Run] {code}\n\n{text}",
    ),
    "zh": ("[今天是|日期:|当前时间:]{date} {time}\n{text}", "{text}\n([记录于|时间]{date})"),
    "ru": ("[Сегодня|Дата:] {date}, {time}\n{text}", "{text}\n(запись от {date})"),
}
LATER: Mapping[str, tuple[str, ...]] = {
    "en": (
        "[and|so] what about {near}?",
        "[ok|right], [go on|continue]",
        "[why|how] exactly?",
        "[now|then] [shorten|rewrite] it",
        "[is it|was it] the same [since|before] {near}?",
    ),
    "zh": ("[那|]{near}呢?", "[继续|接着说]", "[为什么|怎么算的]?", "[再|请]改一下"),
    "ru": ("[ну и|] что насчёт {near}?", "[дальше|продолжай]", "[почему|как именно]?"),
}
POLICIES = (
    "[Answer|Reply] [as|like] [the best|an ideal] assistant[ would|]. ({code})",
    "[Policy|Guideline] {code}: [helpful|complete|careful], [no|without] [filler|apologies].",
    (
        "[You continue|Continue] [stored|archived] [conversation|dialogue] {code}. [Keep|Hold] [its|the]"
        " [tone|language]."
    ),
)
BATCH = 50
"""Conversations that are replayed before their next run."""
MIN_DAYS = 14.0


class StoreReplay:
    """Old conversations again, each run a few times over the accounts.

    The store's own answers came from another model. They stand in the history where the campaign
    replays the last turn only; else the turns are asked anew, one after the other.

    Args:
        desk: of the campaign.
    """

    clients: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk) -> None:
        draw = desk.draw("store-replay")
        self._desk = desk
        self._age_days = draw.uniform(20, 300)
        self._span_days = draw.uniform(5, 60)
        self._runs = draw.randint(2, 4)
        self._last_only = draw.choice((0.0, 0.5, 1.0))
        self._words = {"code": words.code(draw)}
        self._policy = desk.wording("policy", {"en": POLICIES}, self._words)

    def work(self, order: Order) -> Act:
        """One run of a stored conversation."""
        number, run = self._place(order.number)
        stored = self._desk.draw("stored", number)
        now = self._desk.draw("rerun", number, run)
        then_us = self._then_us(stored)
        if self._desk.drives_agent(order):
            again = self._again(now, stored, then_us)
            return self._desk.agentic(order, number, again, dated_us=then_us)
        item = self._desk.material.item(number)
        prompts = list(self._prompts(stored, item, then_us))
        system = self._policy.template(order.seat.number, order.number)
        fresh = prompts[-1:] if stored.random() < self._last_only else prompts
        past = [self._desk.reply(stored, one, item.language) for one in prompts]
        turns = self._turns(now, fresh, item.language)
        session = self._desk.session(order, turns, system=system)
        client = self._desk.client(order, session)
        for prompt, said in zip(prompts[: -len(fresh)], past, strict=False):
            client.says(prompt)
            client.hears(Reply(200, order.at_us, content=(Said(said),)))
        return play(session, client)

    def _place(self, number: int) -> tuple[int, int]:
        """Which conversation, and which of its runs: a batch is run through, then again."""
        batch, place = divmod(number, BATCH * self._runs)
        run, conversation = divmod(place, BATCH)
        return batch * BATCH + conversation, run

    def _then_us(self, stored: random.Random) -> int:
        """When a conversation was stored."""
        back = self._age_days + stored.uniform(-0.5, 0.5) * self._span_days
        return self._desk.begins_us - int(max(MIN_DAYS, back) * DAY_US)

    def _again(self, now: random.Random, stored: random.Random, then_us: int) -> Change:
        """Turns whose words, but not whose tool calls, are new; the first says when it was."""
        opening = True
        values = self._values(stored, then_us)
        stamp = stored.choice(STAMPS["en"])

        def again(turn: Turn) -> Turn:
            nonlocal opening
            last = replace(turn.steps[-1], say=self._desk.reply(now, turn.prompt, "en"))
            prompt = turn.prompt
            if opening:
                prompt = self._desk.say(stored, stamp, text=prompt, **values)
            opening = False
            return replace(turn, prompt=prompt, steps=(*turn.steps[:-1], last))

        return again

    def _values(self, stored: random.Random, then_us: int) -> dict[str, str]:
        return {
            "date": self._desk.date(then_us),
            "near": self._desk.date(then_us - int(stored.uniform(1, 9) * DAY_US)),
            "time": f"{stored.randint(7, 23):02d}:{stored.randint(0, 59):02d}",
            **self._words,
        }

    def _prompts(self, stored: random.Random, item: Item, then_us: int) -> Iterator[str]:
        values = self._values(stored, then_us)
        stamps = STAMPS.get(item.language, STAMPS["en"])
        yield self._desk.say(stored, stored.choice(stamps), text=item.text, **values)
        later = LATER.get(item.language, LATER["en"])
        for _ in range(stored.choice((0, 1, 1, 2, 3, 4))):
            yield self._desk.say(stored, stored.choice(later), **values)

    def _turns(self, now: random.Random, prompts: list[str], language: str) -> Iterator[Turn]:
        for prompt in prompts:
            answered = self._desk.reply(now, prompt, language)
            yield Turn(prompt, (Step(answered),), wait_s=now.uniform(0.05, 2))
