"""The one call that a vendor's client makes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from stillwatch.client.enrolling import KeyRing
from stillwatch.client.enrolment import Enrolment, read_enrolment
from stillwatch.client.environment import Environment, Observe, environment
from stillwatch.client.events import Report
from stillwatch.client.policy import Policy, check_signed
from stillwatch.client.sealing import Context, Declaration, Options, Sealing
from stillwatch.client.transport import through
from stillwatch.errors import MissingExtra
from stillwatch.marks.grammar import Grammar, load

Target = TypeVar("Target")
HOSTS = 64


@dataclass(frozen=True, slots=True)
class Choices:
    """What a client's vendor chooses.

    Attributes:
        grammar: the texts of the client, or the name of a grammar that comes along.
        policy: what the environment check may read; without one it is off.
        sign: whether requests are signed; with a policy they must be.
        fail_closed: hold a request back that cannot be sealed.
        report: told when something did not work.
        clock: seconds since 1970.
    """

    grammar: Grammar | str = "coding-agent"
    policy: Policy | None = None
    sign: bool = True
    fail_closed: bool = False
    report: Report | None = None
    clock: Callable[[], float] = time.time


def sealed(target: Target, enrolment: Enrolment | Path, choices: Choices | None = None) -> Target:
    """Let a client send sealed requests from now on.

    Args:
        target: a client of the `openai` or `anthropic` SDK, a client of httpx or httpx2, or a
            transport of these. Synchronous and asynchronous ones will do.
        enrolment: the record of this install, or its file, which then gets new keys as well.
        choices: what the client's vendor chooses.

    Returns:
        The same client; for a transport, a new one in front of it.

    Raises:
        KeyFileError: the record cannot be read.
        SettingsError: it is no client that can be sealed, the grammar is wrong, or a policy comes
            without signatures.
        MissingExtra: signatures need `http-message-signatures`.
    """
    through_it: Target = through(target, sealing_for(enrolment, choices or Choices()))
    return through_it


def sealing_for(enrolment: Enrolment | Path, choices: Choices) -> Sealing:
    """What seals requests for an install; arguments and errors as for `sealed`."""
    file = enrolment if isinstance(enrolment, Path) else None
    record = read_enrolment(enrolment) if isinstance(enrolment, Path) else enrolment
    keys = KeyRing(record, file, choices.report, choices.clock)
    grammar = choices.grammar
    observe = _observer(choices.policy) if choices.policy else None
    in_seal = choices.policy is not None and choices.policy.in_seal
    context = _context(observe) if observe and in_seal else None
    return Sealing(
        keys,
        grammar if isinstance(grammar, Grammar) else load(grammar),
        _declaration(choices, observe),
        Options(choices.fail_closed, choices.report, choices.clock, context),
    )


def _context(observe: Observe) -> Context:
    return lambda url: observe(url).context


def _declaration(choices: Choices, observe: Observe | None) -> Declaration | None:
    check_signed(choices.policy, choices.sign)
    if not choices.sign:
        return None
    try:
        from stillwatch.client.signing import Signed  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise MissingExtra(
            "Headers are signed with http-message-signatures.",
            "pip install 'stillwatch[client]', or choose sign=False.",
        ) from error
    return Signed(observe)


def _observer(policy: Policy) -> Observe:
    """The environment check, done once for every address that requests go to."""

    @lru_cache(maxsize=HOSTS)
    def at(origin: str) -> Environment:
        return environment(policy, origin)

    return lambda url: at("/".join(url.split("/", 3)[:3]))
