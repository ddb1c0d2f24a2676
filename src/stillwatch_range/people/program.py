"""What a program asks for: a fixed job of its own, with another item each time."""

import random
from dataclasses import dataclass
from functools import lru_cache

from stillwatch_range.model import Step, Turn
from stillwatch_range.people.answers import answer
from stillwatch_range.people.grammar import wording
from stillwatch_range.people.prompts import PromptPool
from stillwatch_range.people.tables import at, rows
from stillwatch_range.seeds import draw_for

CHARS_A_TOKEN = 4.0
LONGEST_ITEM = 2_000
LONGEST_ANSWER = 2_500
MOST_FIXED = 4_000
FUNCTION_SHARE = 0.15
SYSTEM_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Job:
    """The job of a program.

    Attributes:
        text: the instruction that stands in every call.
        in_system: whether it stands in the system prompt.
        functions: passes on what users ask, in place of items.
        input_chars: (median, 90th percentile) of an item's length.
        output_chars: the same of an answer's.
    """

    text: str
    in_system: bool
    functions: bool
    input_chars: tuple[float, float]
    output_chars: tuple[float, float]


@lru_cache(maxsize=2048)
def job_of(seed: int) -> Job:
    """The job of the program whose operator has this seed; lengths as a real API client has them."""
    draw = draw_for(seed, "job")
    table = rows("program_lengths")
    in50, in90, out50, out90, _ = table[int(draw.random() * len(table))]
    text = wording("prompts").say(draw, "job")
    if draw.random() < 0.5:
        text = f"{text} {wording('prompts').say(draw, 'job')}"
    if draw.random() < 0.4:
        text = f"{text} {wording('voice').say(draw, 'shape')}."
    # Long inputs of programs are mostly the same text each time: rules and examples.
    text += _rules(draw, min(MOST_FIXED, in50 * CHARS_A_TOKEN * 0.6) - len(text))
    return Job(
        text=text,
        in_system=draw.random() < SYSTEM_SHARE,
        functions=draw.random() < FUNCTION_SHARE,
        input_chars=(in50 * CHARS_A_TOKEN, in90 * CHARS_A_TOKEN),
        output_chars=(out50 * CHARS_A_TOKEN, out90 * CHARS_A_TOKEN),
    )


def program_turn(draw: random.Random, job: Job, pool: PromptPool) -> Turn:
    """One call of a program."""
    item = ""
    if job.functions:
        found = pool.conversation(draw, "function", "en")
        item = found[0].text if found else ""
    wanted = _length(draw, job.input_chars) - len(job.text)
    item = item or _item(draw, min(LONGEST_ITEM, wanted))
    prompt = item if job.in_system else f"{job.text}\n\n{item}"
    said = answer(draw, item, "en", int(min(LONGEST_ANSWER, _length(draw, job.output_chars))))
    return Turn(prompt, (Step(say=said),))


def _rules(draw: random.Random, wanted: float) -> str:
    grammar = wording("prompts")
    lines: list[str] = []
    size = 0
    while size < wanted:
        form = "rule" if draw.random() < 0.6 else "shot"
        lines.append(grammar.say(draw, form))
        size += len(lines[-1]) + 1
    return "".join(f"\n{line}" for line in lines)


def _length(draw: random.Random, spread: tuple[float, float]) -> float:
    middle, high = spread
    low = max(4.0, middle * middle / max(middle, high))
    return at((low, max(8.0, middle), max(8.0, high)), draw.random())


def _item(draw: random.Random, wanted: float) -> str:
    grammar = wording("prompts")
    pieces = [grammar.say(draw, "item")]
    size = len(pieces[0])
    while size < wanted - 60:
        pieces.append(grammar.say(draw, "item"))
        size += len(pieces[-1]) + 1
    return " ".join(pieces)
