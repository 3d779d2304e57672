"""Tempo, beats and bars, against click trains and rendered rhythm."""

import mir_eval
import numpy as np
import pytest

from grym.domain.onset import onset_envelope
from grym.domain.rhythm.pulse import Pulse
from grym.domain.rhythm.tracking import tempo_hypotheses, track_pulse
from grym.domain.signal import FloatArray
from grym.domain.spectral import bands_below, describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory, octave_error

FRAMING = framing_for(44_100)
RATE_HZ = FRAMING.frame_rate_hz


def pulse_of(sound: FloatArray) -> Pulse:
    """Track the pulse of a mono sound without harmony."""
    mel = describe(sound, FRAMING).mel_power
    envelope = onset_envelope(mel, frame_rate_hz=RATE_HZ)
    bass = onset_envelope(mel[:, : bands_below(200.0, sample_rate_hz=44_100)], frame_rate_hz=RATE_HZ)
    return track_pulse(envelope, frame_rate_hz=RATE_HZ, bass=bass, change=np.zeros_like(envelope))


@pytest.mark.parametrize("bpm", [40, 47.5, 55, 63, 72, 84, 96, 110, 120, 133, 150, 168, 187, 205, 220])
def test_clicks_have_their_tempo_exactly(lab: Laboratory, bpm: float) -> None:
    """Plain clicks from 40 to 220 BPM: tempo within 1 %, no octave error, every beat in place."""
    sound, times = lab.train(bpm, seconds=20.0)
    pulse = pulse_of(sound)
    assert pulse.tempo_bpm == pytest.approx(bpm, rel=0.01)
    assert pulse.confidence > 0.6
    assert mir_eval.beat.f_measure(times, pulse.beats_s.astype(float), f_measure_threshold=0.05) > 0.95


@pytest.mark.parametrize("accent_every", [3, 4])
@pytest.mark.parametrize("bpm", [60, 100, 140, 190])
def test_accents_mark_the_bars(lab: Laboratory, bpm: float, accent_every: int) -> None:
    """An accent on every third or fourth click leaves the tempo alone and gives metre and downbeats."""
    sound, times = lab.train(bpm, seconds=20.0, accent_every=accent_every)
    pulse = pulse_of(sound)
    assert pulse.tempo_bpm == pytest.approx(bpm, rel=0.01)
    assert pulse.beats_per_bar == accent_every
    downbeats = times[::accent_every]
    inner = (downbeats > 0.2) & (downbeats < 19.0)
    assert all(np.abs(pulse.downbeats_s - time).min() < 0.05 for time in downbeats[inner])


def test_unsteady_clicks(lab: Laboratory) -> None:
    """Ten milliseconds of jitter do not disturb tempo or beats."""
    rng = np.random.default_rng(0)
    times = np.arange(0.3, 29.0, 0.6) + 0.01 * rng.standard_normal(48)
    pulse = pulse_of(lab.clicks(list(times), seconds=30.0))
    assert pulse.tempo_bpm == pytest.approx(100.0, rel=0.01)
    assert mir_eval.beat.f_measure(times[8:], pulse.beats_s[8:].astype(float)) > 0.95


def test_beats_follow_a_slow_change_of_tempo(lab: Laboratory) -> None:
    """From 100 to 106 BPM over half a minute: the beats stay on the clicks."""
    intervals = 60.0 / np.linspace(100.0, 106.0, 50)
    times = 0.3 + np.cumsum(intervals)
    pulse = pulse_of(lab.clicks(list(times), seconds=float(times[-1]) + 0.5))
    assert pulse.tempo_bpm == pytest.approx(103.0, rel=0.03)
    assert mir_eval.beat.f_measure(times, pulse.beats_s.astype(float)) > 0.9


def test_music_with_divisions_is_right_up_to_octave(lab: Laboratory) -> None:
    """Notes and clicks at 96 BPM."""
    pulse = pulse_of(lab.music(seconds=15.0, bpm=96.0))
    assert octave_error(pulse.tempo_bpm, 96.0) < np.log2(1.01)


@pytest.mark.parametrize("seconds", [1.0, 3.0, 10.0, 30.0])
def test_noise_has_no_tempo(lab: Laboratory, seconds: float) -> None:
    """White noise has no tempo, no beats and confidence 0."""
    for seed in range(3):
        pulse = pulse_of(lab.noise(seconds=seconds, seed=seed))
        assert pulse.tempo_bpm is None
        assert pulse.confidence == 0.0
        assert len(pulse.beats_s) == len(pulse.downbeats_s) == pulse.beats_per_bar == 0


def test_silence_and_a_single_note_have_no_tempo(lab: Laboratory) -> None:
    """One onset is no rhythm."""
    assert pulse_of(np.zeros(5 * 44_100, dtype=np.float32)).tempo_bpm is None
    assert pulse_of(lab.note(60, seconds=3.0)).tempo_bpm is None


def test_random_onsets_are_less_sure_than_even_ones(lab: Laboratory) -> None:
    """Onsets at random times get no tempo, or one with low confidence."""
    rng = np.random.default_rng(3)
    times = np.sort(rng.uniform(0.2, 19.0, 40))
    assert pulse_of(lab.clicks(list(times), seconds=20.0)).confidence < 0.5


def test_hypotheses_are_ordered_and_hold_the_octaves(lab: Laboratory) -> None:
    """A train at 120 BPM lists 120 first and 60 among the others."""
    sound, _ = lab.train(120, seconds=20.0)
    envelope = onset_envelope(describe(sound, FRAMING).mel_power, frame_rate_hz=RATE_HZ)
    found = tempo_hypotheses(envelope, frame_rate_hz=RATE_HZ)
    assert found[0].tempo_bpm == pytest.approx(120.0, rel=0.01)
    assert any(h.tempo_bpm == pytest.approx(60.0, rel=0.01) for h in found)
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
    assert all(0.0 <= h.periodicity <= 1.0 for h in found)


def test_harmony_marks_bars_where_accents_do_not(lab: Laboratory) -> None:
    """Even clicks in four: the bar begins where the harmony changes."""
    sound, times = lab.train(120, seconds=20.0)
    mel = describe(sound, FRAMING).mel_power
    envelope = onset_envelope(mel, frame_rate_hz=RATE_HZ)
    change = np.zeros_like(envelope)
    change[np.round(times[2::4] * RATE_HZ).astype(int)] = 1.0
    pulse = track_pulse(envelope, frame_rate_hz=RATE_HZ, bass=np.zeros_like(envelope), change=change)
    assert pulse.beats_per_bar == 4
    assert np.abs(pulse.downbeats_s - times[2]).min() < 0.05
