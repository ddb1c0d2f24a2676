"""How many threads an account has at once, from a few bits.

Time is cut into slots. In each slot a thread sets one bit of a small map, and how many different
threads there were follows from how many bits are set (linear counting: Whang, Vander-Zanden and
Taylor, 1990). Maps of several processes are joined by OR, so nobody counts a thread twice. With
512 bits the standard error is under one thread up to 30 threads, and under 4% at 255.
"""

import math

SLOT_S = 30
BITS = 512
MOST = 255

_MASK = BITS - 1
# Distinct threads by the number of bits that are set.
_DISTINCT = tuple(
    min(MOST, round(-BITS * math.log(1 - number / BITS))) if number < BITS else MOST
    for number in range(BITS + 1)
)


def slot_of(now_s: float) -> int:
    """The number of the slot that a time lies in."""
    return int(now_s) // SLOT_S


def bit_of(thread: int) -> int:
    """The map of a single thread; an unknown thread, 0, has none.

    Args:
        thread: a hash of it, whose low bits are even.
    """
    return 1 << (thread & _MASK) if thread else 0


def distinct(bits: int) -> int:
    """How many threads set these bits; at most 255."""
    return _DISTINCT[bits.bit_count()]
