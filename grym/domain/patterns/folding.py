"""What is known of each pattern after some events, and how one more event changes it.

Events are taken to be allowed (see `judging`) and to come in the order of their seq. Merging sums what was heard and
judged; names and tags of the pattern that stays win, and no more tags come over than a pattern may have. Whatever was
merged into a pattern shares its fate: it follows when that is merged on and is given up with it, so `merged_into`
always names a pattern that stands for itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grym.domain.patterns.checking import MAX_TAGS
from grym.domain.patterns.values import PatternChange, PatternEvent, PatternFacts, Relation
from grym.domain.patterns.verdicts import said_anew, united_verdicts, verdict_of, with_verdict, without_verdict
from grym.errors import InvariantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a pattern, and where its numbers are.

    Parameters
    ----------
    content_seq
        The event that carries its numbers.
    content
        Their SHA-256 as hexadecimal digits; empty where there are none.
    """

    facts: PatternFacts
    content_seq: int
    content: str

    @property
    def is_live(self) -> bool:
        """Whether it stands for itself."""
        return not self.facts.merged_into and not self.facts.retired


class Projection:
    """The patterns that follow from events: all of them, or those around a few."""

    def __init__(self, standings: Iterable[Standing] = ()) -> None:
        self._standings: dict[str, Standing] = {}
        self._aliases: defaultdict[str, set[str]] = defaultdict(set)
        for standing in standings:
            self.put(standing)

    def __len__(self) -> int:
        """Return how many patterns there are, merged and retired ones included."""
        return len(self._standings)

    def __iter__(self) -> Iterator[Standing]:
        """Go through all of them, merged and retired ones included."""
        return iter(self._standings.values())

    def get(self, pattern_id: str) -> Standing | None:
        """Return what is known of a pattern."""
        return self._standings.get(pattern_id)

    def around(self, pattern_ids: Iterable[str]) -> list[Standing]:
        """Return these patterns with everything that an event about them can change or needs to know."""
        named = [standing for name in set(pattern_ids) if (standing := self.get(name)) is not None]
        near = {standing.facts.merged_into for standing in named} - {""}
        near |= {alias for standing in named for alias in self._aliases[standing.facts.pattern_id]}
        near |= {standing.facts.pattern_id for standing in named}
        return [self._standings[name] for name in sorted(near)]

    def put(self, standing: Standing) -> None:
        """Set what is known of a pattern."""
        facts = standing.facts
        before = self._standings.get(facts.pattern_id)
        if before is not None:
            self._aliases[before.facts.merged_into].discard(facts.pattern_id)
        if facts.merged_into:
            self._aliases[facts.merged_into].add(facts.pattern_id)
        self._standings[facts.pattern_id] = standing

    def apply(self, event: PatternEvent) -> list[str]:
        """Let one event happen and return which patterns it changed.

        Raises
        ------
        InvariantError
            ``pattern.journal`` where the event is about a pattern that nobody stored.
        """
        changed = [*_FOLDS[event.change.kind](self, event)]
        for standing in changed:
            self.put(standing)
        return [standing.facts.pattern_id for standing in changed]

    def named(self, event: PatternEvent) -> Standing:
        """Return the pattern an event is about."""
        return self._known(event, event.change.pattern_id)

    def meant(self, event: PatternEvent) -> Standing:
        """Return the pattern that stands for the one an event is about."""
        named = self.named(event)
        return self._known(event, named.facts.merged_into) if named.facts.merged_into else named

    def target(self, event: PatternEvent) -> Standing:
        """Return the pattern that one is merged into."""
        return self._known(event, str(event.change.data["into"]))

    def aliases(self, pattern_id: str) -> list[Standing]:
        """Return the patterns that this one stands for."""
        return [self._standings[name] for name in sorted(self._aliases[pattern_id])]

    def _known(self, event: PatternEvent, pattern_id: str) -> Standing:
        known = self._standings.get(pattern_id)
        if known is None:
            raise InvariantError(
                "the journal tells of a pattern that nobody stored",
                code="pattern.journal",
                details={"seq": event.seq, "pattern_id": pattern_id},
            )
        return known


def _stored(projection: Projection, event: PatternEvent) -> list[Standing]:
    known = projection.get(event.change.pattern_id)
    if known is None or known.facts.retired:
        return [_fresh(event)]
    return _reinforced(projection, event)  # learned by two at once: heard twice


def _fresh(event: PatternEvent) -> Standing:
    change = event.change
    facts = PatternFacts(
        pattern_id=change.pattern_id,
        collection=change.collection,
        kind=_any(change, "pattern_kind"),
        name=str(change.data.get("name", "")),
        origin=change.origin,
        duration_s=float(_any(change, "duration_s", 0.0)),
        tags=merged_tags({}, change.data.get("tags")),
        category=str(change.data.get("category", "")),
        count=int(_any(change, "count", 1)),
        confirmed=int(_any(change, "confirmed", 0)),
        denied=int(_any(change, "denied", 0)),
        first_seq=event.seq,
        last_seq=event.seq,
        stored_at=change.at,
        last_heard_at=change.at,
    )
    return Standing(facts=facts, content_seq=event.seq, content=str(change.data.get("content", "")))


