"""The topics as data: key, partitions, retention, size limit, who writes and who reads.

One topic per capability; a command and its answer share it, keyed by request id, so their order is kept. The runner,
`grym topics create` and the AsyncAPI document all read this table.
"""

from typing import Literal

import msgspec

DAY_S = 86_400
KIB = 1024

HEADER_ROOM_BYTES = 64 * KIB
"""What key and headers of a record may add to its value: room for foreign headers and one set of error headers."""

ERROR_ROOM_BYTES = 8 * KIB
"""The part of it that only dead letters use: fifteen error headers, four of which hold up to 1 KiB."""

Failure = Literal["park", "sequence", "hold"]


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic.

    Parameters
    ----------
    key
        What the record key is: records of one key keep their order.
    partitions
        How many lanes of order; one where the whole topic is one sequence.
    retention_s
        How long records are kept, in seconds; None for ever.
    max_bytes
        Largest value accepted, in bytes.
    on_failure
        ``park``: a failing record waits with its key and its followers go on once it is a dead letter.
        ``sequence``: the followers become dead letters with it. ``hold``: the whole lane waits.
    writers, readers
        Processors and roles by name.
    """

    name: str
    key: str
    partitions: int
    retention_s: int | None
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    about: str
    max_bytes: int = 1024 * KIB
    on_failure: Failure = "park"

    @property
    def max_record_bytes(self) -> int:
        """Largest whole record with key and headers, in bytes: what a broker's limit is set to."""
        return self.max_bytes + HEADER_ROOM_BYTES

    @property
    def max_header_bytes(self) -> int:
        """Most that key and headers may take, in bytes: what is accepted anywhere still fits into a dead letter."""
        return HEADER_ROOM_BYTES - (0 if self.name == DEAD_LETTERS else ERROR_ROOM_BYTES)


DEAD_LETTERS = "grym.dead-letters.v1"
FEEDBACK = "grym.feedback.v1"
AUDIO_FRAMES = "grym.audio-frames.v1"
LIVE = "grym.live.v1"
STREAMS = "grym.streams.v1"
SESSIONS = "grym.sessions.v1"

