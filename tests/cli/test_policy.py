"""`stillwatch policy` as a person meets it."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from stillwatch.cli import run
from stillwatch.gateway.case_book import Case, CaseBook
from stillwatch.policy.log import Logged, encode
from tests.policy.writing import HEAD, SETTINGS, rule
from tests.traffic import START_S, Talk, accounts, write

SHADOW = HEAD.replace("enforce", "shadow").replace("2027-06-30", "2999-12-31")


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in, with a key of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("COLUMNS", "60")
    return tmp_path


def rules(place, *texts, settings=SETTINGS):
    folder = place / "rules"
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    (folder / "settings.toml").write_text(settings)
    (folder / "r.cedar").write_text("\n".join(texts))


def asked(capsys, *words):
    capsys.readouterr()
    assert run([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_check_lists_what_each_rule_does_today(place, capsys):
    """Shadow, enforced, ended, not begun, and a review that is due."""
    times = {
        "watches": SHADOW,
        "acts": HEAD.replace("2027-06-30", "2999-12-31"),
        "over": HEAD.replace("2027-06-30", "2020-01-31"),
        "later": SHADOW + ' @from("2999-01-01")',
        "due": HEAD.replace('@until("2027-06-30")', '@review("2020-01-31")'),
    }
    rules(place, *(rule(name, "flag", head=head) for name, head in times.items()))
    stages = {one["id"]: one["today"] for one in asked(capsys, "policy", "check", "rules")["rules"]}
    assert stages == {
        "watches": "shadow",
        "acts": "enforced",
        "over": "ended",
        "later": "waiting",
        "due": "shadow",
    }
    assert run(["policy", "check", "rules"]) == 0
    shown = capsys.readouterr()
    lines = {line.split()[0]: line for line in shown.out.splitlines() if line.strip()}
    assert "not begun" in lines["later"]
    assert "review is due" in lines["due"]
    assert "2020-01-31" in lines["over"]
    assert "trust" in lines["acts"]
    assert "Five rules, no problems." in shown.err


def test_check_names_problems_and_fails(place, capsys):
    """File, line, what, and what to do; also for the tables of cases."""
    rules(place, "// a comment", rule("x", "flag", "context.country"))
    (place / "rules" / "cases" / "t.toml").write_text("[[case]]\nname = 'x'")
    assert run(["policy", "check", "rules"]) == 1
    said = capsys.readouterr().err
    assert "r.cedar:2" in said
    assert "docs/policy.md" in said
    assert "cases/t.toml:1" in said
    assert run(["policy", "check", "rules", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["problems"]) == 2


def test_check_says_what_a_reroute_leaves_out_and_needs(place, capsys):
    """A rule for every format, whose target gets one, refuses the others."""
    moved = rule("moved", outcome="reroute", more='@to("ours")')
    rules(place, moved)
    target = '[ours]\nwire = "chat"\nbase_url = "http://127.0.0.1:9/v1"\nmodel = "m"\n'
    (place / "rules" / "targets.toml").write_text(target + 'key_env = "OURS_KEY"\n')
    said = " ".join(asked(capsys, "policy", "check", "rules")["notes"])
    assert "only Chat Completions" in said
    assert "variable OURS_KEY" in said
    (place / "rules" / "targets.toml").write_text(target + "translate = true\n")
    assert run(["policy", "check", "rules"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "stillwatch[translate]" in said
    assert "403" not in said


def test_test_says_which_cases_failed_and_what_came(place, capsys):
    """Exit code 1, the case with its place, and what came instead."""
    rules(place, rule("no-x", "block", 'context.client == "x"', head=SHADOW))
    table = place / "rules" / "cases" / "t.toml"
    assert run(["policy", "test", "rules"]) == 0
    assert "No cases" in capsys.readouterr().out
    good = '[[case]]\nname = "later"\nfacts = {client = "x"}\noutcome = "block"\nenforced = true\n'
    table.write_text(good)
    assert run(["policy", "test", "rules"]) == 0
    assert "One case passed, 0 failed." in capsys.readouterr().out
    table.write_text(good + '[[case]]\nname = "now"\nfacts = {client = "x"}\noutcome = "block"\n')
    assert run(["policy", "test", "rules"]) == 1
    said = capsys.readouterr().out
    assert "cases/t.toml:6: now" in said
    assert "The outcome is allow, and was to be block." in said
    assert run(["policy", "test", "rules", "--json"]) == 1
    assert [one["passed"] for one in json.loads(capsys.readouterr().out)["cases"]] == [True, False]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store and verdicts: one conversation hops between a and b, one stays with quiet."""
    made = tmp_path_factory.mktemp("hunted")
    talk, quiet = Talk("hops"), Talk("stays")
    lines = [talk.send(account, at) for at, account in enumerate("aaabaab")]
    lines += [quiet.send("quiet", 86400 + at, organization="acme") for at in range(5)]
    write(made / "traffic" / "t.jsonl", lines)
    accounts(made / "traffic", a="payer 1", b="payer 2", quiet="payer 3")
    with (made / "traffic" / "accounts.jsonl").open("a") as file:
        file.write('{"account": "b", "payer": "payer 2", "plan": "pro"}\n')
    files = {"--store": "store", "--json": "v.json", "--key": "key"}
    words = [word for name, value in files.items() for word in (name, str(made / value))]
    assert run(["hunt", str(made / "traffic"), "--processes", "1", *words]) == 0
    return made


@pytest.fixture
def hunted(place, store):
    """A folder with a store, its key and its verdicts."""
    shutil.copytree(store, place, dirs_exist_ok=True)
    return place


TRY = ("policy", "try", "rules", "--on", "store")


