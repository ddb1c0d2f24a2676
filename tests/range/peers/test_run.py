"""Peers from captures to verdicts."""

import json

import pytest

from stillwatch.errors import InputError, SettingsError
from stillwatch_range.peers.embed import encoder
from stillwatch_range.peers.run import PEERS, Tuning, run
from stillwatch_range.score import board, verdicts
from tests.range.score.cases import line, made, row

pytest.importorskip("sklearn")

WORDS = [
    "tree",
    "river",
    "stone",
    "cloud",
    "lamp",
    "chair",
    "paper",
    "glass",
    "wheel",
    "song",
    "field",
    "coin",
]


def prompt(number, guilty):
    if guilty:
        return f"Solve the problem step by step and show all reasoning: {number} plus {number * 7}"
    return " ".join(WORDS[(number * step + step) % len(WORDS)] for step in range(1, 4 + number % 7))


def folder_of(path, guilty=3, honest=6, each=110):
    """Guilty accounts send one template with slots, from many addresses; honest ones chat."""
    rows, sent = [], []
    for account in range(guilty + honest):
        bad = account < guilty
        rows.append(row(f"a{account}", "campaign" if bad else "honest"))
        for number in range(each):
            text = prompt(number + account * 1_000, bad)
            body = {"messages": [{"role": "user", "content": text}]}
            client = {"ip": f"192.0.2.{number % 50 if bad else 1}"}
            parsed = json.loads(line(f"a{account}", number / 60, body=body))
            sent.append(json.dumps(parsed | {"client": client}))
    path.mkdir(exist_ok=True)
    (path / "one.jsonl").write_text("\n".join(sent))
    return made(path, *rows)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("peers")


@pytest.fixture(scope="module")
def labels(place):
    return folder_of(place / "judged")


@pytest.fixture(scope="module")
def tuning(place):
    return Tuning(place / "tuning", folder_of(place / "tuning", guilty=2, honest=8))


@pytest.mark.parametrize("name", ["ip-count", "mmd", "prada", "seat"])
def test_a_tuned_peer_finds_the_obvious(name, place, labels, tuning):
    """Its verdicts are in the published format, one for each account.

    PRADA was made for other queries, and need not find these.
    """
    out = place / f"{name}.json"
    ran = run(name, place / "judged", out, tuning)
    document = verdicts.read(out)
    assert len(document.verdicts) == ran.scored == len(labels)
    review = board.score(labels, document).levels[1]
    assert review.recall.hits == (3 if name != "prada" else review.recall.hits)
    assert review.recall.hits + review.false_alarms.hits == ran.reported < len(labels)


def test_an_honest_account_like_those_of_the_tuning_folder_is_spared(place, labels, tuning):
    """Each honest account keeps to one address there and here."""
    run("ip-count", place / "judged", place / "spared.json", tuning)
    judged = verdicts.judge(labels, verdicts.read(place / "spared.json"))
    assert judged.level.tolist() == [1] * 3 + [0] * (len(labels) - 3)


def test_a_peer_without_tuning_uses_the_published_threshold(place, labels):
    """SEAT's is fifty pairs."""
    ran = run("seat", place / "judged", place / "seat.json")
    assert ran.threshold == 49.5
    assert ran.scored == len(labels)


def test_honeypotllm_runs_as_it_is(place, labels):
    """Two runs on recorded traffic agree, whatever the machine's clock says."""
    pytest.importorskip("honeypotllm")
    once = run("honeypotllm", place / "judged", place / "once.json")
    assert once == run("honeypotllm", place / "judged", place / "again.json")
    assert (place / "once.json").read_bytes() == (place / "again.json").read_bytes()
    assert once.scored == len(labels)


def test_a_run_can_be_repeated(place, labels):
    """The same captures give the same bytes."""
    for out in ("one.json", "two.json"):
        run("mmd", place / "judged", place / out)
    assert (place / "one.json").read_bytes() == (place / "two.json").read_bytes()


def test_every_peer_stands_under_its_name():
    """The list is in order of names."""
    assert list(PEERS) == sorted(PEERS)
    assert all(name == peer.name for name, peer in PEERS.items())


def test_unknown_names_are_refused(tmp_path):
    """The hint says what there is."""
    with pytest.raises(SettingsError) as error:
        run("oracle", tmp_path, tmp_path / "out.json")
    assert "prada" in error.value.hint
    with pytest.raises(SettingsError):
        encoder("oracle")


def test_a_tuning_folder_needs_innocent_accounts(place, tmp_path):
    """A threshold cannot be set on the guilty."""
    guilty = Tuning(tmp_path / "bad", folder_of(tmp_path / "bad", guilty=2, honest=0, each=2))
    with pytest.raises(InputError, match="innocent"):
        run("ip-count", place / "judged", tmp_path / "out.json", guilty)
