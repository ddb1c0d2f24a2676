"""Prompt sources: bundled, named, licensed, and added from a folder."""

from importlib.resources import files

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stillwatch.errors import SettingsError
from stillwatch_range.people.prompts import BUNDLED, PromptPool, everything
from stillwatch_range.seeds import draw_for

DATA = files("stillwatch_range") / "data"


@pytest.mark.parametrize("source", everything())
def test_every_source_has_prompts(source):
    """A bundled source is not empty and its prompts carry its name."""
    prompts = PromptPool([source]).pool(source)
    assert len(prompts) > 100
    assert {prompt.source for prompt in prompts} == {source}
    assert all(prompt.text.strip() for prompt in prompts)


@pytest.mark.parametrize("stem", sorted(name[:-2] for name in BUNDLED if name.endswith("-a")))
def test_halves_share_no_conversation(stem):
    """The two halves of a set have no conversation in common."""
    pool = PromptPool([f"{stem}-a", f"{stem}-b"])
    left, right = ({p.conversation for p in pool.pool(f"{stem}-{half}")} for half in "ab")
    assert left
    assert not left & right


def test_coding_is_split_by_author():
    """No developer is in both halves of the coding prompts."""
    path = str(DATA / "prompts" / "coding.parquet")
    rows = pq.read_table(path, columns=["source", "author"]).to_pylist()
    authors = [{row["author"] for row in rows if row["source"] == f"coding-{h}"} for h in "ab"]
    assert not authors[0] & authors[1]


def test_every_file_has_its_licence_named():
    """The table of the bundled data names every file, with a licence that allows its use."""
    text = (DATA / "README.md").read_text(encoding="utf-8")
    rows = {
        cells[1].strip(): cells[4]
        for line in text.splitlines()
        if (cells := line.split("|"))[0] == "" and len(cells) > 5
    }
    for path in (DATA / "prompts").iterdir():
        licence = rows[path.name]
        assert any(word in licence for word in ("MIT", "Apache", "CC0", "CC BY-SA 3", "ODC-BY"))
        assert "NC" not in licence
    known = {file for file, _ in BUNDLED.values()}
    assert known == {path.name.removesuffix(".parquet") for path in (DATA / "prompts").iterdir()}


def test_bundled_data_is_small():
    """All prompts together stay under four megabytes, habits under 300 kB."""
    assert sum(len(path.read_bytes()) for path in (DATA / "prompts").iterdir()) < 4_000_000
    assert len((DATA / "habits.json").read_bytes()) < 300_000


def test_conversations_have_their_turns_in_order():
    """A conversation is a run of prompts of one source conversation, in its language."""
    pool = PromptPool(["oasst-a", "coding-a"])
    draw = draw_for(1, "x")
    longest = 0
    for _ in range(100):
        talk = pool.conversation(draw, "chat", "en", 4)
        assert 1 <= len(talk) <= 4
        assert len({prompt.conversation for prompt in talk}) == 1
        longest = max(longest, len(talk))
    assert longest > 1
    assert pool.conversation(draw, "chat", "zh") == ()


def test_a_pool_gives_only_its_own_sources():
    """A source that the scenario does not list cannot be read by mistake."""
    with pytest.raises(SettingsError):
        PromptPool(["coding-a"]).pool("coding-b")


def test_sets_can_be_added_from_a_folder(tmp_path):
    """A folder of files with the same columns adds sources, of the kind that the file's name says."""
    row = {
        "source": "ours",
        "author": "a",
        "conversation": "c",
        "turn": 0,
        "language": "en",
        "model": "",
        "system": "",
        "text": "what is a fjord?",
    }
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "harvest_ours.parquet")
    pool = PromptPool(["ours", "apibench"], tmp_path)
    assert [prompt.text for prompt in pool.pool("ours")] == ["what is a fjord?"]
    assert pool.kind("ours") == "harvest"
    assert len(pool.pool("apibench")) > 100
