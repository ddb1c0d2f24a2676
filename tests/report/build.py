"""A made-up hunt to show: a pool of three accounts, a shared account, a team, an undecided one."""

from itertools import pairwise

from stillwatch.report.model import (
    CallMap,
    Edge,
    Node,
    PoolGraph,
    Reject,
    ReportInput,
    Span,
    StoreSummary,
    Timeline,
)
from stillwatch.signals.model import Evidence, Exhibit, Signal
from stillwatch.verdicts.model import (
    Campaign,
    Document,
    LedgerLine,
    Member,
    People,
    Subject,
    Tie,
    Verdict,
    Wording,
)

HOUR_US = 3_600_000_000
START_US = 1_782_892_800_000_000  # 1 July 2026, 08:00 UTC
POOL = ("key-2f81-northgate", "key-77c0-harbour", "key-9ab4-linden")


def signal(name, family, title, question, exact=False):
    """The declaration of a signal that is never asked."""
    return Signal(
        id=name,
        title=title,
        question=question,
        family=family,
        exact=exact,
        null_model="Honest accounts do not do this.",
        innocent_twin="Somebody who looks guilty and is not.",
        gaps="None that matter here.",
        references=(),
        ask=lambda _: [],
    )


SIGNALS = (
    signal(
        "thread-moves",
        "provenance",
        "A conversation moves between accounts",
        "Does one conversation go on under another account?",
        exact=True,
    ),
    signal(
        "artefact-across-accounts",
        "provenance",
        "Answers come back from another account",
        "Is something that was issued to one account presented by another?",
        exact=True,
    ),
    signal(
        "concurrent-threads",
        "plurality",
        "Unrelated conversations at the same time",
        "Do more people-sized conversations run at once than one person can lead?",
    ),
    signal(
        "many-homes",
        "plurality",
        "Several home folders",
        "Do the tools work in the home folders of different users?",
    ),
    signal(
        "client-claims",
        "contradiction",
        "The client is not what it says",
        "Does the body agree with the client that the headers name?",
    ),
    signal(
        "sign-up-batch",
        "infrastructure",
        "Opened in one go",
        "Were the accounts opened within minutes of each other?",
    ),
)


def evidence(name, account, log10_lr, says, twin, linked=(), exhibits=()):
    """A line of evidence of one of the signals above."""
    family = next(s.family for s in SIGNALS if s.id == name)
    return Evidence(
        signal=name,
        family=family,
        account=account,
        log10_lr=log10_lr,
        says=says,
        innocent_twin=twin,
        exhibits=tuple(Exhibit(*pair) for pair in exhibits),
        linked=linked,
    )


def moved(account, linked=()):
    """Threads that move: the strongest line there is."""
    return evidence(
        "thread-moves",
        account,
        6.4,
        "11 of 94 conversations that began under this account went on under another one within "
        "40 seconds of a rate limit, with their full history.",
        "One customer with two keys, whose own gateway fails over between them. The accounts have "
        "different payers and none of them declares a gateway.",
        linked=linked,
        exhibits=(
            ("ex_01J8Z6Q3", "turn 6 of the conversation, issued to this account"),
            ("ex_01J8Z6TX", "turn 7 under key-77c0-harbour, 31 seconds later"),
            ("ex_01J8ZB02", "turn 3 under key-9ab4-linden, 12 seconds after an overload error"),
        ),
    )


def presented(account, linked=()):
    """Artefacts that come back from elsewhere."""
    return evidence(
        "artefact-across-accounts",
        account,
        4.8,
        "212 tool-call ids that were issued to this account were presented by two other accounts.",
        "A person who changed keys and imported an old history. The ids go both ways and keep "
        "doing so for 13 days.",
        linked=linked,
        exhibits=(("ex_01J8Z6Q3", "issues the tool call"), ("ex_01J8Z6TX", "presents it")),
    )


def many(account, log10_lr=2.3, peak=9):
    """Many conversations at once."""
    return evidence(
        "concurrent-threads",
        account,
        log10_lr,
        f"Up to {peak} unrelated conversations with human turns ran in the same five minutes, on "
        "11 of 14 days.",
        "A developer with several agents at work. Their conversations would share a folder.",
        exhibits=(("ex_01J90A11", "one of nine at 14:05"), ("ex_01J90A1C", "another")),
    )


def homes(account, log10_lr=1.9, seen=12):
    """Different users' home folders."""
    return evidence(
        "many-homes",
        account,
        log10_lr,
        f"Tool traffic names the home folders of {seen} different users on 9 machines.",
        "One person with a laptop, a server and a few containers: two to four folders.",
        exhibits=(("ex_01J90B7M", "a tool result with the first folder"),),
    )


