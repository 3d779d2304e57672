"""Histories of pattern memory, drawn at random: whatever may happen to a few patterns, allowed or not."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from grym.domain.patterns.checking import checked
from grym.domain.patterns.folding import Projection
from grym.domain.patterns.judging import concerned, enter
from grym.domain.patterns.values import PatternChange, PatternEvent
from grym.errors import InvalidPatternError
from tests.contract.pattern_changes import change, motif, stored

IDS = ("a", "b", "c", "d")
ids = st.sampled_from(IDS)


def related(name: str, other: str) -> PatternChange:
    """Say that a pattern is a variant of another."""
    return change("related", name, data={"relations": [{"other_id": other, "kind": "variant", "strength": 0.5}]})


_values = st.sampled_from(["", "v"])
_stored = st.builds(lambda name, sound: stored(name, imprint=sound), ids, st.sampled_from([b"one", b"other"]))
_motifs = st.builds(motif, st.sampled_from(["d", "m"]))
_heard = st.builds(
    lambda name, verdict, minute: change("reinforced", name, minute=minute, data={"verdict": verdict}),
    ids,
    st.sampled_from([None, "right", "wrong"]),
    st.integers(0, 9),
)
_corrected = st.builds(
    lambda name, said: change("corrected", name, data=said),
    ids,
    st.fixed_dictionaries(
        {}, optional={"name": st.text(max_size=3), "tags": st.dictionaries(st.sampled_from("kl"), _values)}
    ),
)
_merged = (
    st.tuples(ids, ids)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: change("merged", pair[0], data={"into": pair[1]}))
)
_retired = st.builds(lambda name: change("retired", name), ids)
_related = st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]).map(lambda pair: related(*pair))
_reembedded = st.builds(
    lambda name, sound: change("reembedded", name, imprint=sound), ids, st.sampled_from([b"x", b"y"])
)

_judged = st.builds(
    lambda name, said: change("judged", name, data=said),
    ids,
    st.fixed_dictionaries(
        {"verdict": st.sampled_from(["right", "wrong"]), "who": st.sampled_from(["rosa", "paul"])},
        optional={"weight": st.floats(0.05, 1.0), "category": _values, "from": st.sampled_from(["", "event 0"])},
    ),
)
_withdrawn = st.builds(
    lambda name, number: change("withdrawn", name, data={"of": f"event {number}"}), ids, st.integers(0, 24)
)

wishes = st.lists(
    st.one_of(
        _stored, _motifs, _heard, _corrected, _merged, _retired, _related, _reembedded, _judged, _judged, _withdrawn
    ),
    max_size=25,
)
"""What somebody wants to happen."""


def allowed(wanted: Sequence[PatternChange]) -> list[PatternEvent]:
    """Return what happens of it: everything under an id of its own, what is not allowed left out."""
    projection, events = Projection(), list[PatternEvent]()
    for number, wish in enumerate(wanted):
        named = checked(replace(wish, event_id=f"event {number}"))
        around = projection.around(concerned([named]))
        try:
            entry = enter([named], head=len(events), known=(), around=around)
        except InvalidPatternError:
            continue
        events += entry.events
        for standing in entry.standings:
            projection.put(standing)
    return events