def _reinforced(projection: Projection, event: PatternEvent) -> list[Standing]:
    standing, verdict = projection.meant(event), event.change.data.get("verdict")
    facts = standing.facts
    facts = replace(
        facts,
        count=facts.count + (verdict != "wrong"),
        confirmed=facts.confirmed + (verdict == "right"),
        denied=facts.denied + (verdict == "wrong"),
        last_heard_at=facts.last_heard_at if verdict == "wrong" else max(facts.last_heard_at, event.change.at),
    )
    return [_touched(standing, facts, event)]


def _corrected(projection: Projection, event: PatternEvent) -> list[Standing]:
    standing, data = projection.named(event), event.change.data
    facts = standing.facts
    name, category = data.get("name"), data.get("category")
    facts = facts if category is None else said_anew(facts, str(category))
    facts = replace(
        facts,
        name=facts.name if name is None else str(name),
        tags=merged_tags(facts.tags, data.get("tags")),
    )
    return [_touched(standing, facts, event)]


def _merged(projection: Projection, event: PatternEvent) -> list[Standing]:
    gone, stays = projection.named(event), projection.target(event)
    into = stays.facts.pattern_id
    facts = replace(
        stays.facts,
        count=stays.facts.count + gone.facts.count,
        confirmed=stays.facts.confirmed + gone.facts.confirmed,
        denied=stays.facts.denied + gone.facts.denied,
        tags=_united_tags(stays.facts.tags, gone.facts.tags),
        category=stays.facts.category or gone.facts.category,
        relations=tuple(relation for relation in stays.facts.relations if relation.other_id != gone.facts.pattern_id),
        last_heard_at=max(stays.facts.last_heard_at, gone.facts.last_heard_at),
        verdicts=united_verdicts(stays.facts.verdicts, gone.facts.verdicts),
    )
    followers = [gone, *projection.aliases(gone.facts.pattern_id)]
    moved = [_touched(alias, replace(alias.facts, merged_into=into), event) for alias in followers]
    return [*moved, _touched(stays, facts, event)]


def _retired(projection: Projection, event: PatternEvent) -> list[Standing]:
    standing = projection.named(event)
    gone = [standing, *projection.aliases(standing.facts.pattern_id)]
    return [_touched(one, replace(one.facts, retired=True, merged_into="", relations=()), event) for one in gone]


def _related(projection: Projection, event: PatternEvent) -> list[Standing]:
    standing = projection.named(event)
    relations = tuple(
        Relation(other_id=str(one["other_id"]), kind=str(one["kind"]), strength=float(one["strength"]))
        for one in _any(event.change, "relations", ())
    )
    return [_touched(standing, replace(standing.facts, relations=relations), event)]


def _reembedded(projection: Projection, event: PatternEvent) -> list[Standing]:
    standing, change = projection.named(event), event.change
    duration_s = float(_any(change, "duration_s", standing.facts.duration_s))
    facts = replace(standing.facts, origin=change.origin, duration_s=duration_s)
    touched = _touched(standing, facts, event)
    return [replace(touched, content_seq=event.seq, content=str(change.data.get("content", "")))]


def _judged(projection: Projection, event: PatternEvent) -> list[Standing]:
    standing = projection.named(event)
    return [_touched(standing, with_verdict(standing.facts, verdict_of(event)), event)]


def _withdrawn(projection: Projection, event: PatternEvent) -> list[Standing]:
    standing = projection.named(event)
    return [_touched(standing, without_verdict(standing.facts, str(event.change.data["of"])), event)]


def _touched(standing: Standing, facts: PatternFacts, event: PatternEvent) -> Standing:
    return replace(standing, facts=replace(facts, last_seq=event.seq))


def merged_tags(tags: Mapping[str, str], changes: object) -> dict[str, str]:
    """Return tags with changes over them; an empty value removes a tag."""
    given = changes if isinstance(changes, Mapping) else {}
    return {name: value for name, value in {**tags, **given}.items() if value}


def _united_tags(stays: Mapping[str, str], gone: Mapping[str, str]) -> dict[str, str]:
    """Return tags with others that fit beside them, first names first."""
    others = sorted((name, value) for name, value in gone.items() if name not in stays)
    return {**stays, **dict(others[: max(0, MAX_TAGS - len(stays))])}


def _any(change: PatternChange, name: str, default: object = None) -> Any:
    """Return a value that was checked before it was written."""
    return change.data.get(name, default)


_FOLDS: Mapping[str, Callable[[Projection, PatternEvent], list[Standing]]] = {
    "stored": _stored,
    "reinforced": _reinforced,
    "corrected": _corrected,
    "merged": _merged,
    "retired": _retired,
    "related": _related,
    "reembedded": _reembedded,
    "judged": _judged,
    "withdrawn": _withdrawn,
}
