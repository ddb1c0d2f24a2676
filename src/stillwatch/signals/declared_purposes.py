"""What a declared use covers: purposes that accounts tell the provider, and what they may ask for.

`declared_use` in the accounts file is a free word of the operator's. It is recognised by stems; a
use that nothing here recognises says nothing. As of 2026-11; evaluation and data making are the
licensed purposes that look most like a harvest (the twins of CISA's indicators, AA26-251A).
"""

from dataclasses import dataclass

import narwhals.stable.v2 as nw

from stillwatch.signals.model import Tables, collect
from stillwatch.traits.intents import Intent


@dataclass(frozen=True)
class Purpose:
    """One declared purpose.

    Attributes:
        name: in a word or two.
        stems: how it is recognised: any of these in the declared use, in lower case.
        covers: what it explains.
        because: why.
    """

    name: str
    stems: tuple[str, ...]
    covers: Intent
    because: str


PURPOSES: tuple[Purpose, ...] = (
    Purpose(
        "synthetic data",
        ("synthetic", "training data", "data generation", "distill", "fine-tun", "finetun"),
        Intent.ROWS | Intent.CLEAN | Intent.GRADE | Intent.COMPARE | Intent.REASONING,
        "rows are made, filtered by grades and cleaned; reasoning where the licence says so",
    ),
    Purpose(
        "red team",
        ("red team", "red-team", "safety test", "security research", "adversarial"),
        Intent.EXCUSE | Intent.MEMORY | Intent.RECONSTRUCT | Intent.REASONING | Intent.GRADE,
        "testers try the techniques of an attacker and grade what comes back",
    ),
    Purpose(
        "evaluation",
        ("evaluat", "benchmark", "assessment", "quality", "monitor", "regression", "grading"),
        Intent.GRADE | Intent.COMPARE | Intent.REASONING,
        "answers are graded and compared, reasoning is kept beside the grade",
    ),
    Purpose(
        "annotation",
        ("annotat", "label", "moderation", "classif"),
        Intent.GRADE | Intent.COMPARE | Intent.CLEAN,
        "labels are grades and choices over many texts of one form",
    ),
    Purpose(
        "audit",
        ("audit", "complian", "explainab"),
        Intent.REASONING | Intent.GRADE,
        "reasoning is recorded because somebody must be able to check it",
    ),
)


def purpose_of(declared: str | None) -> Purpose | None:
    """The purpose that a declared use names, the first that fits, or None."""
    words = (declared or "").lower().replace("_", " ")
    spaced = words.replace("-", " ")
    return next(
        (one for one in PURPOSES if any(stem in words or stem in spaced for stem in one.stems)),
        None,
    )


def purposes_by_account(tables: Tables) -> dict[str, Purpose]:
    """The recognised purposes of accounts that declare one."""
    declared = tables.accounts.filter(~nw.col("declared_use").is_null())
    table = collect(declared.select("account", "declared_use"))
    pairs = zip(table["account"].to_pylist(), table["declared_use"].to_pylist(), strict=True)
    return {account: purpose for account, use in pairs if (purpose := purpose_of(use))}


def covered_by_account(tables: Tables) -> dict[str, int]:
    """By account with a recognised purpose, the intents that it covers, as bits."""
    return {name: int(purpose.covers) for name, purpose in purposes_by_account(tables).items()}
