"""`stillwatch marks verify`: whose seal a request carries."""

import json
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter
from rich.console import Console

from stillwatch.cli.marks.machine import PolicyFile, policy_of
from stillwatch.cli.marks.request import At, Keys, Request, read_body, seconds, spans
from stillwatch.client.environment import contexts
from stillwatch.marks.codebook import Codebook
from stillwatch.marks.enrolled import read_installs
from stillwatch.marks.grammar import load
from stillwatch.marks.match import Decision, Matcher, Sender
from stillwatch.marks.read import Reader
from stillwatch.marks.secrets import read_file

FOUND = 1
VERIFY = """Say whose seal a request carries, and how sure that is.

Exits with 1 if the seal is another's, is copied, or is missing where --sealed-client says that
there should be one.

For example:

    stillwatch marks verify request.json --keys marks.json --installs installs.jsonl

    stillwatch marks verify request.json --keys marks.json --installs installs.jsonl \\
        --account acct_7f3a --json
"""


def verify(  # noqa: PLR0913  # options of a command
    request: Request,
    /,
    *,
    keys: Keys,
    installs: Annotated[Path, Parameter(help="The register of installs.")],
    account: Annotated[str, Parameter(help="Who sent the request.")] = "",
    organization: Annotated[str | None, Parameter(help="Who owns that account.")] = None,
    sealed_client: Annotated[
        bool, Parameter(help="The request claims to come from a client that seals.", negative="")
    ] = False,
    grammar: Annotated[Path, Parameter(help="A grammar.")] = Path("coding-agent"),
    policy: PolicyFile = None,
    at: At = None,
    as_json: Annotated[bool, Parameter(name="--json", help="Print JSON.", negative="")] = False,
) -> int:
    """Verify one request; the help text is `VERIFY`."""
    texts, register = load(grammar), read_installs(installs)
    names = [install.install for install in register]
    book = Codebook(texts, names, spans(read_file(keys), seconds(at)))
    reading = Reader(texts, thorough=True).read_body(read_body(request))
    asked = policy_of(policy)
    matcher = Matcher(book, register, contexts(asked) if asked else ())
    decision = matcher.decide(reading, Sender(account, organization, sealed_client))
    if as_json:
        print(json.dumps(_plain(decision), indent=1))  # noqa: T201  # the answer itself
    else:
        _show(decision, Console(soft_wrap=True, highlight=False))
    return FOUND if decision.kind in {"resale", "clone", "missing"} and account else 0


def _plain(decision: Decision) -> dict[str, object]:
    fresh = decision.fresh
    return {
        "kind": decision.kind,
        "says": decision.says,
        "install": msgspec.to_builtins(decision.install),
        "agreed": decision.agreed,
        "read": decision.read,
        "log10_p": round(decision.log10_p, 2),
        "fresh": fresh and {"agreed": fresh.agreed, "read": fresh.read},
    }


def _show(decision: Decision, console: Console) -> None:
    console.print(decision.kind, style="bold")
    console.print(decision.says, markup=False)
    if decision.install is None:
        console.print(f"Sites read: {decision.read}.")
        return
    console.print(
        f"{decision.agreed} of {decision.read} sites agree; the chance of that without a key is "
        f"at most 10^{decision.log10_p:.1f}."
    )
    if decision.fresh and decision.fresh.read:
        console.print(f"Fresh lines: {decision.fresh.agreed} of {decision.fresh.read} agree.")
