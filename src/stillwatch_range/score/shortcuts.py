"""The shortcut test: does one header or length field give the guilty away?

A gradient-boosted classifier is given one field and nothing else, learns from some groups which
accounts are guilty, and is asked about others. It is asked twice:

- by `value`: it sees the field of one request at a time, and an account's score is the mean over
  its requests. Where that separates (area under the curve over `LIMIT`), the field is a shortcut,
  and the scenario is wrong unless the field follows from what the class does.
- by `mix`: it sees the shares of an account's commonest values, or quantiles of a number, never
  how many exchanges there are. This is told beside it: that many people are on one account shows
  in the mix of any field that differs between people, and is no shortcut but a finding.

The area's interval counts a group's accounts as one case (Obuchowski, 1997). It leaves out the
chance in the learning itself: by mix, of fields that tell nothing it held one half in two of three
trials with 120 accounts (areas spread by 0.09) and three of four with 600 (by 0.03). So an area
over the limit means something in a scenario of many hundred accounts, and little in a small one.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from scipy.stats import rankdata

from stillwatch.errors import InputError, MissingExtra
from stillwatch_range.score.captures import capture_files, lines
from stillwatch_range.score.fields import Fields, sample
from stillwatch_range.score.labels import GUILTY, Labels

LIMIT = 0.6
TOP = 30
SINGLES = 40
"""Requests of an account that are looked at one by one."""
FOLDS = 5
FEWEST = 5
"""Groups that each side of a question needs: fewer show nothing, whatever the area."""
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)
NORMAL_95 = 1.96
Way = Literal["value", "mix"]
WAYS: dict[Way, str] = {"value": "by one value", "mix": "by the mix of values"}
QUESTIONS = {"guilty": GUILTY, "relay": ("relay",), "campaign": ("campaign",)}


class Area(Struct, frozen=True):
    """How well one field separates some accounts from all others.

    Attributes:
        field: name of the field.
        question: which accounts: `guilty`, `relay` or `campaign`.
        way: what the classifier saw: one `value` at a time, or the account's `mix`.
        area: area under the curve on groups not learned from; 0.5 is chance.
        low, high: interval of 95 per cent.
    """

    field: str
    question: str
    way: Way
    area: float
    low: float
    high: float

    @property
    def separates(self) -> bool:
        """Whether the field is a shortcut."""
        return self.way == "value" and self.area > LIMIT


def shortcuts(folder: Path, labels: Labels) -> list[Area]:
    """Test every field of a scenario's captures; the worst come first.

    Questions with fewer than `FEWEST` groups on a side are left out, and so are fields that have
    one value everywhere.

    Raises:
        MissingExtra: scikit-learn is not installed.
        InputError: the captures are missing, broken, or hold no account of the labels.
    """
    _learner(0)
    traffic = sample(lines(capture_files(folder)), labels.head.seed)
    names = list(traffic)
    rows = labels.rows_of(names)
    if not (rows >= 0).any():
        raise InputError("The captures hold no account of the labels.", "Are they of one scenario?")
    names = [name for name, row in zip(names, rows, strict=True) if row >= 0]
    rows = rows[rows >= 0]
    group = labels.group.codes[rows].astype(np.int64)
    truths = {name: labels.kind.where(*kinds)[rows] for name, kinds in QUESTIONS.items()}
    areas = []
    with _one_thread():
        for field, way, table, owner in _tables([traffic[name] for name in names]):
            for question, truth in truths.items():
                scores = _scores(table, truth, group, owner, labels.head.seed)
                if scores is not None:
                    areas.append(Area(field, question, way, *area(scores, truth, group)))
    return sorted(areas, key=lambda one: (one.way != "value", -one.area, one.field, one.question))


def show(areas: Sequence[Area], console: Console) -> None:
    """Print the fields, a line each; those that are shortcuts are marked."""
    if not areas:
        console.print(f"Nothing to ask: fewer than {FEWEST} guilty groups, or as few others.")
        return
    for way, title in WAYS.items():
        table = Table(title=f"Area under the curve, {title}", box=None, pad_edge=False)
        for name in ("field", *QUESTIONS):
            table.add_column(name if name == "field" else f"{name} or not", overflow="fold")
        for field, found in _by_field(areas, way).items():
            table.add_row(field, *(_cell(found.get(question)) for question in QUESTIONS))
        console.print(table)
    fields = _by_field(areas, "value")
    telling = sum(any(one.separates for one in found.values()) for found in fields.values())
    console.print(f"{telling} of {len(fields)} fields are shortcuts (over {LIMIT} by value: !).")


def _by_field(areas: Sequence[Area], way: Way) -> dict[str, dict[str, Area]]:
    found: dict[str, dict[str, Area]] = {}
    for one in areas:
        if one.way == way:
            found.setdefault(one.field, {})[one.question] = one
    return found


def _cell(one: Area | None) -> str:
    if one is None:
        return "-"
    return f"{one.area:.2f} ({one.low:.2f} to {one.high:.2f}){' !' if one.separates else ''}"


Tables = Iterator[tuple[str, Way, NDArray[np.float64], NDArray[np.int64]]]


def _tables(accounts: Sequence[list[Fields]]) -> Tables:
    """For each field and way what is learned from: rows, and the account that each belongs to."""
    alone = np.arange(len(accounts))
    few = [exchanges[:: -(-len(exchanges) // SINGLES)] for exchanges in accounts]
    owner = np.repeat(alone, [len(exchanges) for exchanges in few])
    for field, table in summaries([[one] for exchanges in few for one in exchanges]):
        yield field, "value", table, owner
    for field, table in summaries(accounts):
        yield field, "mix", table, alone


def summaries(cases: Sequence[list[Fields]]) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Each field's name and what every case shows of it: a row a case, NaN where absent."""
    names = sorted({name for exchanges in cases for one in exchanges for name in one})
    for name in names:
        values = [[one.get(name) for one in exchanges] for exchanges in cases]
        table = _numbers(values) if _numeric(values) else _shares(values)
        if len(np.unique(table, axis=0)) > 1:
            yield name, table


