"""Who does what in a score that does not say: melody, bass, chords and the rest, by register and texture.

The highest part that moves one note at a time carries the tune, the lowest one the bass; who sounds several notes at
once plays chords, or a pad where they last. A source with roles of grym's own keeps them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grym.domain.composing.reworking.tune import tops_of
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Role

_BASS_BELOW = 55.0
_CHORDAL = 1.35
_HELD_QUARTERS = 2.5
_FEW = 0.25
_NAMED: tuple[tuple[str, Role], ...] = (
    ("melod", "melody"), ("lead", "melody"), ("vocal", "melody"), ("sopran", "melody"), ("voice", "melody"),
    ("bass", "bass"), ("pad", "pad"), ("drum", "drums"), ("percussion", "drums"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Texture:
    """How a part sounds: mean pitch, mean notes at once while it sounds, mean length in quarters."""

    pitch: float
    at_once: float
    quarters: float


def with_roles(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Return the parts with roles; one of them, unless all are drums, carries the melody."""
    pitched = [part for part in parts if not part.percussion]
    lead = _lead(pitched)
    low = _low(pitched, lead)
    return tuple(hand for part in parts for hand in _hands(replace(part, role=_role(part, lead, low))))


def _hands(part: Part) -> tuple[Part, ...]:
    """Return a part; one that plays the tune and chords at once (a piano, an organ) as two by the same player."""
    if part.role != "melody" or texture_of(part.notes).at_once < _CHORDAL:
        return (part,)
    tops = set(tops_of(part.notes))
    rest = tuple(note for note in part.notes if note not in tops)
    tune = tuple(note for note in part.notes if note in tops)
    if not rest:
        return (part,)
    return replace(part, notes=tune), replace(part, role="chords", notes=rest)


def texture_of(notes: Sequence[Note]) -> Texture:
    """Measure how a part sounds; at least one note."""
    total = sum(note.duration_ticks for note in notes)
    covered = end = 0
    for note in sorted(notes, key=lambda note: note.start_ticks):
        covered += max(0, note.end_ticks - max(end, note.start_ticks))
        end = max(end, note.end_ticks)
    pitch = sum(note.midi_pitch * note.duration_ticks for note in notes) / total
    return Texture(pitch=pitch, at_once=total / max(1, covered), quarters=total / len(notes) / TICKS_PER_QUARTER)


def _lead(parts: Sequence[Part]) -> Part | None:
    """Choose who carries the tune: named so, else the highest who mostly sings one note at a time."""
    if not parts:
        return None
    named = [part for part in parts if _by_name(part) == "melody"]
    most = max(len(part.notes) for part in parts)
    busy = [part for part in parts if len(part.notes) >= _FEW * most]
    single = [part for part in busy if texture_of(part.notes).at_once < _CHORDAL and _by_name(part) != "bass"]
    return max(named or single or busy, key=lambda part: texture_of(part.notes).pitch)


def _low(parts: Sequence[Part], lead: Part | None) -> Part | None:
    """Choose who plays the bass: named so, else the lowest single voice that lies low."""
    rest = [part for part in parts if part is not lead]
    named = [part for part in rest if _by_name(part) == "bass"]
    single = [part for part in rest if texture_of(part.notes).at_once < _CHORDAL]
    low = min(named or single, key=lambda part: texture_of(part.notes).pitch, default=None)
    return low if low and (named or texture_of(low.notes).pitch < _BASS_BELOW) else None


def _role(part: Part, lead: Part | None, low: Part | None) -> Role:
    """Return the role of one part."""
    if part.percussion:
        return "drums"
    if part is lead:
        return "melody"
    if part is low:
        return "bass"
    texture = texture_of(part.notes)
    if _by_name(part) == "pad" or (texture.at_once >= _CHORDAL and texture.quarters >= _HELD_QUARTERS):
        return "pad"
    return "chords" if texture.at_once >= _CHORDAL else "counter"


def _by_name(part: Part) -> Role | None:
    """Return the role that a part's name says."""
    name = part.name.lower()
    return next((role for word, role in _NAMED if word in name), None)
