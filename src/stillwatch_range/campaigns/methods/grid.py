"""A grid over a question pool: every question under every setting, once, in a fixed order."""

from collections.abc import Mapping
from typing import ClassVar

from stillwatch_range.campaigns import words
from stillwatch_range.campaigns.desk import Desk, Order
from stillwatch_range.model import Act, Step, Turn

TEXTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        (
            "[Answer|Solve|Work on] [question|item|no.] {mark}{place} [as|in the manner of] {role}, [in"
            "|using] {form}[, level {grade}|, difficulty {grade}|].\n\n{question}"
        ),
        (
            "{question}\n\n[Role|Voice]: {role}. [Form|Shape]: {form}. [Ref|Key]: {mark}{place}"
            "[, tier {grade}|/{grade}]."
        ),
        "[{mark}{place}|Record {mark}{place}] | {role} | {form} | {grade}\n{question}",
    ),
    "zh": (
        "[题目|问题]{mark}{place}:请以{role}的身份,用{form}作答[,难度{grade}|]。\n\n{question}",
    ),
}
ROLES = (
    "a teacher", "a student", "an engineer", "a physician", "a translator", "a referee", "a coach",
    "an accountant", "a poet", "a sceptic", "a lawyer", "a journalist", "a chemist", "a farmer",
)  # fmt: skip
FORMS = (
    "one paragraph", "a numbered list", "a table", "a dialogue", "a proof", "plain words",
    "formulas", "code with comments", "a summary and details", "three sentences", "a letter",
)  # fmt: skip
SWEEPS = ((0.0, 0.3, 0.7, 1.0), (0.2, 0.8), (0.7,), (0.0, 0.5, 1.0), (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))


class Grid:
    """Runs through role, form, grade and temperature for one question after the other.

    Args:
        desk: of the campaign.
    """

    clients: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk) -> None:
        draw = desk.draw("grid")
        self._desk = desk
        self._roles = draw.sample(ROLES, draw.randint(2, 5))
        self._forms = draw.sample(FORMS, draw.randint(2, 4))
        self._grades = [str(n) for n in range(1, draw.randint(2, 5))]
        self._sweep = draw.choice(SWEEPS)
        self._wording = desk.wording("grid", TEXTS, {"mark": words.code(draw) + "."})

    def work(self, order: Order) -> Act:
        """One point of the grid."""
        axes = (self._sweep, self._grades, self._forms, self._roles)
        place, rest = [], order.number
        for axis in axes:
            rest, point = divmod(rest, len(axis))
            place.append(point)
        item = self._desk.material.item(rest)
        template = self._wording.template(order.seat.number, order.number, item.language)
        prompt = self._desk.fill(
            template,
            question=item.text,
            grade=self._grades[place[1]],
            form=self._forms[place[2]],
            role=self._roles[place[3]],
            place=str(order.number),
        )
        step = Step(self._desk.text(order, item, "answer"))
        params = {"temperature": self._sweep[place[0]]}
        return self._desk.play(order, [Turn(prompt, (step,))], params=params)
