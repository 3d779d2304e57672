"""What takes part in a replay: a processor, what of it is a fact, and what is folded from the beginning."""

from dataclasses import dataclass

from consumers.replay.memory import ReplayedMemory
from schemas.body import Body
from schemas.envelope import peek
from schemas.records import Record
from schemas.registry import UPCASTERS, body_class
from streams.processor import AnyProcessor, known_types


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One processor in a replay.

    Parameters
    ----------
    facts
        Commands whose answers are facts: they are read from the log and not made again (promise 10).
    refolds
        Bodies whose whole past is folded up to the span's start, so that no key is judged from half its state. Where
        it is empty, a key that began before the span is left out.
    leans_on
        Of what is replayed, what cannot be judged where that past is no longer whole.
    memory
        Pattern memory, where the processor reads it: it begins as it was at the span's start, and takes in what is
        decided. Then nothing needs to be folded.
    """

    processor: AnyProcessor
    facts: tuple[type[Body], ...] = ()
    refolds: tuple[type[Body], ...] = ()
    leans_on: tuple[type[Body], ...] = ()
    memory: ReplayedMemory | None = None

    @property
    def name(self) -> str:
        """The processor's name."""
        return self.processor.name

    @property
    def topics(self) -> frozenset[str]:
        """Where what is replayed lies, and the facts it may be based on."""
        return frozenset(body.TOPIC for body in self.processor.accepts)

    @property
    def refolded_topics(self) -> frozenset[str]:
        """Where the past lies that is folded."""
        return frozenset(body.TOPIC for body in self.refolds)

    def fact_types(self) -> frozenset[str]:
        """Return every type name whose answers are facts, old majors included."""
        return _with_old_majors(self.facts)

    def types(self) -> frozenset[str]:
        """Return every type name that is replayed, old majors included."""
        return known_types(self.processor) - _with_old_majors(self.facts)

    def refolded_types(self) -> frozenset[str]:
        """Return every type name that is folded from the beginning, old majors included."""
        return _with_old_majors(self.refolds)


def type_of(record: Record) -> str:
    """Return the type a record says it is of."""
    return peek(record.headers, "ce_type")


def _with_old_majors(bodies: tuple[type[Body], ...]) -> frozenset[str]:
    names = {body.TYPE for body in bodies}
    return frozenset(names | {old for old in UPCASTERS if body_class(old)[0].TYPE in names})
