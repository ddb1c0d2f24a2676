"""More different people, homes, machines and languages than one developer has."""

import numpy as np
from numpy.typing import NDArray

from stillwatch.signals.betting import log10_odds
from stillwatch.signals.environments import LANGUAGE_FAMILIES, Environments, environments
from stillwatch.signals.headcount import count_people, people_words
from stillwatch.signals.identities import person_clusters
from stillwatch.signals.model import Evidence, Exhibit, Parameter, Signal, Tables
from stillwatch.signals.side_by_side import SideBySide, side_by_side

TWIN = (
    "One developer or contractor with a laptop, a work machine, a server and containers, under "
    "several user names: few of them, mostly tied by a git identity, and used one after the other."
)
PARAMETERS = {
    "further_name": Parameter(
        0.15, "share", "assumption, above the one developer of benchmarks/population (0.02 to 0.08)"
    ),
    "contractors": Parameter(0.1, "share", "assumption: people who work on clients' machines"),
    "further_name_contractor": Parameter(0.5, "share", "assumption"),
    "most_people": Parameter(64.0, "people", "several people: log-uniform from 2 to this many"),
    "switch_one_a": Parameter(1.0, "beta", "assumption: one person changes machine within a task"),
    "switch_one_b": Parameter(12.0, "beta", "as switch_one_a"),
    "switch_several_a": Parameter(1.5, "beta", "benchmarks/population, tuning settings"),
    "switch_several_b": Parameter(4.0, "beta", "as switch_several_a"),
    "switch_most": Parameter(1.0, "log10", "cap: the null rests on an assumption"),
    "switch_least": Parameter(-0.7, "log10", "cap, likewise"),
    "language_one": Parameter(0.25, "share", "assumption: chance of each further language"),
    "language_several": Parameter(0.6, "share", "assumption, for several people"),
    "language_most": Parameter(0.7, "log10", "cap: languages are only counted, and support"),
    "language_families": Parameter(
        LANGUAGE_FAMILIES, "conversations", "a language must be seen in so many"
    ),
    "most": Parameter(2.5, "log10", "cap"),
    "least": Parameter(-1.0, "log10", "cap"),
    "said_from": Parameter(0.1, "log10", "weaker evidence is not worth a line"),
}
_VALUE = {name: parameter.value for name, parameter in PARAMETERS.items()}
_EXHIBITS = 5

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def ask(tables: Tables) -> list[Evidence]:
    """Evidence for every account that shows whose machines it is used on."""
    clusters, beside = person_clusters(tables), side_by_side(tables)
    places = environments(tables, clusters, beside)
    weights = np.where(beside.turns.automated(), 0.0, _weights(places))
    people = count_people(clusters, beside)
    bounds = np.searchsorted(beside.turns.account, np.arange(len(weights) + 1))
    told = (np.abs(weights) >= _VALUE["said_from"]) & (places.clusters > 0)
    return [
        _evidence(
            beside,
            places,
            account,
            float(weights[account]),
            people_words(people[beside.turns.accounts[account]]),
            slice(int(bounds[account]), int(bounds[account + 1])),
        )
        for account in np.flatnonzero(told).tolist()
    ]


def _weights(places: Environments) -> Floats:
    several = places.clusters > 1
    switching = log10_odds(
        places.switches.astype(np.float64),
        places.pairs.astype(np.float64),
        (_VALUE["switch_several_a"], _VALUE["switch_several_b"]),
        (_VALUE["switch_one_a"], _VALUE["switch_one_b"]),
    )
    switching = np.clip(switching, _VALUE["switch_least"], _VALUE["switch_most"])
    total = _number(places) + np.where(several, switching + _languages(places.languages), 0.0)
    return np.clip(total, _VALUE["least"], _VALUE["most"])


