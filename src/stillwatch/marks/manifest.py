"""What a sealed client reads, puts into requests and keeps: the one list that the code runs on.

`client/` takes the names of variables and headers from here and knows no others; a test holds the
two together. `disclose`, `explain` and `notice` print from the same list.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from stillwatch.marks.grammar import Place
from stillwatch.marks.id_shapes import Kind
from stillwatch.marks.secrets import LASTS_DAYS

Fact = Literal["time-zone", "proxy", "host", "locale"]


@dataclass(frozen=True, slots=True)
class Read:
    """A fact about the machine that the environment check may read.

    Attributes:
        fact: its name, as in a policy file and in the header.
        variables: environment variables, in the order in which they count.
        settings: where else it is looked up, in words; empty if nowhere.
        kept: what of it leaves the machine.
        why: what it is for.
    """

    fact: Fact
    variables: tuple[str, ...]
    settings: str
    kept: str
    why: str


@dataclass(frozen=True, slots=True)
class Header:
    """A header that is put on requests to a model.

    Attributes:
        name: in lower case.
        holds: what stands in it.
        why: what it is for.
        when: on which requests.
    """

    name: str
    holds: str
    why: str
    when: str


@dataclass(frozen=True, slots=True)
class Put:
    """A place in the text of a request where seals may stand.

    Attributes:
        place: as in a grammar.
        where: the place in words.
        holds: what stands there.
        lasts: how long it stays the same.
    """

    place: Place
    where: str
    holds: str
    lasts: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Something that is kept.

    Attributes:
        what: what it is.
        where: where it is kept.
        long: for how long.
    """

    what: str
    where: str
    long: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A connection that the client opens by itself.

    Attributes:
        path: path at the enrolment server.
        sends: what is sent.
        gets: what comes back.
        when: how often.
    """

    path: str
    sends: str
    gets: str
    when: str


SIGNATURE_WINDOW_S = 300.0
SIGNATURE_SKEW_S = 60.0
"""How old a signature may be, and how far ahead of our clock."""
REGISTER_DAYS = 400
"""How long a revoked install stays in the register: longer than seals can be read."""
KEY_EPOCHS = 2
"""So many epochs an install's key is good for: its own, and one more if renewal fails."""

READS = (
    Read(
        "time-zone",
        ("TZ",),
        "the time zone setting of the system",
        "the name of a class, such as `europe`",
        "to follow a written rule about where a service is offered",
    ),
    Read(
        "proxy",
        (
            "https_proxy",
            "HTTPS_PROXY",
            "http_proxy",
            "HTTP_PROXY",
            "all_proxy",
            "ALL_PROXY",
            "no_proxy",
            "NO_PROXY",
        ),
        "the proxy settings of macOS or Windows",
        "the name of a class, such as `company`",
        "to tell a company's own gateway from others",
    ),
    Read(
        "host",
        ("ANTHROPIC_BASE_URL", "OPENAI_BASE_URL"),
        "the address that a request is sent to",
        "the name of a class, such as `own`",
        "to know whether the client speaks to us or to somebody in between",
    ),
    Read(
        "locale",
        ("LC_ALL", "LC_MESSAGES", "LANG"),
        "the locale of the process",
        "the name of a class, such as `german`",
        "to follow a written rule about languages that are supported",
    ),
)

ENVIRONMENT = Header(
    "stillwatch-environment",
    "the name and digest of the policy file, and one class a fact",
    "to report the classes openly",
    "requests to a model, if there is a policy",
)
DIGEST = Header(
    "content-digest",
    "SHA-256 of the body (RFC 9530)",
    "to bind the signature to the body",
    "requests to a model, if signing is on",
)
SIGNATURE_INPUT = Header(
    "signature-input",
    "which parts are signed, when, with which install's key, and a number used once (RFC 9421)",
    "to show that the request comes from an enrolled install",
    "requests to a model, if signing is on",
)
SIGNATURE = Header(
    "signature",
    "HMAC-SHA256 over the parts that signature-input names (RFC 9421)",
    "as signature-input",
    "requests to a model, if signing is on",
)
HEADERS = (ENVIRONMENT, DIGEST, SIGNATURE_INPUT, SIGNATURE)

LASTING = "one epoch; the same in every request of the install"
PUTS = (
    Put("system", "system text", "choices between equal wordings", LASTING),
    Put("tool", "descriptions of tools", "choices between equal wordings", LASTING),
    Put("reminder", "the reminder in the first message", "choices between equal wordings", LASTING),
    Put("result", "the frame around a tool's result", "choices between equal wordings", LASTING),
    Put(
        "fresh",
        "a line at the end of every message of the user",
        "choices that follow from a keyed digest of that message",
        "one message; the same whenever that message is sent again",
    ),
)

IDS = (
    f"Ids of messages and tool calls that the service gives out ({', '.join(get_args(Kind))}) may "
    "hold a tag of the account, the time and a check value, enciphered. They look like other ids. "
    "The service makes them; the client only sends them back."
)
ENROL = Contact("/enrol", "the account's credential", "the install's id, token and keys", "once")
RENEW = Contact("/keys", "the install's token", "keys for this epoch and the next", "once an epoch")
CONTACTS = (ENROL, RENEW)
FOR_WHOM = (
    "Every copy of the client is enrolled by an account and gets a random install id and keys of "
    "its own. The operator's register joins the install to the account and its organisation. "
    "It holds no names of people or machines."
)
WHY = (
    "So that a request can be told to come from this install, even if somebody else passes it on "
    "under another account: the seal still says where it was made."
)
NEVER = (
    "The values of facts about the machine are not sent, only names of classes, and a class is "
    "never evidence of resale by itself. No invisible or unusual characters are used. Nothing is "
    "read but what is listed here."
)
SEE = (
    "`stillwatch marks disclose ENROLMENT` shows every wording, header and value on your own "
    "machine, and `stillwatch marks explain REQUEST` does so for one request. The grammar and the "
    "policy are open files."
)


def kept(register_days: int = REGISTER_DAYS, signs: bool = True) -> tuple[Kept, ...]:
    """What is kept.

    Args:
        register_days: how long the operator keeps an install that was revoked.
        signs: whether requests are signed.
    """
    always = (
        Kept(
            "the record of the enrolment: install id, account, organisation, token, keys",
            "on this machine, in a file that only its owner can read",
            f"until it is deleted; a key is good for {KEY_EPOCHS} epochs",
        ),
        Kept(
            "the register: install id, account, organisation, grammar, times",
            "with the operator",
            f"until {register_days} days after the install was revoked; what it sealed can be read "
            f"for as long as the operator's key lasts, {LASTS_DAYS} days unless it is set otherwise",
        ),
    )
    once = Kept(
        "a digest of the number used once in a signature",
        "in the memory of the operator's server",
        f"{(SIGNATURE_WINDOW_S + SIGNATURE_SKEW_S) / 60:.0f} minutes",
    )
    return (*always, once) if signs else always


def read_of(fact: Fact) -> Read:
    """The declaration of a fact."""
    return next(read for read in READS if read.fact == fact)


def header_of(name: str) -> Header | None:
    """The declaration of a header, if it is one of ours."""
    return next((header for header in HEADERS if header.name == name.lower()), None)


def put_of(place: Place) -> Put:
    """The declaration of a place."""
    return next(put for put in PUTS if put.place == place)
