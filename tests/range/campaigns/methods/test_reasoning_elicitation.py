from stillwatch_range.campaigns.methods.reasoning_elicitation import TEXTS
from tests.range.campaigns.listening import beginning, campaign, prompts, said, system

FIELDS = {"method": "reasoning-elicitation", "clients": ("anthropic-js",)}


def letters(text):
    """Scripts in a text."""
    found = set()
    for sign in text:
        if "\u0400" <= sign <= "\u04ff":
            found.add("ru")
        elif "\u3040" <= sign <= "\u30ff":
            found.add("ja")
        elif "\u4e00" <= sign <= "\u9fff":
            found.add("han")
    return found


def test_every_request_asks_for_the_reasoning_under_one_label():
    """User text or system text names the label that the answer then begins with."""
    heard = campaign(wording="request", **FIELDS)
    label = beginning([one.ask.plan.say for one in heard]).strip().split("\n")[0]
    assert len(label) > 4
    assert all(label in said(one.ask) for one in heard)


def test_several_languages_are_used():
    """A campaign asks in two languages or more; all of them are used by some campaign."""
    scripts = set()
    for seed in range(10):
        heard = campaign(seed=seed, **FIELDS)
        for one in heard:
            scripts |= letters(" ".join([system(one.ask), *prompts(one.ask)]))
    assert scripts == {"ru", "ja", "han"}
    assert {"es", "de"} < set(TEXTS)


def test_some_campaigns_ask_in_the_system_text():
    """The request may stand in the system text, with the bare task as the prompt."""
    shares = []
    for seed in range(10):
        heard = campaign(seed=seed, **FIELDS)
        shares.append(sum(bool(system(one.ask)) for one in heard) / len(heard))
    assert min(shares) == 0
    assert max(shares) > 0.4
