"""Columns of numbers as the tables that signals read."""

from dataclasses import dataclass

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from population.people import NAMELESS
from stillwatch.signals.model import Tables
from stillwatch.store.tables import FRAMES, PLACED

START_US = 1_790_000_000_000_000
_US = 1_000_000
_KINDS = {"user": 1, "home": 2, "host": 3, "git_email": 4, "repo": 5, "cwd": 6, "language": 7}

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class Drawn:
    """Exchanges and facts as plain columns; `account` counts from 0."""

    exchanges: Columns
    facts: Columns


def exchange_columns(
    *,
    account: np.ndarray,
    family: np.ndarray,
    at_s: np.ndarray,
    end_s: np.ndarray,
    human: np.ndarray,
    place: np.ndarray,
) -> Columns:
    """Exchanges of conversations without sub-agents, each in a session of its own.

    Args:
        account: counts from 0.
        family: counts from 0 over all accounts.
        at_s: seconds after the start of the window.
        end_s: when it was answered, likewise.
        human: whether the last turn holds words.
        place: position within the conversation.
    """
    return {
        "row": np.arange(len(account)),
        "account": account,
        "ts_us": START_US + (at_s * _US).astype(np.int64),
        "end_us": START_US + (end_s * _US).astype(np.int64),
        "human_turn": human,
        "messages": 2 * place + 1,
        "family": family,
        "thread": family << 20,
        "session": family,
    }


def fact_columns(kind: str, row: np.ndarray, value: np.ndarray) -> Columns:
    """Facts of one kind, one a row of the exchanges."""
    generic = value == NAMELESS
    return {
        "row": row,
        "kind": np.full(len(row), kind),
        "origin": np.full(len(row), "evidenced"),
        "value": value.astype(np.int64) * 16 + _KINDS[kind],
        "label": np.where(generic & (kind not in ("language", "repo", "cwd")), "generic", ""),
    }


def joined(left: Columns, right: Columns) -> Columns:
    """Columns below each other."""
    return {name: np.concatenate([left[name], right[name]]) for name in left}


def to_tables(drawn: Drawn, checks: Columns | None = None) -> Tables:
    """The columns as the declared tables, on DuckDB; every account has a payer of its own.

    Args:
        drawn: exchanges and facts.
        checks: columns row, check, held, detail; `row` counts rows of the exchanges.
    """
    exchanges = _filled(drawn.exchanges, FRAMES["exchanges"])
    facts = _placed(drawn.facts, "facts", exchanges)
    names = exchanges.group_by("account").aggregate(
        [("row", "count"), ("ts_us", "min"), ("ts_us", "max")]
    )
    accounts = _accounts(names)
    tables = {"exchanges": exchanges, "facts": facts, "accounts": accounts}
    if checks is not None:
        tables["checks"] = _placed(checks, "checks", exchanges)
    connection = duckdb.connect()
    return Tables(
        **{
            name: nw.from_native(connection.from_arrow(tables.get(name, schema.empty_table())))
            for name, schema in FRAMES.items()
        }
    )


def _placed(columns: Columns, table: str, exchanges: pa.Table) -> pa.Table:
    """The columns as a table, with what is known of the exchange that each row stands on."""
    placed = exchanges.select(PLACED.names).take(pa.array(columns["row"]))
    rows = _filled(columns, FRAMES[table])
    for name in placed.column_names:
        rows = rows.set_column(rows.schema.get_field_index(name), name, placed[name])
    return rows


def account_name(account: int) -> str:
    """The name under which an account stands in the tables."""
    return f"acct_{account:06}"


def _filled(columns: Columns, schema: pa.Schema) -> pa.Table:
    """The columns as a table of the schema; what is not given is null."""
    count = len(columns["row"])
    names = {"account": account_name, "exchange": lambda row: f"ex_{row}"}
    given = dict(columns)
    if "ts_us" in columns:
        given = given | {"exchange": columns["row"], "root": columns["thread"]}
    arrays = []
    for field in schema:
        values = given.get(field.name)
        if values is None:
            arrays.append(pa.nulls(count, field.type))
        elif field.name in names:
            texts, place = np.unique(values, return_inverse=True)
            words = pa.array([names[field.name](int(text)) for text in texts], pa.string())
            arrays.append(words.take(pa.array(place.reshape(-1))))
        elif field.name == "label":
            arrays.append(pa.array(values, pa.string(), mask=values == ""))
        else:
            arrays.append(pa.array(values).cast(field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _accounts(names: pa.Table) -> pa.Table:
    schema = FRAMES["accounts"]
    given = {
        "account": names["account"],
        "payer": pa.array(np.arange(len(names))),
        "owner": pa.array(np.arange(len(names))),
        "exchanges": names["row_count"],
        "first_us": names["ts_us_min"],
        "last_us": names["ts_us_max"],
    }
    columns = [given.get(field.name, pa.nulls(len(names), field.type)) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)
