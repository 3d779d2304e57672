"""What must not change in a whole analysis when a sound comes later, louder, upside down or at another rate."""

from collections.abc import Callable
from functools import cache

import msgspec
import numpy as np
import pytest
import soxr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grym.domain.analysis import Analysis, analyse
from grym.domain.signal import FloatArray, Signal
from schemas.music import Analysis as Facts
from streams.features.writing import facts_of
from tests.unit.grym.domain.laboratory import Laboratory, certain

RATE_HZ = 44_100
SECONDS = 10.0
LAB = Laboratory()
slowly = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def song() -> FloatArray:
    """Ten seconds of C major at 110 BPM, with a pause at the end."""
    sound = LAB.music(seconds=SECONDS, bpm=110.0)
    sound.flags.writeable = False
    return sound


def heard(sound: FloatArray, *, rate_hz: int = RATE_HZ) -> Analysis:
    """Everything about a mono sound."""
    return analyse(Signal(samples=np.ascontiguousarray(sound[None]), sample_rate_hz=rate_hz), full=True)


@cache
def reference() -> Analysis:
    """Everything about the song."""
    return heard(song())


def shared(found: np.ndarray, expected: np.ndarray, *, within_s: float) -> float:
    """Return the share of instants, of the fuller list, that have a partner in the other."""
    if not len(found) or not len(expected):
        return float(len(found) == len(expected))
    hits = sum(np.abs(found - instant).min() <= within_s for instant in expected)
    return float(hits / max(len(found), len(expected)))


def chords_at(found: Analysis, instants_s: np.ndarray, *, later_s: float = 0.0) -> list[str]:
    """Return which chord sounds at each instant."""
    return [
        next((span.name for span in found.chords if span.start_s <= at_s + later_s < span.end_s), "")
        for at_s in instants_s
    ]


def alike(found: Analysis, expected: Analysis, *, later_s: float = 0.0) -> None:
    """Require the same music: tempo, key, tuning, beats, onsets, most chords, shares and matter."""
    assert certain(found.tempo_bpm) == pytest.approx(certain(expected.tempo_bpm), rel=0.01)
    key, known = certain(found.key), certain(expected.key)
    assert (key.tonic, key.mode) == (known.tonic, known.mode)
    assert found.tuning_cents == pytest.approx(expected.tuning_cents, abs=1.0)
    assert shared(found.onsets_s, expected.onsets_s + later_s, within_s=0.02) > 0.9
    assert shared(found.beats_s, expected.beats_s + later_s, within_s=0.03) > 0.8
    instants = np.arange(0.5, SECONDS - 2.0, 0.25)
    pairs = zip(chords_at(found, instants, later_s=later_s), chords_at(expected, instants), strict=True)
    assert np.mean([one == other for one, other in pairs]) > 0.8
    assert certain(found.shares).harmonic == pytest.approx(certain(expected.shares).harmonic, abs=0.05)
    matter, expected_matter = (certain(certain(one.morphology).matter) for one in (found, expected))
    assert matter.note == pytest.approx(expected_matter.note, abs=0.05)


@slowly
@given(gain_db=st.floats(min_value=-30.0, max_value=6.0))
def test_a_gain_changes_loudness_only(gain_db: float) -> None:
    """Loudness and peaks go with the gain; the music, the dynamics and the shapes stay."""
    found, expected = heard(song() * np.float32(10.0 ** (gain_db / 20.0))), reference()
    assert certain(found.loudness_lufs) == pytest.approx(certain(expected.loudness_lufs) + gain_db, abs=0.1)
    assert certain(found.true_peak_dbtp) == pytest.approx(certain(expected.true_peak_dbtp) + gain_db, abs=1e-3)
    assert found.loudness_range_lu == pytest.approx(expected.loudness_range_lu, abs=0.1)
    assert certain(found.dynamics.crest_factor_db) == pytest.approx(certain(expected.dynamics.crest_factor_db))
    assert certain(found.dynamics.peak_to_loudness_lu) == pytest.approx(
        certain(expected.dynamics.peak_to_loudness_lu), abs=0.1
    )
    alike(found, expected)
    assert certain(found.morphology).cloud.grains == pytest.approx(certain(expected.morphology).cloud.grains, abs=1)


