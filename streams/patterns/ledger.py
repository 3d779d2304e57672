"""What one event changes in pattern memory: facts for the log and for the journal, written side by side.

Both carry the same id, so that a fact of the log leads to its numbers in the journal. The journal is the truth and the
log a copy; one transaction writes both.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from grym.domain.patterns.checking import checked
from grym.domain.patterns.names import collection_name
from grym.ports.effects import RecordPatterns
from grym.ports.patterns import Origin, PatternChange, PatternEventKind, PatternKind, Relation
from schemas.body import Body
from schemas.envelope import Envelope, output_id
from schemas.events import (
    PatternCorrected,
    PatternMerged,
    PatternReinforced,
    PatternRetired,
    PatternsRelated,
    PatternStored,
    RelationData,
)
from schemas.verdicts import PatternJudged, VerdictWithdrawn
from streams.patterns.numbers import Numbers
from streams.processor import Output, instant_of

PROCESSOR = "patterns"


class Ledger:
    """Collects the changes that follow from one event in one collection.

    Every change is checked as the journal will check it, so that what cannot be kept is refused by the decision and
    not by the commit.

    Raises
    ------
    InvalidPatternError, InvalidVectorError
        By each method, for what the journal would not take.
    """

    def __init__(self, cause: Envelope, *, collection: str) -> None:
        self._cause = cause
        self._collection = collection_name(collection)
        self._counts: Counter[str] = Counter()
        self._outputs: list[Output] = []
        self._changes: list[PatternChange] = []

    @property
    def outputs(self) -> tuple[Output, ...]:
        """The facts for the log, in order."""
        return tuple(self._outputs)

    @property
    def taken_back(self) -> tuple[str, ...]:
        """The verdicts that are taken back, by event id."""
        return tuple(str(change.data["of"]) for change in self._changes if change.kind == "withdrawn")

    @property
    def effects(self) -> tuple[RecordPatterns, ...]:
        """What writes the journal; nothing where nothing changes."""
        return (RecordPatterns(changes=tuple(self._changes)),) if self._changes else ()

    def stored(
        self,
        pattern_id: str,
        *,
        kind: PatternKind,
        name: str,
        numbers: Numbers,
        tags: Mapping[str, str],
        category: str = "",
        count: int = 1,
    ) -> None:
        """Say that a pattern is new here, and how often it was heard."""
        fact = PatternStored(
            pattern_id=pattern_id,
            collection=self._collection,
            pattern_kind=kind,
            name=name,
            extractor=numbers.extractor,
            duration_s=numbers.duration_s,
            tags=dict(tags),
            category=category,
            vectors=numbers.count,
            dim=numbers.dim,
        )
        data = {
            "name": name,
            "tags": dict(tags),
            "category": category,
            "duration_s": numbers.duration_s,
            "pattern_kind": kind,
            "count": count,
        }
        self._write("stored", fact, data, numbers)

    def reinforced(self, pattern_id: str, *, confidence: float) -> None:
        """Say that a pattern was heard again."""
        fact = PatternReinforced(pattern_id=pattern_id, collection=self._collection, confidence=confidence)
        self._write("reinforced", fact, {"confidence": confidence})

    def corrected(
        self,
        pattern_id: str,
        *,
        name: str | None = None,
        category: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Say something else of a pattern; None leaves it as it was, an empty tag goes."""
        fact = PatternCorrected(
            pattern_id=pattern_id, collection=self._collection, name=name, category=category, tags=dict(tags or {})
        )
        said = {"name": name, "category": category, "tags": dict(tags) if tags else None}
        self._write("corrected", fact, {key: value for key, value in said.items() if value is not None})

    def merged(self, pattern_id: str, *, into_id: str) -> None:
        """Say that a pattern is the same as another, which stands for it from now on."""
        fact = PatternMerged(pattern_id=pattern_id, into_id=into_id, collection=self._collection)
        self._write("merged", fact, {"into": into_id})

    def retired(self, pattern_id: str, *, reason: str) -> None:
        """Say that a pattern is given up."""
        fact = PatternRetired(pattern_id=pattern_id, collection=self._collection, reason=reason)
        self._write("retired", fact, {"reason": reason})

    def related(self, pattern_id: str, relations: Sequence[Relation]) -> None:
        """Say how a pattern stands to others, in place of what was known before."""
        told = tuple(RelationData(other_id=one.other_id, kind=one.kind, strength=one.strength) for one in relations)
        fact = PatternsRelated(pattern_id=pattern_id, collection=self._collection, relations=told)
        data = [{"other_id": one.other_id, "kind": one.kind, "strength": one.strength} for one in told]
        self._write("related", fact, {"relations": data})

    def judged(self, fact: PatternJudged) -> str:
        """Say what somebody said of a match, or what spread from that, and return the id of the event."""
        return self._write("judged", fact, data_of_verdict(fact))

    def withdrawn(self, pattern_id: str, *, of: str) -> None:
        """Say that a verdict is taken back."""
        self._write(
            "withdrawn", VerdictWithdrawn(pattern_id=pattern_id, collection=self._collection, of=of), {"of": of}
        )

    def _write(
        self, kind: PatternEventKind, fact: Body, data: Mapping[str, object], numbers: Numbers | None = None
    ) -> str:
        type_name = type(fact).TYPE
        event_id = output_id(processor=PROCESSOR, cause=self._cause, type_name=type_name, n=self._counts[type_name])
        self._counts[type_name] += 1
        extractor = "" if numbers is None else numbers.extractor
        change = PatternChange(
            event_id=event_id,
            kind=kind,
            pattern_id=getattr(fact, "pattern_id"),  # noqa: B009 (every fact of memory has one; their base has not)
            collection=self._collection,
            at=instant_of(self._cause),
            origin=Origin(extractor=extractor, event_id=self._cause.id, request_id=self._cause.subject),
            data=data,
            vectors=b"" if numbers is None else numbers.vectors,
            dim=0 if numbers is None else numbers.dim,
            imprint=b"" if numbers is None else numbers.imprint,
            motif=b"" if numbers is None else numbers.motif,
        )
        checked(change)
        self._outputs.append(Output(body=fact, key=collection_name(self._collection)))
        self._changes.append(change)
        return event_id


def data_of_verdict(fact: PatternJudged) -> dict[str, object]:
    """Return a verdict as the journal keeps it: what was not said is left out."""
    said = {
        "weight": fact.weight,
        "from": fact.spread_from,
        "to": list(fact.spread_to),
        "context": fact.context,
        "odds": fact.odds,
        "confidence": fact.confidence,
        "evidence": dict(fact.evidence),
        "category": fact.category,
        "start_s": fact.start_s,
        "end_s": fact.end_s,
        "told_s": fact.told_s,
        "note_ref": fact.note_ref,
    }
    given = {name: value for name, value in said.items() if value not in (None, "", [], {})}
    return {"verdict": "right" if fact.right else "wrong", "who": fact.who, **given}
