"""What is written is read again, and what is no recording is refused with its line."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stillwatch.audit.recording import (
    FILE,
    Factor,
    Outcome,
    Plan,
    Request,
    Run,
    Writer,
    body_fields,
    read,
)
from stillwatch.errors import InputError

PLAN = Plan(
    tool="a tool",
    version="1",
    command=("tool", "-p"),
    factors=(Factor("zone", ("UTC", "Asia/Tokyo")),),
    environments=2,
    repeats=1,
    strength=1,
    seed=7,
)


def run(order, *requests):
    return Run(
        environment={"zone": "UTC"},
        repeat=0,
        order=order,
        outcome=Outcome.FINISHED,
        exit=0,
        duration_ms=1.5,
        requests=requests,
    )


def test_what_is_written_is_read_again(tmp_path):
    """Plan and runs come back equal, and a full recording says so."""
    sent = Request(1.0, "POST", "/v1/messages", (("Host", "x"), ("host", "y")), body="{}")
    with Writer(tmp_path / "new", PLAN) as writer:
        writer.add(run(0, sent))
        assert not read(tmp_path / "new").complete
        writer.add(run(1))
    found = read(tmp_path / "new")
    assert found.plan == PLAN
    assert found.runs == (run(0, sent), run(1))
    assert found.complete
    assert not found.cut
    assert read(tmp_path / "new" / FILE) == found


@given(st.binary(max_size=40))
def test_bodies_are_kept_byte_for_byte(raw):
    """Text stays readable, everything else is kept as well."""
    fields = body_fields(raw)
    made = Request(0, "POST", "/", (), **fields)
    again = msgspec.json.decode(msgspec.json.encode(made), type=Request)
    assert again.raw == raw


def test_runs_are_on_disk_as_they_end(tmp_path):
    """A stopped audit keeps what it has, also where the last line was broken off."""
    writer = Writer(tmp_path, PLAN)
    writer.add(run(0))
    assert len(read(tmp_path).runs) == 1
    writer.close()
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"environment": {"zo')
    found = read(tmp_path)
    assert len(found.runs) == 1
    assert found.cut


def test_a_recording_is_not_written_over(tmp_path):
    """The folder of another audit is refused."""
    Writer(tmp_path, PLAN).close()
    with pytest.raises(InputError, match="is there already"):
        Writer(tmp_path, PLAN)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no recording"),
        ("{}\n", "no recording"),
        ("nonsense\n", "no recording"),
        (msgspec.json.encode(PLAN).decode() + "\n{}\n", "line 2, is no run"),
        (
            msgspec.json.encode(msgspec.structs.replace(PLAN, stillwatch_audit=2)).decode() + "\n",
            "has format 2",
        ),
    ],
    ids=["empty", "no plan", "no json", "no run", "another format"],
)
def test_what_is_no_recording_is_refused(tmp_path, text, says):
    """The message says what is wrong, and in which line."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(InputError, match=says):
        read(tmp_path)


def test_a_missing_recording_is_refused(tmp_path):
    """An empty folder is none."""
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path)
