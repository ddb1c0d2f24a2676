"""Versions of clients: most people run a recent one, some pin an old one.

Recent means the months before the state of the recorded shapes (November 2026); numbers of older
versions follow each project's own release numbers as far as they are public.
"""

import random

RECENT = {
    "claude-code": ("2.1.330", "2.1.328", "2.1.325", "2.1.319", "2.1.312"),
    "codex": ("0.169.0", "0.168.0", "0.166.1", "0.164.0"),
    "opencode": ("1.18.33", "1.18.30", "1.18.21", "1.17.40"),
    "qwen-code": ("0.24.4", "0.24.2", "0.24.0", "0.23.6"),
    "anthropic-python": ("2.12.0", "2.11.1", "2.10.0", "2.8.2"),
    "anthropic-js": ("1.12.0", "1.11.2", "1.10.0"),
    "openai-python": ("3.54.0", "3.53.1", "3.52.0", "3.50.0"),
    "openai-responses": ("3.54.0", "3.53.1", "3.52.0", "3.50.0"),
    "go": ("1.26.3", "1.26.1", "1.25.6"),
    "requests": ("2.34.2", "2.34.0", "2.33.1"),
}
PINNED = {
    "claude-code": ("2.1.284", "2.1.235", "2.1.197", "2.1.119", "2.1.76", "2.0.53"),
    "codex": ("0.151.0", "0.142.2", "0.128.0", "0.98.0"),
    "opencode": ("1.16.2", "1.14.11", "1.4.0"),
    "qwen-code": ("0.21.1", "0.15.0", "0.10.2"),
    "anthropic-python": ("2.2.0", "1.14.0", "0.84.0", "0.71.0"),
    "anthropic-js": ("1.4.0", "0.94.0", "0.71.2"),
    "openai-python": ("3.31.0", "2.30.0", "2.8.1", "1.109.1"),
    "openai-responses": ("3.31.0", "2.30.0", "2.8.1", "1.109.1"),
    "go": ("1.24.9", "1.23.4", "1.22.2"),
    "requests": ("2.32.5", "2.32.3", "2.31.0", "2.28.2"),
}
PINNED_SHARE = 0.25
NEWEST_SHARE = 0.45


def version(client: str, draw: random.Random) -> str:
    """A version of a client, as people have them.

    Args:
        client: name of a client.
        draw: chance.
    """
    if draw.random() < PINNED_SHARE:
        return draw.choice(PINNED[client])
    return RECENT[client][0] if draw.random() < NEWEST_SHARE else draw.choice(RECENT[client])
