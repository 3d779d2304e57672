"""Writing for four players."""

from itertools import pairwise

import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Instrument, Plan, SectionPlan
from grym.domain.composing.quartet import TEXTURES
from grym.domain.composing.score import Metre, Score, Tonality

PLAYERS = (("melody", "violin", 40), ("counter", "violin", 40), ("chords", "viola", 41), ("bass", "cello", 42))


def _score(seed: int, *, metre: tuple[int, int] = (4, 4)) -> Score:
    plan = Plan(
        title="Quartet",
        style="string quartet",
        mood="calm",
        tempo_bpm=108.0,
        metre=Metre(beats=metre[0], unit=metre[1]),
        tonality=Tonality(tonic=7, mode="major"),
        seconds=35.0,
        sections=(
            SectionPlan(name="A", bars=8, intensity=0.5),
            SectionPlan(name="B", bars=8, intensity=0.6),
            SectionPlan(name="A", bars=8, intensity=0.5),
        ),
        instruments=tuple(
            Instrument(role=role, name=name, program=program)  # type: ignore[arg-type]  # roles by name
            for role, name, program in PLAYERS
        ),
    )
    return compose(plan, seed=seed)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("metre", [(4, 4), (3, 4), (6, 8)])
def test_players_share_the_work(seed: int, metre: tuple[int, int]) -> None:
    """Every player plays most of the time, alone on its line, inside its range and under the one above at its onset."""
    score = _score(seed, metre=metre)
    for part, (low, high) in zip(score.parts, ((55, 100), (48, 88), (43, 80), (36, 67)), strict=True):
        assert len(part.notes) >= 16
        assert all(low <= note.midi_pitch <= high for note in part.notes)
        assert all(a.end_ticks <= b.start_ticks for a, b in pairwise(part.notes))


def test_textures_differ_from_piece_to_piece() -> None:
    """The second player has few notes in one piece and many in another."""
    counts = [len(_score(seed).parts[1].notes) for seed in range(12)]
    assert max(counts) > 1.6 * min(counts)


def test_textures_are_named() -> None:
    """There are chords, repeated notes, broken chords, after-beats, one rhythm for all, and the cello silent."""
    assert set(TEXTURES) == {"chordal", "pulse", "broken", "offbeat", "together", "light"}
