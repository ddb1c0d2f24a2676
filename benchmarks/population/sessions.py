"""Sessions of people: when they start, when somebody types, and every exchange in them."""

from dataclasses import dataclass

import numpy as np

from population.behaviour import draw
from population.people import People
from population.settings import Settings

DAY_S = 86_400.0
MOST_TYPED = 20
MOST_TOOLS = 12
"""Volume caps: longer sessions add rows but show nothing new about who is behind them."""

_BETWEEN_S = (5.0, 20.0)
_RUSHED = 0.002
"""One person's turns in two sessions are at least this far apart, save a few that were queued:
2 of 2,374 pairs of real developers' turns are closer than 5 s (`derive_null.py`)."""


@dataclass(frozen=True)
class Sessions:
    """Arrays with one entry a session."""

    person: np.ndarray
    machine: np.ndarray
    repo: np.ndarray
    start_s: np.ndarray
    typed: np.ndarray


@dataclass(frozen=True)
class Steps:
    """Arrays with one entry an exchange.

    Attributes:
        session: which session it belongs to.
        at_s: when the request came, seconds after the start of the window.
        end_s: when it was answered.
        human: its last turn holds words.
    agent: 0 in the conversation itself, else the number of the sub-agent in its session.
        place: position within its thread, from 0.
    """

    session: np.ndarray
    at_s: np.ndarray
    end_s: np.ndarray
    human: np.ndarray
    agent: np.ndarray
    place: np.ndarray


def draw_sessions(rng: np.random.Generator, settings: Settings, people: People) -> Sessions:
    """Draw every person's sessions; everybody has at least one."""
    days = settings.of("days", people.account)
    count = np.maximum(rng.poisson(people.rate * days), 1)
    person = np.repeat(np.arange(len(count)), count)
    total = len(person)
    day = np.floor(rng.random(total) * np.ceil(days[person]))
    hour = (people.clock_h[person] + draw(rng, "start_offset_h", total)) % 24
    start = day * DAY_S + hour * 3600
    order = np.lexsort((start, person))
    start = start[order]
    follows = np.r_[False, person[1:] == person[:-1]]
    beside = follows & (rng.random(total) < people.parallel[person])
    start = np.where(beside, np.r_[0.0, start[:-1]] + rng.uniform(30, 1800, total), start)
    return Sessions(
        person=person,
        machine=_machines(rng, settings, people, person),
        repo=people.repo[person, rng.integers(0, people.repo.shape[1], total)],
        start_s=start,
        typed=np.clip(draw(rng, "typed_turns_a_session", total).round(), 1, MOST_TYPED).astype(int),
    )


def draw_steps(
    rng: np.random.Generator, people: People, sessions: Sessions, *, tools: bool
) -> Steps:
    """Draw the exchanges of sessions.

    Args:
        rng: source of chance.
        people: who they are.
        sessions: what they do.
        tools: whether tools are used at all; a chat has none, and no sub-agents.
    """
    session = np.repeat(np.arange(len(sessions.typed)), sessions.typed)
    turns = len(session)
    used = np.clip(draw(rng, "tool_turns_a_typed_turn", turns).round(), 0, MOST_TOOLS).astype(int)
    chats = people.toolless[sessions.person[session]] | (not tools)
    used = np.where(chats, 0, used)
    turn, step = spread_out(1 + used)
    gap = np.where(step == 0, 0.0, draw(rng, "tool_step_s", len(turn)))
    offset = _running(gap, turn)
    answer = np.minimum(draw(rng, "answer_s", len(turn)), 600.0)
    answer = _before_next(answer, gap, turn)
    busy = np.zeros(turns)
    np.maximum.at(busy, turn, offset + answer)
    typed_at = _typed_times(rng, people, sessions, session, busy)
    at = typed_at[turn] + offset
    whose = session[turn]
    place = np.arange(len(turn)) - _first(whose)[whose]
    steps = Steps(
        session=whose,
        at_s=at,
        end_s=at + answer,
        human=step == 0,
        agent=np.zeros(len(turn), int),
        place=place,
    )
    return _with_agents(rng, steps) if tools else steps


