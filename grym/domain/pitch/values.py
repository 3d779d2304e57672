"""What is heard of pitch: a melody as a curve, notes as numbers, and both together as a transcription."""

from dataclasses import dataclass

from grym.domain.signal import FloatArray


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
