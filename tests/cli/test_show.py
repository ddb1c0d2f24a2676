"""The terminal view: the same words, at any width."""

import io

import pytest
from msgspec.structs import replace
from rich.console import Console

from stillwatch.cli.show import explain, summary_table
from stillwatch.verdicts.model import Document, Subject
from tests.report.build import HARVEST, SIGNALS, campaign_verdict, hunt


def shown(renderable, width=80):
    """What stands on a terminal without colour."""
    file = io.StringIO()
    Console(file=file, width=width, no_color=True).print(renderable)
    return file.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
def test_the_summary_names_every_subject_and_fits(width):
    """What needs action comes first, ordinary accounts last."""
    text = shown(summary_table(hunt().document), width)
    assert all(len(line) <= width for line in text.splitlines())
    for name in ("pool-1", "key-51d3-atelier", "gateway-meridian", "key-0e6b-tarn"):
        assert name in text
    assert text.index("pool-1") < text.index("key-51d3-atelier") < text.index("key-0e6b-tarn")
    assert "Ordinary (24 accounts)" in text


def test_the_whole_working_of_one_subject_is_shown():
    """Ledger, evidence, twins, exhibits, and what would change it."""
    verdict = next(one for one in hunt().document.verdicts if one.subject.id == "pool-1")
    text = " ".join(shown(explain(verdict, SIGNALS), 120).split())
    for line in verdict.evidence:
        assert " ".join(line.says.split()) in text
        assert "Innocent twin: " + " ".join(line.innocent_twin.split()) in text
        assert all(exhibit.exchange in text for exhibit in line.exhibits)
    assert " ".join(verdict.would_change.split()) in text
    assert "All together" in text


def test_members_of_a_campaign_are_counted_and_not_listed():
    """One row for the campaign, with its accounts, and none for each of them."""
    campaign = campaign_verdict()
    line = replace(campaign.evidence[0], signal="campaign-member")
    members = tuple(
        replace(
            campaign, subject=Subject("account", name, (name,)), evidence=(line,), campaign=None
        )
        for name in HARVEST
    )
    text = shown(summary_table(Document("0.1.0", 1, 24, 0, (campaign, *members))), 120)
    assert "group-51d3a0c2  Harvest         24 accounts" in text
    assert "24 accounts named as members of these campaigns" in text
    assert HARVEST[0] not in text


def test_text_from_outside_cannot_command_the_terminal():
    """Escape sequences and mark-up in ids are shown, never obeyed."""
    evil = "\x1b[2J[bold]key"
    verdict = hunt().document.verdicts[-1]
    line = replace(verdict.evidence[0], says=evil, innocent_twin=evil, linked=(evil,))
    bad = replace(
        verdict, subject=Subject("account", evil, (evil,)), evidence=(line,), because=evil
    )
    text = shown(summary_table(Document("0.1.0", 1, 1, 0, (bad,)))) + shown(explain(bad, SIGNALS))
    assert "\x1b" not in text
    assert "[bold]key" in text


def test_nothing_read_says_so():
    """An empty answer is an answer."""
    assert "No exchange was read" in shown(summary_table(Document("0.1.0", 0, 0, 0, ())))
