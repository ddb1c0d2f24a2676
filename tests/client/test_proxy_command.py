"""`stillwatch marks proxy` as a program: what it prints, how it ends, and that it shows no key."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from stillwatch.client.enrolment import write_enrolment
from tests.client.installs import ENROLMENT, EPOCH_S, SECRET, raw
from tests.client.test_environment import POLICY
from tests.client.upstream import Upstream

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30
API_KEY = "sk-key-of-the-account"
SECRETS = (SECRET.hex(), ENROLMENT.token, API_KEY)
START = "import sys; from stillwatch.cli import main; sys.exit(main())"
PROXY = (sys.executable, "-c", START, "marks", "proxy")
LASTING = replace(
    ENROLMENT, keys=(replace(ENROLMENT.keys[0], from_s=0.0, until_s=time.time() + EPOCH_S),)
)


@contextmanager
def running(folder, enrolment, *words, stop=signal.SIGTERM):
    """The command with its upstream: its address, what the model hears, and what it has said."""
    write_enrolment(folder / "enrolment.json", enrolment)
    (folder / "policy.toml").write_text(POLICY)
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("proxy")}
    with Upstream() as upstream:
        options = ["--upstream", upstream.url, "--enrolment", "enrolment.json", *words]
        process = subprocess.Popen(
            [*PROXY, "--grammar", "chat-assistant", *options],
            cwd=folder,
            env=kept | {"PYTHONPATH": str(ROOT / "src"), "TZ": "Europe/Berlin"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = []
        try:
            yield process.stdout.readline().strip(), upstream, process, said
        finally:
            process.send_signal(stop)
            said += process.communicate(timeout=PATIENCE_S)


def asked(url):
    """Send a request as a client would; gives the status."""
    headers = {"Content-Type": "application/json", "X-Api-Key": API_KEY}
    request = Request(f"{url}/v1/messages", raw("/v1/messages"), headers)
    with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE_S) as answer:
        return answer.status


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT], ids=["TERM", "Ctrl-C"])
def test_it_seals_until_it_is_stopped(tmp_path, stop):
    """It prints its address and nothing else, and ends without an error."""
    with running(tmp_path, LASTING, "--policy", "policy.toml", stop=stop) as (
        url,
        upstream,
        process,
        said,
    ):
        assert url.startswith("http://127.0.0.1:")
        assert asked(url) == 200
    assert process.returncode == 0
    assert said == ["", ""]
    assert json.loads(upstream.heard[0].body) != json.loads(raw("/v1/messages"))
    assert "time-zone=europe" in dict(upstream.heard[0].headers)["stillwatch-environment"]


@pytest.mark.parametrize("enrolment", [LASTING, ENROLMENT], ids=["sealing", "expired"])
def test_keys_are_in_no_log_and_not_in_the_process_list(tmp_path, enrolment):
    """Neither those of the install nor those of its account, also where sealing fails."""
    with running(tmp_path, enrolment) as (url, _, process, said):
        assert asked(url) == 200
        shown = [
            Path(f"/proc/{process.pid}/{name}").read_text()
            for name in ("cmdline", "environ")
            if Path(f"/proc/{process.pid}/{name}").exists()
        ]
    assert ("has no key for this time" in said[1]) == (enrolment is ENROLMENT)
    for secret in SECRETS:
        assert secret not in "".join([url, *shown, *said])


def test_a_request_without_a_key_goes_out_as_it_is(tmp_path):
    """With an expired key; or not at all, if that was asked for."""
    with running(tmp_path, ENROLMENT) as (url, upstream, _, _):
        assert asked(url) == 200
    assert upstream.heard[0].body == raw("/v1/messages")


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--port", "99999"), 2, "--port"),
        (("--grammar", "nowhere"), 3, "no grammar"),
        (("--policy", "nowhere.toml"), 3, "no policy"),
        (("--policy", "policy.toml", "--unsigned"), 2, "must be signed"),
        (("--enrolment", "nowhere.json"), 4, "enrolment"),
    ],
)
def test_mistakes_are_named(tmp_path, words, status, says):
    """In a sentence, with the exit code of their kind."""
    write_enrolment(tmp_path / "enrolment.json", LASTING)
    (tmp_path / "policy.toml").write_text(POLICY)
    options = {"--upstream": "https://x.test", "--enrolment": "enrolment.json"}
    named = [part for name in options if name not in words for part in (name, options[name])]
    done = subprocess.run(
        [*PROXY, *named, *words],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr
