"""What `stillwatch serve` says before it serves anything."""

import io
import sys

import pytest

from stillwatch.cli import run

RULES = """@id("ban") @outcome("block") @owner("o") @purpose("p") @message("No.") @until("2099-01-01")
forbid (principal, action, resource) when { context.client == "x" };
"""


@pytest.fixture
def words(tmp_path):
    """Words that can be used, with a folder for the rest."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.cedar").write_text(RULES)
    (tmp_path / "rules" / "settings.toml").write_text('appeal = "a@example.com"\n')
    return [
        *("serve", "--upstream", "http://127.0.0.1:9", "--policy", str(tmp_path / "rules")),
        *("--state", str(tmp_path / "state"), "--key", str(tmp_path / "key"), "--check"),
    ]


def test_a_check_looks_at_everything_and_serves_nothing(words, capsys):
    """As before a restart at night."""
    assert run(words) == 0
    assert "Everything can be used" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--listen", "127.0.0.1:99999"], "Ports go up to 65535"),
        (["--listen", "8080"], "no place to listen"),
        (["--policy", "nowhere"], "There is no folder nowhere"),
        (["--policy", "FILE"], "is a file"),
        (["--record", "FILE"], "Nothing can be recorded"),
        (["--state", "FILE"], "is a file, not a folder"),
        (["--verdicts", "FILE"], "cannot be read"),
        (["--certificate", "FILE", "--http2", "127.0.0.1:0"], "certificate"),
        (["--read-timeout", "-1"], "no time to wait"),
        (["--upstream", "ftp://a"], "no address of a server"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_used_is_named(words, capsys, tmp_path, more, says):
    """Before a port is taken."""
    (tmp_path / "file").touch()
    more = [str(tmp_path / "file") if word == "FILE" else word for word in more]
    words = [one for one in words if one != "--check"]
    at = words.index(more[0]) if more[0] in words else len(words)
    assert run([*words[:at], *more, *words[at + 2 :], "--check"]) in {2, 4}
    assert says in " ".join(capsys.readouterr().err.split())


def test_an_account_has_the_name_that_gateways_give_it(tmp_path, capsys, monkeypatch):
    """However the credential is written; and nothing is no account."""
    names = []
    for text in ("sk-1\n", "Bearer sk-1", "sk-2"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(text))
        assert run(["account", "--key", str(tmp_path / "key")]) == 0
        names.append(capsys.readouterr().out.strip())
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("acct_")
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert run(["account", "--key", str(tmp_path / "key")]) == 3
