"""Makes captures from the raw tape: filler for vendors' texts, times of the story, no keys."""

import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from stillwatch_range.model import SECOND_US
from stillwatch_range.record.placing import Calendar
from stillwatch_range.record.rawtext import replace_strings
from stillwatch_range.record.retime import Retime
from stillwatch_range.record.story import Session
from stillwatch_range.record.tape import Headers, Take
from stillwatch_range.record.vendor import replacements
from stillwatch_range.scenario.clock import rfc3339

Json = dict[str, Any]

SECRET_HEADERS = ("authorization", "x-api-key", "api-key")


@dataclass(frozen=True)
class Address:
    """Where requests come from as the provider sees it."""

    ip: str
    asn: int


@dataclass(frozen=True)
class Scene:
    """What developing needs to know besides the tape.

    Attributes:
        sessions: what was played, by id.
        relays: addresses of relays, by road; on other roads people come from their own.
        organizations: who owns an account.
        calendar: where the turns go.
        raw_up_to: messages up to which the body's text as received is kept beside the body.
        vendor_text: keep the vendors' own texts.
    """

    sessions: Mapping[str, Session]
    relays: Mapping[str, Address]
    organizations: Mapping[str, str]
    calendar: Calendar
    raw_up_to: int = 1_000
    vendor_text: bool = False


def develop(takes: Iterable[Take], scene: Scene) -> Iterator[tuple[Take, Json]]:
    """Captures in order of the story's time, numbered, each with its take."""
    # What falls on the same millisecond keeps the order of the recording.
    placed = sorted(takes, key=lambda take: int(scene.calendar.take_s(take) * 1000))
    for number, take in enumerate(placed, 1):
        yield take, {"id": f"ex_{number:04}", **_capture(take, scene)}


def _capture(take: Take, scene: Scene) -> Json:
    session = scene.sessions[take.session]
    placed_s = scene.calendar.take_s(take)
    retime = Retime(scene.calendar, session, platform.release())
    new = {} if scene.vendor_text else replacements(json.loads(take.raw), session)
    raw = retime.text(replace_strings(take.raw, new), placed_s)
    request: Json = {
        "method": take.method,
        "path": take.path,
        "headers": _headers(take.headers, retime, placed_s),
        "body": json.loads(raw),
    }
    if _spoken(request["body"]) <= scene.raw_up_to:
        request["raw"] = raw
    return {
        "time": rfc3339(int(placed_s * SECOND_US)),
        "duration_ms": take.duration_ms,
        "account": take.account,
        "organization": scene.organizations[take.account],
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
    machine = session.person.machine
    seen = scene.relays.get(session.road, Address(machine.ip, machine.asn))
    return {"ip": seen.ip, "asn": seen.asn}
