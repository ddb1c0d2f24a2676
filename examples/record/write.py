"""Writes the day: compressed capture files, the accounts beside them, and the truth outside."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import zstandard

from examples.record.accounts import ACCOUNTS, Account
from examples.record.cast import Cast
from examples.record.day import plan_day
from examples.record.pace import Pace
from examples.record.relays import ADDRESSES
from stillwatch_range.record.develop import Scene, develop
from stillwatch_range.record.tape import takes

Json = dict[str, Any]

HOURS_A_FILE = 8
WINDOW_LOG = 25
RAW_UP_TO_MESSAGES = 3


def write_day(cast: Cast, tape: Path, traces: Path, out: Path) -> str:
    """Develop a tape and write `out/day` and `out/truth.json`.

    Args:
        cast: what was played.
        tape: the raw recording.
        traces: folder of the trace sets, for think times.
        out: folder of the example.

    Returns:
        A line about what was written.
    """
    scene = Scene(
        sessions={session.id: session for session in cast.sessions},
        relays=ADDRESSES,
        organizations={account.id: account.organization for account in ACCOUNTS},
        calendar=plan_day(cast.sessions, takes(tape), Pace(traces, "pace")),
        raw_up_to=RAW_UP_TO_MESSAGES,
    )
    captures = [capture for _, capture in develop(takes(tape), scene)]
    folder = out / "day"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    small = [capture for capture in captures if not capture["request"]["body"].get("tools")]
    _write_gzip(folder / "traffic-plain.jsonl.gz", small)
    for name, part in _by_hours(capture for capture in captures if capture not in small):
        _write_zstandard(folder / f"traffic-{name}.jsonl.zst", part)
    rows = "".join(json.dumps(_row(account)) + "\n" for account in ACCOUNTS)
    (folder / "accounts.jsonl").write_text(rows, encoding="utf-8")
    truth = json.dumps({account.id: _truth(account) for account in ACCOUNTS}, indent=1)
    (out / "truth.json").write_text(truth + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path in folder.iterdir())
    return f"{len(captures)} exchanges, {size / 1e6:.1f} MB in {folder}"


def _by_hours(captures: Iterable[Json]) -> Iterator[tuple[str, list[Json]]]:
    parts: dict[str, list[Json]] = {}
    for capture in captures:
        first = int(capture["time"][11:13]) // HOURS_A_FILE * HOURS_A_FILE
        parts.setdefault(f"{first:02}", []).append(capture)
    yield from sorted(parts.items())


def _lines(captures: Iterable[Json]) -> bytes:
    compact = (",", ":")
    return b"".join(
        json.dumps(capture, ensure_ascii=False, separators=compact).encode() + b"\n"
        for capture in captures
    )


def _write_zstandard(path: Path, captures: Iterable[Json]) -> None:
    settings = zstandard.ZstdCompressionParameters.from_level(
        19, window_log=WINDOW_LOG, enable_ldm=True
    )
    path.write_bytes(
        zstandard.ZstdCompressor(compression_params=settings).compress(_lines(captures))
    )


def _write_gzip(path: Path, captures: Iterable[Json]) -> None:
    path.write_bytes(gzip.compress(_lines(captures), mtime=0))


def _row(account: Account) -> Json:
    return {
        "account": account.id,
        "organization": account.organization,
        "created": account.created,
        "plan": account.plan,
        "payer": account.payer,
        "email_domain": account.email_domain,
        "declared_use": account.declared_use,
        "licensed_reseller": False,
    }


def _truth(account: Account) -> Json:
    return {
        "kind": account.kind,
        "people": account.people,
        "grade": account.grade,
        "why": account.why,
    }
