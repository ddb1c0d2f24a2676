"""`stillwatch marks explain`: what one request holds of ours."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from stillwatch.cli.marks.disclose import table
from stillwatch.cli.marks.machine import DEFAULT_GRAMMAR, GrammarName
from stillwatch.cli.marks.request import At, read_body, seconds
from stillwatch.client.enrolment import read_enrolment
from stillwatch.errors import InputError
from stillwatch.marks.disclose import Choice, as_json
from stillwatch.marks.explain import Explanation, explanation
from stillwatch.marks.grammar import load

EXPLAIN = """Show what a request holds of a seal: site by site, header by header.

REQUEST is a body in JSON, or a line of a capture, which has headers too; - is standard input.

For example:

    stillwatch marks explain request.json

    stillwatch marks explain request.json --enrolment enrolment.json --json
"""


def explain(
    request: Annotated[Path, Parameter(name="REQUEST", help="A body, or a line of a capture.")],
    /,
    *,
    grammar: GrammarName = DEFAULT_GRAMMAR,
    enrolment: Annotated[
        Path | None, Parameter(help="Compare with the wordings of this install.")
    ] = None,
    at: At = None,
    as_json_: Annotated[bool, Parameter(name="--json", help="Print JSON.", negative="")] = False,
) -> int:
    """Explain one request; the help text is `EXPLAIN`."""
    body, headers = _opened(read_body(request))
    secret = read_enrolment(enrolment).key(seconds(at)).secret if enrolment else None
    found = explanation(load(grammar), body, headers, secret)
    if as_json_:
        print(as_json(found).decode())  # noqa: T201  # the answer itself
    else:
        _show(found, Console(soft_wrap=True, highlight=False, markup=False))
    return 0


def _opened(read: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Body and headers of a request that may stand in a capture's line."""
    request = read.get("request")
    if not isinstance(request, dict):
        return read, []
    if not isinstance(request.get("body"), dict):
        raise InputError("The capture holds no request body.", "Give one line with a body.")
    headers = request.get("headers") or []
    pairs = headers.items() if isinstance(headers, dict) else headers
    try:
        return request["body"], [(str(name), str(value)) for name, value in pairs]
    except (TypeError, ValueError) as error:
        raise InputError("The capture's headers cannot be read.", "See docs/formats.md.") from error


def _show(found: Explanation, console: Console) -> None:
    console.print(f"{found.read} of {found.of} sites of {found.grammar} were read.", style="bold")
    if found.agrees is not None:
        console.print(f"{found.agrees} of them say what the install's key chooses.")
    if found.headers:
        rows = ((line.name, line.value or "", line.holds) for line in found.headers)
        _part("Headers", console)
        console.print(table(("header", "value", "holds"), rows))
    for text in found.texts:
        _part(f"{text.where} ({text.region}): {len(text.choices)} of {text.of} sites", console)
        console.print(_choices(text.choices))
    for turn in found.turns:
        _part(f"line at the end of message {turn.number}", console)
        console.print(_choices(turn.choices))


def _choices(choices: Iterable[Choice]) -> object:
    rows = ((str(one.site), str(one.bit), one.uses, one.instead_of) for one in choices)
    return table(("site", "bit", "says", "could say"), rows)


def _part(text: str, console: Console) -> None:
    console.print()
    console.print(text[:1].upper() + text[1:], style="bold")
