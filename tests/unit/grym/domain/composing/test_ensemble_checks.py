"""Checks of all parts together, on a piece that passes and on what breaks it."""

import random
from dataclasses import replace

import pytest

from grym.domain.composing.checks import score_checks
from grym.domain.composing.compose import compose
from grym.domain.composing.ensemble_checks import ensemble_checks
from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Metre, Score
from grym.domain.quality.check import ADVISORY, Check


@pytest.fixture(scope="module", params=["waltz", "string quartet", "techno"])
def piece(request: pytest.FixtureRequest) -> tuple[Score, Plan]:
    """A piece of half a minute, and its plan."""
    planned = plan(Wish(prompt=f"a {request.param}", style=request.param, seconds=30.0), seed=5)
    return compose(planned, seed=5), planned


def checked(score: Score, planned: Plan) -> dict[str, Check]:
    """The checks by name."""
    return {check.name: check for check in ensemble_checks(score, planned)}


def moved(score: Score, seed: int) -> Score:
    """Move every pitch by up to a tritone."""
    chance = random.Random(seed)
    parts = tuple(
        part
        if part.percussion
        else replace(
            part, notes=tuple(replace(note, midi_pitch=note.midi_pitch + chance.randint(-6, 6)) for note in part.notes)
        )
        for part in score.parts
    )
    return replace(score, parts=parts)


def test_a_piece_passes_and_its_rating_holds_them(piece: tuple[Score, Plan]) -> None:
    """All pass, and the rating of a score tells them."""
    found = checked(*piece)
    assert all(check.passed for check in found.values())
    assert set(found) <= {check.name for check in score_checks(*piece)}


def test_pitches_at_random_rub(piece: tuple[Score, Plan]) -> None:
    """More of the pairs are a semitone apart than any style has."""
    check = checked(moved(piece[0], seed=1), piece[1])["music.dissonance"]
    assert not check.passed
    assert check.advice


def test_another_metre_is_told(piece: tuple[Score, Plan]) -> None:
    """Bars of five quarters were not planned."""
    assert not checked(replace(piece[0], metre=Metre(beats=5, unit=4)), piece[1])["music.metre"].passed


def test_players_that_rest_are_told(piece: tuple[Score, Plan]) -> None:
    """All but one part empty: the others were promised too."""
    first, *rest = piece[0].parts
    silent = replace(piece[0], parts=(first, *(replace(part, notes=()) for part in rest)))
    assert not checked(silent, piece[1])["music.players"].passed


def test_phrase_endings_advise(piece: tuple[Score, Plan]) -> None:
    """An ending off the chord is told and fails nothing."""
    melody = next(part for part in piece[0].parts if part.role == "melody")
    off = replace(melody, notes=tuple(replace(note, midi_pitch=note.midi_pitch + 1) for note in melody.notes))
    parts = tuple(off if part is melody else part for part in piece[0].parts)
    check = checked(replace(piece[0], parts=parts), piece[1])["music.phrase_endings"]
    assert check.required.startswith(ADVISORY)
    assert check.passed
    assert (check.value or 0.0) <= 0.5
    assert check.advice or check.value == 0.5
