"""The log of decisions, read: for each rule the accounts that it met, and what they did.

DuckDB reads and counts, so a log may be larger than memory would be.
"""

import glob
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
from msgspec import Struct

from stillwatch.errors import InputError

DAY_S = 86400.0

_COLUMNS = {
    "at": "TIMESTAMP",
    "account": "VARCHAR",
    "outcome": "VARCHAR",
    "rule": "VARCHAR",
    "flags": "VARCHAR[]",
    "shadows": "VARCHAR[]",
    "status": "INTEGER",
}
_LINES = """
CREATE TEMP TABLE lines AS
SELECT epoch("at") AS at_s, account, outcome, rule, coalesce(flags, []) AS flags,
    coalesce(shadows, []) AS shadows, coalesce(status BETWEEN 200 AND 399, false) AS answered
FROM read_json({file}, format = 'newline_delimited', columns = {columns}, ignore_errors = true)
"""
_WHOLE = "at_s IS NOT NULL AND account IS NOT NULL AND outcome IS NOT NULL"
_MET = f"""
CREATE OR REPLACE TEMP TABLE met AS
SELECT account, min(at_s) AS first_s, max(at_s) AS last_s, count(*) AS requests,
    count(*) FILTER (WHERE rule = $rule AND outcome IN ('block', 'step-up', 'throttle', 'reroute'))
        AS held
FROM lines
WHERE {_WHOLE} AND (rule = $rule OR list_contains(flags, $rule) OR list_contains(shadows, $rule))
GROUP BY account
"""  # noqa: S608  # only words of ours; the rule is a parameter
_AROUND = f"""
SELECT met.account, met.first_s, met.last_s, met.requests, met.held,
    count(*) FILTER (WHERE at_s < first_s) AS before,
    count(*) FILTER (WHERE at_s >= first_s AND at_s < $until_s) AS after,
    count(*) FILTER (WHERE at_s >= first_s AND at_s < $until_s AND answered) AS answered
FROM met JOIN lines USING (account)
WHERE {_WHOLE}
GROUP BY ALL ORDER BY met.account
"""  # noqa: S608  # only words of ours
_OF_ALL = f"""
SELECT coalesce(any_value(met.requests), 0) AS met, count(*) AS sent
FROM lines LEFT JOIN met USING (account) WHERE {_WHOLE} GROUP BY account
"""  # noqa: S608  # only words of ours


class Met(Struct, frozen=True):
    """The accounts that a rule met, column by column.

    Attributes:
        accounts: their names.
        first_s: when the rule met each for the first time, seconds since 1970 UTC.
        last_s: and for the last time.
        requests: how many requests it met.
        held: how many of them it held back.
        before: requests of the account before it was met, whatever they were.
        after: those from then on until the end of the rule or of the log.
        answered: how many of these were answered without an error.
    """

    accounts: list[str]
    first_s: npt.NDArray[np.float64]
    last_s: npt.NDArray[np.float64]
    requests: npt.NDArray[np.float64]
    held: npt.NDArray[np.float64]
    before: npt.NDArray[np.float64]
    after: npt.NDArray[np.float64]
    answered: npt.NDArray[np.float64]


class Log:
    """A log of decisions.

    Args:
        file: JSON lines, plain or compressed (`policy/log.py`).

    Attributes:
        requests, accounts: how many it holds.
        skipped: lines that are not whole, as after a power cut.
        has_all: it also holds requests that no rule met. The gateway leaves those out unless it is
            asked to keep them, and without them nothing can be said of all requests.
        first_s, last_s: its first and last line, seconds since 1970 UTC.

    Raises:
        InputError: it cannot be read, or holds no decision.
    """

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise InputError(f"There is no file {file}.", "Name the log that the gateway writes.")
        self._base = duckdb.connect()
        try:
            self._base.execute(_LINES.format(file=_quoted(file), columns=_COLUMNS))
        except duckdb.Error as error:
            raise InputError(
                f"{file} cannot be read as a log of decisions.",
                "It holds one JSON object a line, see docs/policy.md.",
            ) from error
        whole, self.accounts, first_s, last_s, lines, unmet = self._row(
            f"SELECT count(*) FILTER (WHERE {_WHOLE}), "  # noqa: S608  # only words of ours
            f"count(DISTINCT account) FILTER (WHERE {_WHOLE}), "
            "min(at_s), max(at_s), count(*), "
            f"count(*) FILTER (WHERE {_WHOLE} AND rule IS NULL AND len(flags) + len(shadows) = 0) "
            "FROM lines"
        )
        if not whole:
            raise InputError(f"{file} holds no decision.", "Name the log that the gateway writes.")
        self.requests: int = whole
        self.skipped: int = lines - whole
        self.has_all: bool = unmet > 0
        self.first_s: float = first_s
        self.last_s: float = last_s

    def met(self, rule: str, until_s: float) -> Met:
        """The accounts that a rule met: those it acted on, flagged, or would have acted on.

        Args:
            rule: its id.
            until_s: its end, seconds since 1970 UTC.
        """
        self._base.execute(_MET, {"rule": rule})
        found: Any = self._base.execute(_AROUND, {"until_s": until_s}).fetchnumpy()
        return Met(
            accounts=[str(name) for name in found.pop("account")],
            **{name: np.asarray(column, np.float64) for name, column in found.items()},
        )

    def of_all(self, rule: str) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """For every account of the log, how many requests the rule met, and how many it sent."""
        self._base.execute(_MET, {"rule": rule})
        found = self._base.execute(_OF_ALL).fetchnumpy()
        return np.asarray(found["met"], np.float64), np.asarray(found["sent"], np.float64)

    def _row(self, asked: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] | None = self._base.execute(asked).fetchone()
        assert row is not None
        return row


def _quoted(file: Path) -> str:
    """A file's name as SQL has it, with no sign in it that stands for other files."""
    return "'" + glob.escape(str(file)).replace("'", "''") + "'"
