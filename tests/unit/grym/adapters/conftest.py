"""A small piece for renderers and pictures."""

import pytest

from grym.domain.composing.score import TICKS_PER_QUARTER, Metre, Note, Part, Score, SectionSpan, Tonality

BAR_TICKS = 4 * TICKS_PER_QUARTER


def note(*, beat: float, midi_pitch: int, beats: float = 1.0, velocity: int = 90) -> Note:
    """Return a note at a beat."""
    return Note(
        start_ticks=round(beat * TICKS_PER_QUARTER),
        duration_ticks=round(beats * TICKS_PER_QUARTER),
        midi_pitch=midi_pitch,
        velocity=velocity,
    )


def part(name: str, program: int, notes: tuple[Note, ...], *, percussion: bool = False, pan: float = 0.0) -> Part:
    """Return a part."""
    return Part(
        name=name,
        role="drums" if percussion else "melody",
        program=program,
        notes=notes,
        percussion=percussion,
        pan=pan,
    )


@pytest.fixture
def score() -> Score:
    """Return two bars at 120 bpm: a piano scale, a held bass, a beat."""
    scale = tuple(note(beat=beat, midi_pitch=pitch) for beat, pitch in enumerate((60, 62, 64, 65, 67, 69, 71, 72)))
    bass = (note(beat=0, midi_pitch=36, beats=4), note(beat=4, midi_pitch=43, beats=4))
    beat = tuple(note(beat=at, midi_pitch=36 if at % 2 == 0 else 38, beats=0.25) for at in range(8))
    return Score(
        title="Exercise",
        tempo_bpm=120.0,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(part("Piano", 0, scale, pan=-0.3), part("Bass", 33, bass), part("Drums", 0, beat, percussion=True)),
        chords=(),
        sections=(
            SectionSpan(name="A", start_ticks=0, duration_ticks=BAR_TICKS),
            SectionSpan(name="B", start_ticks=BAR_TICKS, duration_ticks=BAR_TICKS),
        ),
        length_ticks=2 * BAR_TICKS,
    )