TOPICS: tuple[Topic, ...] = (
    Topic(
        name="grym.requests.v1",
        key="request id",
        partitions=8,
        retention_s=7 * DAY_S,
        writers=("upstream", "gateway"),
        readers=("coordinator",),
        about="Requests for pieces and analyses.",
    ),
    Topic(
        name="grym.cancels.v1",
        key="request id",
        partitions=4,
        retention_s=7 * DAY_S,
        writers=("upstream", "gateway"),
        readers=("coordinator", "generation"),
        about="Cancellations; apart from requests, so that nothing parked holds them back.",
    ),
    Topic(
        name="grym.redrives.v1",
        key="request id",
        partitions=4,
        retention_s=7 * DAY_S,
        writers=("operator",),
        readers=("coordinator",),
        about="Redrives of dead-lettered requests.",
    ),
    Topic(
        name="grym.timers.v1",
        key="request id",
        partitions=4,
        retention_s=7 * DAY_S,
        writers=("timers",),
        readers=("coordinator",),
        about="Durable timers that came due.",
    ),
    Topic(
        name=AUDIO_FRAMES,
        key="stream id",
        partitions=8,
        retention_s=DAY_S,
        writers=("upstream", "gateway", "coordinator"),
        readers=("live",),
        about="Raw audio frames with header fields; streams opened and closed. `live` parks nothing: a frame that "
        "cannot be read becomes a dead letter by itself, and its stream goes on.",
        on_failure="sequence",
    ),
    Topic(
        name=LIVE,
        key="stream id",
        partitions=8,
        retention_s=DAY_S,
        writers=("live",),
        readers=("upstream",),
        about="What is heard in live streams while they sound: features, beats, keys, loudness, patterns, alerts.",
    ),
    Topic(
        name=STREAMS,
        key="stream id",
        partitions=4,
        retention_s=30 * DAY_S,
        writers=("live",),
        readers=("coordinator", "upstream"),
        about="Which live streams have started and ended.",
    ),
    Topic(
        name="grym.features.v1",
        key="request id",
        partitions=8,
        retention_s=14 * DAY_S,
        writers=("coordinator", "features", "quality"),
        readers=("features", "coordinator"),
        about="Analyses asked for and made.",
    ),
    Topic(
        name="grym.patterns.v1",
        key="request id",
        partitions=8,
        retention_s=14 * DAY_S,
        writers=("coordinator", "patterns"),
        readers=("patterns", "coordinator"),
        about="Questions to pattern memory and its answers.",
    ),
    Topic(
        name="grym.pattern-writes.v1",
        key="collection",
        partitions=4,
        retention_s=14 * DAY_S,
        writers=("coordinator",),
        readers=("patterns",),
        about="What pattern memory is to keep; one writer per collection.",
    ),
    Topic(
        name="grym.pattern-events.v1",
        key="collection",
        partitions=4,
        retention_s=14 * DAY_S,
        writers=("patterns",),
        readers=("upstream",),
        about="What changed in pattern memory: a copy, the events are kept in the database for ever.",
    ),
    Topic(
        name="grym.generation.v1",
        key="request id",
        partitions=8,
        retention_s=14 * DAY_S,
        writers=("coordinator", "generation"),
        readers=("generation", "coordinator"),
        about="Plans and pieces asked for, in progress and made.",
    ),
    Topic(
        name="grym.quality.v1",
        key="request id",
        partitions=8,
        retention_s=14 * DAY_S,
        writers=("coordinator", "quality"),
        readers=("quality", "coordinator"),
        about="Ratings asked for and given by measurement.",
    ),
    Topic(
        name="grym.enhancing.v1",
        key="request id",
        partitions=8,
        retention_s=14 * DAY_S,
        writers=("coordinator", "enhancing"),
        readers=("enhancing", "coordinator"),
        about="Recordings to be repaired, in progress and repaired.",
    ),
    Topic(
        name=FEEDBACK,
        key="user",
        partitions=1,
        retention_s=None,
        writers=("upstream", "gateway", "operator", "coordinator", "learning"),
        readers=("learning", "patterns", "sessions"),
        about="What listeners said, and what they were exposed to: the one sequence the learner folds.",
        on_failure="hold",
    ),
    Topic(
        name="grym.learning.v1",
        key="request id",
        partitions=8,
        retention_s=14 * DAY_S,
        writers=("coordinator", "learning"),
        readers=("learning", "coordinator"),
        about="Parameters proposed and feedback taken in.",
    ),
    Topic(
        name=SESSIONS,
        key="request id",
        partitions=4,
        retention_s=14 * DAY_S,
        writers=("sessions", "learning"),
        readers=("upstream",),
        about="What those who know people answer: opinions noted, settings preferred, people forgotten and restored.",
    ),
    Topic(
        name="grym.outcomes.v1",
        key="request id",
        partitions=8,
        retention_s=30 * DAY_S,
        writers=("coordinator",),
        readers=("upstream", "gateway"),
        about="Accepted, progressing, ignored, and exactly one terminal event per request and run.",
    ),
    Topic(
        name="grym.failures.v1",
        key="request id",
        partitions=4,
        retention_s=30 * DAY_S,
        writers=("runner",),
        readers=("coordinator",),
        about="Which record became a dead letter, told to the request it belongs to.",
    ),
    Topic(
        name=DEAD_LETTERS,
        key="original key",
        partitions=4,
        retention_s=30 * DAY_S,
        max_bytes=1024 * KIB + 64 * KIB,  # the largest record plus one bounded set of error headers
        writers=("runner",),
        readers=("operator",),
        about="Records that could not be processed: original bytes, key and headers, plus what went wrong.",
    ),
    Topic(
        name="grym.audit.v1",
        key="letter id",
        partitions=1,
        retention_s=365 * DAY_S,
        writers=("operator",),
        readers=("operator",),
        about="Who redrove or discarded what.",
    ),
    Topic(
        name="grym.breakers.v1",
        key="dependency",
        partitions=1,
        retention_s=30 * DAY_S,
        writers=("runner",),
        readers=("operator",),
        about="State changes of circuit breakers.",
    ),
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}
