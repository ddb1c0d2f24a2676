"""Real clients through the proxy, to the range's server: they work, and the provider reads them."""

import os
import subprocess
import time
from pathlib import Path

import msgspec
import pytest

from stillwatch.client.checking import Checker, Received
from stillwatch.client.enrolment import Enrolment
from stillwatch.client.issuing import issued_keys
from stillwatch.client.policy import parse_policy
from stillwatch.client.wrapping import Choices, sealing_for
from stillwatch.marks.codebook import Codebook, Span
from stillwatch.marks.enrolled import Install
from stillwatch.marks.grammar import load
from stillwatch.marks.match import Matcher, Sender
from stillwatch.marks.read import Reader
from stillwatch.marks.secrets import DAY_S, new_file
from tests.client.proxying import proxying
from tests.client.test_environment import POLICY

pytestmark = pytest.mark.clients
ROOT = Path(__file__).parents[2]
BIN = ROOT / ".venv" / "clients" / "node_modules" / ".bin"
GRAMMAR = load("chat-assistant")
INSTALLS = [Install(f"in_{n:016x}", f"acct_{n}", f"org_{n}") for n in range(50)]
MINE = INSTALLS[7]
PATHS = ("/messages", "/responses", "/chat/completions")
SDKS = ROOT / ".venv" / "sdks" / "bin" / "python"


class Provider:
    """The range's server, its keys, and what it says about what it heard."""

    def __init__(self, folder):
        self.keys = new_file(folder / "marks.json", time.time() - DAY_S)
        self.serving = pytest.importorskip("tests.range.upstream.serving")
        self.settings = pytest.importorskip("stillwatch_range.upstream.server").UpstreamSettings
        self.provider = pytest.importorskip("stillwatch_range.upstream.core").ProviderSettings
        self.tape = self.serving.Kept()

    def listening(self):
        every = self.provider(overload_share=0, raw_items=1 << 20)
        return self.serving.serving(self.settings(provider=every, seed=7), tape=self.tape)

    def enrolled(self):
        """The record of my install, as the enrolment server would hand it out."""
        keys = issued_keys(self.keys, MINE.install, time.time())
        return Enrolment(MINE.install, MINE.account, MINE.organization, "", "", keys)

    def calls(self):
        """Requests to a model, with their bodies as they were received."""
        lines = [msgspec.json.decode(take.line)["request"] for take in self.tape.takes]
        return [line for line in lines if line["path"].partition("?")[0].endswith(PATHS)]

    def decisions(self):
        """What the seals say."""
        key, now_s = self.keys.keys[0], time.time()
        names = [install.install for install in INSTALLS]
        book = Codebook(GRAMMAR, names, [Span(key, key.epoch(now_s))])
        matcher, reader = Matcher(book, INSTALLS), Reader(GRAMMAR)
        sender = Sender(MINE.account, MINE.organization)
        return [matcher.decide(reader.read_body(call["body"]), sender) for call in self.calls()]

    def checks(self, url):
        """What the signatures say."""
        checker = Checker(self.keys, {MINE.install}.__contains__, time.time)
        return [
            checker.check(
                Received(
                    "POST",
                    url + call["path"],
                    [(name.encode(), value.encode()) for name, value in call["headers"]],
                    call["raw"].encode(),
                )
            )
            for call in self.calls()
        ]


@pytest.fixture
def provider(tmp_path):
    return Provider(tmp_path)


def worked(words, home, **variables):
    """Run a client in an empty folder of a home of its own."""
    work = home / "work"
    work.mkdir(parents=True, exist_ok=True)
    quiet = {"DISABLE_TELEMETRY": "1", "DISABLE_AUTOUPDATER": "1", "DISABLE_ERROR_REPORTING": "1"}
    quiet["CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC"] = "1"
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": "dumb"} | quiet | variables
    done = subprocess.run(
        words,
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_recognised(provider, url, least):
    """Every call is signed by my install, and its seal is that of my install."""
    decisions, checks = provider.decisions(), provider.checks(url)
    assert len(decisions) >= least
    for decision in decisions:
        assert (decision.kind, decision.install) == ("owner", MINE)
        assert decision.log10_p < -9
        assert decision.fresh.holds is not False
    assert {check.standing for check in checks} == {"signed"}
    assert {check.install for check in checks} == {MINE.install}
    assert all(dict(check.environment.classes)["time-zone"] == "europe" for check in checks)


@pytest.fixture
def choices(monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    return Choices(GRAMMAR, parse_policy(POLICY), fail_closed=True)


def test_claude_code_works_sealed(provider, choices, tmp_path):
    """Two turns, the second resumed: its own texts stay, the grammar's are added."""
    with (
        provider.listening() as upstream,
        proxying(sealing_for(provider.enrolled(), choices), upstream.url) as proxy,
    ):
        env = {"ANTHROPIC_BASE_URL": proxy.url, "ANTHROPIC_AUTH_TOKEN": "sk-test"}
        claude = [str(BIN / "claude"), "-p"]
        assert worked([*claude, "What is a palindrome?"], tmp_path / "home", **env).strip()
        assert worked([*claude, "And a pangram?", "--continue"], tmp_path / "home", **env).strip()
        url = upstream.url
    assert_recognised(provider, url, least=2)


def test_codex_works_sealed(provider, choices, tmp_path):
    """Over the Responses format."""
    with (
        provider.listening() as upstream,
        proxying(sealing_for(provider.enrolled(), choices), upstream.url) as proxy,
    ):
        home = tmp_path / "home"
        (home / ".codex").mkdir(parents=True)
        (home / ".codex" / "config.toml").write_text(
            'model = "gpt-5"\nmodel_provider = "loopback"\n'
            "[model_providers.loopback]\n"
            f'name = "loopback"\nbase_url = "{proxy.url}/v1"\n'
            'env_key = "LOOPBACK_KEY"\nwire_api = "responses"\n'
        )
        words = [str(BIN / "codex"), "exec", "--skip-git-repo-check", "What is a palindrome?"]
        worked(words, home, LOOPBACK_KEY="sk-test")
        url = upstream.url
    assert_recognised(provider, url, least=1)


def test_the_sdks_work_sealed(provider, choices):
    """As they are, on all wires, whole and streamed, with tools, thoughts and errors."""
    talk = ROOT / "tests" / "range" / "upstream" / "sdk_talk.py"
    if not SDKS.exists() or not talk.exists():
        pytest.skip("no SDKs here; `make test` installs them")
    with (
        provider.listening() as upstream,
        proxying(sealing_for(provider.enrolled(), choices), upstream.url) as proxy,
    ):
        done = subprocess.run(
            [SDKS, "-I", talk, proxy.url], check=False, capture_output=True, text=True, timeout=120
        )
        url = upstream.url
    assert done.returncode == 0, done.stderr
    said = msgspec.json.decode(done.stdout)
    for way in ("messages", "chat", "responses", "messages stream", "chat stream"):
        assert set(said[way]["calls"]) == {"run"}
        assert said[way]["answer"]
    assert said["errors"][0] == "RateLimitError"
    assert {call["path"] for call in provider.calls()} == {
        "/v1/messages",
        "/v1/chat/completions",
        "/v1/responses",
    }
    assert_recognised(provider, url, least=18)
