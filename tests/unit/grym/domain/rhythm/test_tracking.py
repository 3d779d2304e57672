"""Tempo, beats and bars, against click trains and rendered rhythm."""

import mir_eval
import numpy as np
import pytest

from grym.domain.chroma import chroma
from grym.domain.rhythm.pulse import Pulse
from grym.domain.rhythm.tracking import track_pulse
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from tests.unit.grym.domain.laboratory import Laboratory, octave_error

FRAMING = framing_for(44_100)


def pulse_of(sound: FloatArray) -> Pulse:
    """Track the pulse of a mono sound."""
    return track_pulse(describe(sound, FRAMING).mel_power, framing=FRAMING, pitch=chroma(sound, 44_100))


@pytest.mark.parametrize("bpm", [40, 47.5, 55, 63, 72, 84, 96, 110, 120, 133, 150, 168, 187])
def test_clicks_have_their_tempo_exactly(lab: Laboratory, bpm: float) -> None:
    """Plain clicks from 40 to 220 BPM: tempo within 1 %, no octave error, every beat in place."""
    sound, times = lab.train(bpm, seconds=20.0)
    pulse = pulse_of(sound)
    assert pulse.tempo_bpm == pytest.approx(bpm, rel=0.01)
    assert pulse.confidence > 0.6
    assert mir_eval.beat.f_measure(times, pulse.beats_s.astype(float), f_measure_threshold=0.05) > 0.95


@pytest.mark.parametrize("bpm", [205, 220])
def test_very_fast_clicks_are_beats_or_halves_of_beats(lab: Laboratory, bpm: float) -> None:
    """Where three clicks and more fall into a second, a listener may count every second one; every beat is a click."""
    sound, times = lab.train(bpm, seconds=20.0)
    pulse = pulse_of(sound)
    assert octave_error(pulse.tempo_bpm, bpm) < np.log2(1.01)
    assert all(np.abs(times - beat).min() < 0.03 for beat in pulse.beats_s)


@pytest.mark.parametrize("accent_every", [3, 4])
def test_fast_bars_may_be_counted_as_beats(lab: Laboratory, accent_every: int) -> None:
    """At 190 BPM a bar of three is one beat in three parts, and one of four two beats in two: accents stay bars."""
    sound, times = lab.train(190, seconds=20.0, accent_every=accent_every)
    pulse = pulse_of(sound)
    accents = times[::accent_every]
    assert all(np.abs(accents - downbeat).min() < 0.05 for downbeat in pulse.downbeats_s)


@pytest.mark.parametrize("accent_every", [3, 4])
@pytest.mark.parametrize("bpm", [60, 100, 140])
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
    """A train at 120 BPM lists 120 first and 60 among the others; what they score adds up to one."""
    sound, _ = lab.train(120, seconds=20.0)
    found = pulse_of(sound).hypotheses
    assert found[0].tempo_bpm == pytest.approx(120.0, rel=0.01)
    assert any(h.tempo_bpm == pytest.approx(60.0, rel=0.02) for h in found)
    assert [h.score for h in found] == sorted((h.score for h in found), reverse=True)
    assert sum(h.score for h in found) == pytest.approx(1.0)
    assert all(0.0 <= h.periodicity <= 1.0 for h in found)


def test_harmony_marks_bars_where_accents_do_not(lab: Laboratory) -> None:
    """Even chords in four: the bar begins where the harmony changes."""
    roots = [60, 60, 65, 65, 65, 65, 67, 67, 67, 67, 60, 60, 60, 60] * 3
    times = 0.3 + 0.5 * np.arange(len(roots))
    pulse = pulse_of(lab.play([[root, root + 4, root + 7] for root in roots], list(times), sustained=True))
    assert pulse.beats_per_bar == 4
    assert np.abs(pulse.downbeats_s - times[2]).min() < 0.07
