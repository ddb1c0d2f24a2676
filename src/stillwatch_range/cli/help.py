"""What the commands of the range say of themselves, kept apart so that `--help` loads nothing."""

SCENARIOS = """List the scenarios that come along, or show what one holds.

For example:

    stillwatch range scenarios

    stillwatch range scenarios first-look
"""

MAKE = """Make the traffic of a scenario: captures and accounts, and apart from them the labels.

SCENARIO is a TOML file or the name of one that comes along. The same scenario and seed give the
same bytes. Detectors are shown OUT/captures and never OUT/labels.jsonl.

For example:

    stillwatch range make first-look --out range/first-look

    stillwatch range make my.toml --seed 7 --out range/mine
"""

SCORE = """Hold verdicts against labels: what was found, who was wrongly suspected.

LABELS is the labels.jsonl of `range make`, VERDICTS what a detector wrote (the format of
`stillwatch hunt --json`).

For example:

    stillwatch range score range/first-look/labels.jsonl verdicts.json
"""

TRIAL = """Run a detector on more and more of the traffic, and say how soon it finds whom.

DIR is what `range make` wrote. After -- comes the detector's command, with {captures}, {accounts}
and {verdicts} where those paths belong.

For example:

    stillwatch range trial range/first-look --at 6 --at 24 -- \\
        stillwatch hunt {captures} --json {verdicts}
"""

PEER = """Run a published method on captures and write its verdicts.

For example:

    stillwatch range peer ip-count range/first-look --json ip-count.json

    stillwatch range peer prada range/first-look --json prada.json --calibrate range/tuning
"""

SHORTCUTS = """Ask whether a single header or length field gives the guilty away.

If it does, the scenario is too easy: a detector could learn the field and nothing else. Needs the
extra `range`.

For example:

    stillwatch range shortcuts range/first-look
"""

RECORD = """Record real clients, straight and through real relays, on loopback.

TOOLS is a folder that `stillwatch range tools` filled. Everything that is started is stopped again.

For example:

    stillwatch range record --tools range-tools --out range/hour
"""

TOOLS = """Install the real clients and relays that `range record` drives, pinned, into a folder.

For example:

    stillwatch range tools --into range-tools
"""

UPSTREAM = """Run the scripted model server: three wire formats, for tests only, on loopback.

It answers any client with made-up text and made-up tool calls, and keeps what it received.

For example:

    stillwatch range upstream --port 8080 --out seen.jsonl
"""
