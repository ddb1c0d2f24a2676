"""Work: what a person asks for, and what the model looks at, changes and says.

`CodingWork` plays a session in a checkout, `ChatWork` a conversation, `ProgramWork` the calls of a
program. Each gives turns one by one, so that long sessions are never held.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from stillwatch_range.model import Call, Person, Step, Turn
from stillwatch_range.people import edits, running, tools
from stillwatch_range.people.answers import (
    OWN_PLAIN,
    answer,
    chat_length,
    paragraphs,
    slots_of,
    topics,
)
from stillwatch_range.people.checkout import Checkout
from stillwatch_range.people.grammar import wording
from stillwatch_range.people.prompts import PromptPool
from stillwatch_range.people.tables import drawn
from stillwatch_range.people.voice import at_home, retold, voice_of

THINKING_SHARE = 0.55
NOTE_SHARE = 0.45
REAL_SHARE = 0.4
MOST_STEPS = 24
LONGEST_PROMPT = 1_800
SLOWEST_TOOL_S = 150.0


@dataclass(slots=True)
class Sight:
    """What a coding turn is about.

    Attributes:
        path, function: where the matter lies.
        slots: words for texts.
        words: words of the prompt that thoughts and answers take up.
    """

    path: str
    function: str
    slots: dict[str, str]
    words: tuple[str, ...]


@dataclass(slots=True)
class CodingWork:
    """A session in a checkout.

    Attributes:
        draw: chance of this session.
        checkout: where the work is done; its state changes with the edits.
        pool: prompts that may be used.
        agents: whether sub-agents are sent.
        places: (path, function) pairs of the checkout.
        words: words of the repository.
        seen: files that the model has read.
    """

    draw: random.Random
    checkout: Checkout
    pool: PromptPool
    agents: bool = False
    places: list[tuple[str, str]] = field(init=False)
    words: dict[str, str] = field(init=False)
    seen: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        """Know the functions of the checkout."""
        first = next(iter(self.checkout.files))
        self.places = edits.functions(self.checkout) or [(first, "main")]
        self.words = edits.slots_of(self.checkout)

    def turn(self, first: bool, steps: int, wait_s: float) -> Turn:
        """One human turn.

        Args:
            first: whether the session begins with it.
            steps: how many answers of the model it takes.
            wait_s: how long the person thinks before, in seconds.
        """
        path, function = self.places[int(self.draw.random() * len(self.places))]
        prompt = self.prompt(first, path, function)
        return coding_turn(self, prompt, self.sight(prompt, path, function), (first, steps, wait_s))

    def sight(self, prompt: str, path: str, function: str) -> Sight:
        """What a prompt about a place is about."""
        field_name = self.words[f"f{1 + int(self.draw.random() * 4)}"]
        slots = {
            **self.words,
            "file": path,
            "function": function,
            "field": field_name,
        }
        return Sight(path, function, slots, topics(prompt))

    def prompt(self, first: bool, path: str, function: str) -> str:
        """What the person types."""
        person = self.checkout.person
        voice = voice_of(person.seed)
        if person.language == "en" and self.draw.random() < REAL_SHARE:
            found = self.pool.conversation(self.draw, "coding", "en")
            if found and len(found[0].text) <= LONGEST_PROMPT:
                text = at_home(self.draw, voice, found[0].text, self.places)
                return retold(self.draw, voice, text, "en", code=True)
        language = person.language if person.language in OWN_PLAIN else "en"
        rule = f"{language}_code" if first or self.draw.random() < 0.4 else f"{language}_next"
        slots = {**self.words, "file": voice.mention.format(path), "function": function}
        text = wording("prompts").say(self.draw, rule, slots)
        return retold(self.draw, voice, text, language, code=True)


def coding_turn(
    work: CodingWork, prompt: str, sight: Sight, shape: tuple[bool, int, float]
) -> Turn:
    """A turn in a checkout: looking, changing, checking, and an answer.

    Args:
        work: the session.
        prompt: what is typed.
        sight: what it is about.
        shape: whether the session begins with it, how many answers it takes, and how long the
            person thinks before, in seconds.
    """
    first, count, wait_s = shape
    made = tuple(
        _step(work, sight, calls)
        for calls in _calls(work, sight, first, min(count, MOST_STEPS) - 1)
    )
    final = Step(say=_answer(work, prompt, sight), thinking=_thoughts(work, sight, 0.3))
    work.checkout.now_s += int(wait_s)
    return Turn(prompt, (*made, final), wait_s)


def _calls(work: CodingWork, sight: Sight, first: bool, count: int) -> Iterator[tuple[Call, ...]]:
    draw, checkout = work.draw, work.checkout
    changed = False
    for number in range(count):
        checkout.now_s += 8
        if first and number == 0:
            yield _opening(work)
        elif work.agents and draw.random() < 0.06:
            yield (_agent(work, sight),)
        elif changed and draw.random() < 0.5:
            yield (running.tests(draw, checkout, failed=draw.random() < 0.2),)
            changed = False
        elif sight.path not in work.seen or draw.random() < 0.25:
            work.seen.add(sight.path)
            yield _looking(work, sight)
        elif draw.random() < 0.62 and (call := _edit(work, sight)):
            changed = True
            yield (call,)
        else:
            yield (_shell(work, sight),)
            sight.path, sight.function = work.places[int(draw.random() * len(work.places))]
            sight.slots |= {"file": sight.path, "function": sight.function}


def _step(work: CodingWork, sight: Sight, calls: tuple[Call, ...]) -> Step:
    draw = work.draw
    say = wording("english").say(draw, "note", sight.slots) if draw.random() < NOTE_SHARE else ""
    return Step(say=say, thinking=_thoughts(work, sight, THINKING_SHARE), calls=calls)


def _thoughts(work: CodingWork, sight: Sight, share: float) -> str:
    draw = work.draw
    if draw.random() >= share:
        return ""
    slots = {**sight.slots, **slots_of(draw, sight.words)}
    grammar = wording("english")
    return " ".join(grammar.say(draw, "think", slots) for _ in range(1 + int(draw.random() * 5)))


def _answer(work: CodingWork, prompt: str, sight: Sight) -> str:
    draw, person = work.draw, work.checkout.person
    wanted = min(3_000, int(drawn(draw, "end_tokens") * 3.2))
    if person.language in OWN_PLAIN and draw.random() < 0.85:
        return answer(draw, f"{sight.function} {sight.path} {prompt}", person.language, wanted)
    grammar = wording("english")
    sentences = [grammar.say(draw, "done", sight.slots)]
    size = len(sentences[0])
    while size < wanted - 60:
        sentences.append(grammar.say(draw, "detail", sight.slots))
        size += len(sentences[-1])
    sentences.append(grammar.say(draw, "after", sight.slots))
    return paragraphs(draw, sentences)


def _opening(work: CodingWork) -> tuple[Call, ...]:
    draw, checkout = work.draw, work.checkout
    first = _LOOKS[int(draw.random() * len(_LOOKS))](draw, checkout)
    if draw.random() < 0.5:
        return (first, _LOOKS[int(draw.random() * len(_LOOKS))](draw, checkout))
    return (first,)


def _looking(work: CodingWork, sight: Sight) -> tuple[Call, ...]:
    draw, checkout = work.draw, work.checkout
    read = running.read(draw, checkout, sight.path)
    if draw.random() < 0.3:
        return (running.search(draw, checkout, sight.function), read)
    return (read,)


def _edit(work: CodingWork, sight: Sight) -> Call | None:
    made = edits.make(work.draw, work.checkout, sight.path)
    if made is None:
        return None
    sight.function = made.function
    return running.edited(work.draw, work.checkout, made)


def _shell(work: CodingWork, sight: Sight) -> Call:
    draw, checkout = work.draw, work.checkout
    roll = draw.random()
    if checkout.changes and roll < 0.35:
        return running.shell(draw, "git diff", "Show the changes", tools.git_diff(checkout))
    if checkout.changes and roll < 0.45:
        subject = wording("code").say(draw, "subject", sight.slots)
        said = tools.git_commit(checkout, subject)
        return running.shell(draw, f'git commit -am "{subject}"', "Commit the changes", said)
    if roll < 0.75:
        return running.search(draw, checkout, draw.choice((sight.function, sight.slots["field"])))
    return _LOOKS[int(draw.random() * len(_LOOKS))](draw, checkout)


def _agent(work: CodingWork, sight: Sight) -> Call:
    """A sub-agent that searches and reads, as `claude_code_kv` has them: four to twelve requests."""
    draw, checkout = work.draw, work.checkout
    grammar = wording("agents")
    prompt = grammar.say(draw, "brief", sight.slots)
    steps: list[Step] = []
    for _ in range(max(2, min(12, int(drawn(draw, "agent_requests")))) - 1):
        path, function = work.places[int(draw.random() * len(work.places))]
        call = (
            running.search(draw, checkout, function)
            if draw.random() < 0.5
            else running.read(draw, checkout, path)
        )
        steps.append(_step(work, sight, (call,)))
    report = answer(draw, prompt, "en", min(2_400, chat_length(draw, "en", "end_tokens")))
    turn = Turn(prompt, (*steps, Step(say=report)))
    title = grammar.say(draw, "title", sight.slots)
    return Call("agent", {"title": title, "prompt": prompt}, report, took_s=1.0, work=(turn,))


_LOOKS = running.LOOKS


def chat_turn(
    draw: random.Random, person: Person, prompt: str, wait_s: float, *, thinking: bool = False
) -> Turn:
    """A turn of a chat: a prompt and an answer.

    Args:
        draw: chance.
        person: who asks.
        prompt: what is typed.
        wait_s: how long they read and think before, in seconds.
        thinking: whether the model shows that it thinks.
    """
    said = answer(draw, prompt, person.language)
    thoughts = ""
    if thinking:
        words = topics(prompt)
        grammar = wording("english")
        count = 2 + int(draw.random() * 5)
        thoughts = " ".join(
            grammar.say(draw, "consider", slots_of(draw, words)) for _ in range(count)
        )
    return Turn(prompt, (Step(say=said, thinking=thoughts),), wait_s)


def chat_prompts(
    draw: random.Random, person: Person, pool: PromptPool, count: int
) -> Sequence[str]:
    """What a person types in a conversation of so many turns."""
    voice = voice_of(person.seed)
    language = person.language if person.language in OWN_PLAIN else "en"
    found: Sequence[str] = ()
    if language in ("en", "ru") and draw.random() < REAL_SHARE:
        talk = pool.conversation(draw, "chat", language, count)
        found = [prompt.text[:LONGEST_PROMPT] for prompt in talk]
    grammar = wording("prompts")
    prompts: list[str] = []
    for number in range(count):
        if number < len(found):
            text = found[number]
        else:
            rule = "en_more" if number and language == "en" else f"{language}_chat"
            text = grammar.say(draw, rule, _topic(draw, language))
        prompts.append(retold(draw, voice, text, language))
    return prompts


def _topic(draw: random.Random, language: str) -> Mapping[str, str]:
    if language == "en":
        return {}
    topics_ = wording("prompts").texts[f"{language}_topics"]
    return {"topic_x": draw.choice(topics_)}
