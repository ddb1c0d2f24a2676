"""Programs that call an API by themselves: their SDK, servers and settings.

Honest programs, twins and campaigns draw them here, so that nothing but what a program does tells
them apart.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stillwatch_range.model import Machine, Person, Purpose, Session, Step, Turn
from stillwatch_range.people.addresses import address
from stillwatch_range.people.answers import answer
from stillwatch_range.people.machines import moved
from stillwatch_range.people.population import CLIENTS, settings
from stillwatch_range.people.versions import version

SDKS: Mapping[str, float] = CLIENTS["program"]
"""How often SDKs are met among API programs, the same for every class."""
ON_OWN_MACHINE = 0.3
STREAMED = 0.25
_SERVER_COUNTS = {1: 6, 2: 2, 3: 1, 4: 1}
_USERS = ("app", "deploy", "root", "ubuntu", "worker", "svc")
_KERNELS = ("5.15.0-1053-aws", "6.1.0-18-amd64", "6.5.0-1022-gcp", "6.8.0-45-generic", "6.6.41")


@dataclass(frozen=True, slots=True)
class Program:
    """A program that somebody runs.

    Attributes:
        person: its operator.
        machines: where it runs.
        client: its SDK, a name of `clients`.
        version: version of the SDK.
        params: fields of every request, such as `max_tokens`.
        stream: whether it asks for streams.
    """

    person: Person
    machines: tuple[Machine, ...]
    client: str
    version: str
    params: Mapping[str, Any]
    stream: bool

    def session(
        self,
        start_us: int,
        turns: Iterable[Turn],
        *,
        number: int = 0,
        system: str = "",
        model: str = "",
        purpose: Purpose = "work",
    ) -> Session:
        """One conversation of the program.

        Args:
            start_us: when it begins, in microseconds since the epoch.
            turns: what it asks and gets.
            number: which of its machines runs it.
            system: system prompt.
            model: model asked for; empty for the SDK's usual one.
            purpose: for the labels.
        """
        return Session(
            person=self.person,
            machine=self.machines[number % len(self.machines)],
            client=self.client,
            version=self.version,
            start_us=start_us,
            turns=turns,
            system=system,
            model=model,
            params=self.params,
            stream=self.stream,
            purpose=purpose,
        )


def program(draw: random.Random, operator: Person, clients: Sequence[str] | None = None) -> Program:
    """A program of somebody, with what does not follow from its task drawn at random.

    Args:
        draw: chance.
        operator: who runs it.
        clients: clients to choose from, all alike; those of the world where None or empty.
    """
    client = draw.choice(clients) if clients else draw.choices(list(SDKS), list(SDKS.values()))[0]
    return Program(
        person=operator,
        machines=machines(draw, operator),
        client=client,
        version=version(client, draw),
        params=settings(draw, client) if client in SDKS else {},
        stream=draw.random() < STREAMED,
    )


def turn(
    draw: random.Random,
    prompt: str,
    *,
    language: str = "en",
    length: int | None = None,
    wait_s: float = 0.0,
) -> Turn:
    """A prompt and its answer, without tools.

    Args:
        draw: chance.
        prompt: what is asked.
        language: of the answer.
        length: of the answer in characters, about; drawn as chats have it where None.
        wait_s: time before it is asked, in seconds.
    """
    return Turn(prompt, (Step(answer(draw, prompt, language, length)),), wait_s)


def server(draw: random.Random, operator: Person) -> Machine:
    """A server or a container; its network is drawn as everybody's, so that it tells nothing."""
    ip, asn = address(draw)
    user = draw.choice(_USERS)
    return replace(  # noqa: S604  `shell` is a field of a record
        operator.machines[0],
        host=f"ip-10-{draw.randint(0, 255)}-{draw.randint(0, 255)}-{draw.randint(2, 254)}",
        system="linux",
        release=draw.choice(_KERNELS),
        arch=draw.choice(("x64", "x64", "arm64")),
        user=user,
        home="/root" if user == "root" else f"/home/{user}",
        shell="/bin/bash",
        zone="UTC",
        locale="C.UTF-8",
        ip=ip,
        asn=asn,
    )


def machines(draw: random.Random, operator: Person) -> tuple[Machine, ...]:
    """Where a program of somebody runs: on their own machine, or on servers."""
    if draw.random() < ON_OWN_MACHINE:
        return operator.machines[:1]
    # Containers of one image, each behind an address of its own.
    first = server(draw, operator)
    others = _one(draw, _SERVER_COUNTS) - 1
    return (first, *(moved(draw, first) for _ in range(others)))


def _one(draw: random.Random, weights: Mapping[Any, int]) -> Any:
    return draw.choices(list(weights), list(weights.values()))[0]
