"""Real coding clients from npm: one person's work is one ordinary account, through and through."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from stillwatch.cli import run
from tests.clients.endpoint import Endpoint
from tests.traffic import write

BIN = Path(__file__).parents[2] / ".venv" / "clients" / "node_modules" / ".bin"
pytestmark = pytest.mark.clients


def environment(home, **extra):
    """A clean environment with a home of its own and telemetry off."""
    quiet = {"DISABLE_TELEMETRY": "1", "DISABLE_AUTOUPDATER": "1", "DISABLE_ERROR_REPORTING": "1"}
    quiet["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"
    path = {"PATH": os.environ["PATH"], "HOME": str(home), "TZ": "UTC", "TERM": "dumb"}
    return path | quiet | extra


@pytest.fixture
def work(tmp_path):
    """A home with a small repository."""
    folder = tmp_path / "home" / "mira" / "work"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("A note.\n")
    settings = ["-c", "user.email=mira@example.org", "-c", "user.name=Mira"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *settings, *words], cwd=folder, check=True)
    return folder


def hunted(tmp_path, monkeypatch, lines):
    """The verdict on the one account of a recording."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STILLWATCH_KEY_FILE", str(tmp_path / "key"))
    write(tmp_path / "traffic" / "t.jsonl", lines)
    assert run(["hunt", "traffic", "--strict", "--json", "v.json"]) == 0
    document = json.loads((tmp_path / "v.json").read_text())
    assert document["exchanges"] == len(lines)
    (verdict,) = document["verdicts"]
    return verdict


def assert_honest(verdict):
    """Nothing is held against it, and its claims were looked at and held."""
    assert verdict["verdict"] == "ordinary"
    assert all(line["log10_lr"] <= 0 for line in verdict["evidence"]), verdict["evidence"]


def test_claude_code_is_read_as_one_conversation_of_an_honest_client(tmp_path, work, monkeypatch):
    """Two human turns with a tool call between them, resumed: one thread, no contradiction."""
    with Endpoint() as endpoint:
        env = environment(
            work.parent, ANTHROPIC_BASE_URL=endpoint.url, ANTHROPIC_AUTH_TOKEN="dummy"
        )
        claude = [str(BIN / "claude"), "-p"]
        allowed = ["--allowedTools", "Bash(git log:*)"]
        for words in (["What was changed last?"], ["And before that?", "--continue"]):
            done = subprocess.run(
                [*claude, *words, *allowed],
                cwd=work,
                env=env,
                capture_output=True,
                text=True,
                check=False,
                stdin=subprocess.DEVNULL,
                timeout=240,
            )
            assert done.returncode == 0, done.stdout + done.stderr
    assert len(endpoint.lines) >= 3
    verdict = hunted(tmp_path, monkeypatch, endpoint.lines)
    assert verdict["threads"] == 1
    assert_honest(verdict)
    asked = {line["signal"] for line in verdict["evidence"]}
    assert "claims-consistency" in asked


def test_codex_is_read_and_honest(tmp_path, work, monkeypatch):
    """The Responses format as its own client speaks it."""
    with Endpoint() as endpoint:
        settings = work.parent / ".codex"
        settings.mkdir()
        (settings / "config.toml").write_text(
            'model = "gpt-5"\nmodel_provider = "loopback"\n'
            "[model_providers.loopback]\n"
            f'name = "loopback"\nbase_url = "{endpoint.url}/v1"\n'
            'env_key = "LOOPBACK_KEY"\nwire_api = "responses"\n'
        )
        env = environment(work.parent, LOOPBACK_KEY="dummy")
        done = subprocess.run(
            [
                str(BIN / "codex"),
                "exec",
                "--skip-git-repo-check",
                "Say what this repository holds.",
            ],
            cwd=work,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    verdict = hunted(tmp_path, monkeypatch, endpoint.lines)
    assert verdict["threads"] == 1
    assert_honest(verdict)
