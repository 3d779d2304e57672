"""Drawing to a grid, playing less evenly, breaking chords."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.reworking.editing import arpeggiated, humanised, quantised
from grym.domain.composing.score import Metre, Note, Part, Score, Tonality

BAR = 1920


def score_of(notes: tuple[Note, ...]) -> Score:
    """Return two bars of one part."""
    return Score(
        title="",
        tempo_bpm=120.0,
        metre=Metre(beats=4, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(Part(name="piano", role="chords", program=0, notes=notes),),
        chords=(),
        sections=(),
        length_ticks=2 * BAR,
    )


NOTES = st.lists(
    st.builds(
        Note,
        start_ticks=st.integers(0, 2 * BAR - 10),
        duration_ticks=st.integers(1, BAR),
        midi_pitch=st.integers(30, 90),
        velocity=st.integers(1, 127),
    ),
    min_size=1,
    max_size=20,
).map(tuple)


@given(NOTES, st.sampled_from([480, 240, 120, 60, 160]))
def test_what_is_drawn_to_a_grid_lies_on_it(notes: tuple[Note, ...], grid: int) -> None:
    """Starts and ends are steps of the grid, nothing is lost, and drawing again changes nothing."""
    found = quantised(score_of(notes), grid_ticks=grid)
    drawn = found.parts[0].notes
    assert len(drawn) == len(notes)
    assert all(n.start_ticks % grid == 0 and n.duration_ticks >= grid for n in drawn)
    assert all(n.end_ticks <= 2 * BAR for n in drawn)
    assert quantised(found, grid_ticks=grid) == found


@given(NOTES, st.floats(0, 1), st.integers(0, 99))
def test_what_is_played_less_evenly_is_written_as_before(notes: tuple[Note, ...], amount: float, seed: int) -> None:
    """Places stay, shifts are less than 20 ms, and chance is the seed's."""
    before = score_of(notes)
    found = humanised(before, amount=amount, seed=seed)
    assert found == humanised(before, amount=amount, seed=seed)
    assert sorted((n.start_ticks, n.duration_ticks, n.midi_pitch) for n in found.parts[0].notes) == sorted(
        (n.start_ticks, n.duration_ticks, n.midi_pitch) for n in notes
    )
    assert all(abs(n.onset_shift_ticks) <= 20 and 1 <= n.velocity <= 127 for n in found.parts[0].notes)


def chord(*pitches: int) -> tuple[Note, ...]:
    """Return a chord of a whole bar."""
    return tuple(Note(start_ticks=0, duration_ticks=BAR, midi_pitch=pitch, velocity=80) for pitch in pitches)


def test_a_chord_is_broken_upwards_downwards_and_both_ways() -> None:
    """Eight eighths a bar, the last of which ends with it."""
    ways = {
        "up": [60, 64, 67, 60, 64, 67, 60, 64],
        "down": [67, 64, 60, 67, 64, 60, 67, 64],
        "updown": [60, 64, 67, 64, 60, 64, 67, 64],
    }
    for way, pitches in ways.items():
        notes = arpeggiated(score_of(chord(60, 64, 67)), way=way).parts[0].notes  # type: ignore[arg-type]
        assert [n.midi_pitch for n in notes] == pitches
        assert [n.start_ticks for n in notes] == [at * 240 for at in range(8)]
        assert notes[-1].end_ticks == BAR


def test_two_notes_and_drums_are_no_chord() -> None:
    """They stay as they are."""
    two = score_of(chord(60, 64))
    assert arpeggiated(two, way="up") == two
    drums = replace(two, parts=(replace(two.parts[0], percussion=True, notes=chord(36, 38, 42)),))
    assert arpeggiated(drums, way="up") == drums
