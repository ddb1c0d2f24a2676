from tests.range.campaigns.listening import beginning, campaign, prompts, said, system


def rules(heard):
    """System text where it is used, else the prompt."""
    return [system(one.ask) or prompts(one.ask)[0] for one in heard if one.ask.wire == "messages"]


def shared(texts):
    """The longest of the paragraphs that all texts have."""
    common = set(texts[0].split("\n\n"))
    for text in texts[1:]:
        common &= set(text.split("\n\n"))
    return max(common, key=len, default="")


def test_every_request_has_the_same_instruction():
    """One instruction of a sentence or two stands in all requests of all accounts."""
    for seed in range(4):
        heard = campaign(method="fixed-prompt", seed=seed, wording="one", clients=("anthropic-js",))
        assert len(shared(rules(heard))) > 30


def test_accounts_may_have_their_own_words():
    """With a wording an account, an instruction is shared inside an account only."""
    fields = {"method": "fixed-prompt", "wording": "account", "clients": ("anthropic-js",)}
    heard = campaign(accounts=4, **fields)
    assert not shared(rules(heard))
    own = {}
    for one in heard:
        own.setdefault(one.account.id, []).append(one)
    assert all(len(shared(rules(ones))) > 40 for ones in own.values())


def test_answers_think_in_tags():
    """The answer gives its reasoning inside the tag that the instruction names."""
    heard = campaign(method="fixed-prompt", wording="one")
    starts = beginning([one.ask.plan.say for one in heard])
    tag = starts[: starts.index(">") + 1]
    assert tag[0] == "<"
    assert all(tag in said(one.ask) for one in heard)


def test_a_harness_gets_it_with_every_prompt():
    """A coding tool is driven in a repository, and each prompt carries the instruction."""
    heard = campaign(
        method="fixed-prompt",
        clients=("claude-code",),
        accounts=2,
        requests_per_account_day=30.0,
        wording="one",
    )
    assert all(one.ask.tools for one in heard if one.ask.plan.calls)
    assert sum(bool(one.ask.plan.calls) for one in heard) > 5
    tagged = [one.ask.plan.say for one in heard if one.ask.plan.say.startswith("<")]
    tag = beginning(tagged)
    tag = tag[: tag.index(">") + 1]
    mains = [one for one in heard if one.ask.tools]
    # The rest are sub-agents, whose prompts the model writes.
    assert sum(tag in said(one.ask) for one in mains) > 0.75 * len(mains)
