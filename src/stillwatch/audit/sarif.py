"""Findings of an audit as SARIF 2.1.0, the format that code scanning services read.

docs.oasis-open.org/sarif/sarif/v2.1.0. A finding has no line in a file: its place is a logical
location, and the recording is the artifact.
"""

from typing import Any, Final

from stillwatch import __version__
from stillwatch.audit.model import Document, Finding, Group, Place

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Group.CONCEALED: "error", Group.UNDECLARED: "warning", Group.EXPECTED: "note"}
_RULES = {
    Group.CONCEALED: "A difference that follows the environment and that looking does not show.",
    Group.UNDECLARED: "A difference that follows the environment and is not shown as such.",
    Group.EXPECTED: "A text of the environment that is sent as it is.",
}


def to_sarif(document: Document, uri: str = "recording.jsonl") -> dict[str, Any]:
    """A SARIF log with one run.

    Args:
        document: the findings.
        uri: address of the recording that they are from.
    """
    driver = {
        "name": "stillwatch audit",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [
            {"id": f"audit-{group}", "shortDescription": {"text": text}}
            for group, text in _RULES.items()
        ],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, uri) for one in document.findings],
        "properties": {"audited": document.tool, "auditedVersion": document.version},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(one: Finding, uri: str) -> dict[str, Any]:
    scheme = f" {one.scheme}." if one.scheme else ""
    return {
        "ruleId": f"audit-{one.group}",
        "ruleIndex": list(_RULES).index(one.group),
        "level": _LEVELS[one.group],
        "message": {"text": f"{one.says}{scheme}"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": uri}},
                "logicalLocations": [_location(place) for place in one.places],
            }
        ],
        "partialFingerprints": {"stillwatchAudit/v1": one.id},
        "properties": {
            "channel": one.channel,
            "factors": list(one.factors),
            "p": one.p,
            "bits": one.bits,
            "codePoints": [list(variant.code_points) for variant in one.variants],
        },
    }


def _location(place: Place) -> dict[str, str]:
    span = "" if place.start is None else f"[{place.start}:{place.end}]"
    name = f"{place.request} {place.path}{span}".strip()
    return {"fullyQualifiedName": name, "kind": "member"}
