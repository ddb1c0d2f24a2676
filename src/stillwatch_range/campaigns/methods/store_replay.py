"""Whole conversations were stored and are run again later, with new answers."""

import random
from collections.abc import Iterator, Mapping
from typing import ClassVar

from stillwatch_range.campaigns import words
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
    "[Answer|Reply] [as|like] [the best|an ideal] assistant[ would|].",
    "[Policy|Guideline] {code}: [helpful|complete|careful], [no|without] [filler|apologies].",
    (
        "[You continue|Continue] [a stored|an archived] [conversation|dialogue]. [Keep|Hold] [its|the]"
        " [tone|language]."
    ),
)


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
        item = self._desk.material.item(number)
        prompts = list(self._prompts(stored, item))
        system = self._policy.template(order.seat.number, order.number)
        fresh = prompts[-1:] if stored.random() < self._last_only else prompts
        past = [self._desk.reply(stored, one, item.language) for one in prompts]
        now = self._desk.draw("rerun", number, run)
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

    def _prompts(self, stored: random.Random, item: Item) -> Iterator[str]:
        back = self._age_days + stored.uniform(-0.5, 0.5) * self._span_days
        then_us = self._desk.begins_us - int(back * DAY_US)
        values = {
            "date": self._desk.date(then_us),
            "near": self._desk.date(then_us - int(stored.uniform(1, 9) * DAY_US)),
            "time": f"{stored.randint(7, 23):02d}:{stored.randint(0, 59):02d}",
            **self._words,
        }
        stamps = STAMPS.get(item.language, STAMPS["en"])
        yield self._desk.say(stored, stored.choice(stamps), text=item.text, **values)
        later = LATER.get(item.language, LATER["en"])
        for _ in range(stored.choice((0, 1, 1, 2, 3, 4))):
            yield self._desk.say(stored, stored.choice(later), **values)

    def _turns(self, now: random.Random, prompts: list[str], language: str) -> Iterator[Turn]:
        for prompt in prompts:
            answered = self._desk.reply(now, prompt, language)
            yield Turn(prompt, (Step(answered),), wait_s=now.uniform(0.05, 2))


BATCH = 50
"""Conversations that are replayed before their next run."""
