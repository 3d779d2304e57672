"""Onsets, against times that were put into the sound."""

import mir_eval
import numpy as np
import pytest

from grym.domain.onset import onset_envelope, onset_times
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory

FRAMING = framing_for(44_100)
SCALE = [60, 62, 64, 65, 67, 69, 71, 72]
REQUIRED_F = 0.95


def onsets_of(sound: FloatArray) -> np.ndarray:
    """Analyse a mono sound at 44.1 kHz."""
    envelope = onset_envelope(describe(sound, FRAMING).mel_power, frame_rate_hz=FRAMING.frame_rate_hz)
    return onset_times(envelope, frame_rate_hz=FRAMING.frame_rate_hz).astype(float)


def f_measure(truth: np.ndarray, found: np.ndarray) -> float:
    """F-measure at ±50 ms."""
    return float(mir_eval.onset.f_measure(np.asarray(truth, dtype=float), found, window=0.05)[0])


def melody(rng: np.random.Generator, count: int) -> tuple[list[int], np.ndarray]:
    """Pitches of a scale, no two neighbours equal, and uneven times."""
    steps = rng.choice([1, 2, 3, 5], count)
    pitches = [SCALE[index] for index in np.cumsum(steps) % len(SCALE)]
    return pitches, np.cumsum(rng.choice([0.25, 0.375, 0.5, 0.75], count))


@pytest.mark.parametrize("bpm", [60, 120, 220])
def test_clicks_are_found(lab: Laboratory, bpm: float) -> None:
    """Every click of a train is found, and nothing else."""
    sound, times = lab.train(bpm, seconds=10.0)
    assert f_measure(times, onsets_of(sound)) == 1.0


def test_times_are_accurate(lab: Laboratory) -> None:
    """Clicks and plucked notes are placed within 15 ms, without bias beyond 10 ms."""
    pitches, times = melody(np.random.default_rng(1), 30)
    found = onsets_of(lab.play([[p] for p in pitches], list(times)))
    pairs = mir_eval.util.match_events(times, found, 0.05)
    errors = np.array([found[j] - times[i] for i, j in pairs])
    assert abs(errors.mean()) < 0.01
    assert np.abs(errors).max() < 0.015


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_plucked_melodies(lab: Laboratory, seed: int) -> None:
    """Plucked notes of uneven rhythm."""
    pitches, times = melody(np.random.default_rng(seed), 40)
    assert f_measure(times, onsets_of(lab.play([[p] for p in pitches], list(times)))) >= REQUIRED_F


@pytest.mark.parametrize("attack_s", [0.02, 0.05, 0.08])
def test_soft_attacks(lab: Laboratory, attack_s: float) -> None:
    """Sustained notes that swell for up to 80 ms and overlap."""
    pitches, times = melody(np.random.default_rng(4), 40)
    sound = lab.play([[p] for p in pitches], list(times), attack_s=attack_s, sustained=True)
    assert f_measure(times, onsets_of(sound)) >= REQUIRED_F


@pytest.mark.parametrize("sustained", [False, True])
def test_polyphony(lab: Laboratory, sustained: bool) -> None:
    """Three-part chords, plucked and sustained with 30 ms attack."""
    rng = np.random.default_rng(5)
    times = np.cumsum(rng.choice([0.375, 0.5, 0.75], 30))
    roots = [SCALE[i] for i in np.cumsum(rng.choice([1, 3], 30)) % len(SCALE)]
    chords = [[root - 12, root + 4, root + 7] for root in roots]
    found = onsets_of(lab.play(chords, list(times), attack_s=0.03 if sustained else 0.005, sustained=sustained))
    assert f_measure(times, found) >= REQUIRED_F


def test_notes_above_background_noise(lab: Laboratory) -> None:
    """Noise 30 dB below the notes hides none and adds few."""
    pitches, times = melody(np.random.default_rng(6), 30)
    sound = lab.play([[p] for p in pitches], list(times))
    sound = sound + lab.noise(seconds=len(sound) / 44_100, amplitude=0.004)[: len(sound)]
    assert f_measure(times, onsets_of(sound)) >= REQUIRED_F


def test_fast_notes(lab: Laboratory) -> None:
    """Nine notes a second."""
    times = 0.2 + 0.11 * np.arange(40)
    pitches = [[SCALE[i % 8]] for i in np.cumsum(np.tile([1, 2, 3], 14))[:40]]
    assert f_measure(times, onsets_of(lab.play(pitches, list(times), seconds_each=0.4))) >= REQUIRED_F


def test_gentle_vibrato_is_no_onset() -> None:
    """A tone of eight partials with a vibrato of ±40 cents begins once."""
    time = np.arange(4 * 44_100) / 44_100
    phase = 2 * np.pi * 440.0 * time + 440.0 * 0.0234 / 5.5 * np.sin(2 * np.pi * 5.5 * time)
    tone = sum(np.sin(k * phase) / k**1.2 for k in range(1, 9))
    shape = np.minimum(1.0, time / 0.05) * np.minimum(1.0, (4.0 - time) / 0.2)
    assert len(onsets_of((0.2 * tone * shape).astype(np.float32))) <= 3


def test_a_sound_that_starts_at_once_has_an_onset_there(lab: Laboratory) -> None:
    """Silence before the first sample counts as heard."""
    found = onsets_of(lab.note(60, seconds=1.0))
    assert found[0] == pytest.approx(0.0, abs=0.05)


def test_silence_has_no_onsets() -> None:
    """Nothing begins in silence."""
    assert len(onsets_of(np.zeros(44_100, dtype=np.float32))) == 0


def test_steady_noise_has_hardly_any(lab: Laboratory) -> None:
    """White noise starts once and has fewer than two false onsets a second."""
    assert len(onsets_of(lab.noise(seconds=10.0))) < 20


def test_the_level_does_not_matter(lab: Laboratory) -> None:
    """A recording 40 dB lower has the same onsets."""
    sound, _ = lab.train(100, seconds=5.0)
    np.testing.assert_allclose(onsets_of(sound * np.float32(0.01)), onsets_of(sound), atol=1e-3)
