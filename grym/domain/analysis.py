"""Everything grym knows about a sound by its own measuring: rhythm, key, loudness, form, features.

One pass over the shared spectrum feeds all parts. Times are in seconds from the start of the sound, ascending. What
cannot be found is None or empty, never invented: noise has no tempo, silence no key and no loudness.
"""

from dataclasses import replace

import numpy as np

from grym.domain.chroma import Chroma, chroma
from grym.domain.dynamics import measure_dynamics
from grym.domain.embedding import embed
from grym.domain.findings import Analysis
from grym.domain.harmony.chords import chord_spans
from grym.domain.harmony.keys import tonalities
from grym.domain.harmony.spelling import spelled
from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.morphology.describing import morphology_of
from grym.domain.onset import onset_envelope, onset_times
from grym.domain.pitch.transcription import transcribe
from grym.domain.rhythm.tracking import track_pulse
from grym.domain.separation import energy_shares
from grym.domain.signal import FloatArray, Signal
from grym.domain.spectral import SpectralFrames, describe
from grym.domain.stft import Framing, framing_for
from grym.domain.structure import sections
from grym.errors import InvalidAudioError

__all__ = ["Analysis", "analyse"]


def analyse(signal: Signal, *, full: bool = False) -> Analysis:
    """Find out everything about a sound.

    Parameters
    ----------
    signal
        Any rate and channel count that `Signal` admits.
    full
        Also what takes longer and few ask for: notes, melody, sound shapes.

    Raises
    ------
    InvalidAudioError
        ``audio.too_short``: the sound is shorter than one analysis window of 46 ms.
    """
    framing = framing_for(signal.sample_rate_hz)
    _require_length(signal, framing.n_fft)
    mono = signal.mono()
    frames = describe(mono, framing)
    found = _core(signal, mono, frames)
    return _everything(found, mono, frames) if full else found


def _core(signal: Signal, mono: FloatArray, frames: SpectralFrames) -> Analysis:
    """Find what everybody asks for."""
    framing = frames.framing
    pitch = chroma(mono, signal.sample_rate_hz)
    envelope = onset_envelope(frames.mel_power, frame_rate_hz=framing.frame_rate_hz)
    pulse = track_pulse(frames.mel_power, framing=framing, pitch=pitch)
    mfcc = frames.mfcc()
    loudness, peak = measure_loudness(signal), true_peak_dbtp(signal)
    form = sections(pitch.weights, mfcc, duration_s=signal.duration_s, downbeats_s=pulse.downbeats_s)
    passages = [(section.start_s, section.end_s) for section in form]
    chords = chord_spans(pitch, duration_s=signal.duration_s, beats_s=pulse.beats_s)
    keys = tonalities(pitch, chords, duration_s=signal.duration_s)
    return Analysis(
        duration_s=signal.duration_s,
        sample_rate_hz=signal.sample_rate_hz,
        channels=signal.channels,
        tempo_bpm=pulse.tempo_bpm,
        tempo_confidence=pulse.confidence,
        tempo_hypotheses=pulse.hypotheses,
        metre=pulse.metre,
        beats_s=pulse.beats_s,
        downbeats_s=pulse.downbeats_s,
        onsets_s=_onsets(envelope, framing, duration_s=signal.duration_s),
        beats_per_bar=pulse.beats_per_bar,
        key=keys.whole,
        keys=keys.spans,
        chords=spelled(chords, keys.spans),
        tuning_cents=pitch.tuning_cents,
        loudness=loudness,
        true_peak_dbtp=peak,
        dynamics=measure_dynamics(signal, loudness, true_peak_dbtp=peak, passages=passages),
        shares=energy_shares(frames.mel_power, frame_rate_hz=framing.frame_rate_hz),
        sections=form,
        features=_summaries(frames, pitch, mfcc, envelope),
        embedding=embed(mfcc, pitch.weights, envelope, duration_s=signal.duration_s),
    )


def _onsets(envelope: FloatArray, framing: Framing, *, duration_s: float) -> FloatArray:
    """Return when something begins; where a sound breaks off, the break looks like an onset in the last half window."""
    times = onset_times(envelope, frame_rate_hz=framing.frame_rate_hz)
    return times[times < duration_s - 0.5 * framing.n_fft / framing.sample_rate_hz]


def _everything(found: Analysis, mono: FloatArray, frames: SpectralFrames) -> Analysis:
    """Add what takes longer: notes, melody and sound shapes."""
    heard = transcribe(Signal(samples=mono[None], sample_rate_hz=frames.framing.sample_rate_hz))
    shapes = morphology_of(
        mono,
        frames,
        onsets_s=found.onsets_s,
        beats_s=found.beats_s,
        pulse=found.tempo_confidence,
        tonality=0.0 if found.key is None else found.key.confidence,
        sections=found.sections,
        melody=heard.melody,
    )
    return replace(found, transcription=heard, morphology=shapes)


def _require_length(signal: Signal, needed: int) -> None:
    """Refuse a sound shorter than one analysis window."""
    if signal.length_samples < needed:
        raise InvalidAudioError(
            f"{signal.length_samples} samples are too short to analyse; {needed} are one analysis window",
            code="audio.too_short",
            hint="Send at least a tenth of a second of sound.",
            details={"length_samples": signal.length_samples, "needed_samples": needed},
        )


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
