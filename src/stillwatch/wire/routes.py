"""Which wire a request speaks, by its path, or by its body where the path does not say."""

import re
from collections.abc import Container

from msgspec import Raw

from stillwatch.exchange import Wire

# Gateways put prefixes before these and queries behind; Azure names a deployment in between.
_ENDINGS: tuple[tuple[str, Wire], ...] = (
    ("/messages", "anthropic"),
    ("/chat/completions", "chat"),
    ("/responses", "responses"),
)

# Calls beside the conversations, some of which carry messages.
_BESIDE = re.compile(
    r"/(?:count_tokens|input_tokens|models|embeddings|rerank|batches|files|uploads|moderations"
    r"|audio|images|threads|assistants|fine_tuning|vector_stores|evals|containers"
    r"|completions)(?:/[^:]*)?$"
)

# Where clouds name the model: Azure's deployments, Bedrock's invoke, Vertex' raw predictions.
_MODEL = re.compile(
    r"/deployments/([^/]+)/|/model/([^/]+)/invoke|/models/([^/:]+):(?:stream)?RawPredict",
    re.IGNORECASE,
)

_RESPONSES_FIELDS = ("input", "instructions", "previous_response_id")
_ANTHROPIC_FIELDS = ("anthropic_version", "anthropic_beta", "system", "stop_sequences", "thinking")
_CHAT_FIELDS = (
    "max_completion_tokens",
    "stream_options",
    "response_format",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
    "functions",
    "stop",
    "n",
)
# Words that stand only in messages, tools or answers of this format.
_ANTHROPIC_WORDS = (
    b'"input_schema"',
    b'"tool_use"',
    b'"tool_result"',
    b'"thinking"',
    b'"stop_reason"',
    b'"message_start"',
)


def wire_of(method: str, path: str, fields: dict[str, Raw], answer: Raw | None) -> Wire:
    """The wire of a request.

    Args:
        method: the HTTP method.
        path: path and query; may be empty.
        fields: the body's fields, none if it is not an object.
        answer: the response's body, or the first event of its stream; looked at last.
    """
    if method.upper() != "POST":
        return "unknown"
    route = path.partition("?")[0].rstrip("/").lower()
    if "/threads/" not in route:
        for ending, wire in _ENDINGS:
            if route.endswith(ending):
                return wire
    if _BESIDE.search(route):
        return "unknown"
    return _wire_of_body(fields, answer)


def model_of(path: str) -> str | None:
    """The model that a cloud's path names, or None."""
    found = _MODEL.search(path)
    return next(filter(None, found.groups()), None) if found else None


def _wire_of_body(fields: dict[str, Raw], answer: Raw | None) -> Wire:
    if "messages" not in fields:
        return "responses" if _has_any(fields, _RESPONSES_FIELDS) else "unknown"
    if _has_any(fields, _ANTHROPIC_FIELDS):
        return "anthropic"
    if _has_any(fields, _CHAT_FIELDS):
        return "chat"
    texts = b"".join((fields["messages"], fields.get("tools", b""), answer or b""))
    return "anthropic" if any(word in texts for word in _ANTHROPIC_WORDS) else "chat"


def _has_any(fields: Container[str], names: tuple[str, ...]) -> bool:
    return any(name in fields for name in names)
