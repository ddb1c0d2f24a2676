"""Requests that are in line, as columns: one place over all runs.

Only places that differ become columns. A long text becomes one column for each site where it
differs, so that a difference is located to the character and can be told from another beside it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from stillwatch.audit.align import Slot
from stillwatch.audit.align_text import Site, reference, sites, versions
from stillwatch.audit.model import AWAY, Aspect, Column, Figures, Place
from stillwatch.audit.paths import SEPARATOR, Part
from stillwatch.audit.paths_derived import derived, figures
from stillwatch.audit.paths_plain import Texts, set_aside
from stillwatch.audit.recording import Run

CONTEXT = 32
"""Characters kept around a site."""
BLOCK = 60
"""Characters of a part that is compared by itself where some texts leave it out."""
DEEPEST = 3
"""Parts within parts that are compared by themselves."""


@dataclass(frozen=True, slots=True)
class Table:
    """All that differs over the runs of an audit.

    Attributes:
        columns: the places that differ.
        places: how many there are in all.
    """

    columns: list[Column]
    places: int


def table(runs: Sequence[Run], slots: Sequence[Slot]) -> Table:
    """What differs over runs.

    Args:
        runs: the runs.
        slots: their requests in line.
    """
    held = Texts([run.values for run in runs])
    columns = list(_of_runs(runs, slots))
    places = len(columns)
    for slot in slots:
        here = _by_place(slot)
        places += len(here)
        for path, standing in _standing(here).items():
            columns += _of_standing(Place(slot.name, path), standing, slot, len(runs))
        for (path, aspect), found in here.items():
            columns += _of_place(Place(slot.name, path, aspect), found, slot, held)
    return Table([column for column in columns if len(column.values) > 1], places)


def column(
    place: Place,
    texts: Sequence[str | None],
    there: Sequence[bool],
    around: tuple[str, str] = ("", ""),
) -> Column:
    """A column of texts.

    Args:
        place: where.
        texts: what stands there in each run; None for nothing.
        there: whether it could stand there.
        around: the text before and after.
    """
    counts = Counter(text for text, is_there in zip(texts, there, strict=True) if is_there)
    values = tuple(value for value, _ in counts.most_common())
    number = {value: code for code, value in enumerate(values)}
    codes = [number[t] if ok else AWAY for t, ok in zip(texts, there, strict=True)]
    return Column(place, np.asarray(codes, dtype=np.int64), values, None, *around)


def _by_place(slot: Slot) -> dict[tuple[str, Aspect], dict[int, Part]]:
    found: dict[tuple[str, Aspect], dict[int, Part]] = {}
    for run, held in slot.parts.items():
        for key, part in held.items():
            found.setdefault(key, {})[run] = part
    return found


def _standing(here: dict[tuple[str, Aspect], dict[int, Part]]) -> dict[str, dict[int, Part]]:
    """What stands at each path, be it a text, a number, an object or an array."""
    found: dict[str, dict[int, Part]] = {}
    for (path, aspect), parts in here.items():
        if aspect in {Aspect.VALUE, Aspect.PRESENCE}:
            found.setdefault(path, {}).update(parts)
    return found


def _of_standing(
    place: Place, standing: dict[int, Part], slot: Slot, runs: int
) -> Iterator[Column]:
    """Whether something stands at a path, and which kind of JSON value."""
    if len(standing) < len(slot.parts):
        has_parent = _with_parent(slot, next(iter(standing.values())).parent)
        there = [run in has_parent for run in range(runs)]
        whether = ["there" if run in standing else None for run in range(runs)]
        yield column(msgspec.structs.replace(place, aspect=Aspect.PRESENCE), whether, there)
    if len({part.kind for part in standing.values()}) > 1:
        there = [run in standing for run in range(runs)]
        kinds = [standing[run].kind if run in standing else None for run in range(runs)]
        yield column(msgspec.structs.replace(place, aspect=Aspect.KIND), kinds, there)


def _of_place(place: Place, found: dict[int, Part], slot: Slot, held: Texts) -> Iterator[Column]:
    """The columns of what one aspect of a place says."""
    same = len({(part.text, part.kind) for part in found.values()}) == 1
    if place.aspect is Aspect.PRESENCE or (same and len(found) == len(slot.parts)):
        return
    runs = range(len(held.values))
    texts = [found[run].text if run in found else None for run in runs]
    if place.aspect is Aspect.ORDER:
        texts = _in_common(texts)
    if place.aspect is Aspect.VALUE:
        yield from _of_texts(place, texts, held)
    else:
        yield column(place, texts, [run in found for run in runs])


def _with_parent(slot: Slot, parent: str) -> set[int]:
    """Runs in which something can have members: a text in place of a list has none."""
    if not parent:
        return set(slot.parts)
    return {run for run, held in slot.parts.items() if (parent, Aspect.PRESENCE) in held}


def _of_texts(place: Place, texts: Sequence[str | None], held: Texts) -> Iterator[Column]:
    """A text's columns: its sites, or the whole where texts have little in common."""
    texts, shown = set_aside(texts, held)
    for said in shown.values():
        whole = msgspec.structs.replace(place, aspect=Aspect.SHOWN)
        yield column(whole, said, [text is not None for text in said])
    present = [text for text in texts if text is not None]
    if len(set(present)) < 2:
        return
    different = list(dict.fromkeys(present))
    number = dict(zip(different, versions(different), strict=True))
    if any(number.values()):
        named = [None if text is None else _called(number[text]) for text in texts]
        whole = msgspec.structs.replace(place, aspect=Aspect.VERSION)
        yield column(whole, named, [text is not None for text in texts])
    for version in sorted(set(number.values())):
        mine = [text if text is not None and number[text] == version else None for text in texts]
        base = reference([text for text in mine if text is not None])
        yield from _within(place, mine, base, (0, len(base)))


