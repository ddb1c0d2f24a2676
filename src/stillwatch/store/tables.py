"""The declared tables: what is kept of an exchange, column by column.

Times are integer microseconds since 1970 UTC. Columns of type int64 that are not times or counts
are keyed hashes. `row` names one stored exchange and joins the tables. Nothing here is text that a
person wrote; labels are words from closed lists of ours.
"""

import pyarrow as pa

EXCHANGES = pa.schema(
    [
        ("row", pa.int64()),  # keyed hash of account, id and content: the same line gives the same
        ("exchange", pa.string()),  # the operator's id, shown as an exhibit
        ("source", pa.string()),  # name of the file inside the input, never its full path
        ("line", pa.int64()),
        ("id_hash", pa.int64()),  # keyed hash of the id alone: two rows with one are duplicates
        ("ts_us", pa.int64()),
        ("end_us", pa.int64()),  # when it was answered; ts_us when unknown
        ("account", pa.string()),
        ("organization", pa.int64()),
        ("address", pa.int64()),  # keyed hash of the address
        ("asn", pa.int64()),
        ("ja4", pa.string()),
        ("wire", pa.string()),
        ("model", pa.string()),
        ("status", pa.int16()),
        ("error", pa.string()),  # label: rate_limit, overloaded, signature, auth, invalid, other
        ("refused", pa.bool_()),  # the answer refuses; null without an answer
        ("stream", pa.bool_()),
        ("messages", pa.int32()),  # turns in the request, system turns left out
        ("human_turn", pa.bool_()),  # the last turn holds words and no tool result
        ("reasoning_parts", pa.int32()),  # reasoning blocks in the request's history
        ("tool_parts", pa.int32()),  # tool calls in the request's history
        ("prompt", pa.int64()),  # hash of the words of the last user turn
        ("root", pa.int64()),  # chain over the first user turn
        ("head", pa.int64()),  # chain over all turns of the request
        ("after", pa.int64()),  # chain over the request and its answer; null without an answer
        ("system", pa.int64()),  # hash of the system text
        ("tools", pa.int64()),  # hash of the names of the offered tools
        ("tool_count", pa.int32()),
        ("params", pa.int64()),  # hash of the scalar parameters
        ("session", pa.int64()),  # the session that the client claims
        ("device", pa.int64()),  # the device that the client claims
        ("client", pa.string()),  # label: the software that the headers claim
        ("client_version", pa.string()),
        ("client_os", pa.string()),  # label: linux, macos, windows, other
        ("client_arch", pa.string()),
        ("user_agent", pa.int64()),
        ("header_order", pa.int64()),  # hash of header names in order and case, null if unknown
        ("library", pa.string()),  # label: the HTTP library that headers and body style show
        ("input_tokens", pa.int64()),
        ("output_tokens", pa.int64()),
        ("cache_read_tokens", pa.int64()),
        ("cache_write_tokens", pa.int64()),
    ]
)

# The last few places where an assistant turn ends in a request's history: how threads are linked.
PREFIXES = pa.schema(
    [
        ("row", pa.int64()),
        ("head", pa.int64()),  # chain up to just before the assistant turn
        ("after", pa.int64()),  # chain up to and with it
        ("chars", pa.int64()),  # characters of the assistant turns in the chain
    ]
)

# kind: turn, tool_call, message, signature, quote, brief (see traits/artefacts.py)
ISSUED = pa.schema([("row", pa.int64()), ("kind", pa.string()), ("artefact", pa.int64())])
PRESENTED = pa.schema(
    [
        ("row", pa.int64()),
        ("kind", pa.string()),
        ("artefact", pa.int64()),
        ("shape", pa.string()),  # label: whose id it looks like; ranks, never convicts
    ]
)

# kind: home, user, host, git_email, repo, cwd, os, shell, eol, locale, timezone, language, device,
# session, date. origin: declared (headers, environment block) or evidenced (tool traffic, text).
FACTS = pa.schema(
    [
        ("row", pa.int64()),
        ("kind", pa.string()),
        ("origin", pa.string()),
        ("value", pa.int64()),  # keyed hash of kind and value
        ("label", pa.string()),  # the value itself where it is a word of a closed list, else null
    ]
)

