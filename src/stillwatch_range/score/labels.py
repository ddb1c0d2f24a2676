"""The labels file: what every account of a scenario really is, and how it is read.

JSON lines: a head, then one row for each account. The scenario's writer makes it from these
structs; the scoreboard reads it into columns, since a scenario may have a million accounts. No
detector reads it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from typing import Literal

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj
from msgspec import Struct
from numpy.typing import NDArray

from stillwatch.errors import InputError

FORMAT = 1
BLOCK = 1 << 22
KINDS = ("honest", "twin", "relay", "campaign")
GUILTY = ("relay", "campaign")
Kind = Literal["honest", "twin", "relay", "campaign"]


class Head(Struct, frozen=True):
    """The first line.

    Attributes:
        stillwatch_range: number of this format.
        scenario: name of the scenario.
        seed: its seed.
        start: when the traffic starts; hours are counted from here.
        end: when it ends.
        exchanges: number of exchanges in the captures.
        accounts: number of rows.
    """

    stillwatch_range: int
    scenario: str
    seed: int
    start: datetime
    end: datetime
    exchanges: int
    accounts: int


class Purposes(Struct, frozen=True):
    """Exchanges of an account by what they were made for."""

    work: int = 0
    harvest: int = 0
    probe: int = 0
    cover: int = 0


class Row(Struct, frozen=True):
    """An account and what is true of it.

    Attributes:
        account: as in the captures.
        kind: `honest`, `twin`, `relay` or `campaign`.
        family: which population, twin, relay or campaign method.
        group: the operator's group of accounts, unique in the scenario; empty if alone.
        level: rung of the hardening ladder; empty where it does not apply.
        people: distinct persons behind its exchanges.
        exchanges: exchanges in the captures.
        purposes: the same by what they were made for.
        first: time of the first exchange.
        last: time of the last one.
        hours: (hour since the start, exchanges in it), in order, without empty hours.
        organization: who owns it.
        payer: who pays for it.
    """

    account: str
    kind: Kind
    family: str
    group: str = ""
    level: str = ""
    people: int = 1
    exchanges: int = 0
    purposes: Purposes = Purposes()
    first: datetime | None = None
    last: datetime | None = None
    hours: tuple[tuple[int, int], ...] = ()
    organization: str | None = None
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """A column of few distinct texts.

    Attributes:
        codes: int32, one for each row: position in `values`.
        values: the distinct texts, sorted.
    """

    codes: NDArray[np.int32]
    values: tuple[str, ...]

    def where(self, *wanted: str) -> NDArray[np.bool_]:
        """Rows that hold one of the texts."""
        codes = [at for at, value in enumerate(self.values) if value in wanted]
        return np.isin(self.codes, codes)


@dataclass(frozen=True, slots=True)
class Labels:
    """All rows as columns of the same length, in the order of the file.

    Attributes:
        head: the first line.
        account: names of the accounts.
        kind, family, level: as in `Row`.
        group: the group, or the account's own name where it is alone.
        people, exchanges: int64.
        hour_ends: int64; the hours of row i are `hours[hour_ends[i - 1]:hour_ends[i]]`.
        hours: int64, hour since the start, for all rows one after the other.
        hour_counts: int64, exchanges in that hour.
    """

    head: Head
    account: pa.StringArray
    kind: Names
    family: Names
    level: Names
    group: Names
    people: NDArray[np.int64]
    exchanges: NDArray[np.int64]
    hour_ends: NDArray[np.int64]
    hours: NDArray[np.int64]
    hour_counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.account)

    @property
    def guilty(self) -> NDArray[np.bool_]:
        """Rows of relays and campaigns."""
        return self.kind.where(*GUILTY)

    def rows_of(self, accounts: list[str]) -> NDArray[np.int64]:
        """Row of each account, -1 for those that the labels do not have."""
        at = pc.index_in(pa.array(accounts, pa.string()), value_set=self.account)
        found: NDArray[np.int64] = at.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        return found


def write(path: Path, head: Head, rows: Iterable[Row]) -> None:
    """Write a labels file; the rows are streamed."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        file.write(encoder.encode(head) + b"\n")
        for row in rows:
            file.write(encoder.encode(row) + b"\n")


