"""Two pictures of a subject: how its evidence adds up, and how many people stand behind it.

Everything that can be counted is counted here, in plain rows; the specifications only draw. Every
picture carries a description in words.
"""

from collections.abc import Sequence
from typing import Final

from stillwatch.report.drawing import NARROW, WIDE, Picture, Row, picture
from stillwatch.report.ledger import LedgerStep
from stillwatch.report.words import ACT_FROM, REVIEW_FROM, people, plain, weight
from stillwatch.verdicts.model import People

_BAR_LIMIT: Final = 16.0
_STEP_HEIGHT: Final = 36
_FILLS: Final = {
    "for": ("var(--for)", "none", []),
    "against": ("var(--accent)", "none", []),
    "cap": ("var(--card)", "var(--muted)", [3, 2]),
    "total": ("var(--ink)", "none", []),
}


def waterfall(steps: Sequence[LedgerStep]) -> Picture:
    """How the evidence adds up, with the levels for review and act as rules."""
    rows: list[Row] = []
    for place, step in enumerate(steps):
        fill, stroke, dash = _FILLS[step.kind]
        ends = sorted((_clip(step.start), _clip(step.end)))
        rows.append(
            {
                "row": place,
                "title": plain(step.title),
                "bold": 600 if step.kind == "total" else 400,
                "from": ends[0],
                "to": ends[1],
                "change": weight(step.change),
                "fill": fill,
                "stroke": stroke,
                "dash": dash,
            }
        )
    links = [{"row": place, "at": _clip(step.end)} for place, step in enumerate(steps[:-1])]
    values = [0.0, ACT_FROM + 1, *(row["from"] for row in rows), *(row["to"] for row in rows)]
    scale = {"row": _STEP_HEIGHT, "low": min(values), "high": max(values)}
    height = 34 + _STEP_HEIGHT * len(rows) + 26
    cut = any(abs(edge) > _BAR_LIMIT for step in steps for edge in (step.start, step.end))
    return picture(
        "waterfall",
        {"steps": rows, "links": links},
        [(width, height, scale) for width in (WIDE, NARROW)],
        _waterfall_words(steps),
        f"Bars are cut at {_BAR_LIMIT:.0f}; the numbers are not." if cut else "",
    )


def _clip(value: float) -> float:
    return round(max(-_BAR_LIMIT, min(_BAR_LIMIT, value)), 3)


def _waterfall_words(steps: Sequence[LedgerStep]) -> str:
    parts = "; ".join(f"{plain(step.title)} {weight(step.change)}" for step in steps)
    return (
        f"How the evidence adds up, in powers of ten: {parts}. "
        f"Review starts at {REVIEW_FROM:.0f}, act at {ACT_FROM:.0f}."
    )


def people_interval(estimate: People | None) -> Picture | None:
    """The number of people with its interval, or None where there is none to draw."""
    if estimate is None or estimate.best is None or estimate.high is None:
        return None
    row = {"low": estimate.low, "best": estimate.best, "high": estimate.high}
    size = (300, 66, {"high": max(estimate.high, 4)})
    return picture("people", {"estimate": [row]}, [size], f"People: {people(estimate)}.")
