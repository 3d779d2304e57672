"""A pure hop that copies records and sometimes fails, and what must hold of its copies.

It has no inbox, so copies may repeat; none may be missing, and the first copies of a key keep the order of the log.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from grym.errors import TransientError
from schemas.records import Message, Record, TopicPartition, header
from tests.simulation.ledger import Place

NAME = "mirror"
TOPICS = ("grym.cancels.v1", "grym.outcomes.v1")
TARGET = "grym.breakers.v1"
ORIGIN = "grym_mirrored"
FAILS = 0.1
MOST_FAILURES = 3
"""Fewer than the attempts there are, so that nothing becomes a letter."""


class Mirror:
    """The hop."""

    name = NAME
    topics: tuple[str, ...] = TOPICS
    blocking = False

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._attempts: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()

    def messages(self, record: Record) -> Sequence[Message]:
        """Return a copy that tells where it comes from, or fail for a while."""
        origin = f"{record.topic}/{record.partition}/{record.position}"
        self._attempts[origin] += 1
        chance = random.Random(f"{self._seed}/{NAME}/{origin}")
        if chance.random() < FAILS and self._attempts[origin] <= chance.randint(1, MOST_FAILURES):
            self.counts["failed attempts of the hop"] += 1
            raise TransientError("not now")
        return [Message(topic=TARGET, key=record.key, headers=((ORIGIN, origin.encode()),), value=b"")]


def origin_of(message: Message | Record) -> Place | None:
    """Return where a copy comes from; None for what is no copy."""
    origin = header(message.headers, ORIGIN)
    if origin is None:
        return None
    topic, partition, position = origin.decode().split("/")
    return NAME, TopicPartition(topic, int(partition)), int(position)


def broken_copies(everything: Sequence[Record]) -> list[str]:
    """Every record of the hop's topics was copied; first copies of a key are in the order of the log."""
    copied: dict[Place, None] = {}
    keys: dict[Place, bytes | None] = {}
    for record in everything:
        if record.topic in TOPICS:
            keys[NAME, record.topic_partition, record.position] = record.key
        elif record.topic == TARGET and (origin := origin_of(record)) is not None:
            copied.setdefault(origin)
    broken = [f"{NAME}: {place[1:]} was lost" for place in keys if place not in copied]
    lanes: dict[tuple[str, bytes | None], list[int]] = defaultdict(list)
    for place in copied:
        lanes[place[1].topic, keys[place]].append(place[2])
    return broken + [f"{NAME}: {lane} in the order {got}" for lane, got in lanes.items() if got != sorted(got)]
