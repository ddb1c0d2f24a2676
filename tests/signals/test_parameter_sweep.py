"""Texts under many settings are told from senders who each have a setting of their own."""

from stillwatch.signals.parameter_sweep import SIGNAL
from tests.signals.build import Traffic, ask
from tests.signals.groups import GROUP, add_group


def answer(sent):
    """A group that sends texts: (account, text, parameters) one a minute."""
    traffic = Traffic()
    for number, (account, text, params) in enumerate(sent):
        add_group(traffic, [(60.0 * number, account, text)], params=params)
    traffic.rows["groups"] = list({row["account"]: row for row in traffic.rows["groups"]}.values())
    return ask(SIGNAL, traffic).get(GROUP)


def test_each_text_under_several_temperatures():
    """Twenty texts, five temperatures, four accounts."""
    sent = [(f"acct_{text % 4}", f"text {text}", f"t{t}") for text in range(20) for t in range(5)]
    evidence = answer(sent)
    assert evidence.log10_lr > 0.3
    assert evidence.numbers == {"texts": 20, "swept": 20, "settings": 5}


def test_a_class_with_settings_of_their_own_is_no_sweep():
    """Everybody sends all texts once, each with one setting."""
    sent = [(f"acct_{who}", f"text {text}", f"own {who}") for text in range(20) for who in range(5)]
    assert answer(sent) is None


def test_a_fallback_now_and_then_weighs_nothing():
    """One text in twenty is sent again to another model."""
    sent = [(f"acct_{text % 4}", f"text {text}", "usual") for text in range(40)]
    sent += [("acct_0", "text 0", "fallback"), ("acct_1", "text 1", "fallback")]
    assert abs(answer(sent).log10_lr) < 0.1
