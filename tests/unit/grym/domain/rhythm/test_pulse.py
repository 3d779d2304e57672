"""Values of a pulse."""

import numpy as np
import pytest

from grym.domain.rhythm.pulse import Metre, Pulse, no_pulse


@pytest.mark.parametrize(
    ("beats", "division", "name"),
    [(2, 2, "2/4"), (3, 2, "3/4"), (4, 2, "4/4"), (2, 3, "6/8"), (3, 3, "9/8"), (4, 3, "12/8")],
)
def test_metres_have_their_usual_names(beats: int, division: int, name: str) -> None:
    """Two or three parts of a beat are quarters or dotted quarters."""
    assert Metre(beats=beats, division=division).name == name


def test_local_tempo_follows_the_beats() -> None:
    """Beats that come slower have a lower tempo; the ends know one neighbour only."""
    beats = np.array([0.0, 0.5, 1.0, 2.0], dtype=np.float32)
    pulse = Pulse(
        tempo_bpm=120.0,
        confidence=1.0,
        hypotheses=(),
        beats_s=beats,
        downbeats_s=beats[:1],
        beats_per_bar=4,
        metre=Metre(beats=4, division=2),
    )
    np.testing.assert_allclose(pulse.local_tempo_bpm, [120.0, 120.0, 80.0, 60.0], rtol=1e-5)


def test_without_a_pulse_nothing_is_claimed() -> None:
    """No tempo, no beats, no metre, no certainty."""
    pulse = no_pulse()
    assert (pulse.tempo_bpm, pulse.confidence, pulse.metre, pulse.beats_per_bar) == (None, 0.0, None, 0)
    assert len(pulse.beats_s) == len(pulse.downbeats_s) == len(pulse.local_tempo_bpm) == 0