# One line a question asked of a client's claims; see traits/claims.py for the list of checks.
CHECKS = pa.schema(
    [
        ("row", pa.int64()),
        ("check", pa.string()),
        ("held", pa.bool_()),
        ("detail", pa.string()),  # label: in what way it did not hold
    ]
)

REJECTS = pa.schema(
    [
        ("source", pa.string()),  # name of the file inside the input, never its full path
        ("line", pa.int64()),
        ("reason", pa.string()),
    ]
)

# Only with --keep-text.
TEXTS = pa.schema(
    [
        ("row", pa.int64()),
        ("position", pa.int32()),
        ("role", pa.string()),
        ("text", pa.string()),
    ]
)

ACCOUNTS = pa.schema(
    [
        ("account", pa.string()),
        ("organization", pa.int64()),
        ("payer", pa.int64()),
        ("created_us", pa.int64()),
        ("plan", pa.string()),
        ("email_domain", pa.int64()),
        ("declared_use", pa.string()),
        ("licensed_reseller", pa.bool_()),
    ]
)

# Only with marks keys and a grammar: what the texts of a conversation say at the sites of a seal.
# One line a conversation and reading, also where nothing was read.
SEALS = pa.schema(
    [
        ("row", pa.int64()),
        ("bits", pa.binary()),  # bit n is what site n says, where it was read
        ("known", pa.binary()),  # bit n is set where site n was read
        ("sites", pa.int32()),  # how many sites were read
    ]
)

# Only with marks keys: ids that we issued to another account than the one that presents them.
SEALED_IDS = pa.schema(
    [
        ("row", pa.int64()),
        ("kind", pa.string()),  # tool_call or message
        ("artefact", pa.int64()),  # as in `presented`
        ("key", pa.string()),  # public name of the master key
        ("tag", pa.int64()),  # keyed tag of the account that it was issued to
        ("issued_us", pa.int64()),
    ]
)

# What signals read of the two, once installs and accounts are known (see store/marked.py).
MATCHED_SEALS = pa.schema(
    [
        ("row", pa.int64()),
        ("sites", pa.int32()),
        ("agree", pa.int32()),  # how many of them say what the install's seal says
        ("log10_p", pa.float64()),  # chance that a text without the key agrees so well, corrected
        ("install", pa.string()),  # null where no enrolled install matches
        ("install_account", pa.string()),  # who enrolled it
        ("install_owner", pa.string()),  # its payer or organisation as a hash, or the account
        ("related", pa.bool_()),  # the install and the account have one owner
        ("known", pa.bool_()),  # both owners are known
    ]
)
MATCHED_IDS = pa.schema(
    [
        ("row", pa.int64()),
        ("kind", pa.string()),
        ("artefact", pa.int64()),
        ("issued_us", pa.int64()),
        ("issuer", pa.string()),  # account that it was issued to; null if none that we know
        ("related", pa.bool_()),
        ("known", pa.bool_()),
    ]
)

# Texts of requests that are a nonce's prompt (see store/purchased.py).
PURCHASES = pa.schema(
    [
        ("row", pa.int64()),
        ("nonce", pa.string()),  # its public name
        ("purchase", pa.int64()),  # keyed hash of the analyst's note: nonces of one purchase
        ("made_us", pa.int64()),
        ("matched", pa.string()),  # whole, or part where it was wrapped or changed
        ("share", pa.float64()),  # of what tells the prompt from others, how much is there
        ("log10_p", pa.float64()),  # chance that any text of the store holds so much by accident
        ("standing", pa.string()),  # delivered; own (the analyst's account), early (before made)
    ]
)

# Where and when something of a row was seen.
PLACED = pa.schema(
    [
        ("account", pa.string()),
        ("ts_us", pa.int64()),
        ("thread", pa.int64()),
        ("family", pa.int64()),
        ("root", pa.int64()),
        ("exchange", pa.string()),
        ("owner", pa.int64()),
        ("wire", pa.string()),
    ]
)

# One text of a request, once a conversation: its system text, or the words of one user turn.
BLOCKS = pa.schema(
    [
        ("row", pa.int64()),
        ("place", pa.string()),  # system or user
        ("block", pa.int64()),  # keyed hash of the text in its normal form
    ]
)