def test_polarity_changes_nothing() -> None:
    """A sound turned over has the same facts."""
    found, expected = heard(-song()), reference()
    assert found.tempo_bpm == expected.tempo_bpm
    assert found.key == expected.key
    assert found.chords == expected.chords
    assert found.keys == expected.keys
    assert found.sections == expected.sections
    assert found.shares == expected.shares
    assert found.dynamics == expected.dynamics
    assert found.true_peak_dbtp == expected.true_peak_dbtp
    for name in ("onsets_s", "beats_s", "downbeats_s"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
    assert certain(found.morphology).events == certain(expected.morphology).events
    assert certain(found.morphology).matter == certain(expected.morphology).matter


@slowly
@given(silence_s=st.floats(min_value=0.01, max_value=3.0))
def test_what_comes_later_is_found_later(silence_s: float) -> None:
    """Silence in front moves every instant by its length and changes nothing else."""
    silence = np.zeros(round(silence_s * RATE_HZ), dtype=np.float32)
    found, expected = heard(np.concatenate([silence, song()])), reference()
    alike(found, expected, later_s=silence_s)
    assert certain(found.loudness_lufs) == pytest.approx(certain(expected.loudness_lufs), abs=0.3)


@pytest.mark.parametrize("rate_hz", [22_050, 32_000, 48_000, 96_000])
def test_another_rate_changes_nearly_nothing(rate_hz: int) -> None:
    """The same sound at another rate is the same music."""
    resampled = soxr.resample(song(), RATE_HZ, rate_hz, quality="VHQ").astype(np.float32)
    found, expected = heard(resampled, rate_hz=rate_hz), reference()
    alike(found, expected)
    assert certain(found.loudness_lufs) == pytest.approx(certain(expected.loudness_lufs), abs=0.3)
    assert found.duration_s == pytest.approx(expected.duration_s, abs=1e-3)


def test_channels_that_are_the_same_count_as_more_loudness() -> None:
    """Two equal channels are 3 LU louder than one (BS.1770); the music is the same."""
    mono = song()
    found = analyse(Signal(samples=np.stack([mono, mono]), sample_rate_hz=RATE_HZ), full=True)
    assert certain(found.loudness_lufs) == pytest.approx(certain(reference().loudness_lufs) + 3.01, abs=0.01)
    alike(found, reference())


def strange(kind: str, length: int, rate_hz: int, seed: int) -> np.ndarray:
    """Sounds nobody records on purpose."""
    time, rng = np.arange(length) / rate_hz, np.random.default_rng(seed)
    makers: dict[str, Callable[[], np.ndarray]] = {
        "whisper": lambda: 1e-7 * rng.standard_normal(length),
        "denormal": lambda: np.full(length, 1e-40),
        "far beyond full scale": lambda: 5.0 * rng.standard_normal(length),
        "half the rate": lambda: np.where(np.arange(length) % 2, 1.0, -1.0),
        "one sample": lambda: 1.0 * (np.arange(length) == length // 2),
        "step": lambda: 0.7 * (np.arange(length) > length // 2),
        "below hearing": lambda: 0.5 * np.sin(2.0 * np.pi * 8.0 * time),
        "square wave": lambda: np.sign(np.sin(2.0 * np.pi * 100.0 * time)),
        "crackle": lambda: rng.standard_normal(length) * (rng.random(length) < 1e-3),
        "clipped": lambda: np.clip(3.0 * np.sin(2.0 * np.pi * 330.0 * time), -1.0, 1.0),
        "one note": lambda: np.sin(2.0 * np.pi * 440.0 * time) * np.exp(-20.0 * time),
    }
    return makers[kind]()


KINDS = (
    "whisper", "denormal", "far beyond full scale", "half the rate", "one sample", "step", "below hearing",
    "square wave", "crackle", "clipped", "one note",
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(KINDS),
    rate_hz=st.sampled_from([8_000, 11_025, 44_100, 192_000]),
    seconds=st.sampled_from([0.07, 0.3, 1.0, 4.3]),
    channels=st.integers(1, 8),
    seed=st.integers(0, 99),
)
def test_strange_sounds_have_facts_that_can_be_sent(
    kind: str, rate_hz: int, seconds: float, channels: int, seed: int
) -> None:
    """Whatever it is, everything about it is found without a warning, and survives the wire."""
    samples = np.stack([strange(kind, round(seconds * rate_hz), rate_hz, seed)] * channels).astype(np.float32)
    found = analyse(Signal(samples=samples, sample_rate_hz=rate_hz), full=True)
    facts = facts_of(found, full=True)
    assert msgspec.json.decode(msgspec.json.encode(facts), type=Facts) == facts
    assert all(0.0 <= onset_s <= found.duration_s for onset_s in facts.onsets_s)
    assert facts.sections[0].start_s == 0.0
    assert facts.sections[-1].end_s == pytest.approx(found.duration_s, abs=1e-4)
