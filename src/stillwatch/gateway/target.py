"""What a client may name as the target of a request.

The model server must get the path that was judged. Whatever makes an address library read another
host or another path out of it is refused, not tidied up: honest clients send nothing of the kind.
"""

import re

_DOT = rb"(?:\.|%2[eE])"
# WHATWG's URL standard (2024) takes out dot segments and turns `\` into `/`; `#` ends the path.
_ODD = re.compile(rb"/" + _DOT + rb"{1,2}(?:/|$)|[\\#\x00-\x20\x7f-\xff]")


def may_follow(path: bytes) -> bool:
    """Whether a path, without its query, can follow a model server's address as it is.

    Over HTTP/2 it may be any text: `@other.example/` would make a host's name of it.
    """
    return path[:1] == b"/" and not _ODD.search(path)
