"""The list of formats that can be read, and how one is told from another."""

from itertools import islice

from stillwatch.errors import SettingsError
from stillwatch.sources import captures, har, litellm, mitmproxy, otel
from stillwatch.sources.model import DocumentSource, LineSource, Source

SOURCES: tuple[Source, ...] = (
    captures.SOURCE,
    har.SOURCE,
    litellm.SOURCE,
    mitmproxy.SOURCE,
    otel.SOURCE,
)

_BY_NAME = {source.name: source for source in SOURCES}
_LINES_LOOKED_AT = 50
_DOCUMENT_ENDINGS = (".json", ".har", ".flows", ".mitm")
_PACKED_ENDINGS = (".gz", ".zst")


def by_name(name: str) -> Source:
    """The source of a name.

    Raises:
        SettingsError: there is none; the hint lists the names.
    """
    try:
        return _BY_NAME[name]
    except KeyError:
        raise SettingsError(
            f"There is no source named {name}.", f"The sources are {', '.join(_BY_NAME)}."
        ) from None


def choose(name: str | None, head: bytes, file_name: str) -> Source | None:
    """The source to read a file with, where a name may be forced.

    Args:
        name: the name of a source, or None to look at the file.
        head: the first bytes of the file, decompressed.
        file_name: its name.

    Raises:
        SettingsError: there is no source of that name.
    """
    if name is None:
        return recognise(head, file_name)
    source = by_name(name)
    if isinstance(source, LineSource) and source.document.matches(head, file_name):
        return source.document
    return source


def recognise(head: bytes, file_name: str) -> Source | None:
    """The source whose format a file is in, None if it is in none of them.

    Text in files for lines that no format claims counts as capture, so that each of its lines is
    reported by itself.

    Args:
        head: the first bytes of the file, decompressed.
        file_name: its name.
    """
    return _document(head, file_name) or _by_lines(head) or _fallback(head, file_name)


def _document(head: bytes, file_name: str) -> DocumentSource | None:
    documents = (s.document if isinstance(s, LineSource) else s for s in SOURCES)
    return next((document for document in documents if document.matches(head, file_name)), None)


def _by_lines(head: bytes) -> LineSource | None:
    lines = (line for line in head.split(b"\n", _LINES_LOOKED_AT) if line.strip())
    for line in islice(lines, _LINES_LOOKED_AT):
        for source in SOURCES:
            if isinstance(source, LineSource) and source.matches(line):
                return source
    return None


def _fallback(head: bytes, file_name: str) -> LineSource | None:
    name = file_name.lower()
    for packed in _PACKED_ENDINGS:
        name = name.removesuffix(packed)
    if b"\0" in head or name.endswith(_DOCUMENT_ENDINGS):
        return None
    return captures.SOURCE
