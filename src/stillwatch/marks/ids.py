"""Sealed ids: ids that tell, to whoever has the key, that we issued them, when, and to whom.

Construction: *encode-then-encipher* (Bellare and Rogaway, ASIACRYPT 2000). An id is one block of
AES-256, a pseudorandom permutation, over 128 bits:

    account tag 36 | seconds since 1970 32 | count 28 | zeros 32

Deciphering shows whether an id is ours: the permutation turns a made-up, altered or foreign block
into 32 zeros with probability 2**-32, and the time must lie within the key's span besides, which
leaves at most 2**-38 for a key that is read for two years. Without the key an id is
indistinguishable from random characters: it shows neither account nor time nor count, and two ids
of one account cannot be linked. There is no room for a separate MAC in 22 characters; this way
every bit protects, where encrypt-then-MAC would have to publish its nonce.

The account tag is the beginning of HMAC-SHA256 of the account's name. Two given accounts share a
tag with probability 2**-36; that another of a million accounts shares the tag of a given one has
1.5e-5, and is seen by comparing tags. The count starts at random in every process, so ids of one
process never repeat; two processes repeat an id of the same account in the same second with 2**-28.

Shapes with room above 128 bits carry the beginning of a keyed BLAKE2b of the block there: 14.9 to
72 more bits against forgery. The kind takes no part in the keys, so that an id is read even when a
relay gave it another prefix.
"""

import hmac
import itertools
import os
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from stillwatch.marks.id_shapes import SHAPES, Body, Kind, bodies_of
from stillwatch.marks.secrets import MarkKey, MarkKeys
from stillwatch.memo import Memo

