"""Prompts from two permissive sets: OASST1 for chats, dolly for the evaluation run."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

UNFIT = ("indians",)
"""Words of prompts that have no place in an example."""


def chats(folder: Path, count: int, turns: int) -> list[list[str]]:
    """Conversations of OASST1 with several human turns, one prompt a turn.

    Args:
        folder: where `human_oasst1_en_val.parquet` lies.
        count: how many conversations.
        turns: the most turns to take from one.
    """
    table = pq.read_table(
        folder / "human_oasst1_en_val.parquet", columns=["conversation_id", "turn", "prompt"]
    )
    by_talk: dict[str, dict[int, str]] = {}
    for row in table.to_pylist():
        if 12 <= len(row["prompt"]) <= 1200:
            by_talk.setdefault(row["conversation_id"], {}).setdefault(row["turn"], row["prompt"])
    talks = [[talk[turn] for turn in sorted(talk)][:turns] for talk in by_talk.values()]
    fit = [talk for talk in talks if not any(word in " ".join(talk).lower() for word in UNFIT)]
    return sorted((talk for talk in fit if len(talk) > 1), key=len, reverse=True)[:count]


def questions(folder: Path, count: int) -> list[str]:
    """Short questions of dolly that need no pasted context, evenly spread over the set."""
    table = pq.read_table(folder / "human_dolly15k.parquet", columns=["subset", "prompt"])
    fitting = [
        row["prompt"]
        for row in table.to_pylist()
        if row["subset"] == "no_context" and 25 <= len(row["prompt"]) <= 240
    ]
    distinct = list(dict.fromkeys(fitting))
    return distinct[:: max(1, len(distinct) // count)][:count]
