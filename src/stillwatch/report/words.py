"""The plain words and numbers in which the page and the terminal speak of verdicts.

Both faces take their sentences from here, so that the same verdict reads the same everywhere.
"""

from datetime import UTC, datetime
from typing import Final

from stillwatch.signals.model import Evidence
from stillwatch.verdicts.campaigns import MEMBER
from stillwatch.verdicts.model import Document, Level, People, Verdict

ACT_FROM: Final = 5.0
REVIEW_FROM: Final = 3.0

LEVEL_WORDS: Final[dict[Level, str]] = {"act": "Act", "review": "Review", "none": "No action"}

_LEVEL_ORDER: Final[dict[Level, int]] = {"act": 0, "review": 1, "none": 2}
_VERDICT_ORDER: Final = {"harvest": 0, "relay": 0, "undecided": 1, "ordinary": 2}
_GRADE_TITLES: Final = {"pool": "Resale pool", "shared": "Shared account", "team": "Open team"}
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_RESALE_SIDES: Final = ("if access is resold", "if it is not resold")
_HARVEST_SIDES: Final = ("if answers are collected for training", "if they are not")
_OPERATED_SIDES: Final = ("if one operator runs them", "if nobody does")
_HARVEST_FAMILIES: Final = ("extraction", "coordination")
_STRANGE: Final = "\N{REPLACEMENT CHARACTER}"
_MOST_ODDS: Final = 6.0


def plain(text: str) -> str:
    """Text from outside, made safe to show on one line.

    Line breaks and tabs become spaces. Control characters, terminal escapes, marks that turn the
    writing direction and invisible characters become a visible replacement character.
    """
    spaced = "".join(" " if letter.isspace() else letter for letter in text)
    return "".join(letter if letter.isprintable() else _STRANGE for letter in spaced)


