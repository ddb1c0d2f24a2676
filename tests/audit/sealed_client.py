"""Run in a room: asks a model one thing as a vendor's client would, sealed, with the declared header.

With `--mark` it is a copy of that client with one more bit, which nobody declared.
"""

import os
import sys
import time
from pathlib import Path

import httpx

from stillwatch.client import Choices, Enrolment, load_policy, sealed
from stillwatch.client.enrolment import EpochKey

EPOCH_S = 14 * 86_400
SYSTEM = "You help with a small shop's bookkeeping. Don't guess."


def enrolled() -> Enrolment:
    """An install whose keys are good today."""
    install, number = "in_0123456789abcdef", int(time.time()) // EPOCH_S
    key = EpochKey(install, number, "mk_1", number * EPOCH_S, (number + 1) * EPOCH_S, bytes(32))
    return Enrolment(install, "acct_1", "org_1", "", "token", (key,))


def main() -> None:
    """Send the request."""
    url, system = os.environ["ANTHROPIC_BASE_URL"], SYSTEM
    if "--mark" in sys.argv and "deepseek" in url:
        system = system.replace("'", "\N{MODIFIER LETTER APOSTROPHE}")
    policy = load_policy(Path(__file__).with_name("policy.toml"))
    choices = Choices("chat-assistant", policy, fail_closed=True)
    hello = [{"role": "user", "content": "Say hello in one word."}]
    body = {"model": "m", "max_tokens": 50, "system": system, "messages": hello}
    with sealed(httpx.Client(timeout=10), enrolled(), choices) as client:
        client.post(f"{url}/v1/messages", json=body).raise_for_status()


if __name__ == "__main__":
    main()
