"""Small tables of made-up traffic for the tests of signals, on every engine.

`Traffic` collects rows with honest defaults; `ask` puts a signal's question to them on DuckDB and
on Polars, in two orders of rows, and fails when the answers differ.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import duckdb
import narwhals.stable.v2 as nw
import polars as pl
import pyarrow as pa
import xxhash

from stillwatch.signals.model import Evidence, Frame, Signal, Tables
from stillwatch.store.tables import FRAMES, PLACED

Engine = Literal["duckdb", "polars"]
Row = dict[str, Any]
ENGINES: tuple[Engine, ...] = ("duckdb", "polars")
SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
START_US = 1_795_000_000 * SECOND_US
"""A Wednesday in November 2026, 11:06:40 UTC."""


def number(name: str) -> int:
    """A steady signed 64-bit number for a name, as a keyed hash would be."""
    return xxhash.xxh3_64_intdigest(name.encode()) - (1 << 63)


@dataclass
class Traffic:
    """Rows of traffic, added one by one.

    Wherever a column is an int64 hash, a string may be given instead: the same string gives the
    same number.
    """

    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in FRAMES})

    def exchange(self, account: str = "acct", *, at_us: int | None = None, **columns: Any) -> int:
        """Add one exchange and return its `row`.

        Args:
            account: who sent it.
            at_us: microseconds after `START_US`; one minute after the previous one by default.
            columns: any stored column, and `thread`, `family`, `owner`. A thread stands alone and
                is its own family unless told otherwise.
        """
        count = len(self.rows["exchanges"])
        ts_us = START_US + (count * MINUTE_US if at_us is None else at_us)
        name = f"ex_{count}"
        row = number(name)
        thread = columns.pop("thread", f"thread of {name}")
        defaults: Row = {
            "row": row,
            "exchange": name,
            "id_hash": name,
            "ts_us": ts_us,
            "end_us": ts_us + SECOND_US,
            "account": account,
            "wire": "anthropic",
            "model": "model-1",
            "status": 200,
            "stream": True,
            "messages": 1,
            "human_turn": True,
            "reasoning_parts": 0,
            "tool_parts": 0,
            "prompt": f"prompt of {name}",
            "root": f"root of {thread}",
            "head": f"head of {name}",
            "after": f"after {name}",
            "tool_count": 0,
            "thread": thread,
            "family": thread,
        }
        self._add("exchanges", defaults | columns)
        return row

    def fact(
        self,
        row: int,
        kind: str,
        value: str | int,
        *,
        origin: str = "evidenced",
        label: str | None = None,
    ) -> None:
        """Add a fact that the exchange `row` shows. Equal kind and value give equal hashes."""
        hashed = number(f"{kind}|{value}") if isinstance(value, str) else value
        base: Row = {"row": row, "kind": kind, "origin": origin, "value": hashed, "label": label}
        self._add("facts", self._joined(row) | base)

    def check(self, row: int, check: str, held: bool = True, detail: str | None = None) -> None:
        """Add one check of the exchange `row`."""
        base: Row = {"row": row, "check": check, "held": held, "detail": detail}
        self._add("checks", self._joined(row) | base)

    def issued(self, row: int, kind: str, artefact: str | int) -> None:
        """Say that the answer of exchange `row` issued an artefact."""
        base: Row = {"row": row, "kind": kind, "artefact": artefact}
        self._add("issued", self._joined(row) | base)

    def presented(self, row: int, kind: str, artefact: str | int, shape: str | None = None) -> None:
        """Say that the request of exchange `row` presented an artefact."""
        base: Row = {"row": row, "kind": kind, "artefact": artefact, "shape": shape}
        self._add("presented", self._joined(row) | base)

    def seal(self, row: int, install: str | None = None, **columns: Any) -> None:
        """Say what the exchange `row` reads of a seal: of an install, or of none.

        Args:
            row: the exchange.
            install: the install that matched.
            columns: `install_account` (by default "owner of" the install), `install_owner` (by
                default that account), and `related`, `known`, `sites`, `agree`, `log10_p`.
        """
        enrolled = f"owner of {install}" if install else None
        read: Row = {"sites": 120, "agree": 118, "log10_p": -28.0} if install else {"sites": 0}
        base: Row = {
            "row": row,
            "install": install,
            "install_account": enrolled,
            "install_owner": columns.get("install_account", enrolled),
            "related": False,
            "known": install is not None,
        }
        self._add("seals", self._joined(row) | base | read | columns)

    def sealed_id(self, row: int, artefact: str, issuer: str | None, **columns: Any) -> None:
        """Say that the exchange `row` presents a sealed id of another account.

        Args:
            row: the exchange.
            artefact: the id.
            issuer: the account that it was issued to, None if nobody knows.
            columns: `kind`, `related`, `known`, `issued_us`.
        """
        joined = self._joined(row)
        base: Row = {
            "row": row,
            "kind": "tool_call",
            "artefact": artefact,
            "issuer": issuer,
            "related": False,
            "known": issuer is not None,
            "issued_us": joined["ts_us"] - MINUTE_US,
        }
        self._add("sealed_ids", joined | base | columns)

    def block(
        self, row: int, text: str, *, place: str = "user", words: int = 40, intents: int = 0
    ) -> None:
        """Say that the exchange `row` brings a text that is new in its conversation."""
        base: Row = {"row": row, "place": place, "block": text, "words": words, "intents": intents}
        self._add("blocks", self._joined(row) | base)

    def purchase(self, row: int, nonce: str, **columns: Any) -> None:
        """Say that the exchange `row` delivers a nonce; see PURCHASES for the columns."""
        joined = self._joined(row)
        base: Row = {
            "row": row,
            "nonce": nonce,
            "purchase": f"purchase of {nonce}",
            "made_us": joined["ts_us"] - MINUTE_US,
            "matched": "whole",
            "share": 1.0,
            "log10_p": -20.0,
            "standing": "delivered",
        }
        self._add("purchases", joined | base | columns)

    def vector(self, text: str, vector: bytes) -> None:
        """Say what a text looks like."""
        self._add("vectors", {"block": text, "vector": vector})

    def template(self, template: str, **columns: Any) -> None:
        """Add a template; see TEMPLATES for its columns."""
        base: Row = {"place": "user", "anchors": 12, "words": 60, "intents": 0}
        self._add("templates", {"template": template} | base | columns)

    def call(self, row: int, template: str, value: str, group: str | None = None) -> None:
        """Say that the exchange `row` carries a template, filled in as `value`."""
        base: Row = {"row": row, "template": template, "value": value, "group_id": group}
        self._add("calls", self._joined(row) | base)

    def member(self, group: str, account: str, **columns: Any) -> None:
        """Say that an account was linked into a group; see GROUPS for the columns."""
        base: Row = {"group_id": group, "account": account, "stability": 1.0}
        self._add("groups", base | columns)

    def link(self, group: str, kind: str, what: str, **columns: Any) -> None:
        """Say what ties a group together; see LINKS for the columns."""
        self._add("links", {"group_id": group, "kind": kind, "what": what} | columns)

    def account(self, account: str = "acct", **columns: Any) -> None:
        """Add what is known about an account; accounts not added get an empty row."""
        self._add("accounts", {"account": account} | columns)

    def tables(self, engine: Engine, seed: int | None = None) -> Tables:
        """The rows as lazy frames of one engine, shuffled when a seed is given."""
        rows = dict(self.rows)
        known = {row["account"] for row in rows["accounts"]}
        seen = dict.fromkeys(row["account"] for row in rows["exchanges"])
        rows["accounts"] = rows["accounts"] + [{"account": a} for a in seen if a not in known]
        if seed is not None:
            rows = {name: _shuffled(table, seed) for name, table in rows.items()}
        arrow = {name: _table(rows[name], schema) for name, schema in FRAMES.items()}
        return Tables(**_frames(arrow, engine))

    def _joined(self, row: int) -> Row:
        whole = next(entry for entry in self.rows["exchanges"] if entry["row"] == row)
        return {name: whole.get(name) for name in PLACED.names}

    def _add(self, table: str, row: Row) -> None:
        schema = FRAMES[table]
        unknown = sorted(row.keys() - set(schema.names))
        assert not unknown, f"{table} has no columns {unknown}"
        self.rows[table].append({name: _as(schema, name, value) for name, value in row.items()})


def ask(signal: Signal, traffic: Traffic) -> dict[str, Evidence]:
    """The signal's answer by account, after making sure that engine and order don't matter."""
    reference: list[Evidence] | None = None
    for engine, seed in zip(ENGINES, (7, None), strict=True):
        answer = sorted(signal.ask(traffic.tables(engine, seed)), key=lambda e: e.account)
        if reference is None:
            reference = answer
        assert answer == reference, f"{signal.id} differs with engine or order of rows"
    assert reference is not None
    return {evidence.account: evidence for evidence in reference}


def _as(schema: pa.Schema, name: str, value: Any) -> Any:
    hashed = isinstance(value, str) and schema.field(name).type == pa.int64()
    return number(value) if hashed else value


def _shuffled(rows: list[Row], seed: int) -> list[Row]:
    mixed = list(rows)
    random.Random(seed).shuffle(mixed)
    return mixed


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)


def _frames(tables: Mapping[str, pa.Table], engine: Engine) -> dict[str, Frame]:
    if engine == "polars":
        frames = {name: pl.from_arrow(table) for name, table in tables.items()}
        assert all(isinstance(frame, pl.DataFrame) for frame in frames.values())
        return {name: nw.from_native(frame.lazy()) for name, frame in frames.items()}
    connection = duckdb.connect()
    return {name: nw.from_native(connection.from_arrow(table)) for name, table in tables.items()}
