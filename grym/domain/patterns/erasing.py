"""What stays of an event of pattern memory whose person is erased: its kind, its place and its pattern, nothing said.

Words are what people said: names, tags, categories, reasons and notes, and whose verdict it was. Numbers are the sound
and the melody. An event without numbers carries the digest of nothing, so that a check of the journal finds it whole.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from grym.domain.patterns.checking import WITH_NUMBERS, content_of
from grym.domain.patterns.values import PatternChange, PatternEvent

SAID: Mapping[str, Mapping[str, object]] = {
    "stored": {"name": "", "category": "", "tags": {}},
    "corrected": {"name": "", "category": "", "tags": {}},
    "retired": {"reason": ""},
    "judged": {"who": "erased"},
}
"""What stands in place of each thing that people say, by kind of event. A verdict stays, and nobody's."""


def without_words(change: PatternChange) -> PatternChange:
    """Return a change without what people said; what was not said stays unsaid."""
    said = SAID.get(change.kind, {})
    data = {name: said[name] if name in said and value else value for name, value in change.data.items()}
    return replace(change, data=data) if data != dict(change.data) else change


def without_numbers(change: PatternChange) -> PatternChange:
    """Return a change without sound and melody."""
    if change.kind not in WITH_NUMBERS:
        return change
    bare = replace(change, vectors=b"", dim=0, imprint=b"", motif=b"")
    return replace(bare, data={**bare.data, "content": content_of(bare)})


def erased_events(events: Iterable[PatternEvent], emptied: Collection[str]) -> list[PatternEvent]:
    """Return the events that are different once a person is erased, as they are then.

    Parameters
    ----------
    emptied
        Patterns whose numbers go, too.
    """
    changed = []
    for event in events:
        change = without_words(event.change)
        change = without_numbers(change) if change.pattern_id in emptied else change
        if _content(change) != _content(event.change):
            changed.append(replace(event, change=change))
    return changed


def _content(change: PatternChange) -> tuple[object, ...]:
    return dict(change.data), change.vectors, change.imprint, change.motif
