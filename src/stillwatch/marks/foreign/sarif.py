"""Findings as SARIF 2.1.0, the format that code scanning services read.

docs.oasis-open.org/sarif/sarif/v2.1.0; what GitHub asks for beyond it is in its documentation of
SARIF support for code scanning.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from stillwatch import __version__
from stillwatch.marks.foreign.model import Channel, Finding
from stillwatch.marks.foreign.registry import CHANNELS

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {"certain": "error", "likely": "warning", "possible": "note"}
_RULE_OF = {channel.id: place for place, channel in enumerate(CHANNELS)}


def to_sarif(findings: Iterable[Finding]) -> dict[str, Any]:
    """A SARIF log with one run.

    Every channel is a rule. Lines and columns are those of the file, and columns count code
    points.
    """
    driver = {
        "name": "stillwatch marks scan",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(channel) for channel in CHANNELS],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": _results(findings),
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(channel: Channel) -> dict[str, Any]:
    return {
        "id": channel.id,
        "name": "".join(word.capitalize() for word in channel.id.split("-")),
        "shortDescription": {"text": channel.title},
        "fullDescription": {"text": channel.looks},
        "help": {
            "text": f"{channel.looks} What else writes this: {channel.twin}",
            "markdown": f"{channel.looks}\n\n**What else writes this:** {channel.twin}",
        },
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["security", "hidden-text"], "precision": "high"},
    }


def _results(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    results, alike = [], Counter[str]()
    for one in findings:
        mark = _fingerprint(one)
        alike[mark] += 1
        known = {"stillwatchMark/v1": f"{mark}:{alike[mark]}"}
        results.append(_result(one) | {"partialFingerprints": known})
    return results


def _result(one: Finding) -> dict[str, Any]:
    where = one.place
    region: dict[str, Any] = {
        "startLine": where.line,
        "startColumn": where.column,
        "snippet": {"text": one.shown},
    }
    if "\n" not in (one.marks[0].text if one.marks else ""):
        region["endColumn"] = where.column + where.length
    if where.file_offset is not None:
        region |= {"charOffset": where.file_offset, "charLength": where.length}
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": _uri(where.file)}, "region": region}
    }
    if where.path:
        location["logicalLocations"] = [{"fullyQualifiedName": where.path, "kind": "member"}]
    return {
        "ruleId": one.channel,
        "ruleIndex": _RULE_OF[one.channel],
        "level": "note" if one.declared else _LEVELS[one.sure],
        "message": {"text": f"{one.says} What else writes this: {one.twin}"},
        "locations": [location],
        "properties": _properties(one),
    }


def _uri(file: str) -> str:
    return "stdin" if file in {"", "-"} else "".join(map(_quoted, file))


def _quoted(char: str) -> str:
    if char.isascii() and (char.isalnum() or char in "-._~/"):
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


def _properties(one: Finding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sure": one.sure,
        "codePoints": list(one.code_points),
        "count": one.count,
        "plain": one.plain,
    }
    if one.payload is not None:
        found |= {"scheme": one.payload.scheme, "payload": one.payload.text}
    return found | ({"declared": one.declared} if one.declared else {})


def _fingerprint(one: Finding) -> str:
    """The same for the same mark in the same part of a file, wherever its line moves to."""
    what = (one.channel, one.place.file, one.place.path, one.says, *one.code_points)
    return hashlib.sha256("\0".join(what).encode("utf-8", "replace")).hexdigest()[:32]
