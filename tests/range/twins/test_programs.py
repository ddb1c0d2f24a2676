"""The twins that are programs: what makes each look guilty, and what makes it innocent."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from stillwatch_range.model import DAY_US, SECOND_US
from tests.range.twins.seen import START_US, by, prompts, seen, small

SINGLE = ("audit-capture", "batch-classification", "drift-monitor", "synthetic-data")


def days(rows):
    """Rows by day of the world."""
    return by(rows, lambda one: (one.at_us - START_US) // DAY_US)


def heads(rows, size=60):
    """Beginnings of what was asked."""
    return {text[:size] for text in prompts(rows)}


def test_answers_are_never_used_again():
    """As with a harvest, each request of these programs stands alone."""
    for kind in SINGLE:
        for one in seen(kind):
            assert not [item for item in one.items if item.get("role") == "assistant"], kind


def test_programs_have_one_operator():
    """One person stands behind each of these programs."""
    for kind in (*SINGLE, "nightly-evals"):
        assert len({one.person for one in seen(kind)}) == 1, kind


def test_nightly_evals_look_like_a_reasoning_harvest():
    """Benchmark questions under one template on several accounts, and a judge with a rubric."""
    rows = seen("nightly-evals")
    assert len({one.account.id for one in rows}) == 3
    judged = [text for text in prompts(rows) if "[Question]" in text]
    assert 0.15 < len(judged) / len(rows) < 0.5
    solved = [text for text in prompts(rows) if "[Question]" not in text]
    assert any("step" in text.lower() or "reason" in text.lower() for text in solved)


def test_nightly_evals_ask_the_same_every_night():
    """Nothing new is collected: each night's questions are those of the night before."""
    nights = [
        {text for text in prompts(rows) if "[Question]" not in text}
        for rows in days(seen("nightly-evals")).values()
    ]
    assert len(nights) >= 2
    assert all(night == nights[0] for night in nights)


def test_nightly_evals_belong_to_one_lab_that_says_so():
    """One payer holds all accounts and declared what they are for."""
    cell, _ = small("nightly-evals")
    assert len({one.payer for one in cell.accounts}) == 1
    assert all(one.declared_use for one in cell.accounts)


def test_synthetic_data_looks_like_a_harvest():
    """One template, slots that never repeat, at all hours, on accounts that share the work."""
    rows = seen("synthetic-data")
    texts = prompts(rows)
    assert len({re.split(r"[ .]", text)[0] for text in texts}) == 1
    assert len(set(texts)) == len(texts)
    hours = {datetime.fromtimestamp(one.at_us / SECOND_US, ZoneInfo("UTC")).hour for one in rows}
    assert len(hours) == 24
    assert len({one.account.id for one in rows}) == 2


def test_synthetic_data_is_declared():
    """The provider was told, and one company pays."""
    cell, _ = small("synthetic-data")
    assert all("contract" in (one.declared_use or "") for one in cell.accounts)
    assert len({one.payer for one in cell.accounts}) == 1


def test_audit_capture_asks_for_reasoning():
    """Every request carries the same instruction to write all reasons down, in tags."""
    texts = prompts(seen("audit-capture"))
    assert all("<reasons>" in text for text in texts)
    assert len({text[:200] for text in texts}) == 1


def test_audit_capture_keeps_office_hours():
    """Cases are decided when the office is open."""
    rows = seen("audit-capture")
    counts = by(rows, lambda one: one.at_us // (3600 * SECOND_US) % 24)
    busiest = sorted((len(found) for found in counts.values()), reverse=True)
    assert sum(busiest[:12]) > 0.85 * len(rows)


def test_drift_monitor_probes_for_identity():
    """It asks who the model is, and for exact repetition."""
    texts = set(prompts(seen("drift-monitor")))
    assert any("Which model are you" in text for text in texts)


def test_drift_monitor_never_asks_anything_new():
    """The questions of every day are the same few."""
    by_day = [set(prompts(rows)) for rows in days(seen("drift-monitor")).values()]
    assert len(by_day) == 3
    assert all(asked == by_day[0] for asked in by_day)
    assert len(by_day[0]) < 40


def test_batch_classification_looks_like_one_template():
    """All rows stand under the same words, one after the other."""
    rows = seen("batch-classification")
    assert len(heads(rows)) == 1
    assert len(set(prompts(rows))) > 0.9 * len(rows)


def test_batch_classification_teaches_nothing():
    """Answers are single words of a short list."""
    answers = {one.answer for one in seen("batch-classification")}
    said = {label for one in answers for label in re.findall(rb'"text":"(\w*)"', one)}
    said |= {label for one in answers for label in re.findall(rb'"content":"(\w+)"', one)}
    assert 1 < len(said - {b""}) < 30


def test_framework_is_shared_by_strangers():
    """Accounts of different payers send the same rare sentences."""
    rows = seen("open-source-framework")
    accounts = {one.account.id: one.account for one in rows}
    assert len({one.payer for one in accounts.values()}) == len(accounts) == 6
    openings = [heads(own) for own in by(rows, lambda one: one.account.id).values()]
    assert set.intersection(*openings)


def test_framework_users_have_nothing_else_in_common():
    """Passages, operators and clients' addresses differ between the accounts."""
    rows = seen("open-source-framework")
    owners = by(rows, lambda one: one.account.id).values()
    passages = [{text.split("<", 1)[-1] for text in prompts(own)} for own in owners]
    assert not set.intersection(*passages)
    assert len({one.person for one in rows}) == 6
    addresses = [{one.ip for one in own} for own in owners]
    assert not set.intersection(*addresses)
