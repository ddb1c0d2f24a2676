"""The vendors' SDKs with sealed transports: only the declared texts and headers differ."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stillwatch.client.enrolment import write_enrolment
from stillwatch.marks.manifest import HEADERS
from stillwatch.marks.seal import Sealer
from tests.client.installs import ENROLMENT, GRAMMAR, SECRET
from tests.client.test_environment import POLICY
from tests.client.upstream import TEXT, Upstream

pytestmark = pytest.mark.sdks
ROOT = Path(__file__).parents[2]
CALLS = 6
"""Three wires, whole and streamed."""


@pytest.fixture(scope="module")
def talked(tmp_path_factory):
    """What the SDKs got, and what the model heard."""
    pytest.importorskip("anthropic")
    pytest.importorskip("openai")
    folder = tmp_path_factory.mktemp("sdks")
    write_enrolment(folder / "enrolment.json", ENROLMENT)
    (folder / "policy.toml").write_text(POLICY)
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("proxy")}
    env = kept | {"PYTHONPATH": str(ROOT), "TZ": "Europe/Berlin"}
    with Upstream() as upstream:
        words = [upstream.url, folder / "enrolment.json", folder / "policy.toml"]
        done = subprocess.run(
            [sys.executable, "-m", "tests.client.sdk_talk", *words],
            check=False,
            capture_output=True,
            cwd=ROOT,
            env=env,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    heard = [one for one in upstream.heard if not one.path.endswith("count_tokens")]
    counted = [one for one in upstream.heard if one.path.endswith("count_tokens")]
    groups = [heard[n : n + CALLS] for n in range(0, len(heard), CALLS)]
    return (
        said,
        dict(zip(("plain", "sealed", "async plain", "async sealed"), groups, strict=True)),
        counted,
    )


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_answers_are_the_same(talked, kind):
    """Whole and streamed, on all wires."""
    said, _, _ = talked
    assert said[f"{kind} plain"] == said[f"{kind} sealed"]
    assert said[f"{kind} sealed"].count(TEXT) == 3
    assert said["events"] == []


@pytest.mark.parametrize("call", range(CALLS))
@pytest.mark.parametrize("kind", ["", "async "])
def test_only_the_declared_texts_and_headers_differ(talked, kind, call):
    """The bodies by the seal, the headers by those of the manifest and the body's length."""
    _, groups, _ = talked
    plain, sealed = groups[f"{kind}plain"][call], groups[f"{kind}sealed"][call]
    assert plain.path == sealed.path
    sealer = Sealer(GRAMMAR, ENROLMENT.install, SECRET)
    assert sealed.json == sealer.seal(plain.json) != plain.json
    ours = [header.name for header in HEADERS]
    assert sealed.names == [*plain.names, *ours]
    before, after = dict(plain.headers), dict(sealed.headers)
    changed = {name for name in before if before[name] != after[name]}
    assert {name.lower() for name in changed} <= {"content-length", "x-stainless-read-timeout"}
    assert "time-zone=europe" in after["stillwatch-environment"]
    assert "Berlin" not in repr(sealed)


def test_counting_tokens_is_left_alone(talked):
    """It is no call of a model."""
    _, _, (plain, sealed) = talked
    assert plain == sealed
