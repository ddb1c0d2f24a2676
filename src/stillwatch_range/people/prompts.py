"""Prompts that people typed, pools that harvests send, and benchmark questions, by source.

Every source has a name. Big sets are bundled in two halves, `-a` and `-b`, so that scenarios for
tuning and for reporting never share a source. `data/README.md` says where each set comes from and
under which licence. More sets can be added from a folder of Parquet files of the same schema.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

import pyarrow.compute as pc
import pyarrow.parquet as pq

from stillwatch.errors import SettingsError

Kind = Literal["coding", "chat", "function", "harvest", "benchmark"]
FOLDER_VARIABLE = "STILLWATCH_RANGE_PROMPTS"
COLUMNS = ("source", "author", "conversation", "turn", "language", "model", "system", "text")
BUNDLED: dict[str, tuple[str, Kind]] = {
    "apibench": ("apibench", "harvest"),
    "bfcl-a": ("bfcl", "function"),
    "bfcl-b": ("bfcl", "function"),
    "coding-a": ("coding", "coding"),
    "coding-b": ("coding", "coding"),
    "dolly-a": ("dolly", "chat"),
    "dolly-b": ("dolly", "chat"),
    "evals-a": ("evals", "benchmark"),
    "evals-b": ("evals", "benchmark"),
    "gpteacher-a": ("gpteacher", "harvest"),
    "gpteacher-b": ("gpteacher", "harvest"),
    "huatuo-a": ("huatuo", "harvest"),
    "huatuo-b": ("huatuo", "harvest"),
    "oasst-a": ("oasst", "chat"),
    "oasst-b": ("oasst", "chat"),
    "rllm-a": ("rllm", "harvest"),
    "rllm-b": ("rllm", "harvest"),
    "toolbench": ("toolbench", "harvest"),
    "wildchat-ru": ("wildchat_ru", "chat"),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt.

    Attributes:
        text: what was typed.
        language: code, or `und` where it is not known.
        source: name of the source.
        system: system text that came with it; mostly empty.
        model: teacher that the set was harvested from, if known.
        conversation: name of the conversation; prompts of one conversation stand in order.
    """

    text: str
    language: str
    source: str
    system: str = ""
    model: str = ""
    conversation: str = ""


class PromptPool:
    """Draws prompts from the sources that a scenario may use.

    Args:
        sources: names of sources, bundled or from the folder.
        folder: folder with more Parquet files; the environment variable
            `STILLWATCH_RANGE_PROMPTS` where None.

    Raises:
        SettingsError: a source is not known.
    """

    def __init__(self, sources: Sequence[str], folder: Path | None = None) -> None:
        self._folder = folder or _folder_of_environment()
        known = {**BUNDLED, **_added(self._folder)}
        for source in sources:
            if source not in known:
                names = ", ".join(sorted(known))
                raise SettingsError(f"no prompt source is named {source}", f"Known: {names}.")
        self._sources = tuple(sources)
        self._known = known

    def sources(self) -> tuple[str, ...]:
        """Names of the sources that it draws from."""
        return self._sources

    def kind(self, source: str) -> Kind:
        """What a source holds."""
        return self._known[source][1]

    def pool(self, source: str) -> Sequence[Prompt]:
        """All prompts of a source, in the order of its conversations.

        Raises:
            SettingsError: the pool was not made with this source.
        """
        if source not in self._sources:
            raise SettingsError(
                f"the scenario does not list the prompt source {source}", "Add it to `sources`."
            )
        file, _ = self._known[source]
        return _read(file, source, self._folder)

    def conversation(
        self, draw: random.Random, kind: Kind, language: str = "en", turns: int = 1
    ) -> tuple[Prompt, ...]:
        """Prompts of one conversation, at most as many as wanted; empty where no source fits.

        Args:
            draw: chance.
            kind: what they are for.
            language: code of their language.
            turns: the most prompts to give.
        """
        found = [
            talks
            for source in self._sources
            if self._known[source][1] == kind
            and (talks := _conversations(self._known[source][0], source, language, self._folder))
        ]
        if not found:
            return ()
        talks = found[int(draw.random() * len(found))]
        talk = talks[int(draw.random() * len(talks))]
        first = int(draw.random() * max(1, len(talk) - turns + 1))
        return talk[first : first + turns]


def everything() -> tuple[str, ...]:
    """Names of all bundled sources."""
    return tuple(BUNDLED)


def _folder_of_environment() -> Path | None:
    name = os.environ.get(FOLDER_VARIABLE)
    return Path(name) if name else None


def _added(folder: Path | None) -> dict[str, tuple[str, Kind]]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise SettingsError(
            f"there is no folder {folder}", f"Set {FOLDER_VARIABLE} to a folder of Parquet files."
        )
    found: dict[str, tuple[str, Kind]] = {}
    for path in sorted(folder.glob("*.parquet")):
        kind = path.stem.partition("_")[0]
        for source in pc.unique(pq.read_table(path, columns=["source"])["source"]).to_pylist():
            found[source] = (str(path), _kind_of(kind))
    return found


def _kind_of(word: str) -> Kind:
    kinds: dict[str, Kind] = {
        "coding": "coding",
        "function": "function",
        "harvest": "harvest",
        "benchmark": "benchmark",
    }
    return kinds.get(word, "chat")


@cache
def _read(file: str, source: str, folder: Path | None) -> tuple[Prompt, ...]:
    if folder and Path(file).is_file():
        table = pq.read_table(file, columns=list(COLUMNS))
    else:
        bundled = files("stillwatch_range") / "data" / "prompts" / f"{file}.parquet"
        with as_file(bundled) as path:
            table = pq.read_table(path, columns=list(COLUMNS))
    rows = table.filter(pc.equal(table["source"].cast("string"), source)).to_pylist()
    return tuple(
        Prompt(
            text=row["text"],
            language=row["language"],
            source=source,
            system=row["system"],
            model=row["model"],
            conversation=row["conversation"],
        )
        for row in rows
    )


@lru_cache(maxsize=256)
def _conversations(
    file: str, source: str, language: str, folder: Path | None
) -> tuple[tuple[Prompt, ...], ...]:
    talks: dict[str, list[Prompt]] = {}
    for prompt in _read(file, source, folder):
        if prompt.language == language:
            talks.setdefault(prompt.conversation, []).append(prompt)
    return tuple(tuple(talk) for talk in talks.values())
