"""The whole morphology of sounds that differ in every respect."""

import numpy as np

from grym.domain.analysis import analyse
from grym.domain.morphology.values import Morphology
from grym.domain.signal import FloatArray
from tests.unit.grym.domain.laboratory import Laboratory, certain
from tests.unit.grym.domain.morphology.shapes import cloud, gliding


def morphology(lab: Laboratory, sound: FloatArray) -> Morphology:
    """Morphology by way of the whole analysis."""
    return certain(analyse(lab.signal(sound), full=True).morphology)


def test_core_analysis_has_no_morphology(lab: Laboratory) -> None:
    """It comes only where everything is asked for."""
    assert analyse(lab.signal(lab.sine(440.0, seconds=1.0))).morphology is None


def test_a_glissando(lab: Laboratory) -> None:
    """One graduated or sudden lasting sound that rises, made of note."""
    found = morphology(lab, gliding(lambda time: 200.0 * 2.0 ** (0.6 * time), seconds=4.0))
    assert certain(found.centroid).overall == "ascent"
    assert certain(found.matter).dominant == "note"
    assert set(found.shapes) == {
        "impulse", "attack-decay", "graduated-decay", "attack-continuant", "graduated-continuant"
    }  # fmt: skip
    assert sum(found.shapes.values()) == 1.0


def test_a_cloud_is_less_aural_than_a_song(lab: Laboratory) -> None:
    """Scattered grains have neither pulse nor key."""
    starts = list(np.random.default_rng(3).uniform(0.0, 11.9, 120))
    grains = morphology(lab, cloud(starts, seconds=12.0, grain_s=0.02, seed=3))
    song = morphology(lab, lab.music(seconds=12.0))
    assert grains.cloud.grains > 60
    assert grains.language.aural < song.language.aural


def test_silence(lab: Laboratory) -> None:
    """Nothing has no shape."""
    found = morphology(lab, np.zeros(44_100, dtype=np.float32))
    assert found.events == ()
    assert found.shapes == {}
    assert found.centroid is found.spread is found.pitch is None
    assert found.matter is None
    assert found.language.aural == 0.0
