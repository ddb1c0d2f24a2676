"""Texts of each account, and how many of them ask for what training data are made of."""

from dataclasses import dataclass

import narwhals.stable.v2 as nw
import numpy as np
import pyarrow as pa

from stillwatch.signals.group_calls import Ints, as_ints
from stillwatch.signals.model import Exhibit, Frame, Tables, collect


@dataclass(frozen=True)
class AccountAsks:
    """Different texts by account.

    Attributes:
        accounts: names of the accounts that send any text, sorted.
        texts: how many different ones each sends.
        account: for each asking text, the position of its account.
        intents: for each asking text, its bits.
        exchange: for each asking text, an exchange that brings it.
    """

    accounts: list[str]
    texts: Ints
    account: Ints
    intents: Ints
    exchange: pa.ChunkedArray

    def counts(self, mask: int | Ints) -> Ints:
        """By account, how many texts ask for anything in a mask (one for all, or one for each)."""
        wanted = mask if isinstance(mask, int) else mask[self.account]
        asks = (self.intents & wanted) != 0
        return np.bincount(self.account[asks], minlength=len(self.accounts)).astype(np.int64)

    def exhibits(self, place: int, mask: int, shows: str, most: int) -> tuple[Exhibit, ...]:
        """The first few exchanges of an account that ask for anything in a mask."""
        start, stop = np.searchsorted(self.account, [place, place + 1])
        asks = start + np.flatnonzero((self.intents[start:stop] & mask) != 0)[:most]
        return tuple(Exhibit(self.exchange[int(one)].as_py(), shows) for one in asks)


def account_asks(tables: Tables) -> AccountAsks:
    """Count the texts of all accounts; a text counts once for each account."""
    texts = tables.blocks.group_by("account", "block").agg(
        nw.col("intents").max(), nw.col("exchange").min()
    )
    sizes = collect(_sizes(texts)).sort_by("account")
    asking = collect(texts.filter(nw.col("intents") != 0)).sort_by(
        [(name, "ascending") for name in ("account", "exchange", "block")]
    )
    names = sizes["account"].to_pylist()
    place = {name: number for number, name in enumerate(names)}
    whose = asking["account"].combine_chunks().dictionary_encode()
    known = np.array([place[name] for name in whose.dictionary.to_pylist()], np.int64)
    account = known[whose.indices.to_numpy()] if len(asking) else np.zeros(0, np.int64)
    return AccountAsks(
        names, as_ints(sizes["texts"]), account, as_ints(asking["intents"]), asking["exchange"]
    )


def _sizes(texts: Frame) -> Frame:
    return texts.group_by("account").agg(nw.len().cast(nw.Int64).alias("texts"))
