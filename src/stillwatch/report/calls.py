"""The picture of a campaign's calls: one row an account, one square a stretch of time."""

from typing import Final

from stillwatch.report.drawing import NARROW, WIDE, Picture, Row, picture
from stillwatch.report.model import CallMap
from stillwatch.report.words import count, number, plain, short_id

_ROW_HEIGHT: Final = 15
_FOOT: Final = 34
_LABELS: Final = {WIDE: (130, 18), NARROW: (78, 10)}
"""By width: room for an account's name in pixels, and its characters."""


def calls(shown: CallMap) -> Picture | None:
    """When the accounts of a group sent its wording; None without calls.

    Args:
        shown: the calls, counted in bins.
    """
    if not shown.cells:
        return None
    last = 1 + max(place for _, place, _ in shown.cells)
    fixed: dict[str, list[Row]] = {
        "cells": [
            {"row": row, "start": _milliseconds(shown, place), "calls": sent}
            for row, place, sent in shown.cells
        ],
        "span": [{"start": _milliseconds(shown, 0), "end": _milliseconds(shown, last)}],
    }
    drawings = [
        drawing
        for width in _LABELS
        for drawing in picture(
            "calls",
            fixed | {"accounts": _names(shown, width)},
            [_size(shown, width)],
            _words(shown),
        ).drawings
    ]
    hidden = f"{count(shown.left_out, 'account')} more not shown." if shown.left_out else ""
    return Picture(tuple(drawings), _words(shown), hidden)


def _names(shown: CallMap, width: int) -> list[Row]:
    most = _LABELS[width][1]
    return [
        {"row": row, "name": plain(short_id(account, most))}
        for row, account in enumerate(shown.accounts)
    ]


def _size(shown: CallMap, width: int) -> tuple[int, int, dict[str, float]]:
    signals = {
        "row": _ROW_HEIGHT,
        "left": _LABELS[width][0],
        "bin": shown.bin_us / 1000,
        "most": max(sent for _, _, sent in shown.cells),
    }
    return width, 6 + _ROW_HEIGHT * len(shown.accounts) + _FOOT, signals


def _milliseconds(shown: CallMap, place: int) -> int:
    return (shown.start_us + place * shown.bin_us) // 1000


def _words(shown: CallMap) -> str:
    total = sum(sent for _, _, sent in shown.cells)
    return f"{number(total)} calls of {count(len(shown.accounts), 'account')} over time."
