"""Made-up worlds of accounts and their texts, straight in the engine's tables.

Texts are lists of words. A stand-in for `traits/shingles.py` makes anchors of them: a quarter of
the shingles of two and four words, the 128 smallest hashes.
"""

import random
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import xxhash

from stillwatch.linking.linked import linked
from stillwatch.store.engine import Engine, engine
from stillwatch.store.frames import Tables
from stillwatch.store.tables import ANCHORS, FRAMES, LINKED

SECOND_US = 1_000_000
DAY_US = 86_400 * SECOND_US
SCHEMAS = FRAMES | {"anchors": ANCHORS}
# A few words stand in every second sentence, most are rare (Zipf's law).
VOCABULARY = [f"w{number}" for number in range(20_000)]
WEIGHTS = list(accumulate(1 / (number + 2) for number in range(len(VOCABULARY))))


def hashed(text: str) -> int:
    return xxhash.xxh3_64_intdigest(text.encode()) - (1 << 63)


def shingles(words: list[str]) -> list[int]:
    found = {
        hashed(" ".join(words[start : start + size]))
        for size in (2, 4)
        for start in range(len(words) - size + 1)
    }
    return sorted(one for one in found if one % 4 == 0)[:128]


@dataclass
class World:
    """Accounts that send texts; times are spread over a day."""

    seed: int = 1
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    owners: dict[str, int | None] = field(default_factory=dict)

    def __post_init__(self):
        self.random = random.Random(self.seed)
        self.rows |= {name: [] for name in SCHEMAS}

    def words(self, count: int) -> list[str]:
        """Words as honest people use them: everybody shares the common ones."""
        return self.random.choices(VOCABULARY, cum_weights=WEIGHTS, k=count)

    def account(self, name: str, owner: int | None = None) -> str:
        self.owners[name] = owner
        return name

    def send(
        self, account: str, words: list[str], *, place: str = "user", ts_us: int | None = None,
        status: int = 200, intents: int = 0,
    ) -> int:  # fmt: skip
        """One exchange with one text; its row."""
        owner = self.owners.setdefault(account, None)
        row = len(self.rows["exchanges"]) + 1
        seen = {
            "row": row,
            "account": account,
            "ts_us": self.random.randrange(DAY_US) if ts_us is None else ts_us,
            "thread": row,
            "family": row,
            "root": row,
            "exchange": f"ex{row}",
            "owner": owner,
            "wire": "anthropic",
        }
        self.rows["exchanges"].append(seen | {"status": status})
        block = {"block": hashed(" ".join(words)), "words": len(words), "intents": intents}
        self.rows["blocks"].append(seen | block | {"place": place})
        self.rows["anchors"].append(block | {"anchors": shingles(words)})
        return row

    def meet(self, issuer: str, presenter: str, artefact: int) -> None:
        """An artefact that was issued to one account is presented by another."""
        one = self.rows["exchanges"][self.send(issuer, self.words(20)) - 1]
        two = self.rows["exchanges"][self.send(presenter, self.words(20)) - 1]
        made = {"kind": "tool_call", "artefact": artefact}
        self.rows["issued"].append(one | made)
        self.rows["presented"].append(two | made)

    def honest(self, accounts: int, texts: int = 10, name: str = "honest") -> list[str]:
        """Accounts that write their own texts of 5 to 60 words."""
        held = [self.account(f"{name}{number}") for number in range(accounts)]
        for account in held:
            for _ in range(texts):
                self.send(account, self.words(self.random.randint(5, 60)))
        return held

    def put(self, running: Engine, shuffle: int | None = None) -> Tables:
        """The world as an engine's tables, in the order of `shuffle`'s draw if one is named."""
        once = {row["block"]: row for row in self.rows["anchors"]}
        rows = self.rows | {"anchors": list(once.values()), "accounts": self._accounts()}
        for name, schema in SCHEMAS.items():
            held = list(rows[name])
            if shuffle is not None:
                random.Random(shuffle).shuffle(held)
            cells = [{column: row.get(column) for column in schema.names} for row in held]
            running.put(name, pa.Table.from_pylist(cells, schema=schema))
        return Tables(**{name: running.scan(name) for name in SCHEMAS if name != "anchors"})

    def _accounts(self) -> list[dict[str, Any]]:
        counts: dict[str, int] = {}
        for row in self.rows["exchanges"]:
            counts[row["account"]] = counts.get(row["account"], 0) + 1
        return [
            {"account": account, "owner": self.owners[account], "exchanges": count}
            for account, count in counts.items()
        ]


@dataclass(frozen=True)
class Answer:
    """What linking said, as plain rows."""

    templates: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    groups: list[dict[str, Any]]
    links: list[dict[str, Any]]

    @property
    def members(self) -> list[set[str]]:
        """The accounts of each group, largest group first."""
        held: dict[str, set[str]] = {}
        for row in self.groups:
            held.setdefault(row["group_id"], set()).add(row["account"])
        return sorted(held.values(), key=lambda one: (-len(one), sorted(one)))


def link(world: World, work: Path, shuffle: int | None = None) -> Answer:
    """Link a world's accounts."""
    with engine(work) as running:
        linked(world.put(running, shuffle), running)
        return Answer(
            **{
                name: running.rows(name, f"SELECT * FROM {name} ORDER BY ALL").to_pylist()
                for name in LINKED
            }
        )
