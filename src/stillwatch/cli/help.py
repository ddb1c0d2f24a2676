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

    stillwatch hunt traffic/ --nonces shop-x.jsonl
"""

NONCE = """Make prompts for test purchases, to be found again in the traffic.

A prompt reads like anybody's, and its wording is a token that nobody else will ever write. Send it
through a suspected relay or shop; `stillwatch hunt --nonces FILE` says which accounts delivered it.

For example:

    stillwatch nonce make --about "shop X, key 3" --out shop-x.jsonl

    stillwatch hunt traffic/ --nonces shop-x.jsonl
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

POLICY = """Check, test and try written rules about who may use what, and see what they did.

A policy is a folder of rules in Cedar. Every rule names its owner and its end, and starts by only
watching.

For example:

    stillwatch policy check policies/banned-tool

    stillwatch policy test policies/banned-tool

    stillwatch policy try policies/banned-tool --on june --verdicts verdicts.json
"""

AUDIT = """Find out what an AI tool reads of a machine, and what it hides in its requests.

For example:

    stillwatch audit run claude-code --out audit

    stillwatch audit report audit --html page.html

    stillwatch audit compare audit-169/findings.json audit-330/findings.json
"""

ACCOUNT = """Name the account of a credential, as gateways with the same key do.

The credential is read from standard input, so that it stands in no history and no list of processes. Its
name is what `--accounts`, the log of decisions and cases have.

For example:

    stillwatch account < credential.txt
"""
SERVE = """Stand before a model server: decide by written rules, record what passes, change nothing else.

Bodies pass untouched in both directions, streamed or not. What is held back is told to the client in
words, with a case number. Accounts are named by a keyed hash of their credential, which is kept nowhere.

For example:

    stillwatch serve --upstream http://127.0.0.1:8000 --policy policies/banned-tool

    stillwatch serve --upstream http://127.0.0.1:8000 --policy rules --record traffic --verdicts v.json
"""

SERVE_ENVOY = """Decide for an Envoy, as its external processor: the same rules where Envoy is the data path.

Envoy asks about each request and does what it is told; examples/envoy.yaml shows its side. Only Envoy
should reach the place where this listens: credentials pass there.

For example:

    stillwatch serve-envoy --policy rules

    stillwatch serve-envoy --policy rules --listen unix:/run/stillwatch.sock --record traffic
"""

CASES = """What the gateway held back, with its evidence; write appeals down, and undo.

A refusal tells its case number to the person. There is one case for each account, rule and day.

For example:

    stillwatch cases list

    stillwatch cases show 7F3A9-20CQK

    stillwatch cases undo 7F3A9-20CQK --by "M. Okafor" --days 30
"""
