"""`stillwatch account`: what a gateway calls the account of a credential."""

import sys
from getpass import getpass

from stillwatch.cli.options import KeyFile, key_ring
from stillwatch.errors import InputError
from stillwatch.gateway.accounts import NOBODY, Accounts
from stillwatch.gateway.setup import PURPOSE


def account(*, key: KeyFile = None) -> None:
    """Name the account; the help text stands in `help.py`."""
    asked = getpass("Credential: ") if sys.stdin.isatty() else sys.stdin.readline()
    found = Accounts(key_ring(key).hasher(f"{PURPOSE} accounts")).of(asked.strip().encode())
    if found.account == NOBODY:
        raise InputError("No credential came in.", "Write it on standard input: account < FILE.")
    print(found.account)  # noqa: T201
