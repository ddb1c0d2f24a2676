"""How often a group of checks is broken, account by account.

A check is stored when a conversation shows it for the first time, so what is counted is families: a
conversation with its sub-agents is asked once.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Evidence, Exhibit, Frame, Tables, collect
from stillwatch.signals.share_model import ShareModel

EXHIBITS = 4


@dataclass(frozen=True)
class Detail:
    """One way in which checks are broken: in how many families, and one exchange that shows it."""

    name: str
    families: int
    exchange: str


@dataclass(frozen=True)
class Asked:
    """An account's answers to one group of checks.

    Attributes:
        asked: families to which the checks apply.
        broken: those in which at least one is broken.
        details: the ways, most frequent first.
    """

    account: str
    asked: int
    broken: int
    details: tuple[Detail, ...]

    @property
    def share(self) -> float:
        """Broken families among those asked."""
        return self.broken / self.asked

    def numbers(self) -> dict[str, float]:
        """The figures for `Evidence.numbers`."""
        return {"asked": self.asked, "broken": self.broken, "share": self.share}

    def named(self, words: dict[str, str]) -> str:
        """The ways in words, most frequent first: "in 3 the version differs, in 1 ..."."""
        return ", ".join(
            f"in {detail.families} {words.get(detail.name, detail.name)}"
            for detail in self.details[:EXHIBITS]
        )

    def exhibits(self, words: dict[str, str]) -> tuple[Exhibit, ...]:
        """One exchange for each of the most frequent ways."""
        return tuple(
            Exhibit(detail.exchange, words.get(detail.name, detail.name))
            for detail in self.details[:EXHIBITS]
        )


@dataclass(frozen=True)
class Wording:
    """How a signal speaks of a group of checks.

    Attributes:
        ways: what each broken check is, by its name, to follow "in 3".
        agrees: follows "In all 5 conversations" where none is broken.
        differs: follows "In 3 of 5 conversations" where some are; the ways come after it.
        innocent_twin: the honest explanation.
    """

    ways: dict[str, str]
    agrees: str
    differs: str
    innocent_twin: str

    def sentence(self, asked: Asked) -> str:
        """What is said of an account."""
        if not asked.broken:
            return f"In {among(0, asked.asked)} {self.agrees}."
        return f"In {among(asked.broken, asked.asked)} {self.differs}: {asked.named(self.ways)}."


def contradictions(
    tables: Tables, group: str, signal: str, model: ShareModel, wording: Wording
) -> list[Evidence]:
    """Evidence of a signal that asks one group of checks, for every account to which any applies.

    Args:
        tables: what to read.
        group: the group of checks.
        signal: id of the signal.
        model: weighs the broken share.
        wording: how to say it.
    """
    return [
        Evidence(
            signal=signal,
            family="contradiction",
            account=asked.account,
            log10_lr=model.log10_lr(asked.broken, asked.asked),
            says=wording.sentence(asked),
            innocent_twin=wording.innocent_twin,
            exhibits=asked.exhibits(wording.ways),
            numbers=asked.numbers(),
        )
        for asked in broken_checks(tables, group)
    ]


def among(count: int, all_of_them: int, noun: str = "conversation") -> str:
    """So many of so many, in words: "the only conversation", "all 5 conversations", "2 of 5 ..."."""
    if all_of_them == 1:
        return f"the only {noun}"
    which = f"all {all_of_them}" if count in (0, all_of_them) else f"{count} of {all_of_them}"
    return f"{which} {noun}s"


def broken_checks(tables: Tables, group: str) -> list[Asked]:
    """Answers to the checks of a group, for every account to which any applies, sorted."""
    checks = tables.checks.filter((nw.col("check") == group) & ~nw.col("family").is_null())
    counts = collect(_counts(checks)).to_pylist()
    ways: dict[str, list[Detail]] = defaultdict(list)
    for row in collect(_ways(checks)).to_pylist():
        ways[row["account"]].append(Detail(row["detail"], row["families"], row["exchange"]))
    return sorted((_asked(row, ways[row["account"]]) for row in counts), key=lambda a: a.account)


def _counts(checks: Frame) -> Frame:
    flags = checks.with_columns(broken=(~nw.col("held")).cast(nw.Int64))
    families = flags.group_by("account", "family").agg(nw.col("broken").max())
    return families.group_by("account").agg(
        nw.len().cast(nw.Int64).alias("asked"), nw.col("broken").sum().cast(nw.Int64)
    )


def _ways(checks: Frame) -> Frame:
    return (
        checks.filter(~nw.col("held") & ~nw.col("detail").is_null())
        .group_by("account", "detail")
        .agg(
            nw.col("family").n_unique().cast(nw.Int64).alias("families"),
            nw.col("exchange").min(),
        )
    )


def _asked(row: dict[str, Any], ways: list[Detail]) -> Asked:
    ordered = sorted(ways, key=lambda detail: (-detail.families, detail.name))
    return Asked(row["account"], row["asked"], row["broken"], tuple(ordered))