def test_try_counts_requests_accounts_and_innocents(hunted, capsys):
    """By fact: verdict, plan, organisation, account, model; the stricter rule decides."""
    rules(
        hunted,
        rule("all", "flag", head=SHADOW),
        rule("relays", "block", 'context.verdict == "relay"', head=SHADOW),
        rule("pro", "step-up", 'context.plan == "pro"', head=SHADOW),
        rule("acme", "flag", 'principal in Organisation::"acme"', head=SHADOW),
        rule("b", "flag", 'principal == Account::"b"', head=SHADOW),
        rule("model", "flag", 'context.model like "model-*"', head=SHADOW),
        rule("none", "flag", 'context.wire == "chat"', head=SHADOW),
    )
    trial = asked(capsys, *TRY, "--verdicts", "v.json")
    found = {one["rule"]: one for one in trial["effects"]}
    counted = {
        name: (one["requests"], len(one["accounts"]), one["innocent"])
        for name, one in found.items()
    }
    assert counted == {
        "all": (12, 3, 1),
        "relays": (7, 2, 0),
        "pro": (2, 1, 0),
        "acme": (5, 1, 1),
        "b": (2, 1, 0),
        "model": (12, 3, 1),
        "none": (0, 0, 0),
    }
    assert found["relays"]["decided"] == 7
    assert found["pro"]["decided"] == 0
    assert found["relays"]["accounts"][0] == {"account": "a", "verdict": "relay", "requests": 5}
    assert (trial["requests"], trial["accounts"], trial["untried"]) == (12, 3, [])


def test_try_names_what_a_store_does_not_hold(hunted, capsys):
    """Rules that read it are left out and named; without verdicts, so are theirs."""
    rules(
        hunted,
        rule("tor", "flag", 'context.network == "tor" || context.busy > 5', head=SHADOW),
        rule("relays", "block", 'context.verdict == "relay"', head=SHADOW),
    )
    trial = asked(capsys, *TRY)
    assert {one["rule"]: one["unknown"] for one in trial["untried"]} == {
        "relays": ["verdict"],
        "tor": ["busy", "network"],
    }
    assert run(list(TRY)) == 0
    said = capsys.readouterr().err
    assert "Not tried: tor. Unknown here: busy, network." in said
    assert "--verdicts" in said


def test_try_looks_at_a_span_of_time(hunted, capsys):
    """From a day on, and up to a day."""
    rules(hunted, rule("all", "flag", head=SHADOW))
    second = datetime.fromtimestamp(START_S + 86400, UTC).isoformat()
    late = asked(capsys, *TRY, "--since", second)
    early = asked(capsys, *TRY, "--until", second)
    assert (late["requests"], early["requests"]) == (5, 7)


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["policy", "check", "nowhere"], 2, "no folder"),
        (["policy", "test", "broken"], 2, "settings.toml"),
        (["policy", "try", "rules", "--on", "nowhere"], 4, "no store"),
        (["policy", "try", "rules", "--on", "store", "--since", "soon"], 2, "--since"),
        (["policy", "try", "rules", "--on", "store", "--verdicts", "nowhere"], 3, "cannot be read"),
        (["policy", "try", "rules", "--on", "store", "--verdicts", "key"], 3, "verdicts"),
        (["policy", "report", "rules", "--log", "nowhere"], 3, "no file"),
        (["policy", "report", "rules", "--log", "key"], 3, "log"),
        (["policy", "try", "rules"], 2, "--on"),
    ],
)
def test_what_is_wrong_is_said_with_the_documented_code(hunted, capfd, words, code, says):
    """One or two sentences, and no trace."""
    rules(hunted, rule("all", "flag", head=SHADOW))
    (hunted / "broken").mkdir()
    (hunted / "broken" / "r.cedar").write_text(rule("x", "block"))
    assert run(words) == code
    output = "".join(capfd.readouterr())
    assert says in output
    assert "Traceback" not in output


def test_report_tells_effect_and_cost_of_rules_under_trial(hunted, capsys):
    """From the log, the verdicts and the book of cases."""
    acts = HEAD.replace("2027-06-30", "2999-12-31")
    rules(hunted, rule("relays", "block", head=acts, more='@share("0.999")'))
    at = datetime(2027, 1, 15, tzinfo=UTC)
    with (hunted / "log.jsonl").open("wb") as log:
        for account in ("a", "b", "quiet"):
            log.write(encode(Logged(at=at, account=account, outcome="block", rule="relays")))
            log.write(encode(Logged(at=at, account=account, outcome="allow")))
    case = Case("1", "quiet", "relays", "2027-01-15", 0.0, 0.0, 1, "block", "x", appeal="Why?")
    with CaseBook(hunted / "cases.db") as book:
        book.record([case], {})
    words = ["policy", "report", "rules", "--log", "log.jsonl"]
    (one,) = asked(capsys, *words, "--verdicts", "v.json", "--cases", "cases.db")["experiments"]
    assert (one["requests"], one["held"], one["held_accounts"]) == (3, 3, 3)
    assert one["request_share"]["value"] == 0.5
    assert one["innocent"]["value"] == one["appealed"]["value"] == pytest.approx(1 / 3)
    assert run([*words, "--verdicts", "v.json"]) == 0
    said = capsys.readouterr().out
    assert "of accounts met, with an innocent verdict: 33.3% (" in said
    assert "acts on 0.999 of accounts, until 2999-12-31" in said


def test_help_has_examples(capsys):
    """Every command shows how it is used."""
    for command in ("check", "test", "try", "report"):
        assert run(["policy", command, "--help"]) == 0
        text = capsys.readouterr().out
        assert f"stillwatch policy {command}" in text.split("For example:")[1]
