"""Bass lines: roots and fifths in the pattern of the style, or a walking line that leads into every next chord.

Walking follows jazz practice (Levine 1995, ch. 14; Coker 1991): the root on the chord's first beat, chord and scale
tones between, and a step into the next root.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.instruments import Voice
from grym.domain.composing.patterns import BASS
from grym.domain.composing.seeds import chance, stream
from grym.domain.composing.texture import Stroke, Texture, choose, strokes
from grym.domain.composing.theory import Chord, altered_scale

_SIXTH_ABOVE_ROOT = 9


def write_bass(texture: Texture, voice: Voice, previous: int | None) -> tuple[tuple[PlayedNote, ...], int]:
    """Write the bass of a section and return it with its last pitch."""
    pattern = BASS[choose(texture.style.basses, texture.passage)]
    rng = stream(texture.seed, "bass", texture.identity, texture.passage.name, str(texture.passage.occurrence))
    low, high = voice.low, min(voice.high, voice.low + 24)
    last = previous if previous is not None else low + 8
    notes: list[PlayedNote] = []
    found = list(strokes(pattern, texture))
    for at, stroke in enumerate(found):
        upcoming = _upcoming(texture, found, at)
        last = _pitch(stroke, texture, last, upcoming, found, at, low=low, high=high, rng=rng)
        ring = -stroke.length_steps * (1 - pattern.short)
        notes.append(
            PlayedNote(
                start_steps=stroke.start_steps, length_steps=stroke.length_steps, midi_pitch=last, ring_steps=ring
            )
        )
    return tuple(notes), last


def _upcoming(texture: Texture, found: Sequence[Stroke], at: int) -> Chord | None:
    """Return the chord of the next stroke if it is another one."""
    if at + 1 < len(found):
        following = texture.slots[found[at + 1].slot].chord
        return following if found[at + 1].slot != found[at].slot else None
    return texture.following.chord if texture.following else None


def _pitch(
    stroke: Stroke,
    texture: Texture,
    last: int,
    upcoming: Chord | None,
    found: Sequence[Stroke],
    at: int,
    *,
    low: int,
    high: int,
    rng: np.random.Generator,
) -> int:
    """Return the pitch of one stroke."""
    slot = texture.slots[stroke.slot]
    chord = slot.chord
    first = at == 0 or found[at - 1].slot != stroke.slot
    token = stroke.token
    if token == "w" and not first:
        return _walk(chord, texture, last, upcoming, low=low, high=high, rng=rng)
    if token == "a" and upcoming is not None:
        return _approach(upcoming.bass, last, texture, chord, low=low, high=high, rng=rng)
    if first or token in "Rwa*":
        return _nearest(chord.bass, last, low=low, high=high)
    if token == "8":
        base = _nearest(chord.bass, last, low=low, high=high)
        return base + 12 if base + 12 <= high else base - 12 if base - 12 >= low else base
    return _nearest(_tone(token, chord), last, low=low, high=high)


def _tone(token: str, chord: Chord) -> int:
    """Return the pitch class that a bass token names."""
    if token == "6":
        return (chord.root + _SIXTH_ABOVE_ROOT) % 12
    index = {"3": 1, "5": 2}.get(token, 0)
    return chord.pitch_classes[min(index, len(chord.pitch_classes) - 1)]


def _nearest(pitch_class: int, last: int, *, low: int, high: int) -> int:
    """Return the pitch of a class nearest to the last one, drawn a little to the middle of the range."""
    options = [pitch for pitch in range(low, high + 1) if pitch % 12 == pitch_class]
    centre = low + 0.4 * (high - low)
    return min(options, key=lambda pitch: (abs(pitch - last) + 0.5 * abs(pitch - centre), pitch))


def _walk(
    chord: Chord, texture: Texture, last: int, upcoming: Chord | None, *, low: int, high: int, rng: np.random.Generator
) -> int:
    """Walk on: into the next root if it comes now, else to a neighbouring chord or scale tone."""
    if upcoming is not None:
        return _approach(upcoming.bass, last, texture, chord, low=low, high=high, rng=rng)
    direction = _direction(last, low=low, high=high, rng=rng)
    wanted = chord.pitch_classes if chance(rng, 0.65) else altered_scale(texture.plan.tonality, chord)
    near = [
        pitch for pitch in range(max(low, last - 7), min(high, last + 7) + 1) if pitch % 12 in wanted and pitch != last
    ]
    ahead = [pitch for pitch in near if (pitch - last) * direction > 0]
    return min(ahead or near, key=lambda pitch: (abs(pitch - last), pitch))


def _direction(last: int, *, low: int, high: int, rng: np.random.Generator) -> int:
    """Choose up or down, away from the ends of the range."""
    share = (last - low) / max(1, high - low)
    return -1 if chance(rng, share) else 1


def _approach(
    goal: int, last: int, texture: Texture, chord: Chord, *, low: int, high: int, rng: np.random.Generator
) -> int:
    """Return a tone a step below or above the coming root; chromatic steps come with complexity."""
    target = _nearest(goal, last, low=low, high=high)
    scale = set(altered_scale(texture.plan.tonality, chord))
    chromatic = chance(rng, 0.6 * texture.plan.parameters.get("complexity", 0.5))
    options = [pitch for pitch in _steps_to(target) if low <= pitch <= high and pitch != last]
    diatonic = [pitch for pitch in options if pitch % 12 in scale]
    return min(
        (options if chromatic else diatonic) or options or [target], key=lambda pitch: (abs(pitch - last), pitch)
    )


def _steps_to(target: int) -> Iterator[int]:
    """Yield the tones a semitone or a tone from a target."""
    yield from (target - 1, target + 1, target - 2, target + 2)
