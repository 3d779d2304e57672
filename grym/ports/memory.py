"""How much memory this process uses, and how much it may."""

from typing import Protocol


class Memory(Protocol):
    """The memory of this process together with its worker processes."""

    @property
    def limit_bytes(self) -> int:
        """What may be used, in bytes."""
        ...

    def used_bytes(self) -> int:
        """Return what is used, in bytes; takes well under a millisecond."""
        ...
