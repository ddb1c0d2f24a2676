"""An account that fills one template far more often than its peers."""

from stillwatch.signals.one_template_many_values import SIGNAL
from tests.signals.build import Traffic, ask


def answer(texts, peers=100, peer_texts=5, declared=None, turns=1):
    traffic = Traffic()
    traffic.account("large", plan="api", declared_use=declared)
    for number in range(texts):
        traffic.exchange("large", system="template", prompt=f"text {number}", messages=turns)
    for who in range(peers):
        traffic.account(f"peer {who}", plan="api")
        for number in range(peer_texts):
            traffic.exchange(f"peer {who}", system=f"own {who}", prompt=f"text {number}")
    return ask(SIGNAL, traffic).get("large")


def test_hundreds_of_texts_where_peers_have_few():
    """Three hundred texts among peers with five."""
    evidence = answer(300)
    assert 0.1 < evidence.log10_lr < 0.6
    assert "300 different texts" in evidence.says
    assert "0 others" in evidence.says


def test_batch_programs_among_batch_programs():
    """All peers are as large."""
    assert answer(120, peers=25, peer_texts=120).log10_lr == 0


def test_a_declared_use_explains_scale():
    """Evaluation is declared, and judged by `declared-use`."""
    assert answer(300, declared="evaluation") is None


def test_an_agent_with_one_system_text_has_no_template():
    """Long conversations under one system text are work, not a template."""
    assert answer(300, turns=7) is None


def test_few_texts_or_few_peers_say_nothing():
    """Nothing to compare with."""
    assert answer(50) is None
    assert answer(300, peers=5) is None