def _numeric(values: Sequence[Sequence[Any]]) -> bool:
    seen = {value for row in values for value in row if value is not None}
    if all(isinstance(value, float) for value in seen):
        return True
    return len(seen) > TOP and all(str(value).isdigit() for value in seen)


def _numbers(values: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
    table = np.full((len(values), len(QUANTILES) + 1), np.nan)
    for at, row in enumerate(values):
        present = [float(value) for value in row if value is not None]
        if present:
            table[at, :-1] = np.quantile(present, QUANTILES)
        table[at, -1] = 1 - len(present) / len(row)
    return table


def _shares(values: Sequence[Sequence[Any]]) -> NDArray[np.float64]:
    held: Counter[Any] = Counter()
    for row in values:
        held.update({str(value) for value in row})
    # Of equally common values the order by text decides, so that a run can be repeated.
    common = sorted(held, key=lambda value: (-held[value], value))[:TOP]
    place = {value: at for at, value in enumerate(common)}
    table = np.zeros((len(values), len(common) + 1))
    for at, row in enumerate(values):
        for value in row:
            table[at, place.get(str(value), len(common))] += 1 / len(row)
    return table.round(12)


def _learner(seed: int) -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra(
            "The shortcut test needs scikit-learn.", "pip install 'stillwatch[range]'"
        ) from error
    return HistGradientBoostingClassifier(
        max_iter=50,
        max_leaf_nodes=15,
        min_samples_leaf=5,
        early_stopping=False,
        random_state=seed,
    )


def _one_thread() -> Any:
    """Small tables are learned faster by one thread than by many that wait for each other."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # noqa: PLC0415

    return threadpool_limits(1)


def _scores(
    table: NDArray[np.float64],
    truth: NDArray[np.bool_],
    group: NDArray[np.int64],
    owner: NDArray[np.int64],
    seed: int,
) -> NDArray[np.float64] | None:
    """Rank of each account among those of its fold, by a classifier that did not see its group.

    Args:
        table: what is learned from, a row a case.
        truth: whether each account is one of those asked for.
        group: group of each account.
        owner: the account of each row; all accounts weigh the same.
        seed: of folds and learning.
    """
    from sklearn.model_selection import StratifiedGroupKFold  # noqa: PLC0415

    sides = (len(np.unique(group[truth])), len(np.unique(group[~truth])))
    if min(sides) < FEWEST:
        return None
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed % 2**32)
    weight = 1 / np.bincount(owner, minlength=len(truth))[owner]
    scores = np.full(len(truth), 0.5)
    for learn, ask in folds.split(truth, truth, group):
        if len(np.unique(truth[learn])) < 2 or not len(ask):
            continue
        seen = np.isin(owner, learn)
        learner = _learner(seed % 2**32).fit(table[seen], truth[owner[seen]], weight[seen])
        said = learner.predict_proba(table[~seen])[:, 1] * weight[~seen]
        mean = np.bincount(owner[~seen], said, minlength=len(truth))[ask]
        scores[ask] = (rankdata(mean) - 0.5) / len(ask)
    return scores


def area(
    scores: NDArray[np.float64], truth: NDArray[np.bool_], group: NDArray[np.int64]
) -> tuple[float, float, float]:
    """Area under the curve with its interval of 95 per cent; cases of a group belong together."""
    above, below = scores[truth], scores[~truth]
    best = float(_beats(above, below).mean())
    pull = np.zeros(len(scores))
    pull[truth] = (_beats(above, below) - best) / len(above)
    pull[~truth] = (1 - _beats(below, above) - best) / len(below)
    clusters = np.bincount(np.unique(group, return_inverse=True)[1], pull)
    count = len(clusters)
    error = float(np.sqrt((clusters**2).sum() * count / (count - 1)))
    return best, max(0.0, best - NORMAL_95 * error), min(1.0, best + NORMAL_95 * error)


def _beats(ones: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each one the share of the others that it is above; ties count half."""
    ordered = np.sort(others)
    left, right = (np.searchsorted(ordered, ones, side) for side in ("left", "right"))
    return np.asarray((left + right) / 2 / len(others), np.float64)
