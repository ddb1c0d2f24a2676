"""The command line: thin commands, one file each.

Exit codes: 0 done; 1 a verdict is as strong as --fail-on asks; 2 wrong usage or settings; 3 the
input cannot be read; 4 the store or the key cannot be used; 5 a stage of the analysis failed;
130 stopped with Ctrl-C.
"""

import sys

from cyclopts import App
from rich.console import Console

from stillwatch import __version__
from stillwatch.cli.help import (
    ACCOUNT,
    AUDIT,
    CASES,
    FORGET,
    HUNT,
    MARKS,
    NONCE,
    POLICY,
    RANGE,
    SERVE,
    SERVE_ENVOY,
    SIGNALS,
)
from stillwatch.errors import (
    EngineError,
    InputError,
    KeyFileError,
    MissingExtra,
    SettingsError,
    StillwatchError,
    StoreError,
)

EXIT_CODES: dict[type[StillwatchError], int] = {
    SettingsError: 2,
    MissingExtra: 2,
    InputError: 3,
    StoreError: 4,
    KeyFileError: 4,
    EngineError: 5,
}
USAGE = 2
STOPPED = 130
DEBUG = "--debug"

app = App(
    name="stillwatch",
    help="Find out who resells a model served behind an API, and see how it is known.",
    version=__version__,
    suppress_keyboard_interrupt=False,
    help_epilogue=(
        "Exit codes: 0 done, 1 findings (--fail-on), 2 usage, 3 input, 4 store or key, "
        "5 analysis, 130 stopped. --debug shows the trace of an error."
    ),
)
app.command("stillwatch.cli.hunt:hunt", help=HUNT)
app.command("stillwatch.cli.signals:signals", help=SIGNALS)
app.command("stillwatch.cli.forget:forget", help=FORGET)
app.command("stillwatch.cli.nonce:app", name="nonce", help=NONCE)
app.command("stillwatch.cli.audit:app", name="audit", help=AUDIT)
app.command("stillwatch.cli.marks.app:app", name="marks", help=MARKS)
app.command("stillwatch.cli.policy.app:app", name="policy", help=POLICY)
app.command("stillwatch.cli.serve:serve", help=SERVE)
app.command("stillwatch.cli.serve_envoy:serve_envoy", name="serve-envoy", help=SERVE_ENVOY)
app.command("stillwatch.cli.cases:app", name="cases", help=CASES)
app.command("stillwatch.cli.account:account", help=ACCOUNT)
app.command("stillwatch_range.cli:app", name="range", help=RANGE)


def main() -> None:
    """Run the command line and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: the words after the program's name.

    Returns:
        The exit code, as listed in the module's docstring.
    """
    debug = DEBUG in arguments
    # A lone dash looks like an option to the parser; as a path it is the same with a dot before it.
    words = ["./-" if word == "-" else word for word in arguments if word != DEBUG]
    try:
        return int(app(words, exit_on_error=False, result_action="return_value") or 0)
    except StillwatchError as error:
        if debug:
            raise
        return _tell(error.message, error.hint, EXIT_CODES[type(error)])
    except KeyboardInterrupt:
        return _tell("Stopped.", "What was read so far is kept; run again to go on.", STOPPED)
    except Exception as error:
        if debug or not type(error).__module__.startswith("cyclopts"):
            raise
        return USAGE  # cyclopts has printed what is wrong


def _tell(message: str, hint: str, code: int) -> int:
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(message, style="bold", markup=False)
    if hint:
        console.print(hint, markup=False)
    return code
