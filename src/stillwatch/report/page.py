"""One HTML file that a person would like to read, complete in itself.

The page has no script and fetches nothing; its content security policy says so to the browser.
Every text that comes from outside is escaped, and cleaned of control characters before that.
"""

import contextlib
import os
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stillwatch.errors import StoreError
from stillwatch.report import words
from stillwatch.report.model import ReportInput
from stillwatch.report.view import arrange


def render(report: ReportInput) -> str:
    """The report as HTML text."""
    page = _environment().get_template("page.html.j2")
    return page.render(view=arrange(report), css=_stylesheet())


def write(report: ReportInput, path: Path) -> None:
    """Write the report to a file; the file is either the whole report or not touched.

    Only its owner can read the file, since it speaks about people.

    Raises:
        StoreError: the folder is missing, closed or full.
    """
    raw = render(report).encode()
    try:
        _replace(path, raw)
    except OSError as error:
        raise StoreError(
            f"The report cannot be written to {path}: {error.strerror or error}.",
            "Check that the folder exists, may be written to and has room, or name another file.",
        ) from error


def _replace(path: Path, raw: bytes) -> None:
    """Write beside the file, then take its place in one step."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("stillwatch.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_clean,
    )
    environment.filters |= {
        "count": words.count,
        "day": words.day,
        "kind": words.kind,
        "moment": words.moment,
        "number": words.number,
        "odds": words.odds,
        "people": words.people,
        "sentence": words.sentence,
        "tie_words": words.tie_words,
        "shorten": words.shorten,
        "subject_word": words.subject_word,
        "weight": words.weight,
    }
    environment.globals |= {"headline": words.headline, "level_words": words.LEVEL_WORDS}
    return environment


def _clean(value: object) -> object:
    """Take control characters out of every text that is not our own markup."""
    return words.plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _stylesheet() -> Markup:
    sheet = files("stillwatch.report") / "templates" / "report.css"
    return Markup(sheet.read_text(encoding="utf-8"))  # noqa: S704 - our own file
