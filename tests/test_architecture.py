"""The house as it is drawn: what may import what."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "stillwatch"
RANGE = ROOT / "src" / "stillwatch_range"

# What each part may import, besides itself and the parts below everything.
BELOW = {"errors", "hashing", "memo", "keys", "exchange"}
ALLOWED = {
    "exchange": set(),
    "errors": set(),
    "hashing": set(),
    "memo": set(),
    "keys": {"errors", "hashing"},
    "wire": BELOW,
    "sources": BELOW | {"wire"},
    "traits": BELOW,
    "marks": BELOW | {"wire"},
    "audit": BELOW | {"marks"},
    "client": {"errors", "marks", "wire"},
    "nonces": BELOW | {"traits"},
    "policy": {"errors", "hashing", "memo"},
    "gateway": BELOW | {"wire", "sources", "traits", "marks", "client", "policy"},
    "store": BELOW | {"wire", "sources", "traits", "marks", "nonces"},
    "linking": BELOW | {"store"},
    "signals": BELOW | {"traits", "store"},
    "verdicts": BELOW | {"traits", "store", "signals"},
    "hunt": BELOW | {"nonces", "sources", "traits", "store", "linking", "signals", "verdicts"},
    "report": BELOW | {"store", "signals", "verdicts", "hunt"},
    "cli": BELOW
    | {
        "sources",
        "marks",
        "audit",
        "client",
        "nonces",
        "policy",
        "gateway",
        "store",
        "signals",
        "verdicts",
        "hunt",
        "report",
    },
    "__main__": {"cli"},
    "__init__": set(),
}


def imports(file):
    """The parts of the package that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            first, *rest = node.module.split(".")
            if first == "stillwatch":
                found |= {rest[0]} if rest else {alias.name for alias in node.names}
    return found - {"__version__"}


def part_of(file):
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def test_a_lower_part_never_imports_a_higher_one():
    """Every import is one that docs/architecture.md draws."""
    for file in SOURCE.rglob("*.py"):
        part = part_of(file)
        extra = imports(file) - ALLOWED[part] - {part}
        assert not extra, f"{file.relative_to(ROOT)} imports {sorted(extra)}"


def test_the_picture_shows_every_part():
    """A folder that is not in the picture is a room nobody knows of."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    for part in set(ALLOWED) - {"__main__", "__init__"}:
        assert re.search(rf"\b{part}\b", text), part


def test_signals_touch_neither_files_nor_sockets():
    """They are functions from tables to evidence; only packs of data are read, by their reader."""
    banned = {"socket", "subprocess", "urllib", "http", "requests"}
    for file in (SOURCE / "signals").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not banned & {name.split(".")[0] for name in names}, file.name
            assert not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open"), file


def test_the_range_knows_no_detector():
    """An attacker written by the detector proves nothing; and the detector knows no range."""
    for file in RANGE.rglob("*.py"):
        extra = imports(file) - {"errors", "wire", "marks"}
        assert not extra, f"{file.relative_to(ROOT)} imports {sorted(extra)}"
    for file in SOURCE.rglob("*.py"):
        assert "stillwatch_range" not in file.read_text() or part_of(file) == "cli", file


def test_signals_see_no_keys():
    """Whom a mark belongs to is found below them; they read the answer."""
    for folder in ("signals", "verdicts", "report"):
        for file in (SOURCE / folder).rglob("*.py"):
            assert not imports(file) & {"marks", "keys"}, file.name


def test_files_have_one_subject():
    """No file of the packages is longer than 400 lines."""
    for file in (*SOURCE.rglob("*.py"), *RANGE.rglob("*.py")):
        assert len(file.read_text().splitlines()) <= 400, file.name
