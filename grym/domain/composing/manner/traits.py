"""The traits of a recording: what pieces of one style share when they are heard, measured from an analysis.

Rhythm is where sounds begin within the beat, so it does not depend on tempo; what strikes and what lasts, contrast
and loudness range tell the texture; sevenths, minor chords and their pace tell the harmony. Measures that follow the
mastering or the renderer rather than the music (level, brightness, cepstra) are left out of `vector`: they were tried
and made the recogniser worse across renderers (`benchmarks.styles`).

References: Gouyon et al. 2004, "Evaluating rhythmic descriptors" (places of onsets in the beat); Jiang et al. 2002
(spectral contrast); Driedger, Müller and Disch 2014 (what lasts and what strikes).
"""

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from grym.domain.findings import Analysis
from grym.domain.rhythm.pulse import COMPOUND

Floats = NDArray[np.float64]

_USUAL_TEMPO_BPM = 100.0
_TRIPLE = 3
_FEWEST = 4
"""Beats and onsets below which a rhythm is not measured."""
ON_THE_BEAT = 0.09
HALVES, LATE = (0.41, 0.57), (0.59, 0.74)
"""Places of an off-beat within the beat: straight eighths at ½, swung ones at ⅔."""
_SWING_STARTS, _SWING_SPAN = 0.54, 1 / 6
_LEAST_LATE = 0.08
_WIDEST_RANGE_LU = 20.0
_LEAST_HZ, _LEAST_FLATNESS = 30.0, 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What was measured of a recording.

    Parameters
    ----------
    tempo
        Octaves above 100 beats a minute.
    triple, compound
        1 where bars have three beats, beats three parts; else 0.
    per_beat
        Onsets a beat.
    on_beat, half, late
        Shares of the onsets on the beat, at its half and at two thirds.
    percussive, harmonic
        Shares of the energy: square root of what strikes, and what lasts.
    uneven_onsets, uneven_flux
        Deviation over mean of onset strength and spectral flux.
    contrast_low, contrast_mid
        Peaks over valleys of the spectrum in dB, 200 to 800 Hz.
    flatness
        Decades of spectral flatness.
    chords_hz
        Changes of chord a second.
    sevenths, minor_chords
        Shares of the time.
    loudness_range_lu
        At most 20.
    onsets_hz
        Onsets a second.
    brightness_hz
        Mean spectral centroid.
    swing
        0 straight, 1 at the triplet.
    """

    tempo: float
    triple: float
    compound: float
    per_beat: float
    on_beat: float
    half: float
    late: float
    percussive: float
    harmonic: float
    uneven_onsets: float
    uneven_flux: float
    contrast_low: float
    contrast_mid: float
    flatness: float
    chords_hz: float
    sevenths: float
    minor_chords: float
    loudness_range_lu: float
    onsets_hz: float
    brightness_hz: float
    swing: float

    def vector(self) -> Floats:
        """Return what styles are told apart by, in the order of `COMPARED`, shape (18,)."""
        return np.array([getattr(self, name) for name in COMPARED])


_TOLD_ONLY = frozenset({"onsets_hz", "brightness_hz", "swing"})
COMPARED = tuple(field.name for field in fields(Traits) if field.name not in _TOLD_ONLY)


def traits_of(found: Analysis) -> Traits:
    """Measure the traits of a recording."""
    places = _places(found)
    on_beat, half, late = _shares(places)
    chords = max(1e-9, sum(chord.end_s - chord.start_s for chord in found.chords))
    return Traits(
        tempo=math.log2((found.tempo_bpm or _USUAL_TEMPO_BPM) / _USUAL_TEMPO_BPM),
        triple=float(found.metre is not None and found.metre.beats == _TRIPLE),
        compound=float(_compound(found)),
        per_beat=len(places) / (len(found.beats_s) - 1) if len(places) else 1.5,
        on_beat=on_beat,
        half=half,
        late=late,
        percussive=math.sqrt(found.shares.percussive) if found.shares else 0.0,
        harmonic=found.shares.harmonic if found.shares else 0.0,
        uneven_onsets=_unevenness(found, "onset_strength"),
        uneven_flux=_unevenness(found, "flux"),
        contrast_low=_mean(found, "contrast_db_1"),
        contrast_mid=_mean(found, "contrast_db_2"),
        flatness=math.log10(max(_LEAST_FLATNESS, _mean(found, "flatness"))),
        chords_hz=len(found.chords) / found.duration_s,
        sevenths=sum(chord.end_s - chord.start_s for chord in found.chords if "7" in chord.quality) / chords,
        minor_chords=sum(c.end_s - c.start_s for c in found.chords if c.quality.startswith("min")) / chords,
        loudness_range_lu=min(_WIDEST_RANGE_LU, found.loudness_range_lu or 0.0),
        onsets_hz=len(found.onsets_s) / found.duration_s,
        brightness_hz=max(_LEAST_HZ, _mean(found, "centroid_hz")),
        swing=0.0 if _compound(found) else swing_heard(places),
    )


def _compound(found: Analysis) -> bool:
    return found.metre is not None and found.metre.division == COMPOUND


def _places(found: Analysis) -> Floats:
    """Return where onsets lie within their beat, 0 to 1; empty where there are too few of either."""
    beats, onsets = np.asarray(found.beats_s, dtype=np.float64), np.asarray(found.onsets_s, dtype=np.float64)
    if len(beats) <= _FEWEST or not len(onsets):
        return np.empty(0)
    at = np.searchsorted(beats, onsets, side="right") - 1
    inside = (at >= 0) & (at < len(beats) - 1)
    at = at[inside]
    places: Floats = (onsets[inside] - beats[at]) / (beats[at + 1] - beats[at])
    return places


def _shares(places: Floats) -> tuple[float, float, float]:
    """Return the shares of onsets on the beat, at its half and late; usual ones where nothing was measured."""
    if not len(places):
        return 0.5, 0.2, 0.05
    on_beat = (places < ON_THE_BEAT) | (places > 1 - ON_THE_BEAT)
    return float(on_beat.mean()), float(_within(places, HALVES).mean()), float(_within(places, LATE).mean())


def swing_heard(places: Floats) -> float:
    """Return how late off-beats come: 0 straight, 1 at two thirds of the beat.

    Parameters
    ----------
    places
        Where onsets lie within their beat, 0 to 1.
    """
    off = places[(places >= HALVES[0]) & (places < LATE[1])]
    if len(off) < _FEWEST or len(off) < _LEAST_LATE * len(places):
        return 0.0
    late = float(np.median(off))
    return 0.0 if late < _SWING_STARTS else min(1.0, (late - 0.5) / _SWING_SPAN)


def _within(places: Floats, bounds: tuple[float, float]) -> NDArray[np.bool_]:
    return (places > bounds[0]) & (places < bounds[1])


def _mean(found: Analysis, name: str) -> float:
    return found.features.get(name, {}).get("mean", 0.0)


def _unevenness(found: Analysis, name: str) -> float:
    """Return the deviation of a feature over its mean."""
    return found.features.get(name, {}).get("std", 0.0) / max(1e-6, _mean(found, name))
