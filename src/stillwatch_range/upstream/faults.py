"""Errors in the shapes of the wires: status, kind and body.

Shapes as both vendors' pages on errors give them (November 2026); the sentences are ours.
"""

from dataclasses import dataclass
from typing import Literal

from stillwatch_range.model import Wire
from stillwatch_range.upstream.answer import Json

Fault = Literal["rate", "busy", "banned", "seal", "broken", "key", "large", "missing"]
_NONE = "There is nothing here that fits the request."


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it goes out.

    Attributes:
        status: HTTP status.
        kind: the error's name on the wire.
        body: the body that says so.
    """

    status: int
    kind: str
    body: Json


_MESSAGES: dict[Fault, tuple[int, str, str]] = {
    "rate": (429, "rate_limit_error", "This request is over the rate limit of your account."),
    "busy": (529, "overloaded_error", "Overloaded"),
    "banned": (403, "permission_error", "This organization has been disabled."),
    "seal": (400, "invalid_request_error", "Invalid `signature` in `thinking` block"),
    "broken": (400, "invalid_request_error", "The request cannot be read."),
    "key": (401, "authentication_error", "invalid x-api-key"),
    "large": (413, "request_too_large", "The request is larger than the limit."),
    "missing": (404, "not_found_error", _NONE),
}
_OPENAI: dict[Fault, tuple[int, str, str | None, str]] = {
    "rate": (429, "requests", "rate_limit_exceeded", "The rate limit of your account is reached."),
    "busy": (503, "server_error", "server_is_overloaded", "The server is overloaded."),
    "banned": (401, "invalid_request_error", "account_deactivated", "This account is closed."),
    "seal": (
        400,
        "invalid_request_error",
        "invalid_encrypted_content",
        "The encrypted content could not be verified.",
    ),
    "broken": (400, "invalid_request_error", None, "The request cannot be read."),
    "key": (401, "invalid_request_error", "invalid_api_key", "The API key is not known."),
    "large": (413, "invalid_request_error", "request_too_large", "The request is too large."),
    "missing": (404, "invalid_request_error", "unknown_url", _NONE),
}


def fault(wire: Wire, kind: Fault, request_id: str, where: str = "") -> Refusal:
    """An error in the shape of a wire.

    Args:
        wire: format of the path that was asked.
        kind: what is wrong.
        request_id: id of the request, which the Messages API repeats in the body.
        where: place in the request, put before the sentence.
    """
    if wire == "messages":
        status, name, text = _MESSAGES[kind]
        error = {"type": name, "message": f"{where}: {text}" if where else text}
        return Refusal(status, name, {"type": "error", "error": error, "request_id": request_id})
    status, name, code, text = _OPENAI[kind]
    message = f"{where}: {text}" if where else text
    error_ = {"message": message, "type": name, "param": None, "code": code}
    return Refusal(status, code or name, {"error": error_})
