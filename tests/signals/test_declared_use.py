"""What accounts declare is compared with what they ask."""

import pytest

from stillwatch.signals.declared_purposes import purpose_of
from stillwatch.signals.declared_use import SIGNAL
from stillwatch.traits.intents import Intent
from tests.signals.build import Traffic, ask


def answer(declared, *asks, texts=60):
    """An account with a declared use; each kind of request in five texts."""
    traffic = Traffic()
    traffic.account(declared_use=declared)
    intents = [int(one) for one in asks for _ in range(5)]
    for number in range(texts):
        row = traffic.exchange()
        traffic.block(
            row, f"text {number}", intents=intents[number] if number < len(intents) else 0
        )
    return ask(SIGNAL, traffic).get("acct")


def test_an_evaluation_that_grades_and_compares():
    """It does what it says."""
    evidence = answer("model evaluation", Intent.GRADE, Intent.COMPARE)
    assert evidence.log10_lr < -0.2
    assert "agrees with its declared use (evaluation)" in evidence.says
    assert evidence.numbers == {"texts": 60, "covered": 10, "beyond": 0}


def test_an_evaluation_that_asks_for_training_rows_and_hidden_thinking():
    """It does more, and the report says what."""
    evidence = answer("evaluation", Intent.ROWS, Intent.MEMORY, Intent.EXCUSE)
    assert 0.2 < evidence.log10_lr <= 0.6
    assert "goes beyond" in evidence.says
    assert "for training rows" in evidence.says
    assert evidence.exhibits


def test_licensed_makers_of_data_are_explained():
    """Rows are what they make."""
    assert answer("synthetic-data", Intent.ROWS, Intent.CLEAN).log10_lr < -0.2


def test_nothing_is_said_of_undeclared_and_unknown_uses():
    """No declaration, or a word that nothing recognises."""
    assert answer(None, Intent.ROWS) is None
    assert answer("holiday planning", Intent.ROWS) is None


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("evaluation", "evaluation"),
        ("Model Evaluation", "evaluation"),
        ("synthetic_data", "synthetic data"),
        ("synthetic training data under contract", "synthetic data"),
        ("red-teaming", "red team"),
        ("content moderation", "annotation"),
        ("compliance", "audit"),
    ],
)
def test_purposes_are_recognised_by_stems(declared, name):
    """However the operator spells them."""
    assert purpose_of(declared).name == name
