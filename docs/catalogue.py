"""Writes the catalogue of signals, one page each, from what the signals declare of themselves."""

from pathlib import Path

from stillwatch.signals.model import Signal
from stillwatch.signals.registry import OURS

FOLDER = Path(__file__).parent / "signals"


def page(signal: Signal) -> str:
    """A signal's page."""
    kind = "exact: one finding is a fact" if signal.exact else "statistical: a matter of odds"
    parts = [
        f"# {signal.title}\n\n`{signal.id}` · family: {signal.family} · {kind}",
        f"**It asks:** {signal.question}",
        f"## What honest data look like\n\n{signal.null_model}",
        f"## Its innocent twin\n\n{signal.innocent_twin}",
        f"## What it cannot see\n\n{signal.gaps}",
    ]
    if signal.parameters:
        rows = [
            f"| `{name}` | {one.value:g} | {one.unit} | {one.source} |"
            for name, one in signal.parameters.items()
        ]
        parts.append(
            "\n".join(
                ["## Its numbers\n", "| name | value | unit | source |", "|---|---|---|---|", *rows]
            )
        )
    references = "\n".join(f"- {reference}" for reference in signal.references)
    parts.append(f"## Sources\n\n{references}")
    return "\n\n".join(parts) + "\n"


def index(signals: tuple[Signal, ...]) -> str:
    """The catalogue's first page."""
    rows = [
        f"| [{signal.id}]({signal.id}.md) | {signal.family} | {signal.question} |"
        for signal in signals
    ]
    head = [
        "# Signals\n",
        "A signal is a question asked of the traffic, with a null model and an innocent twin.",
        "`stillwatch signals` prints the same. Written by `make docs`; edit the signals, not this.\n",
        "| signal | family | it asks |",
        "|---|---|---|",
    ]
    return "\n".join([*head, *rows]) + "\n"


def pages() -> dict[str, str]:
    """All pages by file name."""
    return {"README.md": index(OURS)} | {f"{signal.id}.md": page(signal) for signal in OURS}


def main() -> None:
    """Write the pages and remove those of signals that are gone."""
    FOLDER.mkdir(exist_ok=True)
    written = pages()
    for old in FOLDER.glob("*.md"):
        if old.name not in written:
            old.unlink()
    for name, text in written.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
