"""Documentation that cannot rot."""

import re
import tomllib
from pathlib import Path

import pyarrow as pa
from docs.catalogue import pages

from stillwatch.cli import EXIT_CODES
from stillwatch.signals.registry import OURS
from stillwatch.sources.registry import SOURCES
from stillwatch.store.tables import TABLES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def test_the_catalogue_is_what_the_signals_declare():
    """`make docs` was run after the last change."""
    written = {file.name: file.read_text() for file in (DOCS / "signals").glob("*.md")}
    assert written == pages()


def test_every_signal_declares_itself_fully():
    """Id, question, null model, twin, gaps and sources."""
    assert [signal.id for signal in OURS] == sorted(signal.id for signal in OURS)
    for signal in OURS:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", signal.id)
        assert signal.question.endswith("?")
        for text in (signal.null_model, signal.innocent_twin, signal.gaps):
            assert len(text) > 20, signal.id
        assert signal.references
        for name, parameter in signal.parameters.items():
            assert parameter.unit, (signal.id, name)
            assert parameter.source, (signal.id, name)


def test_every_dependency_has_its_line():
    """What is installed is explained, and what is explained is installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = (DOCS / "dependencies.md").read_text()
    for requirement in project["dependencies"]:
        name = re.split(r"[>=<\[]", requirement)[0]
        assert re.search(rf"\b{re.escape(name)}\b", text), name


def test_formats_name_every_source_and_exit_code():
    """The page of formats is complete."""
    text = (DOCS / "formats.md").read_text()
    for source in SOURCES:
        assert f"`{source.name}`" in text, source.name
    for code in set(EXIT_CODES.values()) | {0, 1, 130}:
        assert f"| {code} |" in text, code


def test_tables_hold_no_text_columns_but_declared_ones():
    """A new text column needs a thought about what may stand in it."""
    known = {
        "exchanges": {
            "exchange",
            "source",
            "account",
            "ja4",
            "wire",
            "model",
            "error",
            "client",
            "client_version",
            "client_os",
            "client_arch",
            "library",
        },
        "issued": {"kind"},
        "presented": {"kind", "shape"},
        "prefixes": set(),
        "facts": {"kind", "origin", "label"},
        "checks": {"check", "detail"},
        "rejects": {"source", "reason"},
        "texts": {"role", "text"},
        "accounts": {"account", "plan", "declared_use"},
        "seals": set(),
        "sealed_ids": {"kind", "key"},
        "blocks": {"place"},
        "anchors": set(),
    }
    for name, schema in TABLES.items():
        texts = {field.name for field in schema if field.type == pa.string()}
        assert texts == known[name], name


def test_links_between_pages_lead_somewhere():
    """No page points to one that is gone."""
    for page in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text()):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
