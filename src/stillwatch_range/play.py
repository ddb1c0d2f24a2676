"""Plays a session: a client's requests one after the other, as its turns and replies call for."""

from collections.abc import Generator, Iterator
from typing import Protocol

from stillwatch_range.model import SECOND_US, Act, Ask, Call, Reply, Session, Step

TRIES = 4
FIRST_WAIT_S = 2.0
BUSY = frozenset({408, 429, 500, 502, 503, 529})


class Client(Protocol):
    """An emulated client in one conversation."""

    def says(self, prompt: str) -> None:
        """The person types; the prompt joins the history."""

    def sides(self, at_us: int, prompt: str) -> Iterator[Ask]:
        """Companion requests that the client makes for a prompt: warm-up, title and the like."""
        ...

    def ask(self, at_us: int, step: Step) -> Ask:
        """The next request; `step` is what the model will answer."""
        ...

    def hears(self, reply: Reply) -> None:
        """An answer joins the history."""

    def runs(self, step: Step, reply: Reply) -> None:
        """The results of a step's tool calls join the history, under the ids of the reply."""

    def agent(self, call: Call) -> "Client":
        """The client of a sub-agent."""
        ...


def play(session: Session, client: Client) -> Act:
    """Play all turns of a session; it ends early when the provider refuses for good."""
    clock_us = session.start_us
    for number, turn in enumerate(session.turns):
        if number:
            clock_us += int(turn.wait_s * SECOND_US)
        ended_us = yield from _turn(client, turn.prompt, turn.steps, clock_us)
        if ended_us is None:
            return
        clock_us = ended_us


def _turn(
    client: Client, prompt: str, steps: tuple[Step, ...], clock_us: int
) -> Generator[Ask, Reply, int | None]:
    """Play one turn; gives when it ended, or None where the provider refused for good."""
    yield from client.sides(clock_us, prompt)
    client.says(prompt)
    for step in steps:
        reply = yield from _request(client, step, clock_us)
        if not reply.ok:
            return None
        client.hears(reply)
        clock_us = reply.at_us
        for call in step.calls:
            clock_us += int(call.took_s * SECOND_US)
            clock_us = yield from _delegate(client, call, clock_us)
        client.runs(step, reply)
    return clock_us


def _delegate(client: Client, call: Call, clock_us: int) -> Generator[Ask, Reply, int]:
    """Let a sub-agent do its work, if the call is one for it."""
    if call.work:
        agent = client.agent(call)
        for turn in call.work:
            ended_us = yield from _turn(agent, turn.prompt, turn.steps, clock_us)
            clock_us = ended_us or clock_us
    return clock_us


def _request(client: Client, step: Step, clock_us: int) -> Generator[Ask, Reply, Reply]:
    """Send a request, again after a while where the provider is busy, as SDKs do."""
    wait_s = FIRST_WAIT_S
    for _ in range(TRIES):
        reply = yield client.ask(clock_us, step)
        if reply.status not in BUSY:
            break
        clock_us = reply.at_us + int(max(wait_s, reply.retry_after_s) * SECOND_US)
        wait_s *= 2
    return reply
