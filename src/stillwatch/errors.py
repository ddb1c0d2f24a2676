"""What can go wrong, by what the person must do about it.

StillwatchError
├── InputError      the input cannot be read as asked: look at the file and line it names
├── MissingExtra    an optional part is not installed: run the line it names
├── StoreError      the store cannot be read or written: disk, rights, or another run
├── KeyFileError    the secret key is missing, unreadable or not the one the store was made with
├── SettingsError   an option or a settings file is wrong
└── EngineError     a stage of the analysis failed: the stage is named
"""


class StillwatchError(Exception):
    """Base of every error that is shown to a person as one sentence and a hint.

    Args:
        message: what happened and where, in one sentence.
        hint: what to do about it, in one sentence; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(StillwatchError):
    """The input cannot be read as it was asked to be."""


class MissingExtra(StillwatchError):
    """An optional dependency is needed; the hint is the line that installs it."""


class StoreError(StillwatchError):
    """The store cannot be read or written."""


class KeyFileError(StillwatchError):
    """The secret key is missing, unreadable, or another than the store's."""


class SettingsError(StillwatchError):
    """An option or a settings file holds something that cannot be used."""


class EngineError(StillwatchError):
    """A stage of the analysis failed; the message names the stage."""
