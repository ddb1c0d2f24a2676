"""Enrolling over loopback, from the command to a real ASGI server and back."""

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from stillwatch.cli.marks.join import join
from stillwatch.client.enrolling import renew
from stillwatch.client.enrolment import read_enrolment
from stillwatch.client.server import EnrolmentServer, Owner
from stillwatch.errors import InputError, KeyFileError
from stillwatch.marks.enrolled import read_installs
from stillwatch.marks.manifest import READS
from stillwatch.marks.secrets import DAY_S, new_file, read_file

pytestmark = pytest.mark.sdks
CREDENTIAL = "sk-credential-of-an-account"


async def owner_of(credential):
    return Owner("acct_1", "org_1") if credential == CREDENTIAL else None


@contextmanager
def serving(app):
    """An ASGI server on loopback; gives its address."""
    uvicorn = pytest.importorskip("uvicorn")
    config = uvicorn.Config(app, port=0, log_config=None, ws="none", lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        threading.Event().wait(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a credential, and a server with its keys."""
    for name in next(read.variables for read in READS if read.fact == "proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    new_file(tmp_path / "marks.json", time.time() - DAY_S)
    (tmp_path / "key.txt").write_text(f"{CREDENTIAL}\n")
    register = tmp_path / "installs.jsonl"
    app = EnrolmentServer(lambda: read_file(tmp_path / "marks.json"), register, owner_of)
    with serving(app) as url:
        yield tmp_path, url


def test_a_machine_joins_and_renews(place, capsys):
    """The record is good for sealing at once; the credential is nowhere in it."""
    folder, url = place
    assert join(url, credential=Path("key.txt")) == 0
    record = read_enrolment(folder / "enrolment.json")
    assert record.install in capsys.readouterr().out
    assert [one.install for one in read_installs(folder / "installs.jsonl")] == [record.install]
    assert record.key(time.time()).install == record.install
    assert renew(record, None).keys == record.keys
    assert CREDENTIAL not in (folder / "enrolment.json").read_text()


def test_a_wrong_credential_is_said_to_be_refused(place):
    """And is not quoted."""
    folder, url = place
    (folder / "key.txt").write_text("sk-wrong")
    with pytest.raises(KeyFileError, match="status 401") as caught:
        join(url, credential=Path("key.txt"))
    assert "sk-wrong" not in f"{caught.value} {caught.value.hint}"
    assert not (folder / "enrolment.json").exists()


def test_a_server_that_is_away_is_said_to_be(place):
    """With what to check."""
    with pytest.raises(InputError, match="cannot be reached"):
        join("http://127.0.0.1:9", credential=Path("key.txt"))


def test_a_credential_may_come_by_a_pipe(place):
    """So that it needs no file, and never stands on a command line."""
    folder, url = place
    code = (
        "import sys; from pathlib import Path; from stillwatch.cli.marks.join import join;"
        "sys.exit(join(sys.argv[1], credential=Path('-'), out=Path('piped.json')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, url],
        input=CREDENTIAL,
        text=True,
        check=False,
        capture_output=True,
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert read_enrolment(folder / "piped.json").account == "acct_1"
