"""The declared header: classes of the environment as a structured field (RFC 9651).

    stillwatch-environment: policy=example;sha-256=:3yOp...=:, time-zone=europe, host=own

The policy's digest says which file the classes are from. The header is signed with the request;
see `signing`.
"""

from typing import Any, get_args

import http_sf
from http_sf import StructuredFieldError, Token

from stillwatch.client.environment import Environment
from stillwatch.client.policy import NAME
from stillwatch.errors import InputError
from stillwatch.marks.manifest import ENVIRONMENT, Fact

POLICY = "policy"
DIGEST = "sha-256"
DIGEST_BYTES = 32
MOST_BYTES = 1024
_HINT = f"See docs/marks.md for {ENVIRONMENT.name}."


def written(environment: Environment) -> str:
    """The value of the header."""
    members: dict[str, Any] = {
        POLICY: (Token(environment.policy), {DIGEST: environment.digest}),
        **{fact: Token(name) for fact, name in environment.classes},
    }
    return http_sf.ser(members)


def parsed(value: str) -> Environment:
    """Read a header from outside.

    Raises:
        InputError: it is not one of these headers.
    """
    try:
        raw = value.encode("ascii")
        if len(raw) > MOST_BYTES:
            raise InputError(f"{ENVIRONMENT.name} is longer than {MOST_BYTES} bytes.", _HINT)
        members = http_sf.parse(raw, tltype="dictionary", on_duplicate_key=_refuse)
    except (StructuredFieldError, UnicodeEncodeError) as error:
        raise InputError(f"{ENVIRONMENT.name} is no structured field.", _HINT) from error
    if not isinstance(members, dict) or POLICY not in members:
        raise InputError(f"{ENVIRONMENT.name} names no policy.", _HINT)
    policy, parameters = _token(members.pop(POLICY))
    digest = parameters.get(DIGEST)
    if not isinstance(digest, bytes) or len(digest) != DIGEST_BYTES:
        raise InputError(f"{ENVIRONMENT.name} has no digest of its policy.", _HINT)
    facts = {fact: fact for fact in get_args(Fact)}
    try:
        classes = tuple((facts[name], _token(item)[0]) for name, item in members.items())
    except KeyError as error:
        raise InputError(f"{ENVIRONMENT.name} names an unknown fact.", _HINT) from error
    return Environment(policy, digest, classes)


def _token(member: object) -> tuple[str, dict[str, object]]:
    if isinstance(member, tuple) and isinstance(member[0], Token):
        name = str(member[0])
        if NAME.fullmatch(name):
            return name, member[1]
    raise InputError(f"{ENVIRONMENT.name} holds something else than names.", _HINT)


def _refuse(key: str, _: str) -> None:
    raise InputError(f"{ENVIRONMENT.name} has {key} twice.", _HINT)
