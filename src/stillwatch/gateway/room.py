"""Memory for what requests hold while they run, all of them together."""

MOST_BODY = 128 << 20
"""Bytes of the body of one request."""
BODIES = 1 << 30
"""Bytes of large bodies at once; beyond it clients shall come later."""
ANSWERS, ANSWER = 256 << 20, 32 << 20
"""Bytes of running answers that are kept for the recorder, of all together and of one."""


class Room:
    """Bytes that may be held at once; for one event loop.

    Args:
        most: how many.

    Attributes:
        left: how many are free.
    """

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, size: int) -> bool:
        """Take bytes, if there are so many."""
        if size > self.left:
            return False
        self.left -= size
        return True

    def give(self, size: int) -> None:
        """Give them back."""
        self.left += size
