"""Answers in natural sentences, no two alike, in the language of the person who asks."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path
from typing import Any

STOP = frozenset(
    {"about", "which", "there", "would", "could", "should", "please", "their", "these", "those"}
)


class Wording:
    """Draws sentences and never gives the same text twice."""

    def __init__(self, seed: str) -> None:
        text = (Path(__file__).parent / "wording.toml").read_text(encoding="utf-8")
        self._sentences: dict[str, Any] = tomllib.loads(text)
        self._draw = random.Random(seed)
        self._said: set[str] = set()

    def answer(self, language: str, slots: dict[str, str]) -> str:
        """Two to four sentences about a piece of code."""
        return self._unique(self._sentences[language], slots)

    def chat(self, prompt: str) -> str:
        """A few sentences that take up words of the prompt."""
        words = [w for w in re.findall(r"[A-Za-z]{5,}", prompt) if w.lower() not in STOP]
        pair = [*dict.fromkeys(word.lower() for word in words), "this", "the rest"]
        return self._unique(self._sentences["chat"], {"a": pair[0], "b": pair[-3 if words else 1]})

    def note(self, slots: dict[str, str]) -> str:
        """A sentence said before a tool is used; empty when it has been said already."""
        text = self._filled(self._draw.choice(self._sentences["notes"]["en"]), slots)
        return "" if text in self._said else self._keep(text)

    def _unique(self, sentences: dict[str, list[str]], slots: dict[str, str]) -> str:
        for _ in range(500):
            parts = [self._draw.choice(sentences["open"])]
            parts += self._draw.sample(sentences["middle"], k=self._draw.choice((1, 2, 2)))
            parts.append(self._draw.choice(sentences["end"]))
            joint = "" if "。" in parts[0] else " "
            text = self._filled(joint.join(parts), slots)
            if text not in self._said:
                return self._keep(text)
        raise RuntimeError("no new sentence found: add wording")

    def _filled(self, text: str, slots: dict[str, str]) -> str:
        numbers = {"n": str(self._draw.randrange(2, 60)), "m": str(self._draw.randrange(3, 40))}
        return text.format(**numbers, **slots)

    def _keep(self, text: str) -> str:
        self._said.add(text)
        return text
