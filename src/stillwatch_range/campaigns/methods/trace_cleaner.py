"""Reasoning traces from elsewhere are normalised, cleaned and scored by the model."""

import random
from collections.abc import Mapping
from typing import ClassVar

from stillwatch_range.campaigns import words
from stillwatch_range.campaigns.desk import Desk, Order
from stillwatch_range.campaigns.material import Item
from stillwatch_range.model import Act, Step, Turn

TEXTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        (
            "[Below is|Here is|You get] a [raw |]{kind} of [a model|an assistant|a solver]. [Clean it|"
            "Tidy it up|Rewrite it]: [drop|cut|remove] [repetition|loops] and [false starts|dead ends]"
            "[ that lead nowhere|], [keep|leave] [every|each] [step|move] that [matters|the result "
            "needs], [one step a line|numbered steps|short paragraphs]. [Return|Give back] [only |]"
            "<{tag}>...</{tag}>.\n\n[Task|Problem]: {question}\n\n{label}:\n{trace}"
        ),
        (
            "[Normalise|Standardise] the {kind} [below|that follows] to [format|schema] {code}. [Fix|"
            "Correct] [slips|arithmetic], [unify|harmonise] [notation|symbols], [do not|never] change "
            "the [result|outcome]. [Wrap|Put] it in <{tag}>.\n\n{label}:\n{trace}\n\n[It answers|For]: "
            "{question}"
        ),
        (
            "[Decide|Judge] [whether|if] this {kind} is [fit|good enough] [to keep|for the set]: "
            "[sound|correct], [complete|gap-free], [free of|without] [filler|padding]. [Answer|Reply] "
            "with <{tag}>keep or drop</{tag}> and [the reason|why] in [one sentence|ten words].\n\nQ: "
            "{question}\n{label}: {trace}"
        ),
    )
}
KINDS = (
    "reasoning trace",
    "chain of steps",
    "solution transcript",
    "worked solution",
    "thought log",
)
_FILLER = (
    "Wait, let me check that again.", "Hmm, that is not it.", "OK so", "Actually, no.",
    "Let me start over.", "Hold on.", "Going back to the previous line,", "Fine.",
    "I think that works, but let me be sure.", "So where was I?",
)  # fmt: skip


class TraceCleaner:
    """Every request holds a trace of another model and asks for it in order.

    Args:
        desk: of the campaign.
    """

    clients: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk) -> None:
        draw = desk.draw("trace-cleaner")
        self._desk = desk
        self._tag = words.tag(draw)
        own = {"tag": self._tag, "code": words.code(draw), "kind": draw.choice(KINDS)}
        own["label"] = words.tag(draw).upper()
        self._wording = desk.wording("trace-cleaner", TEXTS, own)

    def work(self, order: Order) -> Act:
        """One trace."""
        item = self._desk.material.item(order.number)
        draw = self._desk.draw("trace", order.number)
        template = self._wording.template(order.seat.number, order.number)
        trace = self._trace(draw, order, item)
        prompt = self._desk.fill(template, question=item.text, trace=trace)
        cleaned = self._desk.text(order, item, "long")
        step = Step(f"<{self._tag}>\n{cleaned}\n</{self._tag}>")
        return self._desk.play(order, [Turn(prompt, (step,))])

    def _trace(self, draw: random.Random, order: Order, item: Item) -> str:
        """A trace as another model writes it: the way there, with loops and second thoughts."""
        sentences = self._desk.text(order, item, "long").replace("\n", " ").split(". ")
        loud = [
            f"{draw.choice(_FILLER)} {one}" if draw.random() < 0.4 else one for one in sentences
        ]
        again = draw.sample(loud, min(len(loud), draw.randint(1, 4)))
        return ". ".join([*loud, *again])
