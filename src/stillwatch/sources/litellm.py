"""LiteLLM's logs: the standard logging payload, and rows of its spend log table.

Both have the same names for most things. The account is the hash of the virtual key, else its
alias; the organisation is LiteLLM's organisation, else its team. A payload is turned back into the
request that was sent, in the wire of its call type. What LiteLLM did not log (headers other than
the user agent, the body's text as received) stays unknown.

Source: docs.litellm.ai/docs/proxy/logging_spec; the prisma schema of LiteLLM 1.106.
"""

from collections.abc import Iterator, Sequence
from io import BufferedReader

import msgspec
from msgspec import Raw, Struct

from stillwatch.sources.fields import account_name, duration_ms, epoch_s
from stillwatch.sources.json_documents import is_array, unroll
from stillwatch.sources.json_text import (
    Json,
    decode_json,
    decode_object,
    encoded,
    fits,
    one_line,
    text_of,
)
from stillwatch.sources.litellm_answers import CHAT, MESSAGES, REDACTED, RESPONSES, Failure, answer
from stillwatch.sources.model import DocumentSource, LineError, LineSource
from stillwatch.wire.envelope import Envelope, EnvelopeClient, EnvelopeRequest

NAME = "litellm"

_PATHS = {
    "completion": CHAT,
    "acompletion": CHAT,
    "anthropic_messages": MESSAGES,
    "responses": RESPONSES,
    "aresponses": RESPONSES,
}
_PASS_THROUGH = ("pass_through_endpoint", "allm_passthrough_route", "llm_passthrough_route")
_NULL = Raw(b"null")
_EMPTY = (b"", b"{}", b"[]", b"null", b'""')


class Record(Struct):
    """The fields we read, of a payload or of a row. JSON columns may stand as text."""

    call_type: str
    startTime: str | float  # noqa: N815 - LiteLLM's own name
    endTime: str | float | None = None  # noqa: N815 - LiteLLM's own name
    id: str | None = None
    request_id: str | None = None
    litellm_call_id: str | None = None
    model: str | None = None
    custom_llm_provider: str | None = None
    api_base: str | None = None
    stream: bool | None = None
    status: str | None = None
    messages: Raw = _NULL
    response: Raw = _NULL
    proxy_server_request: Raw = _NULL
    model_parameters: Raw = _NULL
    metadata: Raw = _NULL
    error_information: Raw = _NULL
    error_str: str | None = None
    api_key: str | None = None
    team_id: str | None = None
    organization_id: str | None = None
    requester_ip_address: str | None = None
    user_agent: str | None = None


class _Shape(Struct):
    call_type: str
    startTime: Raw  # noqa: N815 - LiteLLM's own name


_RECORD = msgspec.json.Decoder(Record)
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[dict[str, Raw]])
_TEXT = msgspec.json.Decoder(str)


def matches(line: bytes) -> bool:
    """Whether a line, possibly cut off, is a payload or a row."""
    return fits(line, _Shape, b'"call_type"', b'"startTime"')


def decode(line: bytes | memoryview) -> Sequence[Envelope]:
    """The exchange of a payload or a row.

    Raises:
        LineError: it cannot be read, holds no conversation, or its words were not logged.
    """
    record = decode_json(_RECORD, line)
    metadata = _object(record.metadata)
    body = _body(record)
    path = _path(record, body)
    return (
        Envelope(
            id=record.id or record.request_id or record.litellm_call_id,
            time=epoch_s(record.startTime),
            duration_ms=duration_ms(record.startTime, record.endTime),
            account=_account(record, metadata),
            organization=_organization(record, metadata),
            client=_client(record, metadata),
            request=EnvelopeRequest(
                Raw(encoded(body)), path=path, headers=_headers(record, metadata)
            ),
            response=answer(path, _unwrapped(record.response), _failure(record, metadata)),
        ),
    )


def _body(record: Record) -> dict[str, Raw]:
    """The request's body: as the proxy received it where that was logged, else put together."""
    if record.call_type not in _PATHS and record.call_type not in _PASS_THROUGH:
        raise LineError("the call is of a type that holds no conversation")
    body = _received(record)
    if body is None and record.call_type in _PATHS:
        body = _assembled(record)
    if body is None:
        raise LineError("LiteLLM logged this pass-through call without its body")
    if REDACTED in bytes(body.get("messages", body.get("input", _NULL))):
        raise LineError("the messages are redacted by LiteLLM")
    if "model" not in body and record.model:
        body["model"] = Raw(encoded(record.model))
    return body


