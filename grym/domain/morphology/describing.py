"""The morphology of a sound from what its analysis has found already."""

from collections.abc import Sequence

import numpy as np

from grym.domain.morphology.events import sound_events
from grym.domain.morphology.language import language_of
from grym.domain.morphology.level import HEARD_DB, level_of
from grym.domain.morphology.matter import matter_of
from grym.domain.morphology.microsound import cloud_of, time_scales
from grym.domain.morphology.motion import STILL_PITCH_OCTAVES, motion_of
from grym.domain.morphology.values import Morphology, Motion
from grym.domain.pitch.values import Melody
from grym.domain.signal import FloatArray
from grym.domain.spectral import SpectralFrames
from grym.domain.structure import Section

LEAST_RMS = 1e-5
"""−100 dBFS: below it centroids are those of rounding."""

VOICED = 0.5
LEAST_SPREAD_HZ = 1.0
"""A lone sine has no width that could move."""


def morphology_of(
    mono: FloatArray,
    frames: SpectralFrames,
    *,
    onsets_s: FloatArray,
    beats_s: FloatArray,
    pulse: float,
    tonality: float,
    sections: Sequence[Section],
    melody: Melody | None = None,
) -> Morphology:
    """Describe the shapes of a sound.

    Parameters
    ----------
    mono
        Shape (samples,).
    frames
        Its spectral features.
    onsets_s, beats_s
        Times in seconds.
    pulse, tonality
        Confidence of the tempo and of the key, 0–1.
    sections
        The form.
    melody
        The leading voice, where it was looked for.
    """
    rate_hz = frames.framing.sample_rate_hz
    level = level_of(mono, rate_hz)
    matter = matter_of(mono, rate_hz)
    heard = frames.rms > max(float(frames.rms.max(initial=0.0)) * 10.0 ** (-HEARD_DB / 20.0), LEAST_RMS)
    return Morphology(
        events=sound_events(level, onsets_s),
        centroid=motion_of(frames.centroid_hz, heard, frame_rate_hz=frames.framing.frame_rate_hz),
        spread=motion_of(
            np.maximum(frames.bandwidth_hz, np.float32(LEAST_SPREAD_HZ)),
            heard,
            frame_rate_hz=frames.framing.frame_rate_hz,
        ),
        pitch=None if melody is None else _pitch_motion(melody),
        matter=matter,
        cloud=cloud_of(mono, rate_hz),
        scales=time_scales(level),
        language=language_of(
            matter=matter, pulse=pulse, tonality=tonality, onsets_s=onsets_s, beats_s=beats_s, sections=sections
        ),
    )


def _pitch_motion(melody: Melody) -> Motion | None:
    """Return how the melody moves, where it is voiced."""
    if len(melody.times_s) < 2:  # noqa: PLR2004 (one frame has no rate)
        return None
    rate_hz = 1.0 / float(np.diff(melody.times_s.astype(np.float64)).mean())
    heard = (melody.voiced >= VOICED) & (melody.f0_hz > 0.0)
    return motion_of(melody.f0_hz, heard, frame_rate_hz=rate_hz, still_octaves=STILL_PITCH_OCTAVES)
