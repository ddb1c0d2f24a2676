"""Profiles: how to run one prompt with a tool, one small file a tool.

A profile names the tool's package, the words that run one prompt without a person, how the tool is
told where its API is, and the switches against telemetry that its own documentation names. Words,
values and texts may hold `{base_url}`, `{server}`, `{key}`, `{prompt}`, `{home}`, `{project}` and
`{tool}`, the folder that the tool lies in; packages and paths may hold `{arch}` (`x64`, `arm64`).
"""

from importlib import resources
from typing import Literal

import msgspec

from stillwatch.errors import InputError, SettingsError

KEY = "sk-audit-0000000000000000000000000000000000000000"
PROMPT = "Say hello in one word."


class Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a tool is told in an environment.

    Attributes:
        variables: environment variables.
        files: text of files by path.
    """

    variables: dict[str, str] = {}
    files: dict[str, str] = {}


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one tool is run.

    Attributes:
        title: the tool's name for people.
        registry: where its package comes from.
        package: the package's name there.
        version: the release that is audited unless another is asked for.
        also: further packages that stand beside it, with their versions.
        program: its program, as a path in the folder that it is installed into; a name on the
            PATH for a command that is not installed.
        path: folders in that folder that come first on the PATH.
        words: what follows the program's name.
        wire: format that it speaks.
        official: server that its vendor runs.
        variables: environment variables that are always set.
        files: text of files that are always there, by path.
        quiet: its documented switches against telemetry.
        not_tested: sentences about what runs of it cannot show.
    """

    title: str
    registry: Literal["npm", "pypi", "none"] = "none"
    package: str = ""
    version: str = ""
    also: tuple[str, ...] = ()
    program: str
    path: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    wire: Literal["anthropic", "chat", "responses", "gemini", "any"] = "any"
    official: str = "api.openai.com"
    variables: dict[str, str] = {}
    files: dict[str, str] = {}
    quiet: Told = Told()
    not_tested: tuple[str, ...] = ()

    def told(self, *, quiet: bool, values: dict[str, str]) -> tuple[tuple[str, ...], Told]:
        """The words, variables and files of one run.

        Args:
            quiet: whether the switches against telemetry are set.
            values: what stands for `{base_url}` and the like.
        """
        more = self.quiet if quiet else Told()
        variables = _filled(self.variables | more.variables, values)
        files = _filled(self.files | more.files, values)
        return tuple(_fill(word, values) for word in self.words), Told(variables, files)


def names() -> list[str]:
    """Names of the tools that profiles come with."""
    found = (one.name for one in resources.files(__name__).iterdir())
    return sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml"))


def load(name: str) -> Profile:
    """Read a profile.

    Args:
        name: of a tool, as `names` gives it.

    Raises:
        SettingsError: there is none of this name.
    """
    if name not in names():
        raise SettingsError(f"There is no profile {name!r}", f"There are {', '.join(names())}.")
    return parsed((resources.files(__name__) / f"{name}.toml").read_text("utf-8"), name)


def parsed(text: str, source: str) -> Profile:
    """Read a profile's text.

    Args:
        text: TOML.
        source: where it stands, for errors.

    Raises:
        InputError: it is no profile.
    """
    try:
        return msgspec.toml.decode(text, type=Profile)
    except msgspec.MsgspecError as error:
        raise InputError(f"{source} is no profile: {error}", "Compare it with another.") from error


def of_command(words: tuple[str, ...]) -> Profile:
    """A profile for any command that reads one of the usual base URL variables.

    Args:
        words: the command; `{base_url}` and the like are filled in.
    """
    variables = {
        "ANTHROPIC_BASE_URL": "{base_url}",
        "ANTHROPIC_API_KEY": "{key}",
        "OPENAI_BASE_URL": "{base_url}/v1",
        "OPENAI_API_BASE": "{base_url}/v1",
        "OPENAI_API_KEY": "{key}",
        "GEMINI_API_KEY": "{key}",
        "GOOGLE_GEMINI_BASE_URL": "{base_url}",
    }
    return Profile(title=words[0], program=words[0], words=words[1:], variables=variables)


def _filled(texts: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    return {_fill(name, values): _fill(text, values) for name, text in texts.items()}


def _fill(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text
