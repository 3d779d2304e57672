"""Pulse of a sound: how fast it goes, where the beats fall, and which of them begin a bar.

All work is on the onset envelope of the shared spectrum. Periods are lags of its autocorrelation, interpolated
between frames; several are weighed against each other, since half and double tempo fit almost as well. Without a
periodicity that stands out there is no tempo: None with confidence 0, and no beats.

References: Ellis (2007), "Beat tracking by dynamic programming" (equations 1 to 6); Grosche and Müller (2011),
"Extracting predominant local pulse information" (tempo by period and phase); Klapuri, Eronen and Astola (2006),
"Analysis of the meter of acoustic musical signals" (several metrical levels weighed together).
"""

import numpy as np
from scipy import fft
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, uniform_filter1d

from grym.domain.rhythm.pulse import Metre, Pulse, TempoHypothesis, no_pulse
from grym.domain.signal import FloatArray

SLOWEST_BPM = 30.0
FASTEST_BPM = 260.0
LIKELIEST_BPM = 115.0
TEMPO_SPREAD_OCTAVES = 1.1
"""Centre and width of the preference among periods that fit equally well; wide, so that 45 BPM stays possible."""

LOCAL_MEAN_S = 1.0
SMOOTHING_FRAMES = 1.0
SPREAD_MULTIPLES = 4
LEAST_PERIODICITY = 0.12
"""Normalised autocorrelation that a period must reach."""

NOISE_SIGMAS = 6.0
"""Peaks of the autocorrelation of n independent frames stay below 6/√n (its deviation is 1/√n)."""

SURE_PERIODICITY = 0.6
FASTEST_DIVISION_BPM = 400.0
"""Onsets faster than this (0.15 s) are not compared as beats between beats."""

EVEN_RATIO = 0.85
EVEN_PENALTY = 0.65
"""A period loses up to 65 % when a part of it fits as well: its beats then are no stronger than what lies between."""

TIGHTNESS = 400.0
"""Weight of an even pulse against strong onsets, Ellis (2007) section 4.1 uses 680 at half this frame rate."""

METRES = (4, 3)
PLAIN_METRE_BONUS = 1.1
"""Four beats a bar are preferred unless three fit 10 % better."""


def track_pulse(envelope: FloatArray, *, frame_rate_hz: float, bass: FloatArray, change: FloatArray) -> Pulse:
    """Find tempo, beats and downbeats.

    Parameters
    ----------
    envelope
        Onset strength per frame, ≥ 0.
    frame_rate_hz
        Frames per second.
    bass
        Onset strength of the low bands per frame: drums and bass mark bars.
    change
        How much the harmony changes at each frame, ≥ 0.
    """
    hypotheses = tempo_hypotheses(envelope, frame_rate_hz=frame_rate_hz)
    if not hypotheses:
        return no_pulse()
    best = hypotheses[0]
    frames = _beat_frames(envelope, frame_rate_hz=frame_rate_hz, tempo_bpm=best.tempo_bpm)
    if len(frames) < 2:  # noqa: PLR2004 (one beat has no tempo)
        return no_pulse()
    beats = _interpolated(envelope, frames) / frame_rate_hz
    metre, phase = _bars(frames, envelope=envelope, bass=bass, change=change)
    return Pulse(
        tempo_bpm=_refined_tempo(beats, best.tempo_bpm),
        confidence=_confidence(hypotheses),
        hypotheses=hypotheses,
        beats_s=beats.astype(np.float32),
        downbeats_s=beats[phase::metre].astype(np.float32),
        beats_per_bar=metre,
        metre=Metre(beats=metre, division=2),
    )


def tempo_hypotheses(envelope: FloatArray, *, frame_rate_hz: float) -> tuple[TempoHypothesis, ...]:
    """Weigh the periods of an onset envelope; best first, empty without a significant one."""
    novelty = _sharpened(envelope, frame_rate_hz=frame_rate_hz)
    similarity = _autocorrelation(novelty)
    shortest = 60.0 / FASTEST_BPM * frame_rate_hz
    longest = min(60.0 / SLOWEST_BPM * frame_rate_hz, len(envelope) / 2.0)
    threshold = max(LEAST_PERIODICITY, NOISE_SIGMAS / float(np.sqrt(max(1, len(envelope)))))
    lags = _peak_lags(similarity, shortest=shortest, longest=longest)
    significant = [lag for lag in lags if _at(similarity, lag) >= threshold]
    found = [
        TempoHypothesis(
            tempo_bpm=60.0 * frame_rate_hz / lag,
            periodicity=float(np.clip(_at(similarity, lag), 0.0, 1.0)),
            score=_score(similarity, lag, frame_rate_hz=frame_rate_hz),
        )
        for lag in significant
    ]
    return tuple(sorted(found, key=lambda hypothesis: -hypothesis.score))


