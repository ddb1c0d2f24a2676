"""Runs the coding clients from npm in a clean environment, with loopback as their whole world."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

BIN = Path(__file__).parents[3] / ".venv" / "clients" / "node_modules" / ".bin"
TOKEN = "dummy"
QUIET = {
    "DISABLE_TELEMETRY": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
}


class Done(NamedTuple):
    """How a client ended and all that it said."""

    code: int
    text: str


def claude(work: Path, url: str, words: str) -> Done:
    """Claude Code, asked once."""
    given = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_AUTH_TOKEN": TOKEN}
    return _run([BIN / "claude", "-p", words, "--allowedTools", "Bash(cat:*)"], work, given)


def codex(work: Path, url: str, words: str) -> Done:
    """Codex, asked once; it trusts its folder, for the commands are our own."""
    settings = work.parent / ".codex"
    settings.mkdir(exist_ok=True)
    (settings / "config.toml").write_text(
        'model = "gpt-5"\nmodel_provider = "loopback"\n'
        'sandbox_mode = "danger-full-access"\napproval_policy = "never"\n'
        "[model_providers.loopback]\n"
        f'name = "loopback"\nbase_url = "{url}/v1"\n'
        'env_key = "LOOPBACK_KEY"\nwire_api = "responses"\n'
    )
    return _run(
        [BIN / "codex", "exec", "--skip-git-repo-check", words], work, {"LOOPBACK_KEY": TOKEN}
    )


CLIENTS = {"claude": claude, "codex": codex}


def _run(words: list[str | Path], work: Path, given: dict[str, str]) -> Done:
    plain = {"PATH": os.environ["PATH"], "HOME": str(work.parent), "TZ": "UTC", "TERM": "dumb"}
    done = subprocess.run(
        list(map(str, words)),
        cwd=work,
        env=plain | QUIET | given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        check=False,
        timeout=120,
    )
    return Done(done.returncode, done.stdout)
