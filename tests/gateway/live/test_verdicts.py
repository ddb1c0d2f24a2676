"""The verdicts of the last hunt, read from its file while the gateway runs."""

import json
import os
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stillwatch.errors import InputError
from stillwatch.gateway.live.apart import LARGE, read_apart
from stillwatch.gateway.live.hunt_file import read_verdicts
from stillwatch.gateway.live.verdicts import NONE, Verdicts


def row(name, verdict="relay", level="act", kind="account", **more):
    """One verdict of a hunt."""
    subject = {"kind": kind, "id": name, "accounts": more.pop("accounts", [])}
    return {"subject": subject, "verdict": verdict, "level": level} | more


def written(file, *rows):
    """Write the file as a hunt does, in one step."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({"verdicts": rows}))
    fresh.replace(file)


def test_a_new_hunt_replaces_the_old_one(tmp_path):
    """Also when its file is as long as the last one."""
    file = tmp_path / "v.json"
    verdicts = Verdicts(file)
    written(file, row("a", grade="pool"), row("b", "ordinary", "none"))
    assert verdicts.reload()
    assert not verdicts.reload()
    assert verdicts.of("a") == ("relay", "pool", "act")
    assert verdicts.of("b") == ("ordinary", "", "none")
    assert verdicts.of("c") == NONE
    written(file, row("c", grade="pool"), row("b", "ordinary", "none"))
    assert verdicts.reload()
    assert (verdicts.of("a"), verdicts.of("c")) == (NONE, ("relay", "pool", "act"))
    assert verdicts.accounts == 2


@pytest.mark.parametrize("spoil", ["half", "gone", "not ours"])
def test_what_was_read_stands_while_the_file_cannot_be_read(tmp_path, spoil):
    """A half-written file frees no relay; the trouble is told, and ends with the next good one."""
    file = tmp_path / "v.json"
    written(file, row("a"))
    verdicts = Verdicts(file)
    assert verdicts.reload()
    if spoil == "half":
        os.truncate(file, file.stat().st_size // 2)
    elif spoil == "gone":
        file.unlink()
    else:
        file.write_text('{"findings": []}')
    assert not verdicts.reload()
    assert verdicts.of("a") == ("relay", "", "act")
    assert verdicts.trouble
    written(file, row("b"))
    assert verdicts.reload()
    assert not verdicts.trouble
    assert verdicts.of("a") == NONE


def test_a_campaign_s_verdict_holds_for_accounts_without_one_of_their_own(tmp_path):
    """An account's own row counts, whatever order they stand in."""
    campaign = row("c1", "harvest", "act", "campaign", accounts=["a", "b"])
    weak = row("c2", "undecided", "review", "campaign", accounts=["b"])
    own = row("a", "ordinary", "none")
    for order in ([campaign, own, weak], [own, weak, campaign]):
        found = read_verdicts(json.dumps({"verdicts": order}).encode()).found
        assert found == {"a": ("ordinary", "", "none"), "b": ("harvest", "", "act")}


def test_evidence_is_kept_of_those_whom_it_speaks_against(tmp_path):
    """Bounded, and of nobody else."""
    line = {"signal": "s", "family": "f", "log10_lr": 2.5, "exhibits": [str(n) for n in range(99)]}
    file = tmp_path / "v.json"
    written(file, row("a", evidence=[line] * 99), row("b", "ordinary", "none", evidence=[line]))
    verdicts = Verdicts(file)
    verdicts.reload()
    kept = verdicts.lines("a")
    assert len(kept) == 16
    assert kept[0].exhibits == tuple("01234567")
    assert verdicts.lines("b") == ()


@given(st.binary(max_size=200))
@example(b'{"verdicts": ' + b"[" * 100_000)
@example(b'{"x": "\xff", "verdicts": []')
@example(b'{"verdicts": [], "x": "\xff"}')
def test_other_files_are_refused_in_words(raw):
    """Whatever somebody names by mistake."""
    with suppress(InputError):
        assert not read_verdicts(raw).found


def test_without_a_file_nobody_has_a_verdict():
    """That is the state before the first hunt."""
    verdicts = Verdicts(None)
    assert not verdicts.reload()
    assert verdicts.of("a") == NONE


def large(count):
    """The verdicts of so many accounts."""
    line = {"signal": "s", "family": "f", "log10_lr": 1.0, "exhibits": ["ex"] * 9}
    return [
        row(f"acct_{n}", ("ordinary", "relay")[n % 2], ("none", "act")[n % 2], evidence=[line])
        for n in range(count)
    ]


def test_a_large_file_is_read_apart_and_says_the_same(tmp_path):
    """A process of its own reads it, for that no request waits meanwhile."""
    file = tmp_path / "v.json"
    written(file, *large(9000), row("c", "harvest", "act", "campaign", accounts=["x"]))
    assert file.stat().st_size > LARGE
    assert read_apart(file) == read_verdicts(file.read_bytes())
    verdicts = Verdicts(file)
    assert verdicts.reload()
    assert verdicts.accounts == 9001
    assert verdicts.of("x") == ("harvest", "", "act")
    assert len(verdicts.lines("acct_1")[0].exhibits) == 8
    os.truncate(file, file.stat().st_size - 10)
    assert not verdicts.reload()
    assert verdicts.trouble
    assert verdicts.accounts == 9001
    written(file, row("y"))
    assert verdicts.reload()
    assert verdicts.accounts == 1
