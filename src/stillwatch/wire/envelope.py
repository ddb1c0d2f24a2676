"""A capture line as it stands, bodies still undecoded.

Every source hands over envelopes; `wire.decode` turns them into exchanges. The format is drawn in
docs/formats.md. Unknown fields are passed over.
"""

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

RawHeaders = dict[str, str] | list[tuple[str, str]]

# A request's body is opened one level deep together with its line, which saves a second pass over
# its bytes. A source that makes an envelope itself may hand over the body's text instead; msgspec
# has no union for that, and decoding a line never yields it.
if TYPE_CHECKING:
    RawBody = Raw | dict[str, Raw] | list[Raw] | str | float | bool | None
else:
    RawBody = dict[str, Raw] | list[Raw] | str | float | bool | None


class EnvelopeClient(Struct):
    """The edge's view of the caller."""

    ip: str | None = None
    asn: int | None = None
    ja4: str | None = None


class EnvelopeRequest(Struct):
    """The request as captured.

    Attributes:
        body: the value of the body; a string holds the body's JSON text.
        raw: the body's text as received, where it was kept.
        verbatim: the body stands in the line byte by byte as it was received, in place of `raw`.
    """

    body: RawBody
    method: str = "POST"
    path: str = ""
    headers: RawHeaders = {}
    raw: str | None = None
    verbatim: bool = False


class EnvelopeResponse(Struct):
    """The response as captured: a body, or the decoded server-sent events of a stream."""

    status: int | None = None
    headers: RawHeaders = {}
    body: Raw | UnsetType = UNSET
    events: list[Raw] | None = None


class Envelope(Struct):
    """One exchange before its bodies are decoded.

    Attributes:
        time: RFC 3339 text, or seconds since 1970 as a number.
    """

    time: str | float
    account: str
    request: EnvelopeRequest
    id: str | None = None
    duration_ms: float | None = None
    organization: str | None = None
    client: EnvelopeClient = msgspec.field(default_factory=EnvelopeClient)
    response: EnvelopeResponse | None = None
