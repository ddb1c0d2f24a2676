"""What the operator knows about accounts: `accounts.jsonl` beside the capture."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from stillwatch.sources import captures
from stillwatch.sources.blocks import Block, Reject, numbered_lines, read_blocks
from stillwatch.sources.fields import epoch_s
from stillwatch.sources.inputs import InputFile
from stillwatch.sources.json_text import decode_json
from stillwatch.sources.model import LineError

Token = str | int | None


class AccountRecord(Struct, frozen=True):
    """One account, as the operator describes it.

    Attributes:
        account: its name, as in the exchanges.
        organization: who owns it.
        created_us: when it was made, microseconds since 1970 UTC.
        plan: what it pays for.
        payer: who pays; an opaque token is enough.
        email_domain: the part after the at sign.
        declared_use: what it says it is for.
        licensed_reseller: it may sell access on.
    """

    account: str
    organization: str | None = None
    created_us: int | None = None
    plan: str | None = None
    payer: str | None = None
    email_domain: str | None = None
    declared_use: str | None = None
    licensed_reseller: bool = False


class _Line(Struct):
    account: str | int
    organization: Token = None
    created: str | float | None = None
    plan: Token = None
    payer: Token = None
    email_domain: Token = None
    declared_use: Token = None
    licensed_reseller: bool | None = None


_DECODER = msgspec.json.Decoder(_Line)


def load_accounts(path: Path) -> Iterator[AccountRecord | Reject]:
    """The accounts of a file, with a reject in the place of every line that cannot be read.

    Args:
        path: JSON lines, plain or compressed.
    """
    file = InputFile(path.name, str(path), None, path)
    # Captures are one record a line too, and blocks leave the lines as they are.
    for item in read_blocks(file, captures.NAME):
        if isinstance(item, Block):
            yield from _records(item)
        elif isinstance(item, Reject):
            yield item


def _records(block: Block) -> Iterator[AccountRecord | Reject]:
    for number, line in numbered_lines(block):
        try:
            yield _record(decode_json(_DECODER, line))
        except LineError as error:
            yield Reject(block.label, number, error.reason)


def _record(line: _Line) -> AccountRecord:
    return AccountRecord(
        account=str(line.account),
        organization=_text(line.organization),
        created_us=None if line.created is None else round(epoch_s(line.created) * 1e6),
        plan=_text(line.plan),
        payer=_text(line.payer),
        email_domain=_text(line.email_domain),
        declared_use=_text(line.declared_use),
        licensed_reseller=bool(line.licensed_reseller),
    )


def _text(token: Token) -> str | None:
    return None if token is None else str(token)
