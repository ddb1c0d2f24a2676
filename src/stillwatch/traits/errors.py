"""Refusals of a provider, as one word of a closed list."""

from stillwatch.exchange import Response

_BY_STATUS = {401: "auth", 403: "auth", 429: "rate_limit", 529: "overloaded", 503: "overloaded"}


def error_label(response: Response | None) -> str | None:
    """What kind of refusal a response is, or None if it is none.

    Returns:
        rate_limit, overloaded, signature (a reasoning block's signature was not accepted), auth,
        invalid, or other.
    """
    if response is None or not (response.error_type or (response.status or 0) >= 400):
        return None
    kind = response.error_type or ""
    if "signature" in (response.error_message or "").lower():
        return "signature"
    if "rate_limit" in kind:
        return "rate_limit"
    if "overloaded" in kind:
        return "overloaded"
    label = _BY_STATUS.get(response.status or 0)
    return label or ("invalid" if "invalid" in kind or response.status == 400 else "other")
