"""API bytes to exchanges and back.

`decode` reads an envelope of any of the three formats; `encode_request`, `encode_response` and
`encode_events` write bodies. A part of a format has a file of its own; only these names are for use
elsewhere.
"""

from stillwatch.wire.decoding import decode
from stillwatch.wire.encoding import encode_events, encode_request, encode_response
from stillwatch.wire.memory import WireMemory
from stillwatch.wire.values import WireError

__all__ = [
    "WireError",
    "WireMemory",
    "decode",
    "encode_events",
    "encode_request",
    "encode_response",
]
