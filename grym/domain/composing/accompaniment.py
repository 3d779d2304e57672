"""Chords and pads: voiced chords laid into the pattern of the style."""

from collections.abc import Iterator
from dataclasses import dataclass

from grym.domain.composing.instruments import Voice
from grym.domain.composing.patterns import CHORDS
from grym.domain.composing.texture import Texture, choose, strokes
from grym.domain.composing.theory import Chord
from grym.domain.composing.voicing import Voicing, lead


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedNote:
    """A note of an accompanying part.

    Parameters
    ----------
    start_steps, length_steps
        Written place in sixteenths from the start of the section.
    ring_steps
        How much longer (negative: shorter) it sounds.
    accent
        Added loudness, in velocity.
    spread
        Place in a rolled or strummed chord, 0 for the first string.
    """

    start_steps: int
    length_steps: int
    midi_pitch: int
    ring_steps: float = 0.0
    accent: int = 0
    spread: int = 0


# Register of accompanying chords: below the tune, above the mud (A#2 to E4); over a bass player they begin at E3,
# where his line ends, so that no chord gets below its bass.
CHORDS_LOW, CHORDS_HIGH = 46, 64
CHORDS_OVER_BASS_LOW = 52
PAD_LOW, PAD_HIGH = 50, 68
# Under a tune on the same instrument the second hand stays below this (F4), however wide its figure.
SECOND_HAND_HIGH = 65
# Where the struck bass note of a chord pattern lies: E2 to D#3.
BASS_NOTE_LOW = 40
# Where the lower note of bass octaves lies: C2 to B2.
OCTAVES_LOW = 36


def write_chords(texture: Texture, voice: Voice, previous: Voicing | None) -> tuple[tuple[PlayedNote, ...], Voicing]:
    """Write the chord part of a section and return it with its last voicing."""
    name = choose(texture.style.accompaniments, texture.passage)
    pattern = texture.style.chord_patterns.get(name) or CHORDS[name]
    low, high = _register(voice, CHORDS_OVER_BASS_LOW if texture.has_bass else CHORDS_LOW, CHORDS_HIGH)
    voicings = _voicings(texture, previous, low=low, high=high)
    second_hand = _is_second_hand(texture, voice)
    notes: list[PlayedNote] = []
    for stroke in strokes(pattern, texture):
        slot = texture.slots[stroke.slot]
        chosen = list(_sounding(stroke.token, voicings[stroke.slot], slot.chord, voice, has_bass=texture.has_bass))
        if second_hand and stroke.token.isdigit():
            chosen = [pitch - 12 if pitch > SECOND_HAND_HIGH else pitch for pitch in chosen]
        ring = float(slot.end_steps - stroke.start_steps - stroke.length_steps) if pattern.ring and voice.rings else 0.0
        if not ring and pattern.short < 1 and not texture.is_ending:
            ring = -stroke.length_steps * (1 - pattern.short)
        notes.extend(
            PlayedNote(
                start_steps=stroke.start_steps,
                length_steps=stroke.length_steps,
                midi_pitch=pitch,
                ring_steps=ring,
                spread=at,
            )
            for at, pitch in enumerate(chosen)
        )
    return tuple(notes), voicings[-1]


def _is_second_hand(texture: Texture, voice: Voice) -> bool:
    """Tell whether the tune is played on the same instrument as the chords."""
    return any(one.role == "melody" and one.program == voice.program for one in texture.plan.instruments)


def write_pad(texture: Texture, voice: Voice, previous: Voicing | None) -> tuple[tuple[PlayedNote, ...], Voicing]:
    """Write held chords under a section; tones common to neighbouring chords are struck again, softly."""
    low, high = _register(voice, PAD_LOW, PAD_HIGH)
    voicings = _voicings(texture, previous, low=low, high=high)
    notes = tuple(
        PlayedNote(start_steps=slot.start_steps, length_steps=slot.length_steps, midi_pitch=pitch)
        for slot, voicing in zip(texture.slots, voicings, strict=True)
        for pitch in voicing
    )
    return notes, voicings[-1]


def _register(voice: Voice, low: int, high: int) -> tuple[int, int]:
    """Move a register into the range of an instrument, keeping at least an octave and a half."""
    low = max(low, voice.low)
    return low, max(low + 18, min(high, voice.high))


def _voicings(texture: Texture, previous: Voicing | None, *, low: int, high: int) -> list[Voicing]:
    """Lead the voices through the chords of the section."""
    voicings: list[Voicing] = []
    for slot in texture.slots:
        previous = lead(
            previous, slot.chord, voices=texture.style.voices, low=low, high=high, has_bass=texture.has_bass
        )
        voicings.append(previous)
    return voicings


def _sounding(token: str, voicing: Voicing, chord: Chord, voice: Voice, *, has_bass: bool) -> Iterator[int]:
    """Yield the pitches of one stroke, low to high."""
    low = max(BASS_NOTE_LOW, voice.low)
    root = low + (chord.bass - low) % 12
    if token.isdigit():
        yield voicing[int(token) % len(voicing)] + 12 * (int(token) // len(voicing))
    elif token in "bfOF" and has_bass:
        yield voicing[0]
    elif token in "OF":
        low = max(OCTAVES_LOW, voice.low)
        root = low + (chord.bass - low) % 12
        lower = root if token == "O" else _other_bass(chord, root, low)
        yield from (lower, lower + 12)
    elif token == "b":
        yield root
    elif token == "f":
        yield _other_bass(chord, root, low)
    elif token == "B" and not has_bass:
        yield root
        yield from (pitch for pitch in voicing if pitch > root)
    else:
        yield from voicing


def _other_bass(chord: Chord, root: int, low: int) -> int:
    """Return the bass note that alternates with the root: the fifth below it where the register has one, else above."""
    fifth = chord.pitch_classes[2 if chord.bass == chord.root else 0]
    below = root - (root - fifth) % 12
    return below if below >= low else below + 12
