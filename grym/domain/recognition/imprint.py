"""What a sound leaves in memory: everything that recognising needs, and nothing that would play it again.

Times are frames of fixed rates, so that imprints of two sounds can be laid on one another; the codec states its
version, and an unknown one is refused.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

EXTRACTOR = "imprint/1"
"""Name and version of everything that decides what an imprint looks like; another one means other vectors."""

UInt32Array = NDArray[np.uint32]
Int32Array = NDArray[np.int32]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Peaks:
    """Where the spectrum stands out, in time and in frequency.

    Parameters
    ----------
    frames
        Shape (n,), int32, ascending: frames of the spectrum (43.07 a second).
    bins
        Shape (n,), int32, ascending within a frame: bins of the spectrum (5.38 Hz).
    levels_db
        Shape (n,), uint8: how far above the floor.
    """

    frames: Int32Array
    bins: Int32Array
    levels_db: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Landmarks:
    """Pairs of peaks, as libraries are asked for them (`landmarks.landmarks_of`).

    Parameters
    ----------
    hashes
        Shape (n,), uint32: both frequencies and the time between them.
    frames
        Shape (n,), int32, ascending: the earlier peak's frame.
    """

    hashes: UInt32Array
    frames: Int32Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tonal:
    """Which pitches sound.

    Parameters
    ----------
    frames
        Shape (frames, bins), float32, ≥ 0: salience of each pitch, lowest first, in steps of a semitone after tuning.
    rate_hz
        Frames per second.
    tuning_cents
        How far the sound lies above equal temperament at 440 Hz.
    """

    frames: FloatArray
    rate_hz: float
    tuning_cents: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Melody:
    """The leading line as notes.

    Parameters
    ----------
    pitches
        Shape (n,), int32: MIDI pitches.
    starts_s, ends_s
        Shape (n,), seconds, ascending.
    """

    pitches: Int32Array
    starts_s: FloatArray
    ends_s: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Windows:
    """Vectors that the index is asked for.

    Parameters
    ----------
    vectors
        Shape (n, dim), float32, rows of unit length.
    starts_s
        Shape (n,), seconds, ascending; windows of silence are left out.
    """

    vectors: FloatArray
    starts_s: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class Imprint:
    """What one sound leaves.

    Silence leaves no peak, no window and tonal frames of zeros: nothing is made up for it.
    """

    duration_s: float
    peaks: Peaks
    tonal: Tonal
    melody: Melody
    extractor: str = EXTRACTOR

    @cached_property
    def windows(self) -> Windows:
        """What the index is asked for; cut when it is first wanted, since most imprints are never asked for it."""
        from grym.domain.recognition.windows import windows_of  # noqa: PLC0415 (it needs the values of this module)

        return windows_of(self.tonal)
