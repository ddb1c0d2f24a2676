"""The policy language: Cedar, through cedarpy. Nothing else of ours calls it.

Cedar was taken because rules read like sentences, every rule is typed and checked against a schema
before it runs, evaluation has no loops, side effects or clock, and the answer names every rule that
applied. Reasons come back as `policy0`, `policy1`, ... in the order of the text.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from stillwatch.errors import MissingExtra

try:
    import cedarpy
except ModuleNotFoundError as error:
    raise MissingExtra(
        "Policies need the Cedar engine, which is not installed.",
        "Run: pip install 'stillwatch[gateway]'",
    ) from error

Parsed = dict[str, Any]
Request = dict[str, Any]

_NAMED = re.compile(r"`policy(\d+)`")
_PREFIX = re.compile(r"^\[policy\d+\] |for policy `policy\d+`, ")
_ALLOWED = "\npermit (principal, action, resource);\n"


@cache
def schema() -> str:
    """The schema that rules are checked against."""
    return (files("stillwatch.policy") / "schema.cedarschema").read_text("utf-8")


def parsed(text: str) -> Parsed:
    """Statements in Cedar's JSON form (docs.cedarpolicy.com, "JSON policy format").

    Raises:
        ValueError: the text is no Cedar; the message says why.
    """
    try:
        found: Parsed = msgspec.json.decode(cedarpy.policies_to_json_str(text))
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return found


def type_errors(text: str) -> list[str]:
    """What the schema has against statements, one sentence each."""
    result = cedarpy.validate_policies(text, schema())
    return [_PREFIX.sub("", _PREFIX.sub("", str(error))) for error in result.errors]


class Compiled:
    """Rules, parsed once.

    Args:
        texts: `forbid` statements; what none of them forbids is permitted.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._count = len(texts)
        self._rules = cedarpy.PolicySet.from_str("\n".join(texts) + _ALLOWED)

    def apply(
        self, requests: Sequence[Request], entities: Sequence[dict[str, Any]]
    ) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Which rules apply to requests.

        Args:
            requests: in Cedar's form.
            entities: who belongs to what, for all of them.

        Returns:
            For each request the rules that apply and those that could not be worked out, both as
            places in `texts`, ascending.
        """
        known = msgspec.json.encode(entities).decode()
        answers = cedarpy.is_authorized_batch(list(requests), self._rules, known)
        return [self._answer(answer) for answer in answers]

    def _answer(self, answer: "cedarpy.AuthzResult") -> tuple[tuple[int, ...], tuple[int, ...]]:
        said = answer.diagnostics
        applied = sorted(int(reason.removeprefix("policy")) for reason in said.reasons)
        failed = {int(place) for error in said.errors for place in _NAMED.findall(str(error))}
        return tuple(one for one in applied if one < self._count), tuple(sorted(failed))
