"""Who shares what: the bipartite graph of owners and things that groups are formed from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from stillwatch.linking.minhash import Ints

Floats = NDArray[np.float64]
KIND = "<U10"


@dataclass(frozen=True)
class Ties:
    """Which owner shares which thing; one row each, ordered by thing and owner.

    Attributes:
        kinds: the kind of each thing.
        names: what is shared (int64): the template, or the smallest artefact or text.
        log10_lr: what sharing it tells.
        leads: whether it may bring other things together; short wording only follows.
        thing: positions of things.
        owner: owners as in `link_bearers` (int64).
        first, last: of the owner's conversations with the thing, the smallest and the largest
            name; equal if there was one conversation only.
    """

    kinds: NDArray[np.str_]
    names: Ints
    log10_lr: Floats
    leads: NDArray[np.bool_]
    thing: Ints
    owner: Ints
    first: Ints
    last: Ints

    def only(self, held: NDArray[np.bool_]) -> "Ties":
        """Some of the ties; things keep their positions."""
        return replace(
            self,
            thing=self.thing[held],
            owner=self.owner[held],
            first=self.first[held],
            last=self.last[held],
        )


def joined(parts: Sequence[Ties]) -> Ties:
    """The ties of all parts in one."""
    sizes = np.cumsum([0, *(len(part.names) for part in parts)])
    return Ties(
        np.concatenate([part.kinds for part in parts]),
        np.concatenate([part.names for part in parts]),
        np.concatenate([part.log10_lr for part in parts]),
        np.concatenate([part.leads for part in parts]),
        np.concatenate([part.thing + size for part, size in zip(parts, sizes, strict=False)]),
        np.concatenate([part.owner for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.last for part in parts]),
    )
