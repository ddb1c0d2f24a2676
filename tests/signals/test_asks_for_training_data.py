"""What groups ask for is weighed by how rare it is, and by what their accounts declare."""

from stillwatch.signals.asks_for_training_data import SIGNAL
from stillwatch.traits.intents import Intent
from tests.signals.build import Traffic, ask
from tests.signals.groups import GROUP, TEMPLATE


def answer(asks, members=10, elsewhere=0, others=60, owner=None, declared=None):
    """A group whose texts ask for something, among others of whom some do too."""
    traffic = Traffic()
    for who in range(members):
        account = f"acct_{who}"
        traffic.account(account, declared_use=declared, owner=owner, organization=owner)
        traffic.member(GROUP, account, calls=4, exchanges=4)
        for number in range(4):
            row = traffic.exchange(account, owner=owner)
            text = f"text {who} {number}"
            traffic.call(row, TEMPLATE, text, GROUP)
            traffic.block(row, text, intents=int(asks))
    for who in range(others):
        row = traffic.exchange(f"other {who}")
        traffic.block(row, f"other {who}", intents=int(asks) if who < elsewhere else 0)
    return ask(SIGNAL, traffic).get(GROUP)


def test_training_rows_that_nobody_else_asks_for():
    """Ten customers of one wording, none of sixty others."""
    evidence = answer(Intent.ROWS)
    assert 0.5 < evidence.log10_lr < 1.5
    assert "10 of 10 customers ask for training rows" in evidence.says
    assert len(evidence.exhibits) == 2


def test_several_requests_add():
    """Rows that are cleaned and come with their reasoning."""
    several = answer(Intent.ROWS | Intent.CLEAN | Intent.REASONING)
    assert several.log10_lr > answer(Intent.ROWS).log10_lr + 0.2
    assert several.log10_lr <= 2.0


def test_more_customers_of_one_wording_are_no_more_draws():
    """They share the wording, so their number hardly counts."""
    assert answer(Intent.ROWS, members=40).log10_lr < answer(Intent.ROWS).log10_lr + 0.1


def test_users_of_an_evaluation_framework_grade():
    """Grading is common, even where nobody else in the store does it."""
    assert answer(Intent.GRADE).log10_lr < 0.1


def test_what_many_others_ask_for_weighs_nothing():
    """A third of all customers do the same."""
    assert answer(Intent.ROWS, elsewhere=20).log10_lr <= 0


def test_licensed_makers_of_data_are_explained():
    """All accounts of the group have declared what they do."""
    assert answer(Intent.ROWS, declared="synthetic training data under contract").log10_lr < 0
    assert answer(Intent.ROWS, declared="holiday planning").log10_lr > 0.5


def test_a_company_with_many_keys_is_one_customer():
    """Nothing is said of one owner."""
    assert answer(Intent.ROWS, owner="firm") is None


def test_a_group_that_asks_for_nothing_of_the_kind():
    """Little, since packs do not know everything."""
    assert -0.3 < answer(Intent(0)).log10_lr < 0