def _sharpened(envelope: FloatArray, *, frame_rate_hz: float) -> np.ndarray:
    """Return the envelope above its local mean, lightly smoothed, so that level changes do not count as rhythm."""
    local = uniform_filter1d(envelope, 2 * round(LOCAL_MEAN_S * frame_rate_hz / 2.0) + 1, mode="nearest")
    sharpened = gaussian_filter1d(np.maximum(0.0, envelope - local).astype(np.float64), SMOOTHING_FRAMES)
    return np.asarray(sharpened - sharpened.mean())


def _autocorrelation(values: np.ndarray) -> np.ndarray:
    """Return the autocorrelation by lag, 1 at lag 0, each lag weighed by how much of the sound it compares."""
    size = fft.next_fast_len(2 * len(values), real=True)
    spectrum = fft.rfft(values, size)
    products = fft.irfft(np.abs(spectrum) ** 2, size)[: len(values)]
    unbiased = products / np.arange(len(values), 0, -1)
    return np.asarray(unbiased / unbiased[0]) if unbiased[0] > 0.0 else np.zeros(len(values))


def _peak_lags(similarity: np.ndarray, *, shortest: float, longest: float) -> list[float]:
    """Return the local maxima between two lags, interpolated by a parabola."""
    first, last = max(1, int(shortest)), min(len(similarity) - 2, int(longest))
    lags = []
    for lag in range(first, last + 1):
        left, middle, right = similarity[lag - 1 : lag + 2]
        if middle > left and middle >= right:
            lags.append(lag + 0.5 * (left - right) / (left - 2.0 * middle + right))
    return lags


def _at(similarity: np.ndarray, lag: float) -> float:
    """Return the highest value within one frame of a fractional lag, 0 beyond the end."""
    nearest = round(lag)
    near = similarity[max(0, nearest - 1) : nearest + 2]
    return float(near.max()) if len(near) else 0.0


def _score(similarity: np.ndarray, lag: float, *, frame_rate_hz: float) -> float:
    """Weigh a period: its multiples must recur, half of it must not do as well, and usual tempi are preferred."""
    reach = len(similarity) * 0.75
    multiples = [lag * k for k in range(1, SPREAD_MULTIPLES + 1) if lag * k < reach]
    recurrence = float(np.mean([_at(similarity, multiple) for multiple in multiples])) if multiples else 0.0
    octaves = np.log2(60.0 * frame_rate_hz / lag / LIKELIEST_BPM)
    usual = float(np.exp(-0.5 * (octaves / TEMPO_SPREAD_OCTAVES) ** 2))
    shortest = 60.0 / FASTEST_DIVISION_BPM * frame_rate_hz
    return max(0.0, recurrence) * usual * (1.0 - EVEN_PENALTY * _evenness(similarity, lag, shortest=shortest))


def _evenness(similarity: np.ndarray, lag: float, *, shortest: float) -> float:
    """Return 0–1: how far a half to a sixth of the period fits as well as the period itself."""
    own = max(_at(similarity, lag), 1e-9)
    parts = [lag / divisor for divisor in range(2, 7) if lag / divisor >= shortest]
    ratio = max((_at(similarity, part) / own for part in parts), default=0.0)
    return float(np.clip((ratio - EVEN_RATIO) / (1.0 - EVEN_RATIO), 0.0, 1.0))


def _confidence(hypotheses: tuple[TempoHypothesis, ...]) -> float:
    """Return 0–1: the periodicity of the best tempo, less where another one that is no octave of it comes close."""
    best = hypotheses[0]
    rivals = [h for h in hypotheses[1:] if not _is_octave(h.tempo_bpm / best.tempo_bpm)]
    lead = 1.0 - max((h.score for h in rivals), default=0.0) / max(best.score, 1e-9)
    return float(np.clip(best.periodicity / SURE_PERIODICITY, 0.0, 1.0) * (0.5 + 0.5 * lead))


def _is_octave(ratio: float) -> bool:
    octaves = float(np.log2(ratio))
    return abs(octaves - round(octaves)) < 0.06  # noqa: PLR2004 (4 %: the tolerance of tempo evaluation)


