"""Pitches as laws give them."""

from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.pitches import pitches_of
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import Score
from grym.domain.composing.seeds import stream


def test_other_laws_displace_along_the_scale(scale_score: Score, scale_plan: Plan) -> None:
    """The middle leaves a pitch, the ends move it by an octave of the scale, and the instrument is the bound."""
    choice = FormalChoice(generator="stochastic", law="uniform", target="pitch")
    given = pitches_of(choice, scale_score, scale_plan, rng=stream(1, "x"))
    assert [given(60, 0, value, 36, 96) for value in (0.0, 3 / 7, 0.5, 4 / 7, 1.0)] == [48, 59, 60, 62, 72]
    assert given(60, 0, 1.0, 36, 65) == 65
    assert given(61, 0, 1.0, 36, 96) == 73 - 1


def test_cells_that_live_are_chords(scale_score: Score, scale_plan: Plan) -> None:
    """Rule 255 lets every pitch class sound, rule 0 none after the first generation, and changes nothing then."""
    for law in ("rule 255", "rule 0"):
        choice = FormalChoice(generator="cellular", law=law, target="pitch")
        given = pitches_of(choice, scale_score, scale_plan, rng=stream(1, "x"))
        assert [given(pitch, 4, 0.5, 36, 96) for pitch in range(60, 72)] == list(range(60, 72))


def test_a_sieve_without_members_in_range_changes_nothing(scale_score: Score, scale_plan: Plan) -> None:
    """An instrument that cannot play any member plays what was written."""
    choice = FormalChoice(generator="sieve", law="128@0", target="pitch")
    assert pitches_of(choice, scale_score, scale_plan, rng=stream(1, "x"))(60, 0, 0.5, 36, 96) == 60
