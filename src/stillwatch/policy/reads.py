"""Which facts a rule reads, and which words it compares them with, from its JSON form."""

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from stillwatch.policy.cedar import Parsed
from stillwatch.policy.facts import FACT_NAMES, IN_CONTEXT, WORDS

_BY_TYPE = {"Account": "account", "Organisation": "organisation"}


class Reads(Struct, frozen=True):
    """What a rule looks at.

    Attributes:
        names: of facts.
        accounts, organisations: those that it names. A rule can do nothing else with who asks
            than compare with a name, so all other accounts are one to it.
        strangers: comparisons with a word that the fact never has, as (fact, word).
    """

    names: frozenset[str]
    accounts: frozenset[str]
    organisations: frozenset[str]
    strangers: tuple[tuple[str, str], ...]


def reads(policy: Parsed) -> Reads:
    """What a rule looks at.

    Args:
        policy: one rule in Cedar's JSON form.
    """
    names: set[str] = set()
    entities: dict[str, set[str]] = {"account": set(), "organisation": set()}
    strangers: list[tuple[str, str]] = []
    for node in _nodes({part: policy.get(part) for part in ("principal", "conditions")}):
        fact = _BY_TYPE.get(node.get("type", ""))
        if fact and isinstance(node.get("id"), str):
            names.add(fact)
            entities[fact].add(node["id"])
        names.update(_of_context(node))
        strangers += _strangers(node)
    if _asks_resource(policy):
        names.add("model")
    return Reads(
        frozenset(names),
        frozenset(entities["account"]),
        frozenset(entities["organisation"]),
        tuple(strangers),
    )


def _nodes(tree: object) -> Iterator[dict[str, Any]]:
    """Every object of a tree; its depth is bounded before (see `statements.too_much`)."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _of_context(node: dict[str, Any]) -> tuple[str, ...]:
    """The facts that a node reads; all of them where it takes the context as a whole."""
    for operator in (".", "has"):
        fact = _attribute(node, operator)
        if fact:
            return (fact,)
    whole = any(
        operator not in {".", "has"} and _is_context(side)
        for operator, sides in node.items()
        for side in _sides(sides)
    )
    return FACT_NAMES if whole else ()


def _attribute(node: dict[str, Any], operator: str = ".") -> str:
    """The fact of `context.fact` or `context has fact`, or empty."""
    found = node.get(operator)
    if not isinstance(found, dict) or not _is_context(found.get("left")):
        return ""
    name = found.get("attr")
    return name if name in IN_CONTEXT else ""


def _is_context(node: object) -> bool:
    return isinstance(node, dict) and node.get("Var") == "context"


def _sides(sides: object) -> list[object]:
    if isinstance(sides, dict):
        return list(sides.values())
    return sides if isinstance(sides, list) else []


def _asks_resource(policy: Parsed) -> bool:
    scope = policy.get("resource", {}).get("op") != "All"
    return scope or any(
        node.get("Var") == "resource" for node in _nodes(policy.get("conditions", []))
    )


def _strangers(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Comparisons with a word outside of the fact's closed list."""
    for operator in ("==", "!=", "contains"):
        sides = node.get(operator)
        if not isinstance(sides, dict):
            continue
        left, right = sides.get("left"), sides.get("right")
        for one, other in ((left, right), (right, left)):
            fact = _attribute(one) if isinstance(one, dict) else ""
            if fact in WORDS:
                yield from ((fact, word) for word in _words(other) if word not in WORDS[fact])


def _words(node: object) -> list[str]:
    """The texts of a literal or of a set of literals."""
    if not isinstance(node, dict):
        return []
    items = node["Set"] if isinstance(node.get("Set"), list) else [node]
    values = [item.get("Value") for item in items if isinstance(item, dict)]
    return [value for value in values if isinstance(value, str)]
