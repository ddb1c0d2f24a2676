"""The one source of chance: every draw comes from the scenario's seed and the name of its purpose.

So the same seed gives the same bytes whatever the number of processes, and a new part of the range
does not shift the draws of the others.
"""

import random
from hashlib import blake2b

Name = str | int


def seed_for(seed: int, *names: Name) -> int:
    """A seed of 64 bits for a purpose.

    Args:
        seed: the scenario's seed, or one made by this function.
        names: what the seed is for, from the general to the particular.
    """
    digest = blake2b(repr((seed, *names)).encode(), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def draw_for(seed: int, *names: Name) -> random.Random:
    """A generator for a purpose; arguments as for `seed_for`."""
    return random.Random(seed_for(seed, *names))  # noqa: S311  repeatable chance, not a secret
