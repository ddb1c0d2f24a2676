"""Memory for what requests hold while they run, all of them together."""


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
