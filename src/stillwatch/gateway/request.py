"""A request as a face hands it to the gate, and what a gate knows of its answer."""

from msgspec import Struct

from stillwatch.gateway.room import ANSWER, Room

RawHeaders = list[tuple[bytes, bytes]]

CREDENTIALS = (b"x-api-key", b"authorization", b"api-key")
"""Headers that hold credentials; of several in one request the first of this order counts."""
OURS = b"x-stillwatch-"
"""Beginning of headers that only the gateway sets; from outside they are dropped."""


class Request(Struct):
    """A request.

    Attributes:
        method: in upper case.
        target: path and query, as received.
        headers: in order; in the case as received where the face sees it.
        body: as received.
        address: of the caller, None where the face does not see it.
        lower: the headers with names in lower case; made of `headers` where the face has no such
            list at hand.
        mark: what `finding.look_for_marks` found; None where it has not looked.
    """

    method: str
    target: str
    headers: RawHeaders
    body: bytes
    address: str | None = None
    lower: RawHeaders = []
    mark: str | None = None

    def __post_init__(self) -> None:
        """Fill in what the face did not."""
        if not self.lower:
            self.lower = [(name.lower(), value) for name, value in self.headers]


class Answered(Struct):
    """What became of a request.

    Attributes:
        status: of the answer; 0 where the client went away first.
        headers: of the answer.
        pieces: its body, as it passed.
        whole: the body came to its end.
        room: where pieces are counted while they are kept; None to keep none, or no more.
        kept: bytes that were taken of it.
    """

    status: int
    headers: RawHeaders
    pieces: list[bytes]
    whole: bool = True
    room: Room | None = None
    kept: int = 0

    def keep(self, piece: bytes) -> None:
        """Keep a piece for the recorder; from where there is no room, the answer is cut off."""
        room, size = self.room, len(piece)
        if room is None:
            return
        if self.kept + size > ANSWER or not room.take(size):
            self.room = None
            return
        self.kept += size
        self.pieces.append(piece)


def only_ours(name: bytes) -> bool:
    """Whether a header from outside must not pass: one of ours, or a credential in disguise.

    Servers that hand headers on as variables (CGI, WSGI) read `_` as `-`.

    Args:
        name: in lower case.
    """
    if b"_" not in name:
        return name.startswith(OURS)
    dashed = name.replace(b"_", b"-")
    return dashed.startswith(OURS) or dashed in CREDENTIALS


def first_alone(headers: RawHeaders, name: bytes) -> RawHeaders:
    """Headers with only the first of one name, which is in lower case.

    Args:
        headers: names in lower case, or as received.
        name: of the header that counts.
    """
    times, found = 0, []
    for one in headers:
        if one[0].lower() == name:
            times += 1
            if times > 1:
                continue
        found.append(one)
    return found


def one_credential(headers: RawHeaders, credential: bytes) -> RawHeaders:
    """Headers with no credential but the one that counts.

    Else an account could show one to us and use another behind us.

    Args:
        headers: names in lower case, or as received.
        credential: name of its header in lower case; empty where there is none.
    """
    others = set(CREDENTIALS) - {credential}
    return first_alone([one for one in headers if one[0].lower() not in others], credential)