def shorten(text: str, most: int) -> str:
    """The text, or as much of its beginning as fits into `most` characters, cut at a word."""
    if len(text) <= most:
        return text
    cut = text[: most - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > most // 2 else cut).rstrip(" ,;:") + "…"


def short_id(name: str, most: int) -> str:
    """An id cut in its middle, since ids differ at their ends."""
    if len(name) <= most:
        return name
    tail = (most - 1) // 2
    return f"{name[: most - 1 - tail]}…{name[-tail:]}"


def number(value: float) -> str:
    """A count with thousands set apart."""
    return f"{value:,.0f}"


def count(n: int, one: str, many: str = "") -> str:
    """A number with its noun: `three accounts`, `12 accounts`, `one person`."""
    figure = _NUMBERS[n] if 0 <= n < len(_NUMBERS) else number(n)
    return f"{figure} {one if n == 1 else many or one + 's'}"


def weight(log10: float) -> str:
    """A base-10 logarithm with its sign, to one digit."""
    rounded = round(log10, 1)
    if rounded == 0:
        return "0.0"
    return f"{'+' if rounded > 0 else '−'}{abs(rounded):.1f}"  # noqa: RUF001 - a true minus sign


def odds(line: Evidence) -> str:
    """What the log10 likelihood ratio of a line of evidence means, in words."""
    size = abs(line.log10_lr)
    if size < 0.1:
        return "says next to nothing either way"
    sides = _HARVEST_SIDES if line.family in _HARVEST_FAMILIES else _RESALE_SIDES
    if line.family == "infrastructure":
        sides = _OPERATED_SIDES
    side = sides[line.log10_lr < 0]
    if size > _MOST_ODDS:
        return f"more than a million times likelier {side}"
    ratio = 10**size
    digits = 1 if ratio < 10 else -max(0, int(size) - 1)
    return f"about {round(ratio, digits):,.{max(0, digits)}f} times likelier {side}"


def people(estimate: People | None) -> str:
    """How many people, with the interval."""
    if estimate is None:
        return "not estimated"
    if estimate.best is None or estimate.high is None:
        return f"at least {estimate.low}"
    if estimate.low == estimate.high:
        return str(estimate.best)
    return f"{estimate.low} to {estimate.high}, best {estimate.best}"


_TIES: Final = {
    "template": "Wording",
    "retry": "A text that failed and was sent again elsewhere",
    "provenance": "Conversations that moved",
}


def tie_words(kind: str) -> str:
    """What accounts of a group share, in words."""
    return _TIES.get(kind, kind)


def moment(ts_us: int) -> str:
    """A time in words, to the minute, UTC."""
    when = datetime.fromtimestamp(ts_us / 1_000_000, UTC)
    return f"{when.day} {when:%b %Y, %H:%M} UTC"


def day(ts_us: int) -> str:
    """A date in words, UTC."""
    when = datetime.fromtimestamp(ts_us / 1_000_000, UTC)
    return f"{when.day} {when:%B %Y}"


def kind(verdict: Verdict) -> str:
    """The verdict in one or two words: `Resale pool`, `Open team`, `Cannot tell`."""
    if verdict.verdict == "relay" or (verdict.verdict, verdict.grade) == ("ordinary", "team"):
        return _GRADE_TITLES.get(verdict.grade or "", "Resale")
    return {"harvest": "Harvest", "undecided": "Cannot tell"}.get(verdict.verdict, "Ordinary")


def subject_word(verdict: Verdict) -> str:
    """What the subject is: `Account`, `Pool` or `Campaign`."""
    if verdict.subject.kind == "account":
        return "Account"
    return "Pool" if verdict.grade == "pool" else "Campaign"


def sentence(verdict: Verdict) -> str:
    """The verdict in one sentence, with a second one where it is not sure."""
    said = _claim(verdict)
    if verdict.level == "review":
        return f"{said} That is likely, but not sure enough to act on alone."
    return said


def _claim(verdict: Verdict) -> str:
    group = verdict.subject.kind == "campaign"
    these = f"these {count(len(verdict.subject.accounts), 'account')}" if group else "this account"
    others = "" if group else " and others"
    claims = {
        ("relay", "pool"): f"One operator sells access on through {these}{others}.",
        ("relay", "shared"): f"Several people use {these}, and that is being concealed.",
        ("ordinary", "team"): f"Many people work through {these}, openly. That is no offence.",
        ("harvest", None): f"Answers are collected through {these} to train another model.",
        ("ordinary", None): "There is nothing here that ordinary use does not explain.",
    }
    unsure = "The data cannot tell what this is. No conclusion should be drawn."
    return claims.get((verdict.verdict, verdict.grade), unsure)


def by_weight(verdicts: tuple[Verdict, ...]) -> list[Verdict]:
    """Verdicts in the order in which a person should read them: what needs action first."""
    return sorted(
        verdicts,
        key=lambda v: (
            _LEVEL_ORDER[v.level],
            _VERDICT_ORDER[v.verdict],
            v.grade is None,
            -v.log10_e,
            v.subject.kind == "account",
            v.subject.id,
        ),
    )


def is_ordinary(verdict: Verdict) -> bool:
    """Whether there is nothing to read about a subject beyond its line in a table."""
    return verdict.verdict == "ordinary" and verdict.grade is None


def is_taken_along(verdict: Verdict) -> bool:
    """Whether an account stands where it does as a member of a campaign, which names it."""
    return any(line.signal == MEMBER for line in verdict.evidence)


def strongest(verdict: Verdict) -> str:
    """The sentence of the evidence that weighs most, on either side; may be empty."""
    line = max(verdict.evidence, key=lambda e: abs(e.log10_lr), default=None)
    return line.says if line else ""


def headline(document: Document) -> str:
    """The whole answer in a sentence or two."""
    if not document.exchanges:
        return "No exchange was read, so nothing can be said."
    acting = _subjects(document, "act")
    reviewing = _subjects(document, "review")
    if not acting and not reviewing:
        return f"Nothing to act on among {count(document.accounts, 'account')}."
    if not acting:
        return _capital(f"{reviewing} to review, and nothing to act on.")
    rest = f" {_capital(reviewing)} to review." if reviewing else ""
    return _capital(f"{acting} to act on.{rest}")


def _subjects(document: Document, level: Level) -> str:
    """Groups and single accounts of a level; an account inside a group is counted with it."""
    groups = [v for v in document.verdicts if v.subject.kind == "campaign" and v.level == level]
    grouped = {
        account
        for v in document.verdicts
        if v.subject.kind == "campaign" and _LEVEL_ORDER[v.level] <= _LEVEL_ORDER[level]
        for account in v.subject.accounts
    }
    singles = [
        v
        for v in document.verdicts
        if v.subject.kind == "account" and v.level == level and v.subject.id not in grouped
    ]
    noun = "pool" if all(v.grade == "pool" for v in groups) else "campaign"
    members = len({account for v in groups for account in v.subject.accounts})
    parts = []
    if groups:
        parts.append(f"{count(len(groups), noun)} of {count(members, 'account')}")
    if singles:
        parts.append(count(len(singles), "single account" if groups else "account"))
    return " and ".join(parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
