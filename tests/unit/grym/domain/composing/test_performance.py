"""Performance."""

from collections.abc import Callable
from dataclasses import replace

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.form import Passage
from grym.domain.composing.performance import Player, perform
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Metre, Note

EIGHTHS = tuple(PlayedNote(start_steps=2 * at, length_steps=2, midi_pitch=60) for at in range(32))


def _perform(plan: Plan, *, intensity: float = 0.5, role: str = "chords", **parameters: float) -> tuple[Note, ...]:
    values = {"swing": 0.0, "humanise": 0.0, "dynamics": 0.5, **parameters}
    plan = replace(plan, parameters=values, metre=Metre(beats=4, unit=4), tempo_bpm=120.0)
    passage = Passage(name="A", start_bar=2, bars=4, phrases=(4,), intensity=intensity, occurrence=0, closing="half")
    player = Player(role=role)  # type: ignore[arg-type]  # roles by name
    return perform(EIGHTHS, passage, plan, player, identity="test", seed=1)


def test_notes_are_placed_in_the_piece(planned: Callable[..., Plan]) -> None:
    """A section that begins in bar 3 begins at tick 3840, and its eighths are 240 ticks apart."""
    notes = _perform(planned("waltz"))
    assert [note.start_ticks for note in notes[:3]] == [3840, 4080, 4320]
    assert {note.onset_shift_ticks for note in notes} == {0}


def test_full_swing_is_the_triplet(planned: Callable[..., Plan]) -> None:
    """Off-beat eighths are played at two thirds of the beat, beats stay."""
    notes = _perform(planned("waltz"), swing=1.0)
    assert [note.onset_shift_ticks for note in notes[:4]] == [0, 80, 0, 80]


def test_hands_stay_close_to_the_beat(planned: Callable[..., Plan]) -> None:
    """Humanised onsets move, by 14 ms at most (13.44 ticks at 120 BPM)."""
    # A loop keeps strict time, so that what is left is the hands.
    shifts = [note.onset_shift_ticks for note in _perform(replace(planned("waltz"), loop=True), humanise=1.0)]
    assert len(set(shifts)) > 5
    assert max(map(abs, shifts)) <= 14


def test_louder_sections_are_louder(planned: Callable[..., Plan]) -> None:
    """Intensity raises velocity, and more so with dynamics."""

    def mean(notes: tuple[Note, ...]) -> float:
        return sum(note.velocity for note in notes) / len(notes)

    plan = planned("waltz")
    small = mean(_perform(plan, intensity=1.0, dynamics=0.0)) - mean(_perform(plan, intensity=0.0, dynamics=0.0))
    large = mean(_perform(plan, intensity=1.0, dynamics=1.0)) - mean(_perform(plan, intensity=0.0, dynamics=1.0))
    assert large > small > 5


def test_downbeats_are_accented(planned: Callable[..., Plan]) -> None:
    """The first beat is louder than the off-beat after it."""
    notes = _perform(planned("waltz"))
    assert all(notes[at].velocity > notes[at + 1].velocity for at in range(0, 32, 8))


def test_velocities_are_midi(planned: Callable[..., Plan]) -> None:
    """However extreme the plan, velocities stay inside MIDI."""
    notes = _perform(planned("waltz"), intensity=1.0, dynamics=1.0, humanise=1.0, role="melody")
    assert all(1 <= note.velocity <= 127 for note in notes)
