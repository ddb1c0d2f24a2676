"""How many people stand behind an account: a lower bound, and where tools show it, an estimate.

Person clusters (`identities.py`) are animals, families of conversations are captures. Chao's
estimator (1984, 1987) adds those never seen from how many were seen once and twice. On top comes
what capture-recapture does not know: two names of one person that were never seen together, and
two people with one name. That part of the interval was fitted on made-up populations
(`benchmarks/people.py --fit`) and is reported on others.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stillwatch.signals.concurrent_threads import weigh
from stillwatch.signals.identities import Clusters, person_clusters
from stillwatch.signals.model import Tables
from stillwatch.signals.side_by_side import SideBySide, side_by_side
from stillwatch.signals.typed_turns import TypedTurns

NORMAL_90 = 1.645
TYPED_TURNS_AN_HOUR = 120
"""More typed turns in an hour than one person manages. The most of a real developer is 40, or 90
where the client counts to the minute (agent_sessions_devs, see benchmarks/data/README.md)."""
SEVERAL_FROM = 1.5
"""From this weight of concurrent-threads on there are two people at least: none of 100,000 honest
accounts reached it (`benchmarks/calibrate.py`)."""
SHOWN_SHARE = 0.25
"""Where fewer families than this show a person, there is no upper bound."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Links:
    """How far clusters are from people: some have two, some share one.

    Attributes:
        variance: of clusters per person.
        spread: standard deviation, between accounts, of the logarithm of mean clusters per person.
        chats: how much the logarithm of the number of people grows with the share of conversations
            without tools above `usual_chats`: who only ever chats is seen by nobody.
        usual_chats: that share among people who do use tools.
    """

    variance: float
    spread: float
    chats: float = 0.8
    usual_chats: float = 0.15


LINKS = Links(variance=0.1, spread=0.16)
"""Wider than the narrowest that held 90% in every cell of `benchmarks/people.py --fit`, because
real populations will differ from made-up ones."""


@dataclass(frozen=True)
class Headcount:
    """How many people, with a 90% interval.

    Attributes:
        low: at least so many.
        best: the estimate, or None where nothing shows who types.
        high: at most so many, or None where the traffic cannot tell.
        clusters: person clusters that were seen.
        families: conversations with their sub-agents.
        families_shown: those of them that show a person.
        rests_on: one sentence.
    """

    low: int
    best: int | None
    high: int | None
    clusters: int
    families: int
    families_shown: int
    rests_on: str


@dataclass(frozen=True)
class _Seen:
    """What was seen, one value an account."""

    clusters: Floats
    once: Floats
    twice: Floats
    families_shown: Floats
    chat_share: Floats


def estimate(tables: Tables) -> dict[str, Headcount]:
    """Count the people behind every account that sent anything."""
    return count_people(person_clusters(tables), side_by_side(tables))


def count_people(
    clusters: Clusters, beside: SideBySide, links: Links = LINKS
) -> dict[str, Headcount]:
    """As `estimate`, from parts that other signals have made already."""
    accounts = beside.turns.accounts
    seen = _seen(clusters, beside.turns)
    low, best, high = _interval(seen, links)
    typed = _typing(beside)
    automated = beside.turns.automated()
    return {
        name: _headcount(
            seen=(
                int(seen.clusters[i]),
                int(beside.turns.families[i]),
                int(seen.families_shown[i]),
            ),
            typed=int(typed[i]),
            interval=(int(low[i]), round(float(best[i])), int(high[i])),
            automated=bool(automated[i]),
        )
        for i, name in enumerate(accounts)
    }


def _seen(clusters: Clusters, turns: TypedTurns) -> _Seen:
    accounts = turns.accounts
    place = {name: position for position, name in enumerate(accounts)}
    account = np.array([place[name] for name in clusters.accounts], np.int64)
    of = account[clusters.cluster_account] if len(account) else np.zeros(0, np.int64)

    def total(values: NDArray[np.generic]) -> Floats:
        return np.bincount(of, values, minlength=len(accounts)).astype(np.float64)

    shown = total(clusters.families)
    return _Seen(
        clusters=total(np.ones(len(of))),
        once=total(clusters.families == 1),
        twice=total(clusters.families == 2),
        families_shown=shown,
        chat_share=1 - np.maximum(turns.tool_families, shown) / np.maximum(turns.families, 1),
    )


def _typing(beside: SideBySide) -> Floats:
    """How many pairs of hands the typing alone needs, at least."""
    pace = np.ceil(beside.busiest_hour / TYPED_TURNS_AN_HOUR)
    several = np.where(weigh(beside) >= SEVERAL_FROM, 2.0, 1.0)
    return np.maximum(np.maximum(beside.at_once - 1, pace), several)


def _interval(seen: _Seen, links: Links) -> tuple[Floats, Floats, Floats]:
    """Low, best and high for every account.

    The unseen follow bias-corrected Chao1 with the variance of EstimateS (Colwell 2013, appendix B)
    and a log-normal interval (Chao 1987); the uncertainty of links is added on the log scale.
    """
    count, once, twice, shown = seen.clusters, seen.once, seen.twice, seen.families_shown
    more = once * (once - 1) / (2 * (twice + 1))
    unseen = np.where(shown > 0, (shown - 1) / np.maximum(shown, 1), 0.0) * more
    variance = (
        more
        + once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
        + once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    )
    squared = np.divide(variance, unseen**2, out=np.zeros_like(unseen), where=unseen > 0)
    factor = np.exp(NORMAL_90 * np.sqrt(np.log1p(squared)))
    unshown = np.exp(links.chats * np.maximum(seen.chat_share - links.usual_chats, 0))
    counted = np.maximum(count + unseen, 1)
    best = 1 + (counted - 1) * unshown  # one person may chat, too
    link = NORMAL_90 * np.sqrt(links.variance / best + links.spread**2)
    down = np.hypot(np.log(counted / np.maximum(count + unseen / factor, 1)), link)
    up = np.hypot(np.log(np.maximum(count + unseen * factor, 1) / counted), link)
    return np.maximum(np.floor(best * np.exp(-down)), 1.0), best, np.ceil(best * np.exp(up))


def _headcount(
    *,
    seen: tuple[int, int, int],
    typed: int,
    interval: tuple[int, int, int],
    automated: bool,
) -> Headcount:
    clusters, families, shown = seen
    low, best, high = interval
    if automated:
        rests_on = f"None of the {families} conversations looks typed, so people cannot be counted."
        return Headcount(1, None, None, clusters, families, shown, rests_on)
    if not clusters:
        rests_on = f"None of the {families} conversations shows who types; the bound is how fast."
        return Headcount(typed, None, None, clusters, families, shown, rests_on)
    bounded = shown >= SHOWN_SHARE * families
    rests_on = (
        f"{clusters} different {'person is' if clusters == 1 else 'people are'} seen in {shown} of "
        f"{families} conversations; names that were never seen together may still be one person."
    )
    low = max(low, typed)
    top = max(high, low) if bounded else None
    return Headcount(low, max(best, low), top, clusters, families, shown, rests_on)


def people_words(people: Headcount) -> str:
    """A head count in words: `about 14 people (9 to 22)`."""
    if people.best is None:
        return f"at least {people.low} {_noun(people.low)}"
    if people.high is None:
        return f"about {people.best} {_noun(people.best)} (at least {people.low})"
    if people.low == people.high:
        return f"{people.best} {_noun(people.best)}"
    return f"about {people.best} {_noun(people.best)} ({people.low} to {people.high})"


def _noun(count: int) -> str:
    return "person" if count == 1 else "people"
