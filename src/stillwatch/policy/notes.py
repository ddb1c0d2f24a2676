"""What is no mistake in a policy, and still worth knowing before it is used."""

from collections.abc import Iterable

from stillwatch.policy.rules import Rule
from stillwatch.policy.settings import Target

FORMATS = {"anthropic": "Messages", "chat": "Chat Completions", "responses": "Responses"}


def notes(rules: Iterable[Rule]) -> list[str]:
    """Sentences about rules that send requests elsewhere, and about what their targets need."""
    found: list[str] = []
    for rule in rules:
        to = rule.target
        if to is not None and not to.translate and "wire" not in rule.reads.names:
            found.append(
                f"Rule {rule.id} sends every format to {to.name}, which gets only "
                f"{FORMATS[to.wire]}: others get a 403. Ask for context.wire in the rule, or write "
                "translate = true in the target."
            )
    targets = {rule.target.name: rule.target for rule in rules if rule.target is not None}
    return found + [one for target in targets.values() for one in _needs(target)]


def _needs(target: Target) -> list[str]:
    found = []
    if target.key_env or target.key_file:
        where = f"variable {target.key_env}" if target.key_env else f"file {target.key_file}"
        found.append(f"Target {target.name} takes its key from the {where}.")
    if target.translate:
        found.append(f"Target {target.name} needs pip install 'stillwatch[translate]'.")
    return found
