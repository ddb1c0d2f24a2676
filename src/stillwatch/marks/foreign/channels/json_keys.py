"""Keys that stand twice in one JSON object, of which all but one are read by nobody."""

import json
from collections import Counter
from collections.abc import Iterator

from stillwatch.marks.foreign.model import Channel, Hit, Mark
from stillwatch.marks.foreign.view import View

_DEEPEST = 200


def quick(view: View) -> bool:
    """Whether it is worth decoding again; deep nesting is not."""
    return view.text.count("[") + view.text.count("{") > 0


def find(view: View) -> Iterator[Hit]:
    """Keys that stand twice."""
    twice: list[str] = []

    def pairs(items: list[tuple[str, object]]) -> None:
        if len(items) != len(dict(items)):
            counts = Counter(key for key, _ in items)
            twice.extend(key for key, count in counts.items() if count > 1)

    try:
        json.loads(view.text, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return
    marks = [mark for key in twice[:_DEEPEST] if (mark := _second(view, key))]
    if twice:
        says = f"{len(twice)} keys stand twice in one object of the JSON."
        yield Hit("likely", says, tuple(marks[:64]), len(twice))


def _second(view: View, key: str) -> Mark | None:
    written = json.dumps(key, ensure_ascii=False)
    at = view.text.find(written, view.text.find(written) + 1)
    return Mark(at, written) if at >= 0 else None


CHANNEL = Channel(
    id="json-keys",
    title="Keys that stand twice in the JSON",
    looks="The same request: a key whose first value every reader passes over.",
    twin="A proxy that adds a field without looking whether it is there.",
    find=find,
    quick=quick,
    raw=True,
)
