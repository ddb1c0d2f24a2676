"""Whose seal it is, and what that says.

The null hypothesis is exact: to whoever does not have an install's key, its bits are independent
fair coins, whatever the text is and however it was read. So the number of agreements of a text
that was not made with the key is binomial (n, 1/2), and the chance of so many among all rows of a
codebook is at most the number of rows times that tail.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from stillwatch.marks.codebook import Codebook, Row
from stillwatch.marks.enrolled import Install
from stillwatch.marks.fresh import fresh_bits, fresh_key
from stillwatch.marks.read import Reading, TurnReading
from stillwatch.memo import Memo

Kind = Literal["owner", "resale", "clone", "missing", "unknown", "none"]

FALSE_ACCEPT_LOG10 = -9.0
"""Chance of naming any install for a text that was made with no enrolled key, log10."""
FIRST_TURNS = 3
"""A relay may put turns of its own before the conversation: so many starts are tried."""
FRESH_LOG10 = -3.0
FRESH_SITES = 16
FRESH_LINE = 8
WHOLE_LINES = 2
"""All 8 sites of a line agree by chance in one line of 256; of five lines, two in 1 of 6,500."""
FRESH_SHARE = 0.75
"""Lines of another key agree at half of the sites; above this share nothing is said of them."""
CLONE_OWNERS = 3
SECRETS_REMEMBERED = 10_000
OURS = 24
"""So many sites in a text are no chance: it was made with this grammar."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """What the fresh lines say of a claimed install.

    Attributes:
        agreed, read: sites of the lines that agree, and that were read.
        turns: for every turn that has a line: digest, agreed, read.
        log10_p: chance of as many agreements without the key.
        context: what the lines were bound to, of the contexts that were tried; empty for nothing.
    """

    agreed: int
    read: int
    turns: tuple[tuple[bytes, int, int], ...]
    log10_p: float
    context: bytes = b""

    @property
    def holds(self) -> bool | None:
        """Whether the lines were made with the key; None if that cannot be told.

        Two lines that agree whole leave it open: a relay that adds turns of its own shifts the
        lines that follow.
        """
        if self.log10_p <= FRESH_LOG10:
            return True
        whole = sum(read >= FRESH_LINE and agreed == read for _, agreed, read in self.turns)
        apart = self.read >= FRESH_SITES and self.agreed <= FRESH_SHARE * self.read
        return False if apart and whole < WHOLE_LINES else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a seal says about a request.

    Attributes:
        kind: `owner`: an install of the sender; `resale`: another owner's install stands behind
            the sender; `clone`: one install behind many owners, or its texts without its key;
            `missing`: the client's texts, or its name, without a seal; `unknown`: a seal of no
            install that is enrolled; `none`: not our client.
        says: the same in a sentence.
        install: the install, if one was found.
        epoch: the epoch in which it was sealed.
        agreed, read: sites that agree with its codeword, and that were read.
        log10_p: bound on the chance of this match for a text that was made with no enrolled key;
            0 where there is no match.
        fresh: what the fresh lines say.
    """

    kind: Kind
    says: str
    install: Install | None = None
    epoch: int | None = None
    agreed: int = 0
    read: int = 0
    log10_p: float = 0.0
    fresh: Fresh | None = None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sent a request.

    Attributes:
        account: the account that is billed.
        organization: who owns it, None if unknown.
        sealed_client: the request claims to come from a client that seals: its declared name and
            version say so. Older versions and other clients do not.
    """

    account: str
    organization: str | None = None
    sealed_client: bool = False


class Matcher:
    """Decides about requests; make one for a register and a codebook and keep it.

    Args:
        book: codewords of all installs for the epochs that concern the time.
        installs: the register.
        contexts: what clients may have bound fresh lines to (`fresh.fresh_key`); tried where the
            lines do not hold without.
    """

    def __init__(
        self, book: Codebook, installs: Sequence[Install], contexts: Sequence[bytes] = ()
    ) -> None:
        self._book = book
        self._contexts = contexts
        self._installs = {install.install: install for install in installs}
        self._own: dict[str, list[str]] = {}
        self._secrets: Memo[tuple[str, str, int], bytes] = Memo(SECRETS_REMEMBERED)
        for install in installs:
            self._own.setdefault(install.account, []).append(install.install)

    def find(self, reading: Reading, account: str | None = None) -> tuple[Row, float] | None:
        """The install whose seal it is, with log10 of the bound on a false match.

        The account's own installs are tried first. Either search may err at half the rate.
        """
        level = FALSE_ACCEPT_LOG10 - math.log10(2)
        own = self._own.get(account or "", [])
        for row, tries in (
            (self._book.nearest_of(own, reading), len(own) * len(self._book.spans)),
            (None, len(self._book)),
        ):
            if tries and tail_log10(reading.count, reading.count) + math.log10(tries) <= level:
                nearest = row or self._book.nearest(reading)
                bound = _bound(reading, nearest, tries)
                if nearest and bound <= level:
                    return nearest, bound + math.log10(2)
        return None

    def decide(self, reading: Reading, sender: Sender, owners_behind: int = 0) -> Decision:
        """What a request's seal says.

        Args:
            reading: what was read in it.
            sender: who sent it.
            owners_behind: how many unrelated owners this install was seen behind before
                (`betting.Bets.owners_behind` counts them).
        """
        found = self.find(reading, sender.account)
        if found is None:
            return _without(reading, sender)
        row, bound = found
        install = self._installs[row.install]
        fresh = check_contexts(reading, self._secret(row), self._contexts)
        kind, says = _judged(install, sender, fresh, owners_behind)
        return Decision(
            kind, says, install, row.span.epoch, row.agreed, reading.count, bound, fresh
        )

    def _secret(self, row: Row) -> bytes:
        """The key of an install for an epoch; deriving it costs as much as reading a seal."""
        name = (row.install, row.span.key.id, row.span.epoch)
        known = self._secrets.get(name)
        if known is not None:
            return known
        return self._secrets.put(name, row.span.key.install_key(row.install, row.span.epoch))


def decide(
    reading: Reading, sender: Sender, book: Codebook, installs: Mapping[str, Install]
) -> Decision:
    """Decide about one request; for many, keep a `Matcher`."""
    return Matcher(book, list(installs.values())).decide(reading, sender)


def check_contexts(reading: Reading, install_key: bytes, contexts: Sequence[bytes]) -> Fresh:
    """As `check_fresh`, for lines that may be bound to one of some contexts.

    The chance is corrected for the number of contexts that were tried.
    """
    plain = check_fresh(reading, install_key)
    if plain.holds or not contexts:
        return plain
    checks = (
        replace(check_fresh(reading, fresh_key(install_key, context)), context=context)
        for context in contexts
    )
    best = min((plain, *checks), key=lambda fresh: fresh.log10_p)
    return replace(best, log10_p=min(0.0, best.log10_p + math.log10(1 + len(contexts))))


def check_fresh(reading: Reading, install_key: bytes) -> Fresh:
    """Compare the fresh lines with an install's key.

    The conversation's first turn is not known for sure; the start that agrees most is taken, and
    the chance is corrected for the number of starts. If none fits, all lines speak against it.
    """
    starts = reading.turns[:FIRST_TURNS]
    tried: list[tuple[tuple[bytes, int, int], ...]] = []
    for start in starts:
        tried.append(tuple(_agreements(reading, install_key, start)))
        if tried[-1] and all(agreed == read for _, agreed, read in tried[-1]):
            break
    best = max(tried, key=lambda turns: sum(2 * a - n for _, a, n in turns), default=())
    fresh = _fresh(best, len(starts))
    if fresh.holds:
        return fresh
    return _fresh(
        max(tried, key=lambda turns: sum(n for _, _, n in turns), default=()), len(starts)
    )


def _agreements(
    reading: Reading, install_key: bytes, start: TurnReading
) -> Iterator[tuple[bytes, int, int]]:
    """For every line from a start on: the turn's digest, sites that agree, sites that were read."""
    for turn in reading.turns:
        if turn.known and turn.number >= start.number:
            own = fresh_bits(install_key, start.digest, turn.number - start.number, turn.digest)
            agreed = (~(own ^ turn.bits) & turn.known).bit_count()
            yield turn.digest, agreed, turn.known.bit_count()


