"""The rows that live state is made of.

They hold numbers and short text only, so the garbage collector need not visit them: with a million
of them it would stop the process for a tenth of a second. Every field is written by one thread
only, which is named; so nothing has to be locked.
"""

from typing import NamedTuple

from msgspec import Struct

MOST_INSTALLS = 4
MOST_ACCOUNTS = 4


class Others(NamedTuple):
    """What other processes said of an account at the last merge.

    Attributes:
        under_way: calls under way there.
        slot: the slot of `bits`.
        bits, bits_before: threads there, in that slot and in the one before.
        until_s: it says nothing after this time.
    """

    under_way: int
    slot: int
    bits: int
    bits_before: int
    until_s: float


class Row(Struct, gc=False):
    """An account.

    Attributes:
        account: its name.
        seals: requests with a seal that holds, as seen by this process.
        foreign: ids presented that were issued to another account, as seen by this process.
        installs: names of the installs that sealed last, newest first.
        under_way: calls under way in this process.
        slot, bits, bits_before: threads of this process, see `threads`.
        waiting: it waits to be merged. (All above and this: the request path; this one is also
            cleared by the merging thread, before it reads.)
        seals_else, foreign_else: what all others saw, and this process in former lives.
        seals_sent, foreign_sent: how much of `seals` and `foreign` is merged.
        others: what others say of it now. (From `seals_else`: the merging thread.)
    """

    account: str
    seals: int = 0
    foreign: int = 0
    installs: tuple[str, ...] = ()
    under_way: int = 0
    slot: int = 0
    bits: int = 0
    bits_before: int = 0
    waiting: bool = False
    seals_else: int = 0
    foreign_else: int = 0
    seals_sent: int = 0
    foreign_sent: int = 0
    others: Others | None = None


class InstallRow(Struct, gc=False):
    """An install, as seen by this process.

    Attributes:
        seals: requests that it sealed.
        accounts: the accounts that its seals came from last, newest first.
        last_s: when it was last seen.
    """

    seals: int = 0
    accounts: tuple[str, ...] = ()
    last_s: float = 0.0


class Standing(NamedTuple):
    """What is known of an account, for people and tests.

    Attributes:
        seals: requests with a seal that holds, from all processes.
        foreign: ids presented that were issued to another account, from all processes.
        installs: the installs that sealed last here, newest first.
        busy: threads at once.
        under_way: calls under way here.
    """

    seals: int
    foreign: int
    installs: tuple[str, ...]
    busy: int
    under_way: int
