"""Which records of a topic concern a processor, judged by their headers alone.

A record of a known type that the processor does not take in is skipped. One whose type nobody knows, that names none,
or that lies on another topic than its type's, concerns the topic's first reader, so it becomes one dead letter and not
one per reader. What an import brought is history and concerns nobody, nor
does what was erased.
"""

from schemas import frames
from schemas.catalogue import AUDIO_FRAMES, BY_NAME
from schemas.envelope import peek
from schemas.erased import is_erased
from schemas.imported import is_imported
from schemas.records import Record
from schemas.registry import BY_TYPE, UPCASTERS, body_class
from streams.processor import AnyProcessor, known_types, topics_of

_HOMES = {name: body_class(name)[0].TOPIC for name in (*BY_TYPE, *UPCASTERS)} | {frames.TYPE: AUDIO_FRAMES}
"""The topic of every known type."""


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
        at_home = _HOMES.get(type_name) == record.topic
        concerned = type_name in self._types if at_home else record.topic in self._first_in
        return concerned and not is_imported(record.headers) and not is_erased(record.headers)
