"""What may happen to a pattern, given what is known, and writing what may: places in the order, and what follows.

Whoever writes holds the journal's end, so nobody changes what is judged here before it is written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grym.domain.patterns.checking import MAX_TAGS, refused
from grym.domain.patterns.folding import Projection, Standing, merged_tags
from grym.domain.patterns.values import PatternChange, PatternEvent
from grym.domain.patterns.verdicts import refusal_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a batch of changes comes to.

    Parameters
    ----------
    events
        The new ones, in their places.
    standings
        The patterns that are different now.
    """

    events: tuple[PatternEvent, ...]
    standings: tuple[Standing, ...]


def enter(changes: Sequence[PatternChange], *, head: int, known: Iterable[str], around: Iterable[Standing]) -> Entry:
    """Give checked changes their places behind `head`, leaving out known ones.

    Parameters
    ----------
    known
        Ids of events that were written before.
    around
        What is known of the patterns that `concerned` names, and of those near them.

    Raises
    ------
    InvalidPatternError
        ``pattern.unknown``, ``pattern.retired``, ``pattern.merged``, ``pattern.duplicate``, ``pattern.collection``,
        ``pattern.mismatch``, ``pattern.tags``.
    """
    projection, written = Projection(around), set(known)
    events: list[PatternEvent] = []
    different: set[str] = set()
    for change in changes:
        if change.event_id in written:
            continue
        judge(change, projection)
        written.add(change.event_id)
        events.append(PatternEvent(seq=head + len(events) + 1, change=change))
        different.update(projection.apply(events[-1]))
    standings = (projection.get(name) for name in sorted(different))
    return Entry(events=tuple(events), standings=tuple(found for found in standings if found is not None))


def concerned(changes: Iterable[PatternChange]) -> set[str]:
    """Return the patterns that changes are about."""
    into = {str(change.data["into"]) for change in changes if change.kind == "merged"}
    return into | {change.pattern_id for change in changes}


def judge(change: PatternChange, projection: Projection) -> None:
    """Refuse a change that cannot happen to its pattern."""
    standing = projection.get(change.pattern_id)
    if change.kind == "stored":
        _judge_stored(change, standing)
        return
    if standing is None:
        raise refused(change, "unknown", f"no pattern has the id {change.pattern_id}")
    _judge_place(change, standing)
    if standing.facts.retired:
        raise refused(change, "retired", "the pattern was given up", hint="Learn it again.")
    if standing.facts.merged_into:
        _judge_alias(change, standing)
    elif change.kind == "merged":
        _judge_target(change, standing, projection)
    elif change.kind == "corrected":
        _judge_tags(change, standing)
    elif change.kind in {"judged", "withdrawn"}:
        _judge_verdict(change, standing)


def _judge_verdict(change: PatternChange, standing: Standing) -> None:
    """Refuse what would be too much of one person or at all, and taking back what nobody said."""
    refusal = refusal_of(change.kind, change.data, standing.facts)
    if refusal is not None:
        code, message, hint = refusal
        raise refused(change, code, message, hint=hint)


def _judge_stored(change: PatternChange, standing: Standing | None) -> None:
    if standing is None:
        return
    _judge_place(change, standing)
    if not standing.facts.retired and standing.content != change.data["content"]:
        raise refused(change, "duplicate", "another pattern has this id", hint="Correct or re-embed that one.")


def _judge_place(change: PatternChange, standing: Standing) -> None:
    if standing.facts.collection != change.collection:
        raise refused(change, "collection", f"the pattern is in the collection {standing.facts.collection}")


def _judge_tags(change: PatternChange, standing: Standing) -> None:
    """Refuse tags that are too many together with those that are there already."""
    if len(merged_tags(standing.facts.tags, change.data.get("tags"))) > MAX_TAGS:
        raise refused(change, "tags", f"the pattern would have more than {MAX_TAGS} tags", hint="Empty some.")


def _judge_alias(change: PatternChange, standing: Standing) -> None:
    """Only hearing it and giving it up is possible for a pattern that another one stands for."""
    if change.kind not in {"reinforced", "retired"}:
        hint = f"That is {standing.facts.merged_into}."
        raise refused(change, "merged", "another pattern stands for this one", hint=hint)


def _judge_target(change: PatternChange, standing: Standing, projection: Projection) -> None:
    into = str(change.data["into"])
    target = projection.get(into)
    if target is None:
        raise refused(change, "unknown", f"no pattern has the id {into}")
    if target.facts.retired:
        raise refused(change, "retired", "the pattern to merge into was given up")
    if target.facts.merged_into:
        raise refused(change, "merged", "another pattern stands for the one to merge into")
    if (target.facts.kind, target.facts.collection) != (standing.facts.kind, standing.facts.collection):
        raise refused(change, "mismatch", "only patterns of one kind and one collection can be merged")
