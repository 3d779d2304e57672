"""Everything grym knows about a sound by its own measuring: rhythm, key, loudness, form, features.

One pass over the shared spectrum feeds all parts. Times are in seconds from the start of the sound, ascending. What
cannot be found is None or empty, never invented: noise has no tempo, silence no key and no loudness.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grym.domain.chroma import Chroma, chroma
from grym.domain.embedding import Embedding, embed
from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.onset import onset_envelope, onset_times
from grym.domain.rhythm.pulse import Pulse
from grym.domain.rhythm.tracking import track_pulse
from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import SpectralFrames, bands_below, describe
from grym.domain.stft import framing_for
from grym.domain.structure import Section, sections
from grym.domain.tonality import Key, tonality_of_chroma
from grym.errors import InvalidAudioError

BASS_BELOW_HZ = 200.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """The facts of a sound.

    Parameters
    ----------
    duration_s, sample_rate_hz, channels
        Of the sound as given.
    tempo_bpm, tempo_confidence
        None and 0 without a steady pulse; confidence 0–1.
    beats_s, downbeats_s, onsets_s
        Ascending times.
    beats_per_bar
        3 or 4; 0 without beats.
    key
        None where nothing has pitch.
    loudness_lufs, loudness_range_lu, true_peak_dbtp
        None where silent or too short to measure.
    tuning_cents
        How far the recording lies above a = 440 Hz, −50 to 50.
    sections
        Cover the sound without gaps.
    features
        ``mean`` and ``std`` over time of each named feature.
    embedding
        The whole sound as a unit vector.
    """

    duration_s: float
    sample_rate_hz: int
    channels: int
    tempo_bpm: float | None
    tempo_confidence: float
    beats_s: FloatArray
    downbeats_s: FloatArray
    onsets_s: FloatArray
    beats_per_bar: int
    key: Key | None
    tuning_cents: float
    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    sections: tuple[Section, ...]
    features: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    embedding: Embedding


def analyse(signal: Signal) -> Analysis:
    """Find out everything about a sound.

    Parameters
    ----------
    signal
        Any rate and channel count that `Signal` admits.

    Raises
    ------
    InvalidAudioError
        ``audio.too_short``: the sound is shorter than one analysis window of 46 ms.
    """
    framing = framing_for(signal.sample_rate_hz)
    if signal.length_samples < framing.n_fft:
        raise InvalidAudioError(
            f"{signal.length_samples} samples are too short to analyse; {framing.n_fft} are one analysis window",
            code="audio.too_short",
            hint="Send at least a tenth of a second of sound.",
            details={"length_samples": signal.length_samples, "needed_samples": framing.n_fft},
        )
    mono = signal.mono()
    frames = describe(mono, framing)
    pitch = chroma(mono, signal.sample_rate_hz)
    envelope = onset_envelope(frames.mel_power, frame_rate_hz=framing.frame_rate_hz)
    pulse = _pulse(frames, pitch, envelope)
    mfcc = frames.mfcc()
    loudness = measure_loudness(signal)
    return Analysis(
        duration_s=signal.duration_s,
        sample_rate_hz=signal.sample_rate_hz,
        channels=signal.channels,
        tempo_bpm=pulse.tempo_bpm,
        tempo_confidence=pulse.confidence,
        beats_s=pulse.beats_s,
        downbeats_s=pulse.downbeats_s,
        onsets_s=onset_times(envelope, frame_rate_hz=framing.frame_rate_hz),
        beats_per_bar=pulse.beats_per_bar,
        key=tonality_of_chroma(pitch),
        tuning_cents=pitch.tuning_cents,
        loudness_lufs=loudness.integrated_lufs,
        loudness_range_lu=loudness.range_lu,
        true_peak_dbtp=true_peak_dbtp(signal),
        sections=sections(pitch.weights, mfcc, duration_s=signal.duration_s),
        features=_summaries(frames, pitch, mfcc, envelope),
        embedding=embed(mfcc, pitch.weights, envelope, duration_s=signal.duration_s),
    )


def _pulse(frames: SpectralFrames, pitch: Chroma, envelope: FloatArray) -> Pulse:
    """Track the pulse with what marks bars: onsets in the bass, and changes of harmony frame by frame."""
    rate_hz = frames.framing.frame_rate_hz
    low_bands = bands_below(BASS_BELOW_HZ, sample_rate_hz=frames.framing.sample_rate_hz)
    bass = onset_envelope(frames.mel_power[:, :low_bands], frame_rate_hz=rate_hz)
    change_by_chroma = pitch.change()
    times = np.arange(len(envelope)) / rate_hz
    change = np.interp(times, np.arange(len(change_by_chroma)) / pitch.frame_rate_hz, change_by_chroma)
    return track_pulse(envelope, frame_rate_hz=rate_hz, bass=bass, change=change.astype(np.float32))


def _summaries(
    frames: SpectralFrames, pitch: Chroma, mfcc: FloatArray, envelope: FloatArray
) -> dict[str, dict[str, float]]:
    """Return mean and standard deviation over time of every feature; vectors are numbered from 0."""
    plain = {
        "centroid_hz": frames.centroid_hz,
        "bandwidth_hz": frames.bandwidth_hz,
        "rolloff_hz": frames.rolloff_hz,
        "flatness": frames.flatness,
        "flux": frames.flux,
        "zero_crossing_rate": frames.zero_crossing_rate,
        "rms": frames.rms,
        "onset_strength": envelope,
    }
    share = pitch.weights / np.maximum(pitch.weights.sum(axis=1, keepdims=True), 1e-9)
    numbered = {"mfcc": mfcc, "chroma": share, "contrast_db": frames.contrast_db}
    for name, values in numbered.items():
        plain.update({f"{name}_{index}": column for index, column in enumerate(values.T)})
    return {
        name: {"mean": float(values.mean(dtype=np.float64)), "std": float(values.std(dtype=np.float64))}
        for name, values in plain.items()
    }