def _fresh(turns: tuple[tuple[bytes, int, int], ...], starts: int) -> Fresh:
    agreed, read = sum(a for _, a, _ in turns), sum(n for _, _, n in turns)
    return Fresh(
        agreed, read, turns, min(0.0, tail_log10(read, agreed) + math.log10(max(1, starts)))
    )


def tail_log10(tosses: int, heads: int) -> float:
    """log10 of the chance that fair coins show at least so many heads; exact but for rounding."""
    return _tails(tosses)[max(0, heads)]


@lru_cache(maxsize=4096)
def _tails(tosses: int) -> tuple[float, ...]:
    """log10 of the upper tail of binomial (n, 1/2) from 0 to n, by whole numbers."""
    ways, sums = 1, []
    total = 0
    for heads in range(tosses, -1, -1):
        total += ways
        sums.append(math.log10(total) - tosses * math.log10(2))
        ways = ways * heads // (tosses - heads + 1)
    return tuple(min(0.0, value) for value in reversed(sums))


def _bound(reading: Reading, row: Row | None, tries: int) -> float:
    return tail_log10(reading.count, row.agreed) + math.log10(tries) if row else 0.0


def _without(reading: Reading, sender: Sender) -> Decision:
    """The decision where no install was found."""
    if reading.count >= OURS and not reading.bits:
        return Decision(
            "missing", "The client's texts are there without a seal.", read=reading.count
        )
    if reading.count >= OURS:
        return Decision(
            "unknown", "The seal is of no install that is enrolled.", read=reading.count
        )
    if sender.sealed_client:
        return Decision(
            "missing",
            "The client claims to be one that seals, and there is no seal.",
            read=reading.count,
        )
    return Decision("none", "There is no seal of ours.", read=reading.count)


def _judged(install: Install, sender: Sender, fresh: Fresh, owners_behind: int) -> tuple[Kind, str]:
    name, own = f"install {install.install}", same_owner(install, sender)
    if owners_behind >= CLONE_OWNERS:
        return "clone", f"The seal of {name} was seen behind {owners_behind} unrelated owners."
    if own and fresh.holds is False:
        # A proxy that rewrites words for safety looks like this; so behind its owner it is no clone.
        return "owner", f"The seal is of the sender's {name}; the fresh lines fit other words."
    if fresh.holds is False:
        return "clone", (
            f"The lasting texts are those of {name}, the fresh lines are not its own: copied texts, "
            "or words of the person that were rewritten on the way."
        )
    if own:
        return "owner", f"The seal is of {name}, which the sender enrolled."
    return "resale", f"The seal is of {name} of account {install.account}, not of the sender."


def same_owner(install: Install, sender: Sender) -> bool:
    """Whether the sender is the account that enrolled an install, or of the same organisation."""
    if install.account == sender.account:
        return True
    return install.organization is not None and install.organization == sender.organization
