"""Small labels, verdicts and captures made by hand."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from stillwatch_range.score import labels
from stillwatch_range.score.labels import Head, Labels, Row
from stillwatch_range.score.verdicts import Document, People, Subject, Verdict

START = datetime(2026, 7, 1, tzinfo=UTC)


def head(rows: int) -> Head:
    return Head(labels.FORMAT, "by hand", 1, START, START + timedelta(hours=48), 0, rows)


def row(account: str, kind: str = "honest", family: str = "office", **more: object) -> Row:
    return Row(account, kind, family, **{"exchanges": 10, **more})


def write_labels(folder: Path, *rows: Row) -> Path:
    path = folder / "labels.jsonl"
    labels.write(path, head(len(rows)), rows)
    return path


def made(folder: Path, *rows: Row) -> Labels:
    return labels.read(write_labels(folder, *rows))


def verdict(
    *accounts: str,
    level: str = "act",
    call: str = "relay",
    people: tuple[int, int, int] | None = None,
) -> Verdict:
    several = len(accounts) > 1
    subject = Subject("campaign" if several else "account", accounts[0], accounts)
    return Verdict(subject, call, level, People(*people) if people else None)


def document(*verdicts: Verdict) -> Document:
    return Document(verdicts)


def line(account: str, hour: float, **request: object) -> str:
    """A capture line `hour` hours after the start."""
    when = START + timedelta(hours=hour)
    body = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]}
    return json.dumps(
        {
            "id": f"{account}-{hour}",
            "time": when.isoformat().replace("+00:00", "Z"),
            "account": account,
            "client": {"ip": "192.0.2.1", "asn": 64500},
            "request": {"path": "/v1/messages", "headers": [], "body": body} | request,
        }
    )
