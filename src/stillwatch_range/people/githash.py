"""Git's object hashes, computed here: blobs, trees and commits.

So a repository that stands on no disk has the hashes that git would give it. The formats are those
of git's object database (SHA-1 repositories).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1


def object_hash(kind: str, content: bytes) -> bytes:
    """SHA-1 of an object as git stores it, 20 bytes."""
    return sha1(f"{kind} {len(content)}\0".encode() + content, usedforsecurity=False).digest()


@lru_cache(maxsize=4096)
def blob(text: str) -> bytes:
    """Hash of a file's text."""
    return object_hash("blob", text.encode())


def tree(files: Mapping[str, str], executable: str = ".sh") -> bytes:
    """Hash of a folder of files by relative path.

    Args:
        files: text by path, with `/` between folders.
        executable: files that end like this are executable.
    """
    folders: dict[str, dict[str, str]] = {}
    entries: list[tuple[bytes, bytes]] = []
    for path, text in files.items():
        head, _, rest = path.partition("/")
        if rest:
            folders.setdefault(head, {})[rest] = text
            continue
        mode = b"100755" if path.endswith(executable) else b"100644"
        name = head.encode()
        entries.append((name, mode + b" " + name + b"\0" + blob(text)))
    for head, inside in folders.items():
        name = head.encode()
        # Git sorts a folder as if its name ended in a slash.
        entries.append((name + b"/", b"40000 " + name + b"\0" + tree(inside, executable)))
    return object_hash("tree", b"".join(entry for _, entry in sorted(entries)))


@dataclass(frozen=True, slots=True)
class Signed:
    """Who made a commit and when.

    Attributes:
        name, mail: the author, who is the committer too.
        at_s: seconds since the epoch.
        offset: as git writes it, such as `+0100`.
    """

    name: str
    mail: str
    at_s: int
    offset: str


def commit(root: bytes, parent: str, who: Signed, subject: str) -> str:
    """Hash of a commit, 40 hex digits.

    Args:
        root: hash of its tree.
        parent: hash of the commit before it; empty for the first.
        who: author and committer.
        subject: message of one line.
    """
    line = f"{who.name} <{who.mail}> {who.at_s} {who.offset}"
    head = f"tree {root.hex()}\n" + (f"parent {parent}\n" if parent else "")
    text = f"{head}author {line}\ncommitter {line}\n\n{subject}\n"
    return object_hash("commit", text.encode()).hex()