def _called(version: int) -> str:
    return f"version {version + 1}"


def _within(
    place: Place, texts: Sequence[str | None], base: str, span: tuple[int, int], depth: int = 0
) -> Iterator[Column]:
    """The columns of a part of a text.

    Args:
        place: of the text.
        texts: what stands in that part in each run.
        base: the reference of the whole text.
        span: the part of the reference.
        depth: how many larger parts it was taken out of.
    """
    there = [text is not None for text in texts]
    different = list(dict.fromkeys(text for text in texts if text is not None))
    found = sites(base[slice(*span)], different)
    if found is None:
        yield from _with_derived(column(_spot(place, *span, base), texts, there))
        return
    number = {text: n for n, text in enumerate(different)}
    for site in found:
        start, end = span[0] + site.start, span[0] + site.end
        here = [None if text is None else site.texts[number[text]] for text in texts]
        if depth < DEEPEST and _is_block(site):
            yield column(_spot(place, start, end, base, Aspect.PRESENCE), _whether(here), there)
            inner = [text or None for text in here]
            yield from _within(place, inner, base, (start, end), depth + 1)
            continue
        around = base[max(0, start - CONTEXT) : start], base[end : end + CONTEXT]
        yield from _with_derived(column(_spot(place, start, end, base), here, there, around))


def _is_block(site: Site) -> bool:
    """Whether a site is a long text that some leave out and others say in several ways."""
    said = {text for text in site.texts if text}
    return "" in site.texts and len(said) > 1 and site.end - site.start >= BLOCK


def _whether(texts: Sequence[str | None]) -> list[str | None]:
    return ["there" if text else None for text in texts]


def _spot(place: Place, start: int, end: int, base: str, aspect: Aspect = Aspect.VALUE) -> Place:
    """A part of a text; the text itself where it is the whole."""
    if (start, end) == (0, len(base)):
        return msgspec.structs.replace(place, aspect=aspect)
    return msgspec.structs.replace(place, aspect=aspect, start=start, end=end)


def _with_derived(whole: Column) -> Iterator[Column]:
    yield whole
    yield from derived(whole)


def _in_common(texts: Sequence[str | None]) -> list[str | None]:
    """Orders of those members only that all runs have."""
    orders = [None if text is None else text.split(SEPARATOR) for text in texts]
    members = [set(order) for order in orders if order is not None]
    common = set.intersection(*members) if members else set[str]()
    return [
        None if order is None else SEPARATOR.join(one for one in order if one in common)
        for order in orders
    ]


def _of_runs(runs: Sequence[Run], slots: Sequence[Slot]) -> Iterator[Column]:
    """What can be told of a run as a whole: its requests, their number, order and times."""
    every = [True] * len(runs)
    yield column(Place("", "requests", Aspect.COUNT), [str(len(r.requests)) for r in runs], every)
    names = {id(request): slot.name for slot in slots for request in slot.requests.values()}
    orders = [SEPARATOR.join(names.get(id(q), "") for q in run.requests) for run in runs]
    yield column(Place("", "requests", Aspect.ORDER), _in_common(orders), every)
    yield column(Place("", "outcome"), [f"{run.outcome} {run.exit}" for run in runs], every)
    for slot in slots:
        there = ["there" if n in slot.requests else None for n in range(len(runs))]
        yield column(Place(slot.name, "request", Aspect.PRESENCE), there, every)
    yield from _lookups(runs, every)
    yield from _times(runs, slots)


def _lookups(runs: Sequence[Run], every: list[bool]) -> Iterator[Column]:
    for name in sorted({name for run in runs for name in run.lookups}):
        texts = ["looked up" if name in run.lookups else None for run in runs]
        yield column(Place("", f"lookup {name}", Aspect.PRESENCE), texts, every)


def _times(runs: Sequence[Run], slots: Sequence[Slot]) -> Iterator[Column]:
    """How long after an earlier request each one was sent.

    The earlier one is the last that comes before it in all runs; without any, the run's beginning.
    """
    sent = {slot.name: _sent(slot, len(runs)) for slot in slots}
    for slot in slots:
        mine = sent[slot.name]
        there = ~np.isnan(mine)
        before = [
            times
            for name, times in sent.items()
            if name != slot.name and bool((times[there] < mine[there]).all())
        ]
        last = max(before, key=lambda times: float(np.median(times[there])), default=0.0)
        yield figures(Place(slot.name, "request", Aspect.TIMING), mine - last)


def _sent(slot: Slot, runs: int) -> Figures:
    times: Figures = np.full(runs, np.nan)
    for number, request in slot.requests.items():
        times[number] = request.at_ms
    return times
