"""What Envoy's filter and its external processor say to each other, as messages."""

from collections.abc import Iterable, Sequence

import msgspec
from envoy.config.core.v3.base_pb2 import HeaderMap, HeaderValue, HeaderValueOption
from envoy.extensions.filters.http.ext_proc.v3.processing_mode_pb2 import ProcessingMode
from envoy.service.ext_proc.v3.external_processor_pb2 import (
    BodyMutation,
    BodyResponse,
    CommonResponse,
    HeaderMutation,
    HeadersResponse,
    ImmediateResponse,
    ProcessingRequest,
    ProcessingResponse,
    TrailersResponse,
)
from envoy.type.v3.http_status_pb2 import HttpStatus

from stillwatch.gateway.request import RawHeaders

CONTINUE = {
    "request_headers": ProcessingResponse(request_headers=HeadersResponse()),
    "response_headers": ProcessingResponse(response_headers=HeadersResponse()),
    "request_body": ProcessingResponse(request_body=BodyResponse()),
    "response_body": ProcessingResponse(response_body=BodyResponse()),
    "request_trailers": ProcessingResponse(request_trailers=TrailersResponse()),
    "response_trailers": ProcessingResponse(response_trailers=TrailersResponse()),
}
"""Go on with nothing changed, by what was asked."""
_WRAPPED = {
    "request_headers": HeadersResponse,
    "request_body": BodyResponse,
    "response_headers": HeadersResponse,
}
_WATCHED = ProcessingMode(
    response_header_mode=ProcessingMode.SEND,
    request_body_mode=ProcessingMode.BUFFERED,
    response_body_mode=ProcessingMode.STREAMED,
)
_STATUS_ALONE = ProcessingMode(
    response_header_mode=ProcessingMode.SEND,
    request_body_mode=ProcessingMode.BUFFERED,
    response_body_mode=ProcessingMode.NONE,
)
_NOT_WATCHED = ProcessingMode(
    response_header_mode=ProcessingMode.SKIP,
    request_body_mode=ProcessingMode.NONE,
    response_body_mode=ProcessingMode.NONE,
)
_FOR_LATER = frozenset({503})
_OVERWRITE = HeaderValueOption.OVERWRITE_IF_EXISTS_OR_ADD


def pairs(headers: HeaderMap) -> RawHeaders:
    """Names and values in order; Envoy fills in one of two fields for the value."""
    return [
        (one.key.encode("latin-1"), one.raw_value or one.value.encode()) for one in headers.headers
    ]


def address(message: ProcessingRequest) -> str | None:
    """The client's address, where the filter's `request_attributes` name `source.address`."""
    for attributes in message.attributes.values():
        if "source.address" in attributes.fields:
            place: str = attributes.fields["source.address"].string_value
            return place.rpartition(":")[0].strip("[]") or None
    return None


def whole_bodies(message: ProcessingRequest) -> bool:
    """Whether the filter is set up to show bodies whole; older Envoys do not say."""
    if not message.HasField("protocol_config"):
        return True
    return bool(message.protocol_config.request_body_mode == ProcessingMode.BUFFERED)


def let_go(remove: Sequence[str]) -> ProcessingResponse:
    """Pass on, and ask no more about this request."""
    answer = ProcessingResponse(mode_override=_NOT_WATCHED)
    answer.request_headers.response.CopyFrom(_common(remove))
    return answer


def go_on(remove: Sequence[str], *, answers: bool) -> ProcessingResponse:
    """Show the body next, and of the answer all that is wanted."""
    answer = ProcessingResponse(mode_override=_WATCHED if answers else _STATUS_ALONE)
    answer.request_headers.response.CopyFrom(_common(remove))
    return answer


def pass_on(
    kind: str,
    remove: Sequence[str],
    headers: Iterable[tuple[str, str]] = (),
    body: bytes | None = None,
) -> ProcessingResponse:
    """Pass on, with changes where there are any.

    Args:
        kind: what is answered: request_headers, request_body or response_headers.
        remove: names of headers.
        headers: to set, in place of those of the same name.
        body: instead of the one that came.
    """
    common = _common(remove)
    for name, value in headers:
        common.header_mutation.set_headers.append(_option(name, value.encode("latin-1")))
        common.clear_route_cache = True
    if body is not None:
        common.body_mutation.CopyFrom(BodyMutation(body=body))
        # Envoy refuses a body of another length than its header says.
        length = _option("content-length", str(len(body)).encode())
        common.header_mutation.set_headers.append(length)
    if not common.ByteSize():
        return CONTINUE[kind]
    return ProcessingResponse(**{kind: _WRAPPED[kind](response=common)})


def immediate(status: int, headers: RawHeaders, body: bytes) -> ProcessingResponse:
    """Answer the client; the model server hears nothing. Envoy writes the length itself."""
    named = [_option(name.decode(), value) for name, value in headers if name != b"content-length"]
    return ProcessingResponse(
        immediate_response=ImmediateResponse(
            status=HttpStatus(code=status),
            headers=HeaderMutation(set_headers=named),
            body=body,
            details="stillwatch",
        )
    )


def error(status: int, text: str) -> ProcessingResponse:
    """An error of our own, in the shape that both vendors' SDKs read."""
    again = b"true" if status in _FOR_LATER else b"false"
    headers = [(b"content-type", b"application/json"), (b"x-should-retry", again)]
    return immediate(status, headers, error_body(text))


def error_body(text: str) -> bytes:
    """The body of such an error."""
    return msgspec.json.encode({"type": "error", "error": {"type": "api_error", "message": text}})


def _common(remove: Sequence[str]) -> CommonResponse:
    common = CommonResponse()
    if remove:
        common.header_mutation.CopyFrom(HeaderMutation(remove_headers=remove))
        # The way was chosen before; a header that chooses it must not have been the client's.
        common.clear_route_cache = True
    return common


def _option(name: str, value: bytes) -> HeaderValueOption:
    return HeaderValueOption(
        header=HeaderValue(key=name, raw_value=value), append_action=_OVERWRITE
    )
