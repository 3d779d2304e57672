"""Clouds of grains of known density, and time scales."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grym.domain.morphology.level import level_of
from grym.domain.morphology.microsound import cloud_of, time_scales
from tests.unit.grym.domain.laboratory import Laboratory, certain
from tests.unit.grym.domain.morphology.shapes import RATE_HZ, cloud, enveloped


@settings(max_examples=15, deadline=None)
@given(density=st.sampled_from([4, 8, 16, 30]), grain_s=st.sampled_from([0.01, 0.02, 0.03]), seed=st.integers(0, 999))
def test_even_grains_are_counted(density: int, grain_s: float, seed: int) -> None:
    """A train of grains has its density to 10 %, and is regular."""
    starts = np.arange(0.1, 7.9, 1.0 / density)
    found = cloud_of(cloud(list(starts), seconds=8.0, grain_s=grain_s, seed=seed), RATE_HZ)
    assert found.density_per_s == pytest.approx(density, rel=0.1)
    assert certain(found.regularity) > 0.85


@settings(max_examples=15, deadline=None)
@given(density=st.sampled_from([5, 10, 20]), grain_s=st.sampled_from([0.01, 0.02]), seed=st.integers(0, 999))
def test_scattered_grains_are_counted(density: int, grain_s: float, seed: int) -> None:
    """Independent instants: the density to a third, and little regularity."""
    rng = np.random.default_rng(seed)
    starts = rng.uniform(0.0, 19.9, 20 * density)
    found = cloud_of(cloud(list(starts), seconds=20.0, grain_s=grain_s, seed=seed), RATE_HZ)
    assert found.density_per_s == pytest.approx(density, rel=0.33)
    assert certain(found.regularity) < 0.35


@pytest.mark.parametrize("grain_s", [0.02, 0.04, 0.08])
def test_length_of_a_grain(grain_s: float) -> None:
    """A Hann-shaped grain is within 10 dB of its peak for 0.62 of its length, blurred by 12 ms."""
    found = cloud_of(cloud([0.5, 1.0, 1.5], seconds=2.0, grain_s=grain_s, seed=1), RATE_HZ)
    assert found.grains == 3
    blurred = np.hypot(0.62 * grain_s, 0.008)
    assert found.duration_s == pytest.approx(blurred, rel=0.25)
    assert found.kind == "sparse"


def test_dense_clouds_are_covered_and_packed() -> None:
    """The fill factor grows with density and length."""
    starts = np.arange(0.0, 5.9, 1.0 / 25.0)
    fills = [cloud_of(cloud(list(starts), seconds=6.0, grain_s=s, seed=2), RATE_HZ).fill for s in (0.01, 0.03, 0.05)]
    assert fills[0] < 0.5 < fills[1] < fills[2]


def test_held_sounds_have_no_grains(lab: Laboratory) -> None:
    """A tone, a low tone, noise and silence are no clouds."""
    for sound in (lab.sine(440.0, seconds=2.0), lab.sine(60.0, seconds=2.0), lab.noise(seconds=2.0)):
        found = cloud_of(sound, RATE_HZ)
        assert found.density_per_s < 1.0
        assert found.kind is None
    assert cloud_of(np.zeros(RATE_HZ, dtype=np.float32), RATE_HZ).grains == 0


@pytest.mark.parametrize(("rate_hz", "scale"), [(0.05, "meso"), (2.0, "sound_object"), (25.0, "micro")])
def test_time_scales(rate_hz: float, scale: str) -> None:
    """An amplitude that swings at one rate changes on one scale."""
    swing = enveloped(lambda time: 0.6 + 0.4 * np.sin(2.0 * np.pi * rate_hz * time), seconds=40.0)
    assert getattr(time_scales(level_of(swing, RATE_HZ)), scale) > 0.9


def test_what_does_not_change_has_no_scale(lab: Laboratory) -> None:
    """A steady tone, and silence."""
    for sound in (lab.sine(440.0, seconds=2.0), np.zeros(RATE_HZ, dtype=np.float32)):
        found = time_scales(level_of(sound, RATE_HZ))
        assert found.meso == found.sound_object == found.micro == 0.0
