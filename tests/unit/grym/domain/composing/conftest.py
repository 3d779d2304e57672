"""Pieces whose every note is known by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.plan import Instrument, Plan, SectionPlan, Wish
from grym.domain.composing.planner import plan as make_plan
from grym.domain.composing.score import ChordSpan, Metre, Note, Part, Score, SectionSpan, Tonality

QUARTER = 480


@pytest.fixture
def scale_score() -> Score:
    """Two bars of C major, 4/4 at 120 BPM: a scale up to the tonic over C, G and C, four seconds long."""
    pitches = (60, 62, 64, 65, 67, 71)
    melody = [
        Note(start_ticks=at * QUARTER, duration_ticks=QUARTER, midi_pitch=pitch, velocity=80)
        for at, pitch in enumerate(pitches)
    ]
    melody.append(Note(start_ticks=6 * QUARTER, duration_ticks=2 * QUARTER, midi_pitch=72, velocity=80))
    bass = [
        Note(start_ticks=start * QUARTER, duration_ticks=length * QUARTER, midi_pitch=pitch, velocity=70)
        for start, length, pitch in ((0, 4, 48), (4, 2, 43), (6, 2, 48))
    ]
    chords = ((0, 4, "C", "I", (0, 4, 7)), (4, 2, "G", "V", (7, 11, 2)), (6, 2, "C", "I", (0, 4, 7)))
    return Score(
        title="Scale",
        tempo_bpm=120.0,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(
            Part(name="piano", role="melody", program=0, notes=tuple(melody)),
            Part(name="cello", role="bass", program=42, notes=tuple(bass), pan=-0.5, gain_db=-6.0),
        ),
        chords=tuple(
            ChordSpan(
                start_ticks=start * QUARTER,
                duration_ticks=length * QUARTER,
                symbol=symbol,
                numeral=numeral,
                pitch_classes=tones,
            )
            for start, length, symbol, numeral, tones in chords
        ),
        sections=(SectionSpan(name="A", start_ticks=0, duration_ticks=8 * QUARTER),),
        length_ticks=8 * QUARTER,
    )


@pytest.fixture
def scale_plan() -> Plan:
    """The plan that `scale_score` fulfils."""
    return Plan(
        title="Scale",
        style="classical",
        mood="bright",
        tempo_bpm=120.0,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        seconds=4.0,
        sections=(SectionPlan(name="A", bars=2, intensity=0.5),),
        instruments=(
            Instrument(role="melody", name="piano", program=0),
            Instrument(role="bass", name="cello", program=42),
        ),
        parameters={"density": 0.5, "complexity": 0.5, "brightness": 0.5, "dynamics": 0.5},
    )


@pytest.fixture
def planned() -> Callable[..., Plan]:
    """Plan a sentence."""

    def _plan(prompt: str, *, seed: int = 1, **wish: object) -> Plan:
        return make_plan(replace(Wish(prompt=prompt), **wish), seed=seed)  # type: ignore[arg-type]  # fields by name

    return _plan
