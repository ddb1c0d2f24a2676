"""Other people's scanners of hidden text, in an environment of their own.

`marks_scanners` starts this file with the interpreter of that environment. It takes a JSON object
of lists of texts on standard input and prints, for every scanner, the number of findings in each
text. It needs nothing of ours.

llm-guard's own package file imports every one of its scanners and with them torch. So only the
module of the rule is loaded, unchanged, out of the installed package.
"""

import importlib
import json
import logging
import sys
from collections.abc import Callable
from importlib.metadata import distribution, version
from types import ModuleType

Scan = Callable[[str], int]


def main() -> None:
    """Scan what comes in."""
    texts: dict[str, list[str]] = json.load(sys.stdin)
    scanners = {
        f"llm-guard {version('llm-guard')}, InvisibleText": invisible_text(),
        f"unicode-smuggling-guard {version('unicode-smuggling-guard')}": smuggling(),
    }
    found = {
        name: {kind: [scan(text) for text in some] for kind, some in texts.items()}
        for name, scan in scanners.items()
    }
    json.dump(found, sys.stdout)


def invisible_text() -> Scan:
    """llm-guard's rule; it says only whether there is anything."""
    logging.disable(logging.CRITICAL)
    structlog = importlib.import_module("structlog")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    home = str(distribution("llm-guard").locate_file("llm_guard"))
    for name, folder in (
        ("llm_guard", home),
        ("llm_guard.input_scanners", f"{home}/input_scanners"),
    ):
        package = ModuleType(name)
        package.__path__ = [folder]
        sys.modules[name] = package
    rule = importlib.import_module("llm_guard.input_scanners.invisible_text").InvisibleText()
    return lambda text: int(not rule.scan(text)[1])


def smuggling() -> Scan:
    """unicode-smuggling-guard; a finding is a run of hidden characters."""
    scan = importlib.import_module("unicode_smuggling_guard.scanner").scan
    return lambda text: len(scan(text))


if __name__ == "__main__":
    main()
