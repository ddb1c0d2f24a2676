"""`stillwatch marks join`: enrol this machine's client at a server."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from stillwatch.client.enrolling import enrol
from stillwatch.errors import InputError

MOST_CHARS = 4096
JOIN = """Enrol this machine's client at a server, and write the record of it.

The credential of the account is read from a file or from standard input, never from the command
line, where others could see it. It goes to the server only and is not kept.

For example:

    stillwatch marks join https://enrol.example.com --credential key.txt --out enrolment.json

    pass show example/api | stillwatch marks join https://enrol.example.com --credential -
"""


def join(
    url: str,
    /,
    *,
    credential: Annotated[
        Path, Parameter(help="File with the account's key; - is standard input.")
    ],
    out: Annotated[Path, Parameter(help="The record to write.")] = Path("enrolment.json"),
) -> int:
    """Enrol; the help text is `JOIN`."""
    record = enrol(url, _read(credential), out)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"Enrolled as {record.install} of account {record.account}.")
    console.print(f"`stillwatch marks disclose {out}` shows what that means.")
    return 0


def _read(file: Path) -> str:
    try:
        text = sys.stdin.read(MOST_CHARS) if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"No credential can be read from {file.name}.") from error
    words = text.split()
    if len(words) != 1 or not words[0].isascii():
        raise InputError(
            f"{file.name} holds no single credential.", "Put the account's key alone into it."
        )
    return words[0]