def _received(record: Record) -> dict[str, Raw] | None:
    for logged in (record.proxy_server_request, _only_message(record)):
        body = _members(logged)
        body = body if _holds_turns(body) else _members(body.get("body", _NULL))
        if _holds_turns(body):
            return body
    return None


def _only_message(record: Record) -> Raw:
    """Pass-through calls are logged as one message whose text is the body."""
    if record.call_type not in _PASS_THROUGH:
        return _NULL
    messages = _unwrapped(record.messages)
    try:
        (message,) = decode_json(_LIST, messages)
    except (LineError, ValueError):
        return _NULL
    return message.get("content", _NULL)


def _holds_turns(body: dict[str, Raw]) -> bool:
    return bytes(body.get("messages", body.get("input", _NULL))) not in _EMPTY


def _assembled(record: Record) -> dict[str, Raw]:
    turns = _unwrapped(record.messages)
    if bytes(turns) in _EMPTY:
        raise LineError("LiteLLM logged no messages; set store_prompts_in_spend_logs")
    key = "input" if _PATHS[record.call_type] == RESPONSES else "messages"
    if key == "messages" and not bytes(turns).startswith(b"["):
        raise LineError("the messages are not a list")
    stream = {"stream": Raw(encoded(record.stream))} if record.stream is not None else {}
    return {key: turns, **stream, **_members(record.model_parameters)}


def _path(record: Record, body: dict[str, Raw]) -> str:
    if record.call_type in _PATHS:
        return _PATHS[record.call_type]
    if "messages" not in body:
        return RESPONSES
    upstream = f"{record.custom_llm_provider} {record.api_base}"
    return MESSAGES if "anthropic" in upstream else CHAT


def _account(record: Record, metadata: Json) -> str:
    names = ("user_api_key_hash", "user_api_key", "user_api_key_alias")
    account = _first(record.api_key, *map(metadata.get, names))
    if account is None:
        raise LineError("neither the hash nor the alias of the key was logged")
    return account_name(account)


def _organization(record: Record, metadata: Json) -> str | None:
    owner = _first(record.organization_id, metadata.get("user_api_key_org_id"))
    return owner or _first(record.team_id, metadata.get("user_api_key_team_id"))


def _client(record: Record, metadata: Json) -> EnvelopeClient:
    ip = _first(record.requester_ip_address, metadata.get("requester_ip_address"))
    return EnvelopeClient(ip=ip)


def _headers(record: Record, metadata: Json) -> dict[str, str]:
    agent = _first(record.user_agent, metadata.get("user_agent"))
    return {"user-agent": agent} if agent else {}


def _failure(record: Record, metadata: Json) -> Failure | None:
    if record.status != "failure":
        return None
    nested = metadata.get("error_information")
    facts = _object(record.error_information) or (nested if isinstance(nested, dict) else {})
    return Failure(
        code=text_of(facts.get("error_code")),
        kind=text_of(facts.get("error_class")),
        message=_first(facts.get("error_message"), record.error_str) or "",
    )


def _first(*values: object) -> str | None:
    return next((value for value in values if isinstance(value, str) and value), None)


def _unwrapped(value: Raw) -> Raw:
    """A JSON column as JSON: exports of the table write such columns as text."""
    if not bytes(value).startswith(b'"'):
        return value
    text = decode_json(_TEXT, value)
    return one_line(text) if text.lstrip().startswith(("{", "[")) else value


def _members(value: Raw) -> dict[str, Raw]:
    value = _unwrapped(value)
    return decode_json(_MEMBERS, value) if bytes(value).startswith(b"{") else {}


def _object(value: Raw) -> Json:
    return decode_object(_unwrapped(value))


def _array_matches(head: bytes, _name: str) -> bool:
    return is_array(head, b'"call_type"', b'"startTime"')


def _array_lines(stream: BufferedReader) -> Iterator[bytes | LineError]:
    return unroll(stream, "item", decode)


SOURCE = LineSource(
    name=NAME,
    title="LiteLLM logs (standard logging payloads, spend logs)",
    matches=matches,
    decode=decode,
    document=DocumentSource(
        name=NAME,
        title="LiteLLM logs (a JSON array)",
        matches=_array_matches,
        lines=_array_lines,
    ),
)
