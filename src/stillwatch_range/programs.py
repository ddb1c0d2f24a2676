"""Programs that call an API by themselves: their SDK, servers and settings.

Honest programs, twins and campaigns draw them here, so that nothing but what a program does tells
them apart.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from stillwatch_range.clients import NAMES
from stillwatch_range.model import Machine, Person, Purpose, Session, Step, Turn, Wire
from stillwatch_range.people.addresses import address
from stillwatch_range.people.answers import answer
from stillwatch_range.people.machines import moved

# Roughly how often SDKs are met among API programs; nobody publishes the shares, so this is a guess
# that holds for every class alike.
SDKS: Mapping[str, float] = {
    "anthropic-python": 0.27,
    "openai-python": 0.25,
    "anthropic-js": 0.16,
    "openai-responses": 0.12,
    "requests": 0.1,
    "go": 0.1,
}
# Versions as published up to November 2026, some of them pinned long ago; guessed shares.
VERSIONS: Mapping[str, Mapping[str, int]] = {
    "anthropic-python": {"2.12.0": 5, "2.11.0": 3, "2.8.0": 2, "2.2.0": 2, "1.4.0": 1, "0.84.0": 2},
    "anthropic-js": {"1.12.0": 5, "1.10.0": 3, "1.4.0": 2, "0.110.0": 2, "0.71.2": 1},
    "openai-python": {"3.54.0": 5, "3.51.0": 3, "3.40.0": 2, "2.54.0": 3, "1.109.1": 2},
    "openai-responses": {"3.54.0": 5, "3.51.0": 3, "3.40.0": 2, "2.54.0": 2},
    "requests": {"2.34.2": 4, "2.33.0": 2, "2.32.5": 3, "2.32.3": 2, "2.31.0": 1},
    "go": {"1.24": 1},
}
# Clients that reach either maker's models, and what they ask for.
MODELS: Mapping[str, Mapping[str, int]] = {
    "requests": {"claude-opus-5-5": 1, "gpt-5": 1},
    "go": {"claude-opus-5-5": 1, "gpt-5": 1},
}
ON_OWN_MACHINE = 0.3
STREAMED = 0.25
_MAX_TOKENS = {256: 1, 512: 2, 800: 1, 1000: 2, 1024: 4, 2000: 2, 2048: 3, 4096: 4, 8192: 2}
_TEMPERATURES: Mapping[float | None, int] = {None: 9, 0.0: 5, 0.2: 2, 0.3: 1, 0.7: 2, 1.0: 2}
_LIMIT: Mapping[Wire, Mapping[str, int]] = {
    "messages": {"max_tokens": 1},
    "chat": {"max_tokens": 4, "max_completion_tokens": 3, "": 3},
    "responses": {"max_output_tokens": 6, "": 4},
}
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
        model: model that it asks for; empty for the SDK's usual one.
        params: fields of every request, such as `max_tokens`.
        stream: whether it asks for streams.
    """

    person: Person
    machines: tuple[Machine, ...]
    client: str
    version: str
    model: str
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
            model: model asked for; the program's own where empty.
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
            model=model or self.model,
            params=self.params,
            stream=self.stream,
            purpose=purpose,
        )


def program(draw: random.Random, operator: Person, clients: Sequence[str] | None = None) -> Program:
    """A program of somebody, with what does not follow from its task drawn at random.

    Args:
        draw: chance.
        operator: who runs it.
        clients: SDKs to choose from, all alike; those of the world where None.
    """
    client = draw.choice(clients) if clients else draw.choices(list(SDKS), list(SDKS.values()))[0]
    model = _one(draw, MODELS.get(client, {"": 1}))
    return Program(
        person=operator,
        machines=_machines(draw, operator),
        client=client,
        version=_one(draw, VERSIONS[client]),
        model=model,
        params=settings(draw, "messages" if model.startswith("claude") else NAMES[client]),
        stream=draw.random() < STREAMED,
    )


def settings(draw: random.Random, wire: Wire) -> dict[str, Any]:
    """Request fields that a programmer sets once and forgets.

    Args:
        draw: chance.
        wire: format of the requests, which has names of its own for them.
    """
    limit, most = _one(draw, _LIMIT[wire]), _one(draw, _MAX_TOKENS)
    temperature = _one(draw, _TEMPERATURES)
    made = {limit: most} if limit else {}
    return made if temperature is None else {**made, "temperature": temperature}


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
    """A machine in a data centre, or a cloud's container."""
    ip, asn = address(draw, "hosting")
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


def _machines(draw: random.Random, operator: Person) -> tuple[Machine, ...]:
    if draw.random() < ON_OWN_MACHINE:
        return operator.machines[:1]
    # Containers of one image, each behind an address of its own.
    first = server(draw, operator)
    others = _one(draw, _SERVER_COUNTS) - 1
    return (first, *(moved(draw, first, "hosting") for _ in range(others)))


def _one(draw: random.Random, weights: Mapping[Any, int]) -> Any:
    return draw.choices(list(weights), list(weights.values()))[0]
