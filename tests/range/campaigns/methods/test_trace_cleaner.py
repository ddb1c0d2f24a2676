from tests.range.campaigns.listening import campaign, prompts


def test_every_request_brings_a_trace_and_its_task():
    """A long text with second thoughts and repeated lines comes with the task that it solves."""
    heard = campaign(method="trace-cleaner", clients=("anthropic-js",), wording="one")
    assert all(len(prompts(one.ask)[0]) > 400 for one in heard)
    loud = sum("Wait" in prompts(one.ask)[0] or "Hmm" in prompts(one.ask)[0] for one in heard)
    assert loud > 0.4 * len(heard)


def test_repeats_are_what_is_cleaned():
    """Most traces say something twice."""
    heard = campaign(method="trace-cleaner", clients=("anthropic-js",))
    twice = 0
    for one in heard:
        lines = [line.strip() for line in prompts(one.ask)[0].split(". ") if len(line) > 25]
        twice += len(set(lines)) < len(lines)
    assert twice > 0.6 * len(heard)


def test_answers_come_in_the_tag_that_was_asked_for():
    """The cleaned trace stands in the campaign's own tag."""
    heard = campaign(method="trace-cleaner", clients=("anthropic-js",))
    tags = {one.ask.plan.say.split("\n")[0] for one in heard}
    assert len(tags) == 1
    assert all(tags.copy().pop() in prompts(one.ask)[0] for one in heard)