def _number(places: Environments) -> Floats:
    """Odds of so many clusters: one person's names are geometric, several people log-uniform."""
    count = np.maximum(places.clusters, 1).astype(np.float64)
    usual, often = _VALUE["further_name"], _VALUE["further_name_contractor"]
    share = _VALUE["contractors"]
    one = (1 - share) * (1 - usual) * usual ** (count - 1)
    one = one + share * (1 - often) * often ** (count - 1)
    several = 1 / (count * np.log(_VALUE["most_people"] / 2))
    # One cluster in f families: with several people all f would have to fall on the same one.
    alone = one * np.maximum(0.1, 1 / np.maximum(places.shown, 1))
    odds: Floats = np.log10(np.where(count > 1, several, alone) / one)
    return odds


def _languages(languages: Ints) -> Floats:
    several, one = _VALUE["language_several"], _VALUE["language_one"]
    further = np.maximum(languages - 1, 0)
    odds = np.log10((1 - several) / (1 - one)) + further * np.log10(several / one)
    odds = np.clip(odds, 0.0, _VALUE["language_most"])
    supported: Floats = odds
    return supported


def _evidence(
    beside: SideBySide,
    places: Environments,
    account: int,
    weight: float,
    people: str,
    turns: slice,
) -> Evidence:
    return Evidence(
        signal=SIGNAL.id,
        family=SIGNAL.family,
        account=beside.turns.accounts[account],
        log10_lr=round(weight, 2),
        says=_sentence(places, account, people),
        innocent_twin=TWIN,
        exhibits=_exhibits(beside, places, turns),
        numbers={
            "clusters": int(places.clusters[account]),
            "families_shown": int(places.shown[account]),
            "hosts": int(places.hosts[account]),
            "git_identities": int(places.mails[account]),
            "languages": int(places.languages[account]),
            "switches": int(places.switches[account]),
            "pairs": int(places.pairs[account]),
        },
    )


def _sentence(places: Environments, account: int, people: str) -> str:
    clusters, languages = int(places.clusters[account]), int(places.languages[account])
    machines, pairs = int(places.hosts[account]), int(places.pairs[account])
    who = "1 person" if clusters == 1 else f"{clusters} people that nothing joins"
    where = f" on {machines} named {'machine' if machines == 1 else 'machines'}" if machines else ""
    spoken = f", writing in {languages} languages" if languages > 1 else ""
    turns = (
        f"; {places.switches[account]} of {pairs} times the next turn within ten minutes was "
        "somebody else's"
    )
    return (
        f"Tool traffic shows user names and git identities of {who}{where}{spoken}"
        f"{turns if pairs else ''}. Estimate: {people}."
    )


def _exhibits(beside: SideBySide, places: Environments, turns: slice) -> tuple[Exhibit, ...]:
    """The first typed turn of each of the first few people."""
    cluster = places.turn_cluster[turns]
    people, first = np.unique(cluster, return_index=True)
    found = sorted(first[people >= 0].tolist())[:_EXHIBITS]
    return tuple(
        Exhibit(
            beside.turns.exchange[turns.start + place].as_py(),
            f"a conversation of person {number} of those told apart",
        )
        for number, place in enumerate(found, start=1)
    )


SIGNAL = Signal(
    id="distinct-environments",
    title="More people and machines than one developer has",
    question="Does tool traffic show more different people than one developer's machines explain?",
    family="plurality",
    exact=False,
    null_model=(
        "User names and git identities that are seen together belong to one person. One developer "
        "leaves a second name that nothing joins now and then, a contractor more often (a mixture "
        "of geometric laws); several people are log-uniform from 2 to 64. How often typing goes "
        "from one to another within ten minutes, and how many languages are written, is added."
    ),
    innocent_twin=TWIN,
    gaps=(
        "Chats without tools show nothing. People who only work in containers with everybody's "
        "user name are not seen. Two people with one user name count as one. An open team with "
        "one key is several people too: that is no offence by itself. The share of names that "
        "nothing joins is an assumption; nobody has published it."
    ),
    references=(
        "benchmarks/population: a documented generator, and what it assumes",
        "Times of typed turns of real developers (benchmarks/data/README.md)",
    ),
    ask=ask,
    parameters=PARAMETERS,
)
