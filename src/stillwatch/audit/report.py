"""The findings of an audit as one HTML page, complete in itself, for a person to read and pass on.

The page has no script and fetches nothing. It shares the look of the report about accounts. Every
text that a tool sent is escaped, and what would not be seen in it is spelled out.
"""

import math
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stillwatch.audit.findings import GROUPS
from stillwatch.audit.model import Aspect, Document, Finding, Group, Place, Variant
from stillwatch.errors import StoreError
from stillwatch.marks.foreign.show import safe

AROUND = 22
"""Characters shown on each side of what differs."""
MOST_TEXT = 160

TITLES = {
    Group.CONCEALED: "Concealed",
    Group.UNDECLARED: "Not declared",
    Group.EXPECTED: "Shown in plain",
}
INTRODUCTIONS = {
    Group.CONCEALED: (
        "These differences follow the environment and are made in a way that looking does not "
        "show: look-alike characters, formats, orders, white space, times, opaque values. That "
        "says what they tell, not why they are there."
    ),
    Group.UNDECLARED: (
        "These differences follow the environment and can be read by whoever looks at the request, "
        "or are times that overlap, as more work makes them."
    ),
    Group.EXPECTED: "Here the request shows what it depends on as it is.",
}


@dataclass(frozen=True, slots=True)
class Cut:
    """A value in the middle of the text around it.

    Attributes:
        before, here, after: the three parts, made safe to show.
        odd: whether it is nothing, or white space that is spelled out.
    """

    before: str
    here: str
    after: str
    odd: bool


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding with its number on the page."""

    number: int
    finding: Finding


def render(document: Document) -> str:
    """The page as HTML text.

    Args:
        document: the findings.
    """
    numbered = [Numbered(at, one) for at, one in enumerate(document.findings, start=1)]
    by_group = {group: [one for one in numbered if one.finding.group is group] for group in GROUPS}
    page = _environment().get_template("page.html.j2")
    return page.render(
        document=document,
        groups=by_group,
        titles=TITLES,
        introductions=INTRODUCTIONS,
        table=_by_factor(document, numbered),
        headline=headline(document),
        css=_stylesheet(),
    )


def write(document: Document, path: Path) -> None:
    """Write the page to a file that only its owner can read; all of it or nothing.

    Args:
        document: the findings.
        path: the file.

    Raises:
        StoreError: it cannot be written.
    """
    raw = render(document).encode("utf-8", "replace")
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(raw)
        os.replace(file.name, path)  # noqa: PTH105 - takes the place of an older page
    except OSError as error:
        raise StoreError(
            f"The report cannot be written to {path}: {error.strerror or error}.",
            "Check that the folder exists, may be written to and has room, or name another file.",
        ) from error


def headline(document: Document) -> str:
    """The whole page in one sentence.

    Args:
        document: the findings.
    """
    counts = {group: sum(one.group is group for one in document.findings) for group in GROUPS}
    name = f"{document.tool} {document.version}".strip()
    if not document.tally.requests:
        return f"{name}: no request was seen, so nothing can be said about it."
    if not document.findings:
        return f"{name}: nothing in its requests follows the environment."
    words = {
        Group.CONCEALED: "concealed", Group.UNDECLARED: "not declared", Group.EXPECTED: "in plain",
    }  # fmt: skip
    said = ", ".join(f"{number} {words[group]}" for group, number in counts.items() if number)
    number = len(document.findings)
    verb = "difference follows" if number == 1 else "differences follow"
    return f"{name}: {number} {verb} the environment, {said}."


def _by_factor(
    document: Document, numbered: Sequence[Numbered]
) -> list[tuple[str, tuple[str, ...], dict[Group, list[Numbered]]]]:
    """A row for each factor: its levels, and the findings of each group that depend on it."""
    rows = []
    for factor, levels in document.factors.items():
        mine = [one for one in numbered if factor in one.finding.factors]
        split = {group: [one for one in mine if one.finding.group is group] for group in GROUPS}
        rows.append((factor, levels, split))
    return rows


def _cut(variant: Variant, finding: Finding) -> Cut:
    """A variant with the text around it."""
    place, text = finding.places[0], variant.text
    if place.aspect is not Aspect.VALUE or text is None:
        return Cut("", variant.shown, "", odd=text is None)
    odd = text.isspace() or not text
    here = variant.shown if odd else safe(text)
    if len(here) > MOST_TEXT:
        here = here[: MOST_TEXT - 1] + "\u2026"
    return Cut(safe(finding.before[-AROUND:]), here, safe(finding.after[:AROUND]), odd)


def _where(place: Place) -> str:
    """A place in words."""
    spot = "" if place.start is None else f", characters {place.start} to {place.end}"
    aspect = "" if place.aspect in {Aspect.VALUE, Aspect.SHOWN} else f" ({place.aspect})"
    return f"{place.path}{aspect}{spot}"


def _chance(p: float) -> str:
    """A chance in digits that can be read."""
    return "less than 1 in a million" if p < 1e-6 else f"{p:.2g}"


def _room(finding: Finding) -> str:
    """How many bits so many values can hold."""
    return f"{math.log2(finding.all_variants):.1f}"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stillwatch.audit", "report_templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_clean,
    )
    environment.filters |= {"cut": _cut, "where": _where, "chance": _chance, "room": _room}
    return environment


def _clean(value: object) -> object:
    """Spell out control characters in every text that is not our own markup."""
    return safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _stylesheet() -> Markup:
    ours = files("stillwatch.audit") / "report_templates" / "page.css"
    common = files("stillwatch.report") / "templates" / "report.css"
    sheets = (common.read_text(encoding="utf-8"), ours.read_text(encoding="utf-8"))
    return Markup("\n".join(sheets))  # noqa: S704 - our own files