def declared(account, log10_lr=-1.4):
    """Openness, which speaks for the account."""
    return evidence(
        "client-claims",
        account,
        log10_lr,
        "In 98% of exchanges the client is what it says it is, and user fields are kept apart.",
        "A relay that passes everything on unchanged would look the same.",
    )


def contradicted(account, log10_lr=1.6):
    """A claim that fails."""
    return evidence(
        "client-claims",
        account,
        log10_lr,
        "71% of the bodies contradict the headers: they name claude-code on Linux, but the tools "
        "belong to another client and the paths to Windows.",
        "A developer who runs one client inside another.",
        exhibits=(("ex_01J90C3P", "headers name Linux; the tool result shows a drive letter"),),
    )


def verdict(name, lines, *, kind="account", accounts=None, **rest):
    """A verdict whose ledger is the sum of its lines, provenance capped at 8."""
    raw = {}
    for line in lines:
        raw[line.family] = raw.get(line.family, 0.0) + line.log10_lr
    ledger = tuple(LedgerLine(f, total, min(total, 8.0)) for f, total in raw.items())
    fields = {"verdict": "ordinary", "grade": None, "level": "none", "people": None} | rest
    return Verdict(
        subject=Subject(kind, name, accounts or (name,)),
        log10_e=round(sum(line.counted for line in ledger), 2),
        evidence=tuple(lines),
        ledger=ledger,
        **fields,
    )


def pool_verdicts():
    """A pool and a row of its own for each of its accounts."""
    first = POOL[0]
    yield verdict(
        "pool-1",
        [
            moved(first, POOL[1:]),
            presented(first, POOL[1:]),
            many(first, peak=21),
            homes(first, seen=26),
            contradicted(first),
        ],
        kind="campaign",
        accounts=POOL,
        verdict="relay",
        grade="pool",
        level="act",
        people=People(19, 27, 38),
        because="Conversations move between three accounts that have different payers, and what "
        "was issued to one is presented by the others.",
        would_change="Proof that the three accounts belong to one customer, such as one contract "
        "or a declared gateway.",
        exchanges=6312,
        threads=214,
    )
    for place, name in enumerate(POOL):
        others = tuple(other for other in POOL if other != name)
        yield verdict(
            name,
            [moved(name, others), presented(name, others), many(name), contradicted(name)],
            verdict="relay",
            grade="pool",
            level="act",
            people=People(6 + place, 9 + place, 14 + place),
            because="It hands conversations to other accounts and takes theirs.",
            would_change="Proof that the accounts belong to one customer.",
            exchanges=1800 + 341 * place,
            threads=60 + 11 * place,
        )


def single_verdicts():
    """One of each other kind."""
    yield verdict(
        "key-51d3-atelier",
        [
            many("key-51d3-atelier", 2.1, 6),
            homes("key-51d3-atelier"),
            contradicted("key-51d3-atelier", 0.4),
        ],
        verdict="relay",
        grade="shared",
        level="review",
        people=People(4, 6, 9),
        because="Several people's work runs through it at once and its client's claims do not hold.",
        would_change="A declared team plan, or a gateway that names its users.",
        exchanges=911,
        threads=73,
    )
    yield verdict(
        "gateway-meridian",
        [
            many("gateway-meridian", 2.6, 31),
            homes("gateway-meridian", 2.2, 44),
            declared("gateway-meridian"),
        ],
        grade="team",
        people=People(38, 47, 58),
        because="Many people work through it, and nothing about them is hidden.",
        would_change="Claims that stop holding, or conversations that move to other payers.",
        exchanges=14208,
        threads=1193,
    )
    yield verdict(
        "key-0e6b-tarn",
        [
            contradicted("key-0e6b-tarn", 1.7),
            evidence(
                "sign-up-batch",
                "key-0e6b-tarn",
                0.6,
                "It was opened four minutes before another account of the same plan.",
                "A class that signs up together.",
            ),
        ],
        verdict="undecided",
        people=People(1, None, None),
        because="One family of evidence alone cannot carry a verdict.",
        would_change="Two more weeks of traffic, or any exact finding.",
        exchanges=48,
        threads=6,
    )


def ordinary_verdicts(n=24):
    """Accounts of which there is nothing to tell."""
    for place in range(n):
        name = f"key-{place:04x}-meadow"
        lines = [declared(name, -0.6)] if place % 3 else []
        yield verdict(name, lines, people=People(1, 1, 2), exchanges=120 + 7 * place, threads=9)


HARVEST = tuple(f"key-{n:02x}c3-orchard" for n in range(24))


