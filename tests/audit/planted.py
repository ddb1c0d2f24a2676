"""Small tools for tests: Python scripts that send what they are asked to."""

import sys
from dataclasses import replace
from pathlib import Path

from stillwatch.audit.profiles import of_command
from stillwatch.audit.runner_subject import Subject, subject_of

HEAD = """
import json, os, sys, time, urllib.request

def send(path="/v1/messages", **said):
    url = os.environ["ANTHROPIC_BASE_URL"] + path
    data = json.dumps({"model": "m", **said}).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    return urllib.request.urlopen(request, timeout=5).read().decode()
"""


def planted(folder: Path, script: str, *words: str) -> Subject:
    """A tool made of a script.

    Args:
        folder: where the script goes.
        script: Python; `send(path, **body)` posts to the API.
        words: that follow its name.
    """
    place = folder / "planted"
    place.mkdir(mode=0o755)
    file = place / "tool.py"
    file.write_text(HEAD + script)
    command = (str(Path(sys.executable).resolve()), "-S", str(file), *words)
    # Its version is known: the script would be asked for it and run once more.
    return replace(subject_of(command, of_command(command), keep=[place]), version="1")
