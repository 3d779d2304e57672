"""What was committed and what went wrong: written by the wrappers around the ports, read by the checks."""

from collections import Counter
from dataclasses import dataclass, field

from grym.ports.work import InboxEntry
from schemas.envelope import peek
from schemas.records import Message, Record, TopicPartition

Identity = tuple[str, str, int]
Place = tuple[str, TopicPartition, int]
"""Processor, partition and position."""


def identity_of(record: Record | Message) -> Identity:
    """Return the name of an event: source, id and run."""
    run_no = peek(record.headers, "ce_runno") or "1"
    return peek(record.headers, "ce_source"), peek(record.headers, "ce_id"), int(run_no)


@dataclass(slots=True, kw_only=True)
class Entries:
    """What one transaction did, as far as the promises are about it."""

    effects: list[InboxEntry] = field(default_factory=list)
    said: list[Identity] = field(default_factory=list)
    parked: list[Place] = field(default_factory=list)
    lettered: list[Place] = field(default_factory=list)
    letter_codes: list[str] = field(default_factory=list)
    advanced: list[Place] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Everything that was committed, in the order of commits, and how often what befell whom."""

    effects: list[InboxEntry] = field(default_factory=list)
    said: list[Identity] = field(default_factory=list)
    parked: set[Place] = field(default_factory=set)
    lettered: set[Place] = field(default_factory=set)
    letter_codes: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    known: set[tuple[str, Identity]] = field(default_factory=set)
    copied: set[Place] = field(default_factory=set)

    def enter(self, entries: Entries) -> None:
        """Enter what a transaction has committed."""
        self.effects += entries.effects
        self.said += entries.said
        self.parked.update(entries.parked)
        self.lettered.update(entries.lettered)
        self.letter_codes += entries.letter_codes
        self.known.update((e.processor, (e.source, e.event_id, e.run_no)) for e in entries.effects)

    def count(self, fault: str, by: int = 1) -> None:
        """Count something that went wrong."""
        self.faults[fault] += by

    def is_out_of_hand(self, processor: str, record: Record) -> bool:
        """Return whether a processor has dealt with a record."""
        place = (processor, record.topic_partition, record.position)
        if place in self.parked or place in self.lettered or place in self.copied:
            return True
        return (processor, identity_of(record)) in self.known