def campaign_verdict():
    """A group of linked accounts that collects answers."""
    lines = (
        Evidence(
            "asks-for-training-data",
            "extraction",
            "group-51d3a0c2",
            2.4,
            "9 of 10 calls ask for the reasoning in full, in three languages.",
            "An audit that keeps its model's reasoning.",
            (Exhibit("ex_2044", "asks for reasoning"),),
        ),
        Evidence(
            "interleaved-calls",
            "coordination",
            "group-51d3a0c2",
            1.4,
            "The next call came from another account 214 times of 220.",
            "Many users of one tool, each with a rhythm of their own.",
        ),
        Evidence(
            "same-hours",
            "coordination",
            "group-51d3a0c2",
            -0.3,
            "The accounts did not begin together.",
            "A class with one assignment.",
        ),
    )
    members = tuple(
        Member(name, calls=9 + n % 3, exchanges=180 + 7 * n, stability=1.0, log10_e=5.8)
        for n, name in enumerate(HARVEST)
    )
    campaign = Campaign(
        ties=(Tie("template", "51d3a0c2fe81b377", 24, 3.9), Tie("retry", "77aa", 3, 2.0)),
        wordings=(
            Wording("51d3a0c2fe81b377", "user", 212, 18, 219, 221, 25, ("reasoning", "rows")),
        ),
        members=members,
        first_us=START_US,
        last_us=START_US + 40 * HOUR_US,
        tested=7,
    )
    return Verdict(
        Subject("campaign", "group-51d3a0c2", HARVEST),
        "harvest",
        None,
        "review",
        3.65,
        None,
        lines,
        (LedgerLine("extraction", 2.4, 2.4), LedgerLine("coordination", 1.25, 1.25)),
        "24 accounts of different owners send the same rare wording.",
        "Proof that the accounts have one owner whose declared use this is.",
        exchanges=4800,
        threads=4100,
        campaign=campaign,
    )


def campaign_calls():
    """Calls of the campaign, dealt out evenly."""
    cells = tuple((n, (7 * n + 5 * k) % 40, 1 + (n + k) % 3) for n in range(24) for k in range(6))
    return CallMap(HARVEST, START_US, HOUR_US, tuple(dict.fromkeys(cells)))


def pool_timeline(accounts=POOL, threads=26):
    """Threads of a pool, of which every fourth moves once and one comes back."""
    spans = []
    for thread in range(1, threads + 1):
        begin = START_US + thread * 2 * HOUR_US + (thread * 37 % 11) * HOUR_US // 3
        stay = (2 + thread * 29 % 7) * HOUR_US
        stops = [accounts[thread % len(accounts)]]
        if thread % 4 == 0:
            stops.append(accounts[(thread + 1) % len(accounts)])
        if thread == 12:
            stops.append(stops[0])
        edges = [begin + place * (stay + HOUR_US) for place in range(len(stops) + 1)]
        spans += [
            Span(thread, account, at, until - HOUR_US // 2, 12, thread % 5 + 1, len(set(stops)) > 1)
            for account, (at, until) in zip(stops, pairwise(edges), strict=True)
        ]
    return Timeline(tuple(spans))


def pool_graph():
    """The pool, and one outsider that it touches."""
    outsider = "key-0007-meadow"
    return PoolGraph(
        (
            *(Node(name, "relay", 1800 + 341 * n) for n, name in enumerate(POOL)),
            Node(outsider, "ordinary", 169),
        ),
        (
            Edge(POOL[0], POOL[1], 141, 8),
            Edge(POOL[0], POOL[2], 71, 3),
            Edge(POOL[1], POOL[2], 22, 1),
            Edge(POOL[2], outsider, 1, 0),
        ),
    )


def hunt():
    """A whole report as a hunt would hand it over."""
    verdicts = (
        *ordinary_verdicts(),
        *single_verdicts(),
        *pool_verdicts(),
        campaign_verdict(),
    )
    rejects = (
        Reject("2026-07-03.jsonl.gz", 4182, "not JSON: the line ends inside a string"),
        Reject("2026-07-03.jsonl.gz", 9007, "no account"),
        Reject("2026-07-09.jsonl.gz", 12, "the time cannot be read"),
    )
    return ReportInput(
        document=Document("0.1.0", 24391, 30, 3, verdicts),
        store=StoreSummary(24391, 30, 1702, START_US, START_US + 13 * 24 * HOUR_US, rejects),
        signals=SIGNALS,
        timelines={
            "pool-1": pool_timeline(),
            "key-51d3-atelier": pool_timeline(("key-51d3-atelier",), 18),
        },
        graphs={"pool-1": pool_graph()},
        calls={"group-51d3a0c2": campaign_calls()},
        input_label="traffic/july",
        hunted_at="15 July 2026, 09:12 UTC",
    )
