"""How clients announce today's date: what is known of them, and what they sent before."""

import re
from typing import Final

from stillwatch.marks.foreign.channels.date_format import Announced

KNOWN: Final[dict[str, str]] = {
    "aider": "year-first -",
    "claude-cli": "year-first -",
    "codex_cli_rs": "year-first -",
    "codex_exec": "year-first -",
}
"""Client by its name in the user agent -> format of the date, as recorded in November 2026."""
MOST_CLIENTS: Final = 1000
_PRODUCT = re.compile(r"[A-Za-z][\w.-]*(?:/[\w.+-]+)?", re.ASCII)


class Usual:
    """In which format each client announces the date, learnt from what it sent first."""

    def __init__(self) -> None:
        self._seen: dict[str, Announced] = {}

    def of(self, client: str, first: Announced) -> tuple[str, str]:
        """The format that a client is known for or began with, and words for where that is from.

        Args:
            client: product and version, as `product` gives it; empty if it is not told.
            first: the first date that its request announces.
        """
        if known := KNOWN.get(client.partition("/")[0]):
            return known, f"what {client} is known for"
        before = self._seen.get(client)
        if before is None or not client:
            if client and len(self._seen) < MOST_CLIENTS:
                self._seen[client] = first
            return first.format, f"the first of the same request, {first.text}"
        return before.format, f"what {client} sent before, {before.text}"


def product(user_agent: str) -> str:
    """The first product of a user agent with its version, as `claude-cli/2.1.169`."""
    found = _PRODUCT.match(user_agent)
    return found.group() if found else ""
