"""Whose API key it is: keys of accounts, and the accounts' states."""

import time
from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from aiohttp import web

from stillwatch_range.model import Account, Label

_OPEN = Label("honest", "open")


def now_us() -> int:
    """The time, in microseconds since the epoch."""
    return time.time_ns() // 1000


class Keys:
    """Finds the account of a request.

    Args:
        accounts: the account of each key.
        takes_any: give every other key an account of its own.
    """

    def __init__(self, accounts: Mapping[str, Account], *, takes_any: bool) -> None:
        self._accounts = dict(accounts)
        self._takes_any = takes_any

    def account(self, request: web.Request) -> Account | None:
        """The account behind a request's key, or None where nobody has it."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        key = request.headers.get("x-api-key") or (bearer if scheme.lower() == "bearer" else "")
        account = self._accounts.get(key)
        if account is None and key and self._takes_any:
            account = self._accounts[key] = _account(key)
        return account

    def ban(self, account: str, at_us: int | None) -> None:
        """Close an account from a time on; None opens it again."""
        for key, known in self._accounts.items():
            if known.id == account:
                self._accounts[key] = replace(known, banned_us=at_us)


def _account(key: str) -> Account:
    name = blake2b(key.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
    return Account(f"acct_{name}", _OPEN, f"org_{name}", f"pay_{name}", "", now_us())
