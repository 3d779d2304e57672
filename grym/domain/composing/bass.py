"""Bass lines: roots and fifths in the pattern of the style, or a walking line that leads into every next chord.

Walking follows jazz practice (Levine 1995, ch. 14; Coker 1991): the root on the chord's first beat, chord and scale
tones between, and a step into the next root.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.composing.accompaniment import CHORDS_OVER_BASS_LOW, PlayedNote
from grym.domain.composing.instruments import Voice
from grym.domain.composing.patterns import BASS
from grym.domain.composing.seeds import chance, stream
from grym.domain.composing.texture import Stroke, Texture, choose, strokes
from grym.domain.composing.theory import Chord, altered_scale

_SIXTH_ABOVE_ROOT = 9


def write_bass(texture: Texture, voice: Voice, previous: int | None) -> tuple[tuple[PlayedNote, ...], int]:
    """Write the bass of a section and return it with its last pitch."""
    name = choose(texture.style.basses, texture.passage)
    pattern = texture.style.bass_patterns.get(name) or BASS[name]
    player = _Player(
        texture=texture,
        low=voice.low,
        high=max(voice.low + 12, min(voice.high, voice.low + 24, CHORDS_OVER_BASS_LOW)),
        rng=stream(texture.seed, "bass", texture.identity, texture.passage.name, str(texture.passage.occurrence)),
    )
    last = previous if previous is not None else voice.low + 8
    notes: list[PlayedNote] = []
    found = list(strokes(pattern, texture))
    for at, stroke in enumerate(found):
        first = at == 0 or found[at - 1].slot != stroke.slot
        last = player.pitch(stroke, last, _upcoming(texture, found, at), first=first)
        notes.append(
            PlayedNote(
                start_steps=stroke.start_steps,
                length_steps=stroke.length_steps,
                midi_pitch=last,
                ring_steps=-stroke.length_steps * (1 - pattern.short),
            )
        )
    return tuple(notes), last


def _upcoming(texture: Texture, found: Sequence[Stroke], at: int) -> Chord | None:
    """Return the chord of the next stroke if it is another one."""
    if at + 1 < len(found):
        following = texture.slots[found[at + 1].slot].chord
        return following if found[at + 1].slot != found[at].slot else None
    return texture.following.chord if texture.following else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Player:
    """Chooses the pitches of a bass line inside a range."""

    texture: Texture
    low: int
    high: int
    rng: np.random.Generator

    def pitch(self, stroke: Stroke, last: int, upcoming: Chord | None, *, first: bool) -> int:
        """Return the pitch of one stroke; `first` is the first of its chord."""
        chord = self.texture.slots[stroke.slot].chord
        token = stroke.token
        if token == "w" and not first:
            return self._walk(chord, last, upcoming)
        if token == "a" and upcoming is not None:
            return self._approach(upcoming.bass, last, chord)
        if token == "n":
            return self._nearest((upcoming or chord).bass, last)
        if first or token in "Rwa*":
            return self._nearest(chord.bass, last)
        if token == "8":
            base = self._nearest(chord.bass, last)
            return next((pitch for pitch in (base + 12, base - 12) if self.low <= pitch <= self.high), base)
        return self._nearest(_tone(token, chord), last)

    def _nearest(self, pitch_class: int, last: int) -> int:
        """Return the pitch of a class nearest to the last one, drawn a little to the middle of the range."""
        options = [pitch for pitch in range(self.low, self.high + 1) if pitch % 12 == pitch_class]
        centre = self.low + 0.4 * (self.high - self.low)
        return min(options, key=lambda pitch: (abs(pitch - last) + 0.5 * abs(pitch - centre), pitch))

    def _walk(self, chord: Chord, last: int, upcoming: Chord | None) -> int:
        """Walk on: into the next root if it comes now, else to a neighbouring chord or scale tone."""
        if upcoming is not None:
            return self._approach(upcoming.bass, last, chord)
        # Upwards or downwards, the likelier the farther the end of the range is.
        direction = -1 if chance(self.rng, (last - self.low) / max(1, self.high - self.low)) else 1
        scale = altered_scale(self.texture.plan.tonality, chord)
        wanted = chord.pitch_classes if chance(self.rng, 0.65) else scale
        reach = range(max(self.low, last - 7), min(self.high, last + 7) + 1)
        near = [pitch for pitch in reach if pitch % 12 in wanted and pitch != last]
        ahead = [pitch for pitch in near if (pitch - last) * direction > 0]
        return min(ahead or near, key=lambda pitch: (abs(pitch - last), pitch))

    def _approach(self, goal: int, last: int, chord: Chord) -> int:
        """Return a tone a step below or above the coming root; chromatic steps come with complexity."""
        target = self._nearest(goal, last)
        scale = set(altered_scale(self.texture.plan.tonality, chord))
        chromatic = chance(self.rng, 0.6 * self.texture.plan.parameters.get("complexity", 0.5))
        steps = (target - 1, target + 1, target - 2, target + 2)
        options = [pitch for pitch in steps if self.low <= pitch <= self.high and pitch != last]
        diatonic = [pitch for pitch in options if pitch % 12 in scale]
        chosen = (options if chromatic else diatonic) or options
        return min(chosen, key=lambda pitch: (abs(pitch - last), pitch))


def _tone(token: str, chord: Chord) -> int:
    """Return the pitch class that a bass token names."""
    if token == "6":
        return (chord.root + _SIXTH_ABOVE_ROOT) % 12
    index = {"3": 1, "5": 2}.get(token, 0)
    return chord.pitch_classes[min(index, len(chord.pitch_classes) - 1)]
