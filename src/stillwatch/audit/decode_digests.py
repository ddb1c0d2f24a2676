"""Digests of the environment's own texts: an opaque value that is one of them is named.

A digest hides a text from whoever looks, and tells it to whoever has a list of likely ones.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence

from stillwatch.audit.model import Column
from stillwatch.audit.recording import Run

ALGORITHMS = ("sha256", "sha1", "md5", "sha512", "blake2b")
LEAST = 8
"""Hex digits; the chance that one of a few hundred digests begins so by accident is below 1e-6."""
MOST_VALUES = 64
_HEX = re.compile(rf"(?<![0-9A-Za-z])[0-9a-f]{{{LEAST},128}}(?![0-9A-Za-z])")
_ADDRESS = re.compile(r"(?:[a-z+]+://|[\w.-]+@)([\w.-]+)[:/](.+?)(?:\.git)?/?$")


def digest(column: Column, runs: Sequence[Run]) -> str:
    """Which text of the environment the values of a place are digests of.

    Args:
        column: the place.
        runs: the runs, with their texts.

    Returns:
        Words; empty if no one text explains every value that has hex digits.
    """
    if len(column.values) > MOST_VALUES:
        return ""
    shared: set[tuple[str, str, str]] | None = None
    digits = 0
    for run, code in zip(runs, column.codes.tolist(), strict=True):
        found = _HEX.findall((column.values[code] or "") if code >= 0 else "")
        if not found:
            continue
        digits = len(found[0])
        mine = {how for how, made in _digests(run) if any(made.startswith(one) for one in found)}
        shared = mine if shared is None else shared & mine
    if not shared:
        return ""
    name, form, algorithm = min(shared)
    return f"{digits} hex digits of the {algorithm} digest of {name.replace('_', ' ')}{form}"


def _digests(run: Run) -> Iterable[tuple[tuple[str, str, str], str]]:
    """Digests of all texts of an environment, with what they are of."""
    for name, value in run.values.items():
        for form, text in forms(value).items():
            raw = text.encode()
            for algorithm in ALGORITHMS:
                yield (name, form, algorithm), hashlib.new(algorithm, raw).hexdigest()


def forms(value: str) -> dict[str, str]:
    """Ways in which a text is commonly written before it is digested.

    Args:
        value: one of the environment's own.
    """
    found = {"": value, " in lower case": value.lower()}
    if address := _ADDRESS.match(value):
        found[" as host and path"] = f"{address[1]}/{address[2]}"
        found[" as a path"] = address[2]
    return found
