"""Flow files of mitmproxy, which keep headers and bodies as they were sent.

Flows that are no calls to a model API are passed over; a file without any call is reported.
mitmproxy is an optional dependency, since its own reader is the only one that follows its format.

Source: docs.mitmproxy.org/stable/api/mitmproxy/io.html
"""

import re
from collections.abc import Iterator
from io import BufferedReader
from typing import TYPE_CHECKING, Any

from stillwatch.errors import MissingExtra
from stillwatch.sources.json_documents import capture_line
from stillwatch.sources.model import DocumentSource, LineError
from stillwatch.sources.recorded import Headers, Recorded, envelope_of, is_model_call

if TYPE_CHECKING:
    from mitmproxy.http import HTTPFlow

NAME = "mitmproxy"

# A flow is a tnetstring: its length, a colon, and a dictionary that starts with a key's length.
_START = re.compile(rb"\d{1,12}:\d{1,12}:[a-z_]+[;,]")
_NAME = re.compile(r"\.(?:flows|mitm)(?:\.gz|\.zst)?$", re.IGNORECASE)


def matches(head: bytes, name: str) -> bool:
    """Whether a file holds flows, by its beginning or its ending."""
    return bool(_START.match(head) or _NAME.search(name))


def lines(stream: BufferedReader) -> Iterator[bytes | LineError]:
    """The calls to model APIs of a flow file as capture lines.

    Raises:
        MissingExtra: mitmproxy is not installed.
    """
    calls = 0
    for flow in _flows(stream):
        if isinstance(flow, LineError):
            yield flow
            return
        if is_model_call(flow.request.method, flow.request.path):
            calls += 1
            yield _line(flow)
    if not calls:
        yield LineError("no flow of this file is a call to a model API that we read")


def _flows(stream: BufferedReader) -> Iterator["HTTPFlow | LineError"]:
    """The HTTP flows of a file; an error in the place of the rest where it is damaged."""
    try:
        from mitmproxy.http import HTTPFlow  # noqa: PLC0415 - optional
        from mitmproxy.io import FlowReader  # noqa: PLC0415 - optional
    except ImportError as error:
        raise MissingExtra(
            "Reading flow files needs mitmproxy.", "pip install 'stillwatch[mitmproxy]'"
        ) from error
    try:
        for flow in FlowReader(stream).stream():
            if isinstance(flow, HTTPFlow):
                yield flow
    except Exception:  # noqa: BLE001 - its reader raises whatever the damage leads to
        yield LineError("the flows are damaged, or end in the middle")


def _line(flow: "HTTPFlow") -> bytes | LineError:
    try:
        return capture_line(envelope_of(_recorded(flow)))
    except LineError as error:
        return error


def _recorded(flow: "HTTPFlow") -> Recorded:
    request, response = flow.request, flow.response
    peer = flow.client_conn.peername
    return Recorded(
        id=flow.id,
        time=request.timestamp_start,
        duration_ms=_duration_ms(flow),
        method=request.method,
        path=request.path,
        headers=_headers(request.headers),
        ordered=True,
        content=request.get_content(strict=False) or b"",
        status=response.status_code if response else None,
        answer_headers=_headers(response.headers) if response else (),
        answer=(response.get_content(strict=False) or b"") if response else b"",
        ip=peer[0] if peer else None,
    )


def _duration_ms(flow: "HTTPFlow") -> float | None:
    end = flow.response.timestamp_end if flow.response else None
    return None if end is None else max(end - flow.request.timestamp_start, 0) * 1000


def _headers(headers: Any) -> Headers:
    return [
        (name.decode("utf-8", "backslashreplace"), value.decode("utf-8", "backslashreplace"))
        for name, value in headers.fields
    ]


SOURCE = DocumentSource(
    name=NAME,
    title="mitmproxy flow files",
    matches=matches,
    lines=lines,
)
