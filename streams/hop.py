"""A pure hop: records in, messages out, nothing remembered.

It has no state and no inbox: a record that is delivered twice gives the same messages twice, and what follows dedupes
(promise 1). In return it costs no transaction, only parking and dead letters touch the database.
"""

from collections.abc import Sequence
from typing import Protocol

from schemas.records import Message, Record


class Hop(Protocol):
    """Turns one record into messages.

    Attributes
    ----------
    name
        Names the group, the parking lot and the letters.
    topics
        What is read.
    blocking
        Whether `messages` may take long: it then runs in a thread, several keys at once, each in order. Otherwise it
        must return within microseconds.
    """

    name: str
    topics: tuple[str, ...]
    blocking: bool

    def messages(self, record: Record) -> Sequence[Message]:
        """Return what follows from a record; raises what `grym.errors.disposition` decides on."""
        ...
