"""What trait functions hand back before it is hashed and stored."""

from typing import Literal

from msgspec import Struct

Origin = Literal["declared", "evidenced"]


class Fact(Struct, frozen=True):
    """Something that an exchange shows about the place it came from.

    Attributes:
        kind: one of the kinds listed in docs/formats.md (home, user, host, git_email, repo, cwd,
            os, shell, eol, locale, timezone, language, date, device, session).
        origin: `declared` by the client (headers, environment block), or `evidenced` by tool
            traffic and text.
        value: the value itself; it is hashed with a key before it leaves memory.
        label: the value again where it is a word of a closed list and no trace of a person
            (an operating system, a shell), else None. Labels are stored as they are.
    """

    kind: str
    origin: Origin
    value: str
    label: str | None = None


class Check(Struct, frozen=True):
    """One question asked of a client's claims, and whether the claim held.

    Attributes:
        check: id of the question.
        held: the claims agree.
        detail: a label that says in what way they do not; never text from the traffic.
    """

    check: str
    held: bool
    detail: str | None = None


class Claims(Struct, frozen=True):
    """What the request says about its client, in words of closed lists.

    Attributes:
        client: the software named by the headers: claude-code, codex, opencode, qwen-code,
            gemini-cli, aider, anthropic-sdk, openai-sdk, litellm, ... or other; None if it says
            nothing.
        os: linux, macos, windows, other; None if it says nothing.
        session: the session id it claims; hashed before it is stored.
        device: the device or installation id it claims; hashed before it is stored.
        library: the HTTP library that header order, case and body style show; None if unclear.
    """

    client: str | None = None
    version: str | None = None
    os: str | None = None
    arch: str | None = None
    session: str | None = None
    device: str | None = None
    library: str | None = None
