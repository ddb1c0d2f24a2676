"""Where the clients and the relay are installed, outside the repository."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Tools:
    """A folder made as `examples/record/README.md` says."""

    root: Path

    @property
    def python(self) -> Path:
        """Python with the SDKs of `requirements.txt`."""
        return self.root / "venv" / "bin" / "python"

    @property
    def litellm(self) -> Path:
        """The relay, in an environment of its own."""
        return self.root / "litellm" / "bin" / "litellm"

    @property
    def node(self) -> Path:
        """Programs of `npm-packages.txt`."""
        return self.root / "npm" / "node_modules" / ".bin"

    @property
    def claude(self) -> Path:
        """The newer claude-code."""
        return self.node / "claude"

    @property
    def claude_old(self) -> Path:
        """The older claude-code."""
        return self.root / "npm-old" / "node_modules" / ".bin" / "claude"

    def check(self) -> None:
        """Say what is missing.

        Raises:
            FileNotFoundError: a program is not installed.
        """
        programs = (self.python, self.litellm, self.claude, self.claude_old)
        for program in (*programs, self.node / "codex", self.node / "opencode"):
            if not program.exists():
                raise FileNotFoundError(f"{program} is missing: see examples/record/README.md")
