"""What is heard of pitch: a melody as a curve, notes as numbers, and both together as a transcription."""

from dataclasses import dataclass

import numpy as np

from grym.domain.signal import FloatArray

LOUDEST_VELOCITY = 110


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Melody:
    """The fundamental frequency of a single voice over time.

    Parameters
    ----------
    times_s
        Centres of the frames, ascending, shape (frames,).
    f0_hz
        Fundamental frequency, 0 where nothing with pitch is heard, shape (frames,).
    voiced
        How surely a frame has pitch, 0 to 1, shape (frames,).
    """

    times_s: FloatArray
    f0_hz: FloatArray
    voiced: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note as it is heard, independent of any notation.

    Parameters
    ----------
    start_s, end_s
        Seconds from the start of the sound, start before end.
    pitch
        MIDI pitch, 0 to 127, 60 the middle C.
    velocity
        How strongly it is struck, 1 to 127, from its level; only relations within one sound mean anything.
    confidence
        How surely the note is there, 0 to 1.
    """

    start_s: float
    end_s: float
    pitch: int
    velocity: int
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcription:
    """The notes of a sound, and how they were found.

    Parameters
    ----------
    notes
        By start, then pitch.
    polyphonic
        Whether several notes sound at once; it decides which way the notes were found.
    melody
        The single voice; of polyphonic sound the predominant one.
    """

    notes: tuple[Note, ...]
    polyphonic: bool
    melody: Melody


def velocities(power: np.ndarray) -> list[int]:
    """Return MIDI velocities of notes by their power, the loudest 110.

    Parameters
    ----------
    power
        Of each note at its loudest, shape (notes,), > 0 for at least one.

    References
    ----------
    General MIDI level 2, section 3.2: velocity acts as 40·log10 of its share, so it is the fourth root of power.
    """
    if not len(power):
        return []
    share = np.maximum(power, 0.0) / max(float(power.max()), float(np.finfo(np.float32).tiny))
    return [int(value) for value in np.clip(np.rint(LOUDEST_VELOCITY * share**0.25), 1, 127)]
