"""Control streams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.formal.control import control_stream, law_values
from grym.domain.composing.seeds import stream

LAWS = [
    FormalChoice(generator="stochastic", law="cauchy", target="dynamics"),
    FormalChoice(generator="sieve", law="3@0 | 4@1", target="dynamics"),
    FormalChoice(generator="cellular", law="rule 30", target="dynamics"),
    FormalChoice(generator="cellular", law="life", target="dynamics"),
    FormalChoice(generator="game", law="scissors nash", target="dynamics"),
    FormalChoice(generator="set", law="0 1 4 T3 R", target="dynamics"),
]


@pytest.mark.parametrize("choice", LAWS, ids=lambda one: one.law)
@given(seed=st.integers(0, 1000), low=st.floats(0, 0.5), width=st.floats(0, 0.5))
def test_streams_keep_their_bounds_and_come_back(choice: FormalChoice, seed: int, low: float, width: float) -> None:
    """Values are within the range asked for, times within the piece in order, and the same seed gives the same."""
    bounded = FormalChoice(
        generator=choice.generator, law=choice.law, target="dynamics", low=low, high=low + width, start=0.25, end=0.75
    )
    events = control_stream(bounded, duration_s=16.0, tempo_bpm=120.0, rng=stream(seed, "x"))
    assert [event.time_s for event in events] == [4.0 + 0.5 * step for step in range(16)]
    assert all(low - 1e-9 <= event.value <= low + width + 1e-9 for event in events)
    assert events == control_stream(bounded, duration_s=16.0, tempo_bpm=120.0, rng=stream(seed, "x"))


def test_streams_run_at_control_rate() -> None:
    """One event a step, not one a sample."""
    slow = FormalChoice(generator="stochastic", law="uniform", target="dynamics", step_beats=4.0)
    assert len(control_stream(slow, duration_s=60.0, tempo_bpm=120.0, rng=stream(1, "x"))) == 30


def test_forbidden_values_are_left_out() -> None:
    """A sieve whose 0 is forbidden only says 1."""
    choice = FormalChoice(generator="sieve", law="3@0", target="dynamics", forbidden=(0.0,))
    events = control_stream(choice, duration_s=6.0, tempo_bpm=60.0, rng=stream(1, "x"))
    assert [(event.time_s, event.value) for event in events] == [(0.0, 1.0), (3.0, 1.0)]


def test_laws_say_what_they_are() -> None:
    """Membership, pitch classes in order, and the two choices of a round together."""
    rng = stream(1, "x")
    assert law_values(LAWS[1], 6, rng=rng) == (1.0, 1.0, 0.0, 1.0, 0.0, 1.0)
    assert law_values(LAWS[5], 4, rng=rng) == (0.0, 1 / 11, 4 / 11, 3 / 11)
    dilemma = FormalChoice(generator="game", law="dilemma nash", target="dynamics")
    assert law_values(dilemma, 3, rng=rng) == (1.0, 1.0, 1.0)
