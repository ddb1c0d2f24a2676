"""The record that everything reads: one request to a model API and its response.

A decoder in `wire/` makes an `Exchange` from bytes; everything above reads it. Provider formats
differ in how they cut a conversation up; here an assistant turn is always one `Message`, whatever
it was made of, so that the same turn looks the same through every format. There is no logic here.
"""

from typing import Literal

from msgspec import Struct

Role = Literal["user", "assistant", "system"]
Wire = Literal["anthropic", "chat", "responses", "unknown"]


class Text(Struct, frozen=True, tag="text"):
    """Words in a message."""

    text: str


class Reasoning(Struct, frozen=True, tag="reasoning"):
    """A reasoning block. `signature` is the provider's opaque proof (or encrypted content)."""

    text: str
    signature: str | None = None


class ToolCall(Struct, frozen=True, tag="tool_call"):
    """A call that the model asks for. `arguments` is compact JSON text, or free text."""

    id: str
    name: str
    arguments: str


class ToolResult(Struct, frozen=True, tag="tool_result"):
    """What the client's tool answered to the call `id`."""

    id: str
    text: str
    is_error: bool = False


class Opaque(Struct, frozen=True, tag="opaque"):
    """A part that is passed over: an image, a file, a part of a kind we do not know."""

    kind: str


Part = Text | Reasoning | ToolCall | ToolResult | Opaque


class Message(Struct, frozen=True):
    """One turn.

    Attributes:
        role: `system` also stands for the developer role; results of tools belong to `user`.
        parts: what it consists of, in order.
        id: the provider's id of the turn where the format carries one, else None.
        key: a 128-bit digest of the raw bytes it was decoded from. Equal keys mean equal
            messages, so work on a message can be remembered by its key. Never stored.
    """

    role: Role
    parts: tuple[Part, ...]
    id: str | None = None
    key: int = 0


class Tool(Struct, frozen=True):
    """A tool that the request offers to the model."""

    name: str


class Usage(Struct, frozen=True):
    """Token counts as the provider reported them; None where it said nothing."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None


class BodyStyle(Struct, frozen=True):
    """How the request's JSON text was written; a trace of the library that wrote it.

    Attributes:
        spaced: a space follows the separators, as Python's json module writes.
        ascii_escapes: characters above 0x7F stand as backslash-u escapes.
        first_keys: the first keys of the object in their order, joined by commas.
    """

    spaced: bool
    ascii_escapes: bool
    first_keys: str


class Client(Struct, frozen=True):
    """Where a request came from, as the edge saw it."""

    ip: str | None = None
    asn: int | None = None
    ja4: str | None = None


class Request(Struct, frozen=True):
    """A decoded request.

    Attributes:
        headers: pairs in the order they came; names as received.
        headers_ordered: whether order and case are as received (the capture gave a list).
        system: the system text blocks that stand outside the conversation.
        system_key: digest of the raw system value, 0 when there is none.
        tools_key: digest of the raw tools value, 0 when there is none.
        params: sampling and other scalar parameters by name (temperature, max_tokens, ...).
        user: the caller's own user field (`metadata.user_id`, `user`, `safety_identifier`).
        body_keys: top-level body keys, in order.
        previous_response: id of a stored response that this request continues, or None.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    headers_ordered: bool
    model: str | None
    system: tuple[str, ...]
    system_key: int
    tools: tuple[Tool, ...]
    tools_key: int
    messages: tuple[Message, ...]
    params: tuple[tuple[str, str], ...]
    user: str | None
    stream: bool
    previous_response: str | None = None
    body_keys: tuple[str, ...] = ()
    style: BodyStyle | None = None


class Response(Struct, frozen=True):
    """A decoded response; `message` is None when the provider refused or nothing was recorded."""

    status: int | None
    id: str | None = None
    model: str | None = None
    message: Message | None = None
    stop_reason: str | None = None
    usage: Usage = Usage()
    error_type: str | None = None
    error_message: str | None = None


class Exchange(Struct, frozen=True):
    """One request and its response.

    Attributes:
        id: the operator's id of the exchange; may be made up by the source.
        time_us: when the request arrived, microseconds since 1970 UTC.
        duration_us: how long it took, or None.
        account: what is billed or keyed.
        organization: who owns the account, or None when unknown.
    """

    id: str
    time_us: int
    duration_us: int | None
    account: str
    organization: str | None
    client: Client
    wire: Wire
    request: Request
    response: Response | None
