"""The document of a hunt as JSON, in the form of docs/formats.md."""

from typing import Any

import msgspec

from stillwatch.verdicts.model import Document


def to_json(document: Document) -> bytes:
    """The document as indented JSON.

    Exhibits stand as a list of exchange ids, and what each of them shows in `shows` beside it.
    """
    value = msgspec.to_builtins(document)
    for verdict in value["verdicts"]:
        for line in verdict["evidence"]:
            _unfold(line)
    return msgspec.json.format(msgspec.json.encode(value), indent=1)


def _unfold(line: dict[str, Any]) -> None:
    exhibits = line["exhibits"]
    line["exhibits"] = [exhibit["exchange"] for exhibit in exhibits]
    line["shows"] = [exhibit["shows"] for exhibit in exhibits]
