"""What a campaign asks about: every item of a pool once, then again in another variation.

A request takes its item by its number, and numbers are never shared by two accounts: so the slots
of a template never hold the same thing twice, whatever the size of the campaign.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stillwatch_range.campaigns.wording import draw_text
from stillwatch_range.people.prompts import Prompt
from stillwatch_range.seeds import draw_for

LONGEST = 1_600
VARIATIONS: Mapping[str, Sequence[str]] = {
    "en": (
        (
            "Case {n}: [use|take|with] [other|different|fresh] numbers [than usual|of your own choice]"
            "[ and keep the rest|]."
        ),
        (
            "[Version|Variant] {n}. [Make it|Let it be] [a little|clearly|much] [harder|stranger|more "
            "practical]."
        ),
        (
            "[Write|Answer] for reader no. {n}, [a beginner|an expert|a child of twelve|a lawyer|"
            "somebody in a hurry]."
        ),
        (
            "[Set|Place] [it|the example] in the year {y}, [in a harbour|in a school|in a hospital|on a"
            " farm|in a factory], run {n}."
        ),
    ),
    "zh": (
        "第{n}种[情况|变体]:[换用|改用][别的|不同的]数字[,其余不变|]。",
        "请面向第{n}位读者[回答|作答],[初学者|专家|十二岁的孩子|赶时间的人]。",
        "[背景|场景]设在{y}年的[港口|学校|医院|农场|工厂],编号{n}。",
    ),
    "ru": (
        "Вариант {n}: [возьми|используй] [другие|новые] числа[, остальное оставь|].",
        "[Пиши|Отвечай] для читателя № {n}, [новичка|специалиста|ребёнка|юриста].",
        "[Место|Обстановка]: {y} год, [порт|школа|больница|ферма|завод], номер {n}.",
    ),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of material: what is asked, and which pass over the pool it belongs to."""

    text: str
    language: str
    turn: int


class Material:
    """The pool of a campaign in an order of its own.

    Args:
        prompts: the pool; longer texts are left out.
        seed: of the campaign.
    """

    def __init__(self, prompts: Sequence[Prompt], seed: int) -> None:
        self._prompts = prompts
        self._seed = seed
        texts = {one.text: n for n, one in enumerate(prompts) if len(one.text) <= LONGEST}
        self._order = list(texts.values())
        draw_for(seed, "material").shuffle(self._order)

    def __len__(self) -> int:
        return len(self._order)

    def item(self, number: int) -> Item:
        """The item of a request; two numbers never give the same text."""
        turn, place = divmod(number, len(self._order))
        prompt = self._prompts[self._order[place]]
        text = f"{prompt.text}\n\n{self._variation(prompt, number, turn)}" if turn else prompt.text
        return Item(text, prompt.language, turn)

    def _variation(self, prompt: Prompt, number: int, turn: int) -> str:
        draw = draw_for(self._seed, "variation", number)
        known = prompt.language if prompt.language in VARIATIONS else "en"
        text = draw_text(draw, draw.choice(VARIATIONS[known]))
        return text.replace("{n}", str(turn)).replace("{y}", str(draw.randint(1890, 2060)))