TAG_BITS, TIME_BITS, COUNT_BITS, CHECK_BITS = 36, 32, 28, 32
SKEW_S = 300
"""How far clocks of ours may be apart: an id may come from that far in the future."""
ACCOUNTS_REMEMBERED = 100_000
_TAG_AT = TIME_BITS + COUNT_BITS + CHECK_BITS
_TIME_AT = COUNT_BITS + CHECK_BITS
_BLOCK_BYTES = 16
_CHECK = bytes(CHECK_BITS // 8)


class Minted(NamedTuple):
    """What a sealed id says.

    Attributes:
        key: public name of the master key.
        tag: tag of the account that it was issued to, below 2**36.
        time_s: when it was issued, whole seconds since 1970.
    """

    key: str
    tag: int
    time_s: int


class Standing(NamedTuple):
    """Whose id it is that an account presented.

    Attributes:
        minted: what the id says; None if we did not issue it.
        own: it was issued to the account that presented it.
    """

    minted: Minted | None
    own: bool


class _Machine:
    """The derived keys of one master key, at work."""

    def __init__(self, key: MarkKey) -> None:
        self.id = key.id
        self.seals_from_s, self.read_until_s = key.seals_from_s, key.read_until_s
        # One block at a time through the bare permutation is what encode-then-encipher asks for.
        cipher = Cipher(AES(key.purpose_key("ids/block")), ECB())  # noqa: S305
        self.encipher = cipher.encryptor().update
        self._decipher = cipher.decryptor().update
        self._above = blake2b(key=key.purpose_key("ids/above"), digest_size=_BLOCK_BYTES)
        self._tag_key = key.purpose_key("ids/account")
        self._tags: Memo[str, int] = Memo(ACCOUNTS_REMEMBERED)

    def tag(self, account: str) -> int:
        known = self._tags.get(account)
        if known is not None:
            return known
        digest = hmac.digest(self._tag_key, account.encode("utf-8", "surrogatepass"), "sha256")
        return self._tags.put(account, int.from_bytes(digest[:8], "big") >> 64 - TAG_BITS)

    def above(self, block: bytes, body: Body) -> int:
        hashing = self._above.copy()
        hashing.update(block)
        return int.from_bytes(hashing.digest(), "big") % body.room

    def minted(self, block: bytes, at_s: float) -> Minted | None:
        plain = self._decipher(block)
        if not plain.endswith(_CHECK):
            return None
        value = int.from_bytes(plain, "big")
        time_s = value >> _TIME_AT & ((1 << TIME_BITS) - 1)
        if not self.seals_from_s - SKEW_S <= time_s <= at_s + SKEW_S or at_s >= self.read_until_s:
            return None
        return Minted(self.id, value >> _TAG_AT, time_s)


class _Count:
    """Counts ids in this process, from a start of its own in every process."""

    def __init__(self) -> None:
        self.restart()
        os.register_at_fork(after_in_child=self.restart)

    def restart(self) -> None:
        self._numbers = itertools.count(secrets.randbits(COUNT_BITS))

    def next(self) -> int:
        return next(self._numbers) & ((1 << COUNT_BITS) - 1)


_count = _Count()


class IdSealer:
    """Issues sealed ids with the key that seals now.

    Args:
        keys: the master keys.
        clock: seconds since 1970.

    Safe in threads and after a fork.
    """

    def __init__(self, keys: MarkKeys, clock: Callable[[], float] = time.time) -> None:
        self._keys = keys
        self._clock = clock
        self._use(clock())

    def issue(self, account: str, kind: Kind) -> str:
        """A new id for an account.

        Raises:
            KeyFileError: no key is valid now.
        """
        now_s = self._clock()
        if not self._from_s <= now_s < self._until_s:
            self._use(now_s)
        machine = self._machine
        count = _count.next()
        value = machine.tag(account) << _TAG_AT | int(now_s) << _TIME_AT | count << CHECK_BITS
        block = machine.encipher(value.to_bytes(_BLOCK_BYTES, "big"))
        prefix, body = SHAPES[kind]
        return prefix + body.write(block, machine.above(block, body) if body.room > 1 else 0)

    def _use(self, now_s: float) -> None:
        """Take the key that seals now, and find out until when it does."""
        key = self._keys.sealing(now_s)
        later = [one.seals_from_s for one in self._keys.keys if one.seals_from_s > now_s]
        self._from_s, self._until_s = now_s, min([key.read_until_s, *later])
        self._machine = _Machine(key)


class IdReader:
    """Tells sealed ids from others.

    Args:
        keys: the master keys.

    Ids are read for as long as the span of their key, so conversations may rest for months.
    """

    def __init__(self, keys: MarkKeys) -> None:
        self._machines = {key.id: _Machine(key) for key in reversed(keys.keys)}

    @property
    def false_accept(self) -> float:
        """Upper bound of the probability that a given foreign id is taken for ours."""
        spans_s = (m.read_until_s - m.seals_from_s + 2 * SKEW_S for m in self._machines.values())
        return sum(spans_s) * 2.0 ** -(CHECK_BITS + TIME_BITS) * _READINGS

    def read(self, identifier: str, at_s: float) -> Minted | None:
        """What an id says.

        Args:
            identifier: the id; any text may be given.
            at_s: when it was presented; an expired key reads nothing, and no id is from later.

        Returns:
            None if it is none of ours, or altered, or its key has expired.
        """
        for body, block, above in bodies_of(identifier):
            for machine in self._machines.values():
                if body.room > 1 and above != machine.above(block, body):
                    continue
                minted = machine.minted(block, at_s)
                if minted is not None:
                    return minted
        return None

    def tag(self, key: str, account: str) -> int:
        """The tag of an account under a master key, by the key's public name."""
        return self._machines[key].tag(account)

    def issued_to(self, minted: Minted, account: str) -> bool:
        """Whether an id was issued to an account."""
        return self.tag(minted.key, account) == minted.tag

    def check(self, identifier: str, account: str, at_s: float) -> Standing:
        """Whether we issued an id, and to the account that presents it."""
        minted = self.read(identifier, at_s)
        return Standing(minted, minted is not None and self.issued_to(minted, account))

    def owners(self, accounts: Iterable[str]) -> Mapping[tuple[str, int], tuple[str, ...]]:
        """Accounts by key and tag; more than one where tags collide."""
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        for account in accounts:
            for key, machine in self._machines.items():
                place = (key, machine.tag(account))
                found[place] = (*found.get(place, ()), account)
        return found


_READINGS = 1 + 2.0**-14
"""Readings of a text, weighted: 24 characters may be a plain block or one with 14.9 bits above."""
