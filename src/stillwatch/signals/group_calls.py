"""The calls of linked groups: exchanges of members that carry a template of their group.

Signals about groups read either the lazy frame (`calls_in_groups`) or the calls in order of time as
arrays (`group_calls`). Accounts of one customer are one unit, so that a company with many keys is
not taken for a crowd. A customer is an organisation, or else a payer, or else an account: one card
behind many organisations does not make them one, since that is what some campaigns look like.
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from stillwatch.signals.model import Exhibit, Frame, Tables, collect
from stillwatch.signals.numbering import numbered

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US


@dataclass(frozen=True)
class GroupCalls:
    """Calls in order of group, time and row; a row stands once in each group.

    Attributes:
        groups: names of the groups, sorted.
        accounts: names of the accounts, sorted.
        group: for each call, the position of its group in `groups`.
        account: for each call, the position of its account in `accounts`.
        unit: for each call, a number of its customer.
        ts_us: for each call, when it was asked.
        table: for each call, `exchange`, `row` and the columns that were asked for.
    """

    groups: list[str]
    accounts: list[str]
    group: Ints
    account: Ints
    unit: Ints
    ts_us: Ints
    table: pa.Table

    def ints(self, name: str, missing: int = 0) -> Ints:
        """A column of numbers; `missing` where it is null."""
        return as_ints(self.table[name], missing)

    def exhibit(self, place: int, shows: str) -> Exhibit:
        """The exchange at a position, with what is to be seen in it."""
        return Exhibit(self.table["exchange"][int(place)].as_py(), shows)

    def bounds(self) -> list[tuple[str, slice]]:
        """Name and stretch of each group."""
        edges = np.searchsorted(self.group, np.arange(len(self.groups) + 1))
        return [
            (name, slice(int(edges[place]), int(edges[place + 1])))
            for place, name in enumerate(self.groups)
        ]

    def where(self, kept: NDArray[np.bool_]) -> "GroupCalls":
        """The calls at which `kept` is true."""
        return GroupCalls(
            self.groups,
            self.accounts,
            self.group[kept],
            self.account[kept],
            self.unit[kept],
            self.ts_us[kept],
            self.table.filter(pa.array(kept)),
        )


def calls_in_groups(tables: Tables) -> Frame:
    """Calls whose template belongs to a group of which their account is a member.

    Columns are those of `Tables.calls`; an exchange with two templates stands twice.
    """
    members = tables.groups.select("group_id", "account").unique()
    calls = tables.calls.filter(~nw.col("group_id").is_null())
    return calls.join(members, on=["group_id", "account"], how="inner")


def group_calls(tables: Tables, *columns: str) -> GroupCalls:
    """The calls of groups in order of time.

    Args:
        tables: what is known.
        columns: further columns, of `Tables.exchanges` or `template` and `value`. Of several
            templates or values of one exchange, the lowest number stands.
    """
    named = {"exchange", "row", *columns}
    seen = (
        calls_in_groups(tables)
        .group_by("group_id", "row")
        .agg(nw.col("template").min(), nw.col("value").min())
    )
    wanted = sorted(named - {"row", "template", "value"})
    known = tables.exchanges.select("row", "account", "owner", "ts_us", *wanted)
    table = collect(with_customers(seen.join(known, on="row", how="inner"), tables))
    # A row that stands twice in the input gives two equal lines; the first is kept.
    names, group = _coded(table["group_id"])
    accounts, account = _coded(table["account"])
    ts_us, row = as_ints(table["ts_us"]), as_ints(table["row"])
    order = np.lexsort((row, ts_us, group))
    lone = np.ones(len(order), bool)
    lone[1:] = np.any(np.diff(np.stack([group[order], row[order]])) != 0, axis=0)
    order = order[lone]
    unit = customer_numbers(table)
    return GroupCalls(
        names,
        accounts,
        group[order],
        account[order],
        unit[order],
        ts_us[order],
        table.select(sorted(named)).take(pa.array(order)),
    )


def others(tables: Tables) -> Frame:
    """The exchanges of accounts that are in no group, with the column `customer`."""
    members = tables.groups.select("account").unique()
    return with_customers(tables.exchanges.join(members, on="account", how="anti"), tables)


def with_customers(frame: Frame, tables: Tables) -> Frame:
    """Add `customer`: organisation or payer as a hash, null where neither is known.

    Args:
        frame: rows with `account` and `owner`.
        tables: for `accounts`.
    """
    listed = tables.accounts.select("account", customer="organization")
    joined = frame.join(listed, on="account", how="left")
    return joined.with_columns(customer=nw.coalesce("customer", "owner"))


def formed_by(tables: Tables, kind: str) -> set[str]:
    """Groups that a kind of link helped to form: they are not to be tested on it again."""
    links = tables.links.filter(nw.col("kind") == kind).select("group_id").unique()
    return set(collect(links)["group_id"].to_pylist())


def as_ints(column: pa.ChunkedArray, missing: int = 0) -> Ints:
    """A column of whole numbers or truth values as int64, `missing` where it is null."""
    whole: Ints = column.cast(pa.int64()).fill_null(missing).to_numpy()
    return whole


def customer_numbers(table: pa.Table) -> Ints:
    """For each row, a number of its `customer`, or of its `account` where that is unknown."""
    unknown = as_ints(table["customer"].is_null())
    account = _coded(table["account"])[1]
    return numbered(unknown, np.where(unknown == 1, account, as_ints(table["customer"]))).number


def sizes(labels: Ints) -> Ints:
    """How often each label stands, in the order of the labels."""
    return np.unique(labels, return_counts=True)[1].astype(np.int64)


def _coded(column: pa.ChunkedArray) -> tuple[list[str], Ints]:
    """The different words of a column, sorted, and the position of each entry among them."""
    coded = column.combine_chunks().dictionary_encode()
    words = coded.dictionary.to_pylist()
    order = sorted(range(len(words)), key=words.__getitem__)
    place = np.empty(len(words), np.int64)
    place[order] = np.arange(len(words))
    return [words[position] for position in order], place[coded.indices.to_numpy()]
