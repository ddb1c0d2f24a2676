"""What commands say of themselves, kept apart so that `--help` loads nothing else."""

HUNT = """Read traffic and say which accounts resell access.

PATH is a file or a folder of captures, LiteLLM logs, OpenTelemetry GenAI spans, HAR or mitmproxy
flows, plain or compressed; - is standard input. A second hunt over the same input reads only what
is new.

For example:

    stillwatch hunt traffic/ --report hunt.html

    stillwatch hunt traffic/ --explain acct_7f3a

    zcat day.jsonl.gz | stillwatch hunt - --json verdicts.json

    stillwatch hunt traffic/ --marks-keys marks.json --installs installs.jsonl --grammar coding-agent
"""

SIGNALS = """List the questions that a hunt asks, or show one with its null model and limits.

For example:

    stillwatch signals

    stillwatch signals thread-moves
"""

FORGET = """Remove every row of an account from a store.

What was read stays marked as read, so that the next hunt over the same input does not bring the
account back. New lines of the account would.

For example:

    stillwatch forget acct_7f3a

    stillwatch forget acct_7f3a --store hunts/june
"""

RANGE = """Make labelled traffic with relays, campaigns and innocent twins, and judge detectors on it.

Everything happens on this machine.

For example:

    stillwatch range make first-look --out range/first-look

    stillwatch hunt range/first-look/captures --json verdicts.json

    stillwatch range score range/first-look/labels.jsonl verdicts.json
"""

MARKS = """Seal requests and ids so that their origin can be told, and find what others hide in text.

For example:

    stillwatch marks scan request.json

    stillwatch marks keys new marks.json

    stillwatch marks grammar check coding-agent
"""
