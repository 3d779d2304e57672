"""Which records of a topic concern a processor, judged by their headers alone.

A record of a known type that the processor does not take in is skipped. One whose type nobody knows, or that names
none, concerns the topic's first reader, so it becomes one dead letter and not one per reader. What
an import brought is history and concerns nobody.
"""

from schemas import frames
from schemas.catalogue import BY_NAME
from schemas.envelope import peek
from schemas.imported import is_imported
from schemas.records import Record
from schemas.registry import BY_TYPE, UPCASTERS
from streams.processor import AnyProcessor, known_types, topics_of

_KNOWN = frozenset((*BY_TYPE, *UPCASTERS, frames.TYPE))


def topics_read_by(processor: AnyProcessor) -> tuple[str, ...]:
    """Return the topics to read: those of the bodies taken in, and those the catalogue lists the processor for.

    What the catalogue lists is counted as unread until somebody has passed it, also when nothing of it matters yet.
    """
    listed = {name for name, topic in BY_NAME.items() if processor.name in topic.readers}
    return tuple(sorted(listed | set(topics_of(processor))))


class Concern:
    """Decides for one processor."""

    def __init__(self, processor: AnyProcessor) -> None:
        self._types = known_types(processor)
        self._first_in = frozenset(
            name for name, topic in BY_NAME.items() if topic.readers and topic.readers[0] == processor.name
        )

    def covers(self, record: Record) -> bool:
        """Return whether the processor must deal with a record."""
        type_name = peek(record.headers, "ce_type")
        concerned = type_name in self._types or (type_name not in _KNOWN and record.topic in self._first_in)
        return concerned and not is_imported(record.headers)
