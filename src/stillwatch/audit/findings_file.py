"""Findings as a JSON file, for other programs and for later comparison."""

from pathlib import Path

import msgspec

from stillwatch.audit.model import Document
from stillwatch.errors import InputError

FORMAT = 1


def as_json(document: Document) -> bytes:
    """Findings as JSON.

    Args:
        document: the findings.
    """
    return msgspec.json.format(msgspec.json.encode(document))


def read(path: Path) -> Document:
    """Read findings.

    Args:
        path: the file.

    Raises:
        InputError: it cannot be read or is something else.
    """
    hint = "Name a file that `audit run --json` or `audit report --json` wrote."
    try:
        document = msgspec.json.decode(path.read_bytes(), type=Document)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).", hint) from error
    except msgspec.MsgspecError as error:
        raise InputError(f"{path} holds no findings of an audit: {error}.", hint) from error
    if document.stillwatch_findings != FORMAT:
        raise InputError(f"{path} has format {document.stillwatch_findings}, not {FORMAT}.", hint)
    return document