VECTOR = 64
# What a text is made of, once a text (see traits/shingles.py and traits/intents.py).
ANCHORS = pa.schema(
    [
        ("block", pa.int64()),
        ("words", pa.int32()),
        ("intents", pa.int64()),  # a bit for each thing that it asks for
        ("anchors", pa.list_(pa.int64())),  # a steady sample of the keyed hashes of its shingles
        ("vector", pa.binary(VECTOR)),  # what it looks like, a byte a feature (traits/features.py)
    ]
)

# What different texts look like; sums of vectors stand for accounts, groups and days.
VECTORS = pa.schema([("block", pa.int64()), ("vector", pa.binary(VECTOR))])

# What signals read of linked accounts (see linking/).
TEMPLATES = pa.schema(
    [
        ("template", pa.int64()),
        ("place", pa.string()),  # system or user
        ("anchors", pa.int32()),  # how many shingles stay the same
        ("words", pa.int32()),  # median of its texts
        ("blocks", pa.int64()),  # different texts
        ("calls", pa.int64()),  # exchanges that carry it
        ("accounts", pa.int64()),
        ("owners", pa.int64()),
        ("intents", pa.int64()),  # bits that at least half of its texts have
    ]
)
CALLS = pa.schema(
    [
        ("row", pa.int64()),
        ("template", pa.int64()),
        ("value", pa.int64()),  # the text itself as a hash: equal values are equal texts
        ("group_id", pa.string()),  # the linked group that the template belongs to, or null
    ]
)
GROUPS = pa.schema(
    [
        ("group_id", pa.string()),
        ("account", pa.string()),
        ("owner", pa.int64()),
        ("calls", pa.int64()),  # of its exchanges, how many carry a template of the group
        ("exchanges", pa.int64()),
        ("stability", pa.float64()),  # share of resamples in which it stays in the group
    ]
)
LINKS = pa.schema(
    [
        ("group_id", pa.string()),
        ("kind", pa.string()),  # template, retry, provenance
        ("what", pa.int64()),  # the template or other thing that is shared
        ("accounts", pa.int32()),  # of the group, how many share it
        ("log10_lr", pa.float64()),  # against two unrelated honest accounts sharing it
    ]
)
LINKED: dict[str, pa.Schema] = {
    "templates": TEMPLATES,
    "calls": pa.schema([*CALLS, *PLACED]),
    "groups": GROUPS,
    "links": LINKS,
}

TABLES: dict[str, pa.Schema] = {
    "exchanges": EXCHANGES,
    "prefixes": PREFIXES,
    "issued": ISSUED,
    "presented": PRESENTED,
    "facts": FACTS,
    "checks": CHECKS,
    "rejects": REJECTS,
    "texts": TEXTS,
    "accounts": ACCOUNTS,
    "seals": SEALS,
    "sealed_ids": SEALED_IDS,
    "blocks": BLOCKS,
    "anchors": ANCHORS,
}

# What signals read (see store/frames.py), whoever makes it.
FRAMES: dict[str, pa.Schema] = {
    "exchanges": pa.schema(
        [*EXCHANGES, ("thread", pa.int64()), ("family", pa.int64()), ("owner", pa.int64())]
    ),
    "issued": pa.schema([*ISSUED, *PLACED]),
    "presented": pa.schema([*PRESENTED, *PLACED]),
    "facts": pa.schema([*FACTS, *PLACED]),
    "checks": pa.schema([*CHECKS, *PLACED]),
    "seals": pa.schema([*MATCHED_SEALS, *PLACED]),
    "sealed_ids": pa.schema([*MATCHED_IDS, *PLACED]),
    "purchases": pa.schema([*PURCHASES, *PLACED]),
    "blocks": pa.schema([*BLOCKS, ("words", pa.int32()), ("intents", pa.int64()), *PLACED]),
    "vectors": VECTORS,
    **LINKED,
    "accounts": pa.schema(
        [
            *ACCOUNTS,
            ("owner", pa.int64()),
            ("exchanges", pa.int64()),
            ("first_us", pa.int64()),
            ("last_us", pa.int64()),
        ]
    ),
}
