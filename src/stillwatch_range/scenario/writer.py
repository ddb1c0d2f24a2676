"""Writes what the provider saw, and counts beside it what is true of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self

import msgspec
import zstandard

from stillwatch_range.model import HOUR_US, SECOND_US, Account, Ask, Reply
from stillwatch_range.scenario.clock import moment, rfc3339
from stillwatch_range.score.labels import Purposes, Row

LEVEL = 3
WINDOW_LOG = 24
"""16 MiB: a conversation's history repeats over its requests, and the window should hold it."""


@dataclass(slots=True)
class Tally:
    """What is true of an account's traffic so far."""

    account: Account
    exchanges: int = 0
    people: set[str] = field(default_factory=set)
    purposes: dict[str, int] = field(default_factory=dict)
    hours: dict[int, int] = field(default_factory=dict)
    first_us: int = 0
    last_us: int = 0

    def add(self, ask: Ask, start_us: int) -> None:
        """Count an exchange."""
        self.first_us = min(self.first_us, ask.at_us) if self.exchanges else ask.at_us
        self.last_us = max(self.last_us, ask.at_us)
        self.exchanges += 1
        self.people.add(ask.truth.person)
        purpose = ask.truth.purpose
        self.purposes[purpose] = self.purposes.get(purpose, 0) + 1
        hour = (ask.at_us - start_us) // HOUR_US
        self.hours[hour] = self.hours.get(hour, 0) + 1

    def row(self) -> Row:
        """The account's line in the labels."""
        account, label = self.account, self.account.label
        return Row(
            account=account.id,
            kind=label.kind,
            family=label.family,
            group=label.group,
            level=label.level,
            people=len(self.people),
            exchanges=self.exchanges,
            purposes=Purposes(**self.purposes),
            first=moment(self.first_us),
            last=moment(self.last_us),
            hours=tuple(sorted(self.hours.items())),
            organization=account.organization,
            payer=account.payer,
        )


class Shard:
    """One file of captures; the sink of the providers of its cells."""

    def __init__(self, path: Path, start_us: int) -> None:
        """Make the file.

        Args:
            path: a `.jsonl.zst` file.
            start_us: start of the scenario, from which hours are counted.
        """
        params = zstandard.ZstdCompressionParameters.from_level(
            LEVEL, window_log=WINDOW_LOG, enable_ldm=True
        )
        self._file: IO[bytes] = path.open("wb")
        self._out: BinaryIO = zstandard.ZstdCompressor(compression_params=params).stream_writer(
            self._file
        )
        self._start_us = start_us
        self._tallies: dict[str, Tally] = {}
        self.exchanges = 0
        self.bytes = 0

    def exchange(self, line: bytes, account: Account, ask: Ask, reply: Reply) -> None:  # noqa: ARG002
        """Write one exchange and count it; as `upstream.provider.Sink` asks."""
        self._out.write(line)
        self._out.write(b"\n")
        self.exchanges += 1
        self.bytes += len(line) + 1
        tally = self._tallies.get(account.id)
        if tally is None:
            tally = self._tallies[account.id] = Tally(account)
        tally.add(ask, self._start_us)

    def settle(self) -> list[Tally]:
        """What was counted since the last call, one tally an account, by its id."""
        tallies = sorted(self._tallies.values(), key=lambda tally: tally.account.id)
        self._tallies = {}
        return tallies

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        self._out.close()
        self._file.close()


def account_row(account: Account) -> dict[str, Any]:
    """An account's line in accounts.jsonl: what the provider knows, nothing of what is true."""
    return {
        "account": account.id,
        "organization": account.organization,
        "created": rfc3339(account.created_us // SECOND_US * SECOND_US),
        "plan": account.plan,
        "payer": account.payer,
        "email_domain": account.email_domain,
        "declared_use": account.declared_use,
        "licensed_reseller": account.licensed_reseller,
    }


def write_rows(path: Path, rows: Iterable[Any]) -> None:
    """Write JSON Lines."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for row in rows:
            file.write(encoder.encode(row))
            file.write(b"\n")
