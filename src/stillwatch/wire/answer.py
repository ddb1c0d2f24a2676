"""What the responses of all formats have in common: counts of tokens and errors."""

from typing import Any

from stillwatch.exchange import Response, Usage
from stillwatch.wire.values import count_or_none, text_or_none


def usage_of(value: Any, names: tuple[str, str], read: Any, written: Any) -> Usage:
    """Token counts.

    Args:
        value: the usage object of a response.
        names: its fields for input and output tokens.
        read: the value that counts tokens read from a cache.
        written: the value that counts tokens written to a cache.
    """
    counts = value if isinstance(value, dict) else {}
    return Usage(
        count_or_none(counts.get(names[0])),
        count_or_none(counts.get(names[1])),
        count_or_none(read),
        count_or_none(written),
    )


def inner(value: Any, *names: str) -> Any:
    """A value some levels down, or None if the way there is missing."""
    for name in names:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def error_of(value: dict[str, Any]) -> tuple[str | None, str | None]:
    """Type and message of the error in a response, both None when there is none.

    Gateways answer with `{"error": "text"}` and web frameworks with `{"detail": "text"}`.
    """
    error = value.get("error")
    if isinstance(error, dict):
        kind = text_or_none(error.get("type")) or text_or_none(error.get("code"))
        return kind or "error", text_or_none(error.get("message"))
    if isinstance(error, str):
        return "error", text_or_none(error)
    detail = text_or_none(value.get("detail"))
    return ("error" if detail else None), detail


def error_value(response: Response) -> dict[str, Any]:
    """The error object of a response, as all formats write it."""
    return {"type": response.error_type, "message": response.error_message or ""}
