"""The model as a reward model: two answers are compared, or one is graded by a rubric."""

import random
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from stillwatch_range.campaigns import words
from stillwatch_range.campaigns.desk import Desk, Order
from stillwatch_range.model import Act, Step, Turn

PAIRS: Mapping[str, tuple[str, ...]] = {
    "en": (
        (
            "[Two|A pair of] [answers|replies|responses] to [one|the same] [question|task]. [Which|Say "
            "which] is [better|the stronger one|preferable], [weighing|by|judged on] [correctness|"
            "truth|accuracy], [depth|completeness|care] and [clarity|style|tone]? [End with|Finish on|"
            "Last line:] {key}=({a}) or ({b}).\n\n[Question|Task]:\n{question}\n\n({a})\n{one}\n\n({b})"
            "\n{two}"
        ),
        (
            "You [are|act as] [a careful|an impartial|a strict] [judge|referee|grader]. [Compare|Read|"
            "Weigh] {a} and {b}, [ignore|disregard|do not reward] [length|order|politeness], [explain|"
            "reason|argue] [briefly|in two sentences|first], [then|and] [print|output] {key}: {a}, {b} "
            "or tie.\n\nPROMPT\n{question}\n\n{a}\n{one}\n\n{b}\n{two}"
        ),
    ),
    "zh": (
        (
            "[以下|下面]是[同一问题|同一任务]的两个[回答|答复]。请[比较|评判][准确性|正确性]、[完整性|深度]和"
            "[表达|清晰度],[最后一行|结尾]输出{key}:{a}、{b}或平局。\n\n问题:{question}\n\n{a}:\n{one}\n\n"
            "{b}:\n{two}"
        ),
    ),
}
RUBRICS: Mapping[str, tuple[str, ...]] = {
    "en": (
        (
            "[Grade|Score|Mark] the [answer|response|reply] by [rubric|scheme|key] {code}[, each from 0"
            " to {top}|, 0 to {top} points each]: {axes}. [Return|Give|Output] JSON with [these|the] "
            "keys and `{key}` for the [sum|total].\n\n[Task|Prompt]: {question}\n\n[Answer|Response]: "
            "{one}"
        ),
        (
            "[Rubric|Criteria] {code}: {axes} ({top} [points|at best]). [Apply|Use] it to the [text|"
            "response] [below|that follows], [strictly|without mercy|fairly], [one|a] [line|sentence] "
            "of [evidence|reason] each, `{key}` [last|at the end].\n\n{one}\n\n[It was written for|The "
            "prompt was]: {question}"
        ),
    )
}
AXES = (
    "accuracy", "coverage", "reasoning", "safety", "style", "brevity", "citations", "tone",
    "helpfulness", "format", "originality", "consistency", "grammar", "relevance", "honesty",
)  # fmt: skip
LETTERS = (("A", "B"), ("1", "2"), ("left", "right"), ("X", "Y"), ("first", "second"), ("P", "Q"))


class Judge:
    """Pairwise comparisons and rubric grades, in a mix of the campaign's own.

    Args:
        desk: of the campaign.
    """

    clients: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk) -> None:
        draw = desk.draw("judge")
        self._desk = desk
        self._pairs = draw.choice((0.0, 0.5, 0.8, 1.0))
        self._letters = draw.choice(LETTERS)
        self._axes = draw.sample(AXES, draw.randint(3, 6))
        self._key, self._top = words.tag(draw), draw.choice((1, 4, 5, 10, 20, 100))
        a, b = self._letters
        own = {"a": a, "b": b, "key": self._key, "code": words.code(draw), "top": str(self._top)}
        own["axes"] = ", ".join(self._axes)
        self._compare = desk.wording("pairs", PAIRS, own)
        self._grade = desk.wording("rubric", RUBRICS, own)

    def work(self, order: Order) -> Act:
        """One comparison or one grade."""
        item = self._desk.material.item(order.number)
        draw = self._desk.draw("judged", order.number)
        pair = draw.random() < self._pairs
        wording = self._compare if pair else self._grade
        language = item.language if pair else "en"
        one = self._desk.text(order, item, "answer")
        two = self._desk.text(order, item, "second") if pair else ""
        template = wording.template(order.seat.number, order.number, language)
        prompt = self._desk.fill(template, question=item.text, one=one, two=two)
        step = Step(self._verdict(draw) if pair else self._marks(draw))
        return self._desk.play(order, [Turn(prompt, (step,))])

    def _verdict(self, draw: random.Random) -> str:
        better = draw.choice(self._letters)
        why = draw.choice(("is more exact", "covers more", "reads better", "has fewer slips"))
        return f"{better} {why}.\n{self._key}: {better}"

    def _marks(self, draw: random.Random) -> str:
        marks = {axis: draw.randint(0, self._top) for axis in self._axes}
        return msgspec.json.encode({**marks, self._key: sum(marks.values())}).decode()
