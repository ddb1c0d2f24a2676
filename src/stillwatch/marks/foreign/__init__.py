"""Foreign marks: what other people's clients and relays hide in text."""

from stillwatch.marks.foreign.files import Tally, scan_file
from stillwatch.marks.foreign.model import SURENESS, Finding, Mark, Payload, Place, Sure
from stillwatch.marks.foreign.request import scan_request
from stillwatch.marks.foreign.scan import scan_text

__all__ = [
    "SURENESS",
    "Finding",
    "Mark",
    "Payload",
    "Place",
    "Sure",
    "Tally",
    "scan_file",
    "scan_request",
    "scan_text",
]
