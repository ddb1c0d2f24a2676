"""What the file says that `stillwatch hunt --json FILE` writes, as far as a gateway asks."""

from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from stillwatch.errors import InputError

Found = tuple[str, str, str]
# Lines and exhibits that are kept of an account's evidence.
_MOST_LINES = 16
_MOST_EXHIBITS = 8
_MOST_WORDS = 1000
UNREADABLE = ("The verdicts cannot be read.", "Write them with `stillwatch hunt --json FILE`.")
_LEVELS = {"none": 0, "review": 1, "act": 2}
_WORDS = {"ordinary": 0, "undecided": 1, "relay": 2, "harvest": 2}


class Line(Struct, frozen=True):
    """A line of a verdict's evidence.

    Attributes:
        signal, family: the question.
        log10_lr: how strongly it speaks.
        exhibits: ids of exchanges.
        says: it in words.
    """

    signal: str
    family: str
    log10_lr: float
    exhibits: tuple[str, ...] = ()
    says: str = ""


class _Subject(Struct, gc=False):
    kind: str
    id: str
    accounts: tuple[str, ...] = ()


# Read in one go and let go at once; the garbage collector need not walk a million of them meanwhile.
class _Verdict(Struct, gc=False):
    subject: _Subject
    verdict: str
    level: str
    grade: str | None = None
    evidence: Raw = Raw(b"[]")


class _Document(Struct):
    verdicts: list[_Verdict]


class Read(NamedTuple):
    """What a hunt's file says.

    Attributes:
        found: verdict, grade and level of every account.
        lines: the evidence of accounts whose level is `review` or `act`, as JSON.
    """

    found: dict[str, Found]
    lines: dict[str, bytes]


def read_verdicts(raw: bytes) -> Read:
    """Verdict, grade and level of every account.

    An account's own row counts. Of an account without one, that stands in a campaign among those
    that are sure, the campaign's does.

    Raises:
        InputError: it is not what a hunt writes.
    """
    try:
        return _read(msgspec.json.decode(raw, type=_Document))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(*UNREADABLE) from error


def _read(document: _Document) -> Read:
    rows = sorted(document.verdicts, key=_rank)
    read = Read({}, {})
    same: dict[Found, Found] = {}
    for row in rows:
        triple = (row.verdict, row.grade or "", row.level)
        triple = same.setdefault(triple, triple)
        lines = _lines(row) if _LEVELS.get(row.level) else None
        for account in row.subject.accounts or (row.subject.id,):
            read.found[account] = triple
            read.lines.pop(account, None)
            if lines is not None:
                read.lines[account] = lines
    return read


def _lines(row: _Verdict) -> bytes:
    kept = [
        replace(line, exhibits=line.exhibits[:_MOST_EXHIBITS], says=line.says[:_MOST_WORDS])
        for line in msgspec.json.decode(row.evidence, type=list[Line])[:_MOST_LINES]
    ]
    return msgspec.json.encode(kept)


def _rank(row: _Verdict) -> tuple[bool, int, int]:
    """Later rows replace earlier ones: an account's own come last, and strong ones after weak."""
    own = row.subject.kind == "account"
    return (own, _LEVELS.get(row.level, 0), _WORDS.get(row.verdict, 0))
