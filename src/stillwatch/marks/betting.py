"""Evidence that an install stands behind an account, added up over requests.

Under the null the account's texts are not made with the install's key. The same text seen again
proves nothing new, and an account that sends many different texts has many chances. So for every
pair the lasting parts give an average of e-values over the account's distinct readings, weighted
1/(t (t + 1)) for the t-th, which is an e-value whatever the dependence between them. The lines of
turns that are new are fresh coins each time; their e-values multiply. At any time, the chance that
a pair's value ever exceeds x is at most 1/x (Ville's inequality); `log10_e` also pays for the
number of installs that the pair was chosen from.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field

from scipy.special import betainc, betaln

from stillwatch.marks.match import Decision, Sender, same_owner
from stillwatch.marks.read import Reading

MOST_READINGS = 4096
"""Distinct readings of an account that are remembered; later ones are no evidence."""
MOST_TURNS = 65_536
SURE_LOG10 = 9.0
_NONE = -math.inf


@dataclass(slots=True)
class _Account:
    """Distinct readings so far, each with its place."""

    readings: dict[tuple[int, int], int] = field(default_factory=dict)


@dataclass(slots=True)
class _Pair:
    """An install behind an account."""

    lasting_log10: float = _NONE
    counted: set[int] = field(default_factory=set)
    turns: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    agreed: int = 0
    differed: int = 0


class Bets:
    """Keeps the evidence for every pair of account and install that was ever matched.

    Args:
        candidates: number of installs that a match is chosen from.
    """

    def __init__(self, candidates: int) -> None:
        self._paid = math.log10(max(1, candidates))
        self._accounts: dict[str, _Account] = {}
        self._pairs: dict[tuple[str, str], _Pair] = {}
        self._owners: dict[str, set[str]] = {}

    def add(self, sender: Sender, reading: Reading, decision: Decision) -> float:
        """Count a request; log10 of the evidence for the pair afterwards, 0 without a match.

        Every request must be counted, also those whose seal matched nobody.
        """
        place = self._place(sender.account, reading)
        if decision.install is None:
            return 0.0
        install = decision.install.install
        pair = self._pairs.setdefault((sender.account, install), _Pair())
        if place and place not in pair.counted:
            pair.counted.add(place)
            weight = -math.log10(place * (place + 1))
            value = bet_log10(decision.agreed, decision.read - decision.agreed)
            pair.lasting_log10 = _sum_log10(pair.lasting_log10, value + weight)
        self._count_turns(pair, decision)
        total = self.log10_e(sender.account, install)
        if total >= SURE_LOG10 and not same_owner(decision.install, sender):
            owner = sender.organization or sender.account
            self._owners.setdefault(install, set()).add(owner)
        return total

    def log10_e(self, account: str, install: str) -> float:
        """log10 of the evidence that the install stands behind the account."""
        pair = self._pairs.get((account, install))
        if pair is None:
            return 0.0
        return pair.lasting_log10 + bet_log10(pair.agreed, pair.differed) - self._paid

    def owners_behind(self, install: str) -> int:
        """How many owners, other than its own, an install was surely seen behind."""
        return len(self._owners.get(install, ()))

    def _place(self, account: str, reading: Reading) -> int:
        """Which of the account's distinct readings this is, from 1; 0 past the last counted."""
        seen = self._accounts.setdefault(account, _Account()).readings
        said = (reading.bits, reading.known)
        if said not in seen and len(seen) >= MOST_READINGS:
            return 0
        return seen.setdefault(said, len(seen) + 1)

    def _count_turns(self, pair: _Pair, decision: Decision) -> None:
        for digest, agreed, read in decision.fresh.turns if decision.fresh else ():
            if digest not in pair.turns and len(pair.turns) < MOST_TURNS:
                pair.turns[digest] = None
                pair.agreed += agreed
                pair.differed += read - agreed


def bet_log10(agreed: int, differed: int) -> float:
    """log10 of the evidence of coins that agree with a key and coins that do not.

    The likelihood ratio against fair coins, averaged over all chances of agreement from 1/2 to 1:
    2^(n+1) B(a+1, d+1) (1 - I_{1/2}(a+1, d+1)).
    """
    a, d = agreed + 1, differed + 1
    share = float(betainc(d, a, 0.5))
    if share <= 0:
        return _NONE
    value = (agreed + differed + 1) * math.log(2) + float(betaln(a, d)) + math.log(share)
    return value / math.log(10)


def _sum_log10(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return high if low == _NONE else high + math.log10(1 + 10 ** (low - high))
