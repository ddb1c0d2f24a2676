"""`stillwatch marks seal`: seal one request, to see what an install sends."""

from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from stillwatch.cli.marks.request import At, Keys, Request, read_body, seconds
from stillwatch.marks.grammar import load
from stillwatch.marks.seal import Sealer
from stillwatch.marks.secrets import read_file

SEAL = """Seal a request as an install would, and print it.

Texts of the grammar are replaced where they stand, or added where the grammar says so.

For example:

    stillwatch marks seal request.json --keys marks.json --install in_5f1e3a528d274b6e

    stillwatch marks seal - --keys marks.json --install in_1 --grammar chat-assistant < body.json
"""


def seal(
    request: Request,
    /,
    *,
    keys: Keys,
    install: Annotated[str, Parameter(help="The install that seals.")],
    grammar: Annotated[Path, Parameter(help="A grammar.")] = Path("coding-agent"),
    at: At = None,
) -> int:
    """Seal one request; the help text is `SEAL`."""
    at_s = seconds(at)
    key = read_file(keys).sealing(at_s)
    sealer = Sealer(load(grammar), install, key.install_key(install, key.epoch(at_s)))
    sealed = msgspec.json.encode(sealer.seal(read_body(request)))
    print(sealed.decode())  # noqa: T201  # the answer itself
    return 0
