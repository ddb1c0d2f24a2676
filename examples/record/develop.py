"""Makes captures from the raw tape: filler for vendors' texts, times of the day, no keys."""

from __future__ import annotations

import datetime as dt
import json
import platform
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from examples.record.accounts import ACCOUNTS
from examples.record.day import Day
from examples.record.rawtext import replace_strings
from examples.record.relays import RelaySettings
from examples.record.retime import Retime
from examples.record.story import Session
from examples.record.upstream.tape import Headers, Take
from examples.record.vendor import replacements

Json = dict[str, Any]

SECRET_HEADERS = ("authorization", "x-api-key", "api-key")
RAW_UP_TO_MESSAGES = 3


@dataclass(frozen=True)
class Scene:
    """What developing needs to know besides the tape."""

    sessions: Mapping[str, Session]
    relays: Mapping[str, RelaySettings]
    day: Day


def develop(takes: Iterator[Take], scene: Scene) -> list[Json]:
    """Captures in order of time, numbered."""
    captures = sorted((_capture(take, scene) for take in takes), key=lambda c: str(c["time"]))
    return [{"id": f"ex_{number:04}", **capture} for number, capture in enumerate(captures, 1)]


def _capture(take: Take, scene: Scene) -> Json:
    session = scene.sessions[take.session]
    placed_s = scene.day.take_s(take)
    retime = Retime(scene.day, session, platform.release())
    filled = replace_strings(take.raw, replacements(json.loads(take.raw), session))
    raw = retime.text(filled, placed_s)
    request: Json = {
        "method": take.method,
        "path": take.path,
        "headers": _headers(take.headers, retime, placed_s),
        "body": json.loads(raw),
    }
    if _spoken(request["body"]) <= RAW_UP_TO_MESSAGES:
        request["raw"] = raw
    organization = {account.id: account.organization for account in ACCOUNTS}[take.account]
    return {
        "time": _iso(placed_s),
        "duration_ms": take.duration_ms,
        "account": take.account,
        "organization": organization,
        "client": _address(session, scene),
        "request": request,
        "response": _response(take, retime),
    }


def _headers(headers: Headers, retime: Retime, placed_s: float) -> Headers:
    return [
        [name, "<redacted>" if name.lower() in SECRET_HEADERS else retime.text(value, placed_s)]
        for name, value in headers
    ]


def _response(take: Take, retime: Retime) -> Json:
    response: Json = {"status": take.status, "headers": take.answer_headers}
    if take.events:
        response["events"] = retime.fields(take.events)
    else:
        response["body"] = retime.fields(take.body)
    return response


def _spoken(body: Json) -> int:
    """Messages of people and the model; texts that the client adds as system don't count."""
    items = body.get("messages") or body.get("input") or []
    if not isinstance(items, list):
        return 1
    return sum(item.get("role") not in ("system", "developer") for item in items)


def _address(session: Session, scene: Scene) -> Json:
    relay = scene.relays.get(session.road)
    if relay:
        return {"ip": relay.ip, "asn": relay.asn}
    return {"ip": session.person.machine.ip, "asn": session.person.machine.asn}


def _iso(time_s: float) -> str:
    moment = dt.datetime.fromtimestamp(time_s, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
