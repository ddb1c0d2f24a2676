"""Findings as JSON."""

from typing import Any

from stillwatch.marks.foreign.model import Finding


def as_data(one: Finding) -> dict[str, Any]:
    """A finding as plain data, without lone surrogates."""
    return {
        "channel": one.channel,
        "sure": one.sure,
        "says": one.says,
        "code_points": list(one.code_points),
        "count": one.count,
        "place": {
            "file": one.place.file,
            "line": one.place.line,
            "column": one.place.column,
            "path": one.place.path,
            "offset": one.place.offset,
            "file_offset": one.place.file_offset,
        },
        "marks": [
            {"offset": mark.offset, "length": len(mark.text), "plain": mark.plain}
            for mark in one.marks
        ],
        "shown": one.shown,
        "plain": one.plain,
        "payload": None
        if one.payload is None
        else {
            "scheme": one.payload.scheme,
            "text": one.payload.text,
            "hex": one.payload.data.hex(),
            "bits": one.payload.bits,
        },
        "innocent_twin": one.twin,
        "declared": one.declared or None,
    }