def _machines(
    rng: np.random.Generator, settings: Settings, people: People, person: np.ndarray
) -> np.ndarray:
    main = rng.random(len(person)) < settings.of("main_machine", people.account[person])
    others = np.maximum(people.machines[person] - 1, 1)
    other = 1 + np.floor(rng.random(len(person)) * others).astype(int)
    return np.where(main | (people.machines[person] == 1), 0, other)


def _typed_times(
    rng: np.random.Generator,
    people: People,
    sessions: Sessions,
    session: np.ndarray,
    busy: np.ndarray,
) -> np.ndarray:
    """When each turn is typed: after the answers to the one before, and a pause to read."""
    person = sessions.person[session]
    pause = np.maximum(draw(rng, "pause_s", len(session)) * people.pace[person], 2.1)
    opening = np.r_[True, session[1:] != session[:-1]]
    wait = np.where(opening, 0.0, np.r_[0.0, busy[:-1]] + pause)
    at = sessions.start_s[session] + _running(wait, session)
    # One person types one turn at a time: push turns of other sessions apart, keeping their order.
    order = np.lexsort((at, person))
    least = rng.uniform(*_BETWEEN_S, len(session))
    least = np.where(rng.random(len(session)) < _RUSHED, 0.5, least)
    owed = np.cumsum(least)
    slack = at[order] - owed + person[order] * 1e9  # people far apart, so that one pass serves all
    pushed = np.maximum.accumulate(slack) + owed - person[order] * 1e9
    result = np.empty_like(at)
    result[order] = pushed
    # A pushed turn must not overtake the answers before it, nor the next turn of its session.
    free = np.r_[0.0, result[:-1] + busy[:-1] + 2.1]
    late = np.where(opening, 0.0, np.maximum(free - result, 0.0))
    return result + _running(late, session)


def _with_agents(rng: np.random.Generator, steps: Steps) -> Steps:
    """Add sub-agents: now and then a tool turn starts a conversation of its own."""
    starts = np.flatnonzero(
        (steps.place > 0) & ~steps.human & (rng.random(len(steps.human)) < 0.01)
    )
    length = np.clip(draw(rng, "turns_a_sub_agent", len(starts)).round(), 2, MOST_TOOLS).astype(int)
    which, place = spread_out(length)
    gap = np.where(place == 0, 0.5, draw(rng, "tool_step_s", len(which)))
    origin = starts[which]
    at = steps.at_s[origin] + _running(gap, which)
    joined = {
        "session": steps.session[origin],
        "at_s": at,
        "end_s": at + _before_next(np.full(len(which), 3.0), gap, which),
        "human": place == 0,
        "agent": which + 1,
        "place": place,
    }
    return Steps(**{name: np.r_[getattr(steps, name), part] for name, part in joined.items()})


def spread_out(lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For runs of given lengths: which run each entry is of, and its position in the run."""
    run = np.repeat(np.arange(len(lengths)), lengths)
    return run, np.arange(len(run)) - _first(run)[run] if len(run) else run


def _first(run: np.ndarray) -> np.ndarray:
    """Where each run starts; runs are numbered from 0 and stand in order."""
    return np.searchsorted(run, np.arange(run[-1] + 1 if len(run) else 0))


def _running(values: np.ndarray, run: np.ndarray) -> np.ndarray:
    """Running sums within runs."""
    if not len(values):
        return values
    total = np.cumsum(values)
    before = np.r_[0.0, total][_first(run)]
    return total - before[run]


def _before_next(answer: np.ndarray, gap: np.ndarray, run: np.ndarray) -> np.ndarray:
    """An answer ends before the tool that it asked for has run."""
    follows = np.r_[run[1:] == run[:-1], False]
    following = np.r_[gap[1:], 0.0]
    return np.where(follows, np.minimum(answer, 0.9 * following), answer)