def _beat_frames(envelope: FloatArray, *, frame_rate_hz: float, tempo_bpm: float) -> np.ndarray:
    """Return the frames of beats: the even chain of frames that collects most onset strength.

    References
    ----------
    Ellis (2007), equations 1 and 6: score of a frame = own strength + best predecessor − tightness · log² of the
    interval against the period.
    """
    period = 60.0 / tempo_bpm * frame_rate_hz
    deviation = float(envelope.std())
    strength = gaussian_filter1d(envelope.astype(np.float64), period / 32.0) / max(deviation, 1e-9)
    back = np.arange(-round(2.0 * period), -round(period / 2.0) + 1)
    cost = -TIGHTNESS * np.log(-back / period) ** 2
    score = strength.copy()
    previous = np.full(len(score), -1, dtype=np.intp)
    for frame in range(-int(back[-1]), len(score)):
        first = max(0, -int(back[0]) - frame)
        reached = score[frame + back[first] : frame + back[-1] + 1] + cost[first:]
        best = int(reached.argmax())
        if reached[best] > 0.0:
            score[frame] += reached[best]
            previous[frame] = frame + back[first] + best
    return _traced(score, previous, strength, period=period)


def _traced(score: np.ndarray, previous: np.ndarray, strength: np.ndarray, *, period: float) -> np.ndarray:
    """Follow the chain back from its best end; drop weak beats before the music starts and after it stops."""
    around = maximum_filter1d(score, 2 * round(period / 2.0) + 1)
    ends = np.flatnonzero((score >= around) & (score >= 0.5 * np.median(score[score >= around])))
    if not len(ends):
        return np.empty(0, dtype=np.intp)
    chain = [int(ends[-1])]
    while previous[chain[-1]] >= 0:
        chain.append(int(previous[chain[-1]]))
    beats = np.array(chain[::-1])
    audible = np.flatnonzero(strength[beats] >= 0.5 * float(np.sqrt(np.mean(strength[beats] ** 2))))
    return beats[audible[0] : audible[-1] + 1] if len(audible) else np.empty(0, dtype=np.intp)


def _interpolated(envelope: FloatArray, frames: np.ndarray) -> np.ndarray:
    """Move beats that lie on a peak of the envelope to the top of its parabola, in fractional frames."""
    inner = np.clip(frames, 1, len(envelope) - 2)
    left, middle, right = (envelope[inner + shift].astype(np.float64) for shift in (-1, 0, 1))
    curvature = left - 2.0 * middle + right
    peaked = (middle > left) & (middle >= right) & (curvature < 0.0) & (inner == frames)
    return frames + np.where(peaked, 0.5 * (left - right) / np.where(peaked, curvature, 1.0), 0.0)


def _refined_tempo(beats_s: np.ndarray, tempo_bpm: float) -> float:
    """Return the tempo of the beats: the slope of time over beat number, if it agrees with the period found."""
    period = 60.0 / tempo_bpm
    if len(beats_s) < 4:  # noqa: PLR2004 (fewer beats measure no better than the autocorrelation)
        return tempo_bpm
    number = np.concatenate([[0.0], np.cumsum(np.maximum(1.0, np.round(np.diff(beats_s) / period)))])
    slope = float(np.polyfit(number, beats_s, 1)[0])
    agrees = abs(slope / period - 1.0) < 0.03  # noqa: PLR2004 (the error of an interpolated lag at 260 BPM)
    return 60.0 / slope if agrees else tempo_bpm


def _bars(beats: np.ndarray, *, envelope: FloatArray, bass: FloatArray, change: FloatArray) -> tuple[int, int]:
    """Return beats per bar and the index of the first downbeat: where accents, bass and new harmony gather."""
    accents = np.sum([_ranked(_around(values, beats)) for values in (envelope, bass, change)], axis=0)
    best, winner = -np.inf, (METRES[0], 0)
    for metre in METRES:
        if len(beats) < 2 * metre:
            continue
        for phase in range(metre):
            on = np.zeros(len(beats), dtype=bool)
            on[phase::metre] = True
            contrast = float(np.mean(accents[on]) - np.mean(accents[~on])) * np.sqrt(on.sum())
            contrast *= PLAIN_METRE_BONUS if metre == METRES[0] else 1.0
            if contrast > best:
                best, winner = contrast, (metre, phase)
    return winner


def _around(values: FloatArray, beats: np.ndarray) -> np.ndarray:
    """Return the highest value within two frames of each beat."""
    return np.asarray(maximum_filter1d(values, 5)[beats])


def _ranked(values: np.ndarray) -> np.ndarray:
    """Return the values with mean 0 and deviation 1; zeros where they are constant."""
    deviation = float(values.std())
    centred: np.ndarray = values - values.mean()
    return centred / deviation if deviation > 1e-9 else np.zeros(len(values))  # noqa: PLR2004 (rounding)
