"""The choice between pulses, and the parts of a beat."""

import numpy as np
import pytest

from grym.domain.chroma import chroma
from grym.domain.rhythm.chains import best_chain
from grym.domain.rhythm.curves import beat_curves
from grym.domain.rhythm.levels import WEIGHTS, Scene, division_of, evidence_of, probabilities, scene_of
from grym.domain.rhythm.periods import similarity_by_lag
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory, certain

FRAMING = framing_for(44_100)
RATE_HZ = FRAMING.frame_rate_hz


def scene(sound: FloatArray) -> Scene:
    """What the pulses of a sound are held against."""
    curves = beat_curves(describe(sound, FRAMING).mel_power, framing=FRAMING, pitch=chroma(sound, 44_100))
    likely = np.logaddexp(0.0, curves.salience() + 3.0)
    return scene_of(curves, similarity_by_lag(likely, curves.full, frame_rate_hz=RATE_HZ))


@pytest.mark.parametrize("parts", [2, 3])
def test_parts_of_a_beat_are_counted(lab: Laboratory, parts: int) -> None:
    """Softer clicks on halves or thirds of a beat give its division."""
    times = np.arange(0.5, 16.0, 0.9 / parts)
    loud = [0.5 if number % parts == 0 else 0.2 for number in range(len(times))]
    heard = scene(lab.clicks(list(times), seconds=16.5, amplitudes=loud))
    chain = certain(best_chain(heard.curves.salience(), 0.9 * RATE_HZ))
    assert division_of(chain, heard) == parts


def test_every_piece_of_evidence_has_a_weight(lab: Laboratory) -> None:
    """Names agree, values are finite, and events are where clicks are."""
    sound, times = lab.train(100, seconds=12.0)
    heard = scene(sound)
    evidence = evidence_of(certain(best_chain(heard.curves.salience(), 0.6 * RATE_HZ)), heard)
    assert set(evidence) == set(WEIGHTS)
    assert np.isfinite(list(evidence.values())).all()
    assert len(heard.events) == len(times)


def test_better_evidence_is_likelier() -> None:
    """Chances add up to one and follow what recurs."""
    nothing = dict.fromkeys(WEIGHTS, 0.0)
    chances = probabilities([nothing, nothing | {"again_1": 0.5}, nothing | {"slow": 0.5}])
    assert chances.sum() == pytest.approx(1.0)
    assert chances[1] > chances[0] > chances[2]
