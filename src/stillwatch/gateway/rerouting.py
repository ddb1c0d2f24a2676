"""Sending a request to another model that speaks the same wire."""

import os
from collections.abc import Mapping
from pathlib import Path

from stillwatch.errors import SettingsError
from stillwatch.gateway.reading import with_model
from stillwatch.policy.settings import Target

_ENDINGS = {"anthropic": "/messages", "chat": "/chat/completions", "responses": "/responses"}


def keys_of(targets: Mapping[str, Target]) -> dict[str, str]:
    """The keys of targets by name; empty for those that need none.

    Raises:
        SettingsError: a key is not where its target says.
    """
    return {name: _key(target) for name, target in targets.items()}


def rerouted(
    target: Target, key: str, headers: list[tuple[str, str]], body: bytes
) -> tuple[str, list[tuple[str, str]], bytes] | None:
    """The request as the target gets it.

    Args:
        target: where it goes.
        key: its key, or empty.
        headers: of the request without any credential; names in lower case.
        body: of the request.

    Returns:
        Address, headers and body, in which only the model's name is another; None if the body is
        no JSON object.
    """
    changed = with_model(body, target.model)
    if changed is None:
        return None
    if key:
        name, value = (
            ("x-api-key", key) if target.wire == "anthropic" else ("authorization", f"Bearer {key}")
        )
        headers = [*headers, (name, value)]
    return target.base_url.rstrip("/") + _ENDINGS[target.wire], headers, changed


def _key(target: Target) -> str:
    if target.key_env:
        found = os.environ.get(target.key_env, "").strip()
        where = f"the variable {target.key_env}"
    elif target.key_file:
        where = f"the file {Path(target.key_file).name}"
        try:
            found = Path(target.key_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            found = ""
    else:
        return ""
    if not found:
        raise SettingsError(
            f"The key of target {target.name} is not in {where}.", "Put it there, and start again."
        )
    return found