def read(path: Path) -> Labels:
    """Read a labels file into columns.

    Raises:
        InputError: the file is missing or not a labels file of this format.
    """
    try:
        with path.open("rb") as file:
            head = _head(path, file.readline())
            table = _table(path, file)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error
    _check(path, table)
    return _labels(head, table)


_TEXTS = ("account", "kind", "family", "group", "level")
_NUMBERS = {"people": 1, "exchanges": 0}
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in _TEXTS),
        *((name, pa.int64()) for name in _NUMBERS),
        ("hours", pa.list_(pa.list_(pa.int64()))),
    ]
)


def _head(path: Path, line: bytes) -> Head:
    try:
        head = msgspec.json.decode(line, type=Head)
    except msgspec.MsgspecError as error:
        raise InputError(
            f"{path}:1 is not the head of a labels file.",
            "Labels come from `stillwatch range make`, as labels.jsonl.",
        ) from error
    if head.stillwatch_range != FORMAT:
        raise InputError(f"{path} has labels of format {head.stillwatch_range}, not {FORMAT}.")
    return head


def _table(path: Path, file: BufferedReader) -> pa.Table:
    if not file.peek(1):
        return _SCHEMA.empty_table()
    try:
        return pj.read_json(
            file,
            read_options=pj.ReadOptions(block_size=BLOCK),
            parse_options=pj.ParseOptions(
                explicit_schema=_SCHEMA, unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowInvalid as error:
        raise InputError(f"{path} has a row that is not a label: {error}.") from error


def _check(path: Path, table: pa.Table) -> None:
    for name in ("account", "kind", "family"):
        if table[name].null_count:
            raise InputError(f"{path} has a row without `{name}`.")
    strange = set(pc.unique(table["kind"]).to_pylist()) - set(KINDS)
    if strange:
        raise InputError(f"{path} has a kind of account that nobody knows: {min(strange)}.")


def _labels(head: Head, table: pa.Table) -> Labels:
    table = table.combine_chunks()

    def numbers(name: str) -> NDArray[np.int64]:
        return _numpy(table[name].fill_null(_NUMBERS[name]))

    group = table["group"].fill_null("")
    pairs = table["hours"].combine_chunks()
    pairs = pairs.chunk(0) if isinstance(pairs, pa.ChunkedArray) else pairs
    flat = _numpy(pairs.flatten().flatten())
    return Labels(
        head=head,
        account=pc.cast(table["account"], pa.string()).combine_chunks(),
        kind=_names(table["kind"]),
        family=_names(table["family"]),
        level=_names(table["level"].fill_null("")),
        group=_names(pc.if_else(pc.equal(group, ""), table["account"], group)),
        people=numbers("people"),
        exchanges=numbers("exchanges"),
        hour_ends=np.cumsum(_numpy(pc.list_value_length(pairs).fill_null(0))).astype(np.int64),
        hours=flat[0::2],
        hour_counts=flat[1::2],
    )


def _numpy(column: pa.Array | pa.ChunkedArray) -> NDArray[np.int64]:
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    values: NDArray[np.int64] = column.to_numpy(zero_copy_only=False).astype(np.int64)
    return values


def _names(column: pa.ChunkedArray) -> Names:
    encoded = pc.cast(column, pa.string()).combine_chunks().dictionary_encode()
    values = encoded.dictionary.to_pylist()
    order = np.argsort(np.array(values, dtype=object), kind="stable")
    place = np.empty(len(values), np.int32)
    place[order] = np.arange(len(values), dtype=np.int32)
    codes = place[encoded.indices.to_numpy(zero_copy_only=False)] if values else place
    return Names(codes.astype(np.int32), tuple(values[at] for at in order))
