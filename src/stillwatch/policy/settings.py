"""What rules of a folder share: `settings.toml` and the models to reroute to, `targets.toml`."""

import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from stillwatch.policy.problems import Problem

SETTINGS = "settings.toml"
TARGETS = "targets.toml"


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """What holds for every rule of a folder.

    Attributes:
        appeal: where a person turns to: an address that a message can name.
        approved: the tool to use instead, unless a rule names another.
    """

    appeal: str = ""
    approved: str = ""


class Target(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A model that requests can be sent to instead.

    Attributes:
        name: by which rules call it.
        wire: the format that it speaks.
        base_url: where its API begins, such as `http://127.0.0.1:8000/v1`.
        model: the name that it goes by there.
        key_env, key_file: where its key is read from, one of the two; both empty where it needs
            none. The key itself never stands in a policy folder.
        translate: requests in other formats are translated for it.
    """

    name: str = ""
    wire: Literal["anthropic", "chat", "responses"]
    base_url: str
    model: str
    key_env: str = ""
    key_file: str = ""
    translate: bool = False


def read_settings(folder: Path) -> tuple[Settings, list[Problem]]:
    """The settings of a folder, and what is wrong with them."""
    raw, problems = _read(folder / SETTINGS)
    try:
        return msgspec.convert(raw, Settings), problems
    except msgspec.ValidationError as error:
        hint = "It may hold `appeal` and `approved`, both texts."
        return Settings(), [*problems, Problem(SETTINGS, 0, f"{error}.", hint)]


def read_targets(folder: Path) -> tuple[dict[str, Target], list[Problem]]:
    """The targets of a folder by name, and what is wrong with them."""
    raw, problems = _read(folder / TARGETS)
    found: dict[str, Target] = {}
    for name, fields in raw.items():
        try:
            target = msgspec.convert(fields, Target)
        except msgspec.ValidationError as error:
            hint = (
                "A target is a table with wire, base_url, model, and key_env or key_file "
                "where it needs a key, and translate."
            )
            problems.append(Problem(TARGETS, 0, f"[{name}] {error}.", hint))
            continue
        problems += _wrong(name, target)
        found[name] = msgspec.structs.replace(target, name=name)
    return found, problems


def _wrong(name: str, target: Target) -> list[Problem]:
    problems = []
    try:
        url = urlsplit(target.base_url)
        whole = url.scheme in {"http", "https"} and bool(url.hostname)
        secret = bool(url.username or url.password or url.query)
    except ValueError:
        whole, secret = False, False
    if not whole or secret:
        says = f"[{name}] base_url is no plain http or https address."
        hint = "Write it like http://127.0.0.1:8000/v1; keys go to key_env or key_file."
        problems.append(Problem(TARGETS, 0, says, hint))
    if target.key_env and target.key_file:
        says = f"[{name}] names both key_env and key_file."
        problems.append(Problem(TARGETS, 0, says, "Keep one of them."))
    if target.translate and target.wire == "anthropic" and not target.base_url.endswith("/v1"):
        says = f"[{name}] base_url does not end in /v1, as translation needs it."
        problems.append(Problem(TARGETS, 0, says, "Name the address before `/messages`."))
    if not target.model:
        problems.append(Problem(TARGETS, 0, f"[{name}] names no model.", "Fill in `model`."))
    return problems


def _read(path: Path) -> tuple[dict[str, Any], list[Problem]]:
    if not path.exists():
        return {}, []
    try:
        return tomllib.loads(path.read_text("utf-8")), []
    except OSError as error:
        return {}, [Problem(path.name, 0, f"It cannot be read: {error.strerror}.", "Check rights.")]
    except UnicodeDecodeError:
        return {}, [Problem(path.name, 0, "It is not UTF-8.", "Save it as UTF-8.")]
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return {}, [
            Problem(path.name, 0, f"It is not TOML: {error}.", "Correct the line it names.")
        ]
