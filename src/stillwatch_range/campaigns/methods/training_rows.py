"""Answers are asked for as rows of a training file: self-instruct and what grew out of it."""

import random
from collections.abc import Mapping
from typing import ClassVar

import msgspec

from stillwatch_range.campaigns import words
from stillwatch_range.campaigns.desk import Desk, Order
from stillwatch_range.campaigns.material import Item
from stillwatch_range.model import Act, Step, Turn

TEXTS: Mapping[str, tuple[str, ...]] = {
    "en": (
        (
            "[Here are|Below are|These are] [seed tasks|example tasks|some instructions]. [Write|Make "
            "up|Come up with] {count} [new|other|further] ones [in the same spirit|of the same kind|"
            "that differ in topic and form], [each with|and to each] [a full|a model|an ideal] answer. "
            "[Output|Return|Print] [one JSON object a line|JSON lines|jsonl][, nothing else|, no "
            "comments|], [keys|fields] `{ask}` and `{say}`.\n\n{seeds}"
        ),
        (
            "[Turn|Convert|Rewrite] the [task|prompt] [below|that follows] into {count} [training|"
            "dialogue|instruction] [rows|samples|records] of [rising|growing|different] difficulty. "
            '[Format|Schema] {code}: {"{ask}": ..., "{say}": ...}, [one|a row] per line, [strict'
            "|valid] JSON.\n\n{seeds}"
        ),
    ),
    "zh": (
        (
            "[参考|根据][下面|以下]的[种子任务|示例],[编写|生成]{count}条[新的|不同的]指令及[标准|完整]回答,"
            "[每行一个|逐行输出]JSON对象,字段为`{ask}`和`{say}`[,不要其他内容|]。\n\n{seeds}"
        ),
    ),
}


class TrainingRows:
    """Each request brings seeds of its own and asks for rows.

    Args:
        desk: of the campaign.
    """

    clients: ClassVar[tuple[str, ...]] = ()

    def __init__(self, desk: Desk) -> None:
        draw = desk.draw("training-rows")
        self._desk = desk
        self._ask, self._say = words.tag(draw), words.tag(draw)
        self._count, self._seeds = draw.randint(3, 20), draw.randint(1, 4)
        own = {"ask": self._ask, "say": self._say, "code": words.code(draw)}
        own["count"] = str(self._count)
        self._wording = desk.wording("training-rows", TEXTS, own)
        self._mark = draw.choice(("{n}. ", "- ", "### {n}\n", "[{n}] ", "* "))

    def work(self, order: Order) -> Act:
        """One batch of rows from a few seeds."""
        first = order.number * self._seeds
        items = [self._desk.material.item(first + n) for n in range(self._seeds)]
        template = self._wording.template(order.seat.number, order.number, items[0].language)
        listed = "\n".join(
            self._mark.replace("{n}", str(n)) + item.text for n, item in enumerate(items, 1)
        )
        prompt = self._desk.fill(template, seeds=listed)
        step = Step(self._rows(self._desk.draw("rows", order.number), order, items))
        return self._desk.play(order, [Turn(prompt, (step,))])

    def _rows(self, draw: random.Random, order: Order, items: list[Item]) -> str:
        text = self._desk.text(order, items[0], "long").replace("\n", " ").split(". ")
        rows = (
            {self._ask: draw.choice(text), self._say: draw.choice(text)} for _ in range(self._count)
        )
        return "\n".join(msgspec.json.encode(row).decode() for row in rows)
