"""All verdicts of a hunt: one for every account, one for every pool and campaign."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import narwhals.stable.v2 as nw
from msgspec import structs

from stillwatch.signals import headcount
from stillwatch.signals.model import Evidence, Exhibit, Signal
from stillwatch.store.frames import Frame, Tables, collect
from stillwatch.verdicts.campaigns import Judged, judge, sure_members, with_membership
from stillwatch.verdicts.decide import Decision, decide
from stillwatch.verdicts.groups import groups
from stillwatch.verdicts.ledger import REVIEW
from stillwatch.verdicts.model import People, Subject, Verdict
from stillwatch.verdicts.pools import pools

Asked = Callable[[Signal], None]


def verdicts(
    tables: Tables,
    signals: Sequence[Signal],
    asked: Asked = lambda _signal: None,
    *,
    watched: bool = False,
) -> tuple[Verdict, ...]:
    """Ask every signal and decide on every account, pool and campaign.

    Args:
        tables: what to read.
        signals: whom to ask.
        asked: told of each signal once it has answered.
        watched: correct for looking at the same store again and again.

    Returns:
        Verdicts, strongest first; a group stands before its accounts.
    """
    evidence = _ask(tables, signals, asked)
    facts = collect(_facts(tables)).to_pylist()
    people = _people(tables)
    by_account = {
        fact["account"]: _of_account(fact, evidence[fact["account"]], people.get(fact["account"]))
        for fact in facts
    }
    convicted = {name for name, verdict in by_account.items() if verdict.grade == "pool"}
    lines = [line for name in convicted for line in evidence[name]]
    pooled = pools(lines, REVIEW)
    judged = judge(groups(tables), evidence, watched=watched)
    campaigns = {name: one for name, one in judged.items() if not _explained(one, pooled.values())}
    crowd, sizes = _of_groups(tables, pooled | _members(campaigns))
    grouped = [
        _of_pool(name, members, by_account, crowd.get(name), sizes[name])
        for name, members in pooled.items()
    ]
    grouped += [
        _of_campaign(name, one, crowd.get(name), sizes[name]) for name, one in campaigns.items()
    ]
    for name, one in campaigns.items():
        for member in one.campaign.members:
            own = by_account[member.account]
            by_account[member.account] = with_membership(own, name, one)
    return tuple(sorted([*grouped, *by_account.values()], key=_strength))


def _explained(judged: Judged, pooled: Iterable[tuple[str, ...]]) -> bool:
    """Whether a pool that was found says already why the work of a group is dealt out."""
    members = set(sure_members(judged.campaign))
    open_question = judged.decision.verdict == "undecided"
    return open_question and any(members <= set(pool) for pool in pooled)


def _members(campaigns: Mapping[str, Judged]) -> dict[str, tuple[str, ...]]:
    return {name: sure_members(one.campaign) for name, one in campaigns.items()}


def _ask(
    tables: Tables, signals: Sequence[Signal], asked: Asked
) -> Mapping[str, tuple[Evidence, ...]]:
    found: dict[str, list[Evidence]] = defaultdict(list)
    for signal in signals:
        for line in signal.ask(tables):
            found[line.account].append(line)
        asked(signal)
    ordered = {
        subject: tuple(sorted(lines, key=lambda line: (-line.log10_lr, line.signal)))
        for subject, lines in found.items()
    }
    return defaultdict(tuple, ordered)


def _people(tables: Tables) -> Mapping[str, People]:
    counted = headcount.estimate(tables)
    return {
        account: People(low=people.low, best=people.best, high=people.high)
        for account, people in counted.items()
    }


def _of_groups(
    tables: Tables, members: Mapping[str, tuple[str, ...]]
) -> tuple[Mapping[str, People], Mapping[str, tuple[int, int]]]:
    """People, and numbers of exchanges and threads, of every group taken as one account."""
    if not members:
        return {}, {}
    pooled = _pooled(tables, members)
    facts = collect(_facts(pooled)).to_pylist()
    sizes = {fact["account"]: (fact["exchanges"], fact["threads"]) for fact in facts}
    return _people(pooled), sizes


def _facts(tables: Tables) -> Frame:
    """By account: how many exchanges and threads, and whether it may resell."""
    counts = tables.exchanges.group_by("account").agg(
        nw.len().alias("exchanges"), nw.col("thread").n_unique().alias("threads")
    )
    licences = tables.accounts.group_by("account").agg(
        nw.col("licensed_reseller").max().alias("licensed_reseller")
    )
    return counts.join(licences, on="account", how="left")


def _of_account(
    fact: Mapping[str, object], evidence: tuple[Evidence, ...], people: People | None
) -> Verdict:
    name = str(fact["account"])
    decision = decide(evidence, licensed_reseller=bool(fact["licensed_reseller"]))
    subject = Subject(kind="account", id=name, accounts=(name,))
    sizes = (int(str(fact["exchanges"])), int(str(fact["threads"])))
    return _verdict(subject, decision, evidence, people, sizes)


def _of_pool(
    name: str,
    members: tuple[str, ...],
    accounts: Mapping[str, Verdict],
    people: People | None,
    sizes: tuple[int, int],
) -> Verdict:
    """A pool is as sure as its surest member: they rest on the same artefacts."""
    verdicts_of = [accounts[member] for member in members]
    evidence = _merged([line for verdict in verdicts_of for line in verdict.evidence])
    strongest = max(verdicts_of, key=lambda verdict: verdict.log10_e)
    subject = Subject(kind="campaign", id=name, accounts=members)
    decision = Decision(
        strongest.verdict,
        strongest.grade,
        strongest.level,
        strongest.log10_e,
        strongest.ledger,
        f"{len(members)} accounts of different owners are used as one. {strongest.because}",
        strongest.would_change,
    )
    return _verdict(subject, decision, evidence, people, sizes)


def _of_campaign(
    name: str, judged: Judged, people: People | None, sizes: tuple[int, int]
) -> Verdict:
    subject = Subject(kind="campaign", id=name, accounts=sure_members(judged.campaign))
    verdict = _verdict(subject, judged.decision, judged.evidence, people, sizes)
    return structs.replace(verdict, campaign=judged.campaign)


def _verdict(
    subject: Subject,
    decision: Decision,
    evidence: tuple[Evidence, ...],
    people: People | None,
    sizes: tuple[int, int],
) -> Verdict:
    return Verdict(
        subject=subject,
        verdict=decision.verdict,
        grade=decision.grade,
        level=decision.level,
        log10_e=decision.log10_e,
        people=people,
        evidence=evidence,
        ledger=decision.ledger,
        because=decision.because,
        would_change=decision.would_change,
        exchanges=sizes[0],
        threads=sizes[1],
    )


def _merged(lines: list[Evidence]) -> tuple[Evidence, ...]:
    """The strongest line of every signal among a pool's members, with exhibits of all of them."""
    by_signal: dict[str, list[Evidence]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (-line.log10_lr, line.account)):
        by_signal[line.signal].append(line)
    merged = []
    for same in by_signal.values():
        exhibits: dict[Exhibit, None] = dict.fromkeys(one for line in same for one in line.exhibits)
        first = same[0]
        merged.append(
            Evidence(
                first.signal,
                first.family,
                first.account,
                first.log10_lr,
                f"{first.account}: {first.says}",
                first.innocent_twin,
                tuple(exhibits)[:8],
                first.linked,
                first.numbers,
            )
        )
    return tuple(merged)


def _pooled(tables: Tables, groups_of: Mapping[str, tuple[str, ...]]) -> Tables:
    """The same tables with a pool's accounts as one, so that its people are counted once."""

    def renamed(frame: Frame) -> Frame:
        return nw.concat(
            [
                frame.filter(nw.col("account").is_in(members)).with_columns(account=nw.lit(name))
                for name, members in groups_of.items()
            ]
        )

    return replace(
        tables,
        exchanges=renamed(tables.exchanges),
        issued=renamed(tables.issued),
        presented=renamed(tables.presented),
        facts=renamed(tables.facts),
        checks=renamed(tables.checks),
        seals=renamed(tables.seals),
        sealed_ids=renamed(tables.sealed_ids),
        accounts=renamed(tables.accounts),
    )


def _strength(verdict: Verdict) -> tuple[float, int, str]:
    order = {"act": 0, "review": 1, "none": 2}[verdict.level]
    kind = 0 if verdict.subject.kind == "campaign" else 1
    return (order, kind, f"{-verdict.log10_e:+09.2f} {verdict.subject.id}")
