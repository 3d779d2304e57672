"""From spectrum to pulse: curves, periods, chains of beats around each, the choice between them, and its bars.

Without a periodicity that stands out of what noise has there is no tempo: None with confidence 0, and no beats. Each
step is a module of this package and names its sources.
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.chroma import Chroma
from grym.domain.rhythm.bars import bar_positions
from grym.domain.rhythm.chains import Chain, best_chain
from grym.domain.rhythm.curves import Curves, beat_curves
from grym.domain.rhythm.levels import Scene, division_of, evidence_of, probabilities, scene_of
from grym.domain.rhythm.periods import at_lag, candidate_lags, has_period, similarity_by_lag
from grym.domain.rhythm.pulse import Metre, Pulse, TempoHypothesis, no_pulse
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing

LEAST_BEATS = 4
SURE_PERIODICITY = 0.5
"""Similarity at the period of the beat from which the pulse is beyond doubt: clicks have 1, dances on a piano 0.6."""

LEAST_EVIDENCE = 0.35
LEAST_SIMILARITY = 0.1
"""Log odds that each beat adds on average: at most 0.25 in noise of any length, at least 0.41 in all dev works."""

OCTAVE_SHARE = 0.06
TEMPO_BEATS = 8
"""The tempo is the median over spans of eight beats: exact to a fraction of a frame, and unmoved by a ritardando."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heard:
    """A chain of beats, and how likely it is the beat."""

    chain: Chain
    probability: float


def track_pulse(mel_power: FloatArray, *, framing: Framing, pitch: Chroma) -> Pulse:
    """Find tempo, beats, downbeats and metre.

    Parameters
    ----------
    mel_power
        Shape (frames, bands), power of the mel bands.
    framing
        Of those frames.
    pitch
        Pitch classes of the same sound: new harmony marks beats and bars.
    """
    scene = heard_scene(beat_curves(mel_power, framing=framing, pitch=pitch))
    heard = likelier_first(scene)
    if not heard or not _stands_out(heard[0].chain, scene):
        return no_pulse()
    return _pulse(heard, scene, pitch)


def heard_scene(curves: Curves) -> Scene:
    """Return what the pulses of a sound are held against."""
    likely = np.logaddexp(0.0, curves.salience() + 3.0)
    return scene_of(curves, similarity_by_lag(likely, curves.full, frame_rate_hz=curves.frame_rate_hz))


def possible_chains(scene: Scene) -> list[Chain]:
    """Return the beats around every period that a sound may have."""
    salience = scene.curves.salience()
    lags = candidate_lags(scene.similarity, frame_rate_hz=scene.curves.frame_rate_hz)
    found = [best_chain(salience, lag) for lag in lags]
    return [chain for chain in found if chain is not None and len(chain.frames) >= LEAST_BEATS]


def _stands_out(chain: Chain, scene: Scene) -> bool:
    """Return whether there is a pulse: onsets repeat, or beats are clear and come again where onsets are too soft."""
    if has_period(scene.curves.raw, frame_rate_hz=scene.curves.frame_rate_hz):
        return True
    recurs = at_lag(scene.similarity, chain.period_frames) >= LEAST_SIMILARITY
    return recurs and chain.evidence >= LEAST_EVIDENCE * len(chain.frames)


def likelier_first(scene: Scene) -> list[Heard]:
    """Return the pulses that a sound may have, likelier ones first."""
    chains = possible_chains(scene)
    if not chains:
        return []
    chances = probabilities([evidence_of(chain, scene) for chain in chains])
    heard = [Heard(chain=c, probability=float(chance)) for c, chance in zip(chains, chances, strict=True)]
    return sorted(heard, key=lambda one: -one.probability)


def _pulse(heard: list[Heard], scene: Scene, pitch: Chroma) -> Pulse:
    """Return the likeliest pulse with its bars, and the others as hypotheses."""
    best, curves = heard[0].chain, scene.curves
    beats = beats_of(best, scene)
    if len(beats) < LEAST_BEATS:
        return no_pulse()
    metre, places = bar_positions(beats, curves, pitch)
    beats_s = (beats / curves.frame_rate_hz).astype(np.float32)
    return Pulse(
        tempo_bpm=tempo_of(beats_s),
        confidence=_confidence(heard, scene.similarity),
        hypotheses=tuple(_hypothesis(one, scene) for one in heard),
        beats_s=beats_s,
        downbeats_s=beats_s[places == 0],
        beats_per_bar=metre,
        metre=Metre(beats=metre, division=division_of(best, scene)),
    )


def _hypothesis(one: Heard, scene: Scene) -> TempoHypothesis:
    """Return a pulse as a hypothesis."""
    return TempoHypothesis(
        tempo_bpm=tempo_of(one.chain.frames / scene.curves.frame_rate_hz),
        periodicity=float(np.clip(at_lag(scene.similarity, one.chain.period_frames), 0.0, 1.0)),
        score=one.probability,
    )


def beats_of(chain: Chain, scene: Scene) -> np.ndarray:
    """Return the beats that sound or may be tapped to, as fractions of frames, ascending."""
    return _interpolated(scene.curves.raw, _audible(chain.frames, scene.events))


def _audible(frames: np.ndarray, events: np.ndarray) -> np.ndarray:
    """Return the beats from half a beat before the first event to half a beat after the last."""
    if not len(events):
        return frames[:0]
    slack = float(np.median(np.diff(frames))) / 2.0
    return np.asarray(frames[(frames > events[0] - slack) & (frames < events[-1] + slack)])


def _interpolated(envelope: FloatArray, frames: np.ndarray) -> np.ndarray:
    """Move beats that lie on a peak of the envelope to the top of its parabola, in fractional frames."""
    inner = np.clip(frames, 1, len(envelope) - 2)
    left, middle, right = (envelope[inner + shift].astype(np.float64) for shift in (-1, 0, 1))
    curvature = left - 2.0 * middle + right
    peaked = (middle > left) & (middle >= right) & (curvature < 0.0) & (inner == frames)
    moved = np.where(peaked, 0.5 * (left - right) / np.where(peaked, curvature, 1.0), 0.0)
    return np.asarray(frames + moved)


def tempo_of(beats_s: np.ndarray) -> float:
    """Return the median tempo over spans of eight beats, or over all of fewer."""
    span = min(TEMPO_BEATS, len(beats_s) - 1)
    return 60.0 * span / float(np.median(beats_s[span:] - beats_s[:-span]))


def _confidence(heard: list[Heard], similarity: np.ndarray) -> float:
    """Return 0–1: how periodic the best pulse is, less the likelier another is that is no octave of it."""
    best = heard[0]
    periodicity = at_lag(similarity, best.chain.period_frames)
    rivals = [one.probability for one in heard[1:] if not _is_octave(one.chain, best.chain)]
    lead = 1.0 - max(rivals, default=0.0) / best.probability
    return float(np.clip(periodicity / SURE_PERIODICITY, 0.0, 1.0) * (0.5 + 0.5 * lead))


def _is_octave(chain: Chain, other: Chain) -> bool:
    octaves = float(np.log2(chain.period_frames / other.period_frames))
    return abs(octaves - round(octaves)) < OCTAVE_SHARE
