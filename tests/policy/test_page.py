"""The page for operators says what there is, and its examples work."""

import re
from pathlib import Path

from stillwatch.policy.annotations import KNOWN
from stillwatch.policy.cases import read_cases, run_cases
from stillwatch.policy.facts import FACT_NAMES, WORDS
from stillwatch.policy.folder import read
from stillwatch.policy.log import Logged
from stillwatch.policy.rules import STRICTNESS

from .writing import NOW_S

PAGE = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()


def test_every_annotation_outcome_fact_and_word_stands_on_the_page():
    """And every field of the log."""
    for name in KNOWN:
        assert f"`@{name}`" in PAGE, name
    for outcome in STRICTNESS:
        assert re.search(rf"^\| {outcome} \|", PAGE, re.MULTILINE), outcome
    for name in set(FACT_NAMES) - {"account", "organisation"}:
        assert f"`context.{name}`" in PAGE, name
    for words in WORDS.values():
        assert all(f"`{word}`" in PAGE for word in words if word)
    for name in Logged.__struct_fields__:
        assert f"`{name}`" in PAGE, name


def test_the_example_on_the_page_passes_its_case(folder):
    """Both are taken from the page as they stand."""
    (rule,) = re.findall(r"```\n(@id.*?)```", PAGE, re.DOTALL)
    (case,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    place = folder(rule)
    (place / "cases").mkdir()
    (place / "cases" / "t.toml").write_text(case)
    cases, problems = read_cases(place)
    (result,) = run_cases(read(place), cases, NOW_S)
    assert (problems, result.wrong) == ([], ())
