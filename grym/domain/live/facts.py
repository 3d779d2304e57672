"""What is heard in a live stream, as it is said: the facts that `LiveStream` returns.

Times are seconds from the start of the stream by its own sample clock. A fact is numbered within its kind, so the same
stream taken again, in whole or from a checkpoint on, gives the same facts under the same numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from grym.domain.tonality import Key

AlertName = Literal[
    "gap",  # samples that never came, or too late; silence stands for them
    "late",  # a frame for a gap that was given up: told apart, marked late
    "duplicate",  # a frame, or all of its samples, that came before
    "reordered",  # a frame that came before its turn and was put in its place
    "overlap",  # a frame that began before the end of the one before; the first to come is kept
    "sequence",  # sequence numbers are missing or out of order though the samples join
    "jump",  # a frame so far ahead that it is refused, or the stream goes on from there
    "too_late",  # a frame for a gap that is no longer remembered: refused
    "format_changed",  # another rate or channel count than the stream began with: refused
    "not_finite",  # samples that are no sound (NaN, infinite, 40 dB over full scale): silence stands for them
    "silence",  # nothing to hear for long; told when it begins and, with its length, when it ends
    "clipping",  # flat tops at full scale
    "dc",  # the waveform lies off centre; told when it begins and ends
]

EndReason = Literal["closed", "idle", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What one window of 100 ms sounded like.

    The window's frames are those whose analysis window *ended* in it, so that nothing waits for sound to come: they are
    centred half an analysis window (23 ms) before. Values are means over them.

    Parameters
    ----------
    window
        Number of the window on the sample clock, from 0.
    at_s, end_s
        Where the window lies.
    rms_db
        Level of the mono sum in dB of full scale; None for silence.
    momentary_lufs
        Loudness of the last 0.4 s; None for silence and in the first 0.3 s.
    true_peak_dbtp
        Highest peak of the window, all channels; None for silence.
    centroid_hz, bandwidth_hz, rolloff_hz
        Of the power spectrum; 0 in silence.
    flatness
        0 (tone) to 1 (noise).
    flux
        How much of the spectrum is new in its most changing frame, 0 to 1.
    mfcc
        20 coefficients; empty where the window holds no frame.
    chroma
        Share of each pitch class, C first, sum 1; empty where nothing has pitch.
    onsets_s
        Notes found to have begun since the window before, ascending.
    frames_folded
        How many analysis frames the values are means of.
    missing_share
        Share of the window's samples for which silence stands, 0 to 1.
    late
        The window holds samples that came after it was told of without them; values are of those samples only.
    late_sequence
        For a late window the sequence number of the frame that brought it; else None.
    """

    window: int
    at_s: float
    end_s: float
    rms_db: float | None
    momentary_lufs: float | None
    true_peak_dbtp: float | None
    centroid_hz: float
    bandwidth_hz: float
    rolloff_hz: float
    flatness: float
    flux: float
    mfcc: tuple[float, ...]
    chroma: tuple[float, ...]
    onsets_s: tuple[float, ...]
    frames_folded: int
    missing_share: float
    late: bool = False
    late_sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A beat.

    Parameters
    ----------
    number
        Of the beat in the stream, from 0, ascending; given by the stream, followers may leave it 0.
    at_s
        When it sounded, or will sound.
    in_bar
        1 for the downbeat; 0 where the bar is not known.
    beats_per_bar
        0 where it is not known.
    tempo_bpm
        At this beat.
    confidence
        0 to 1.
    next_s
        Where the next beat is expected.
    """

    number: int = 0
    at_s: float
    in_bar: int
    beats_per_bar: int
    tempo_bpm: float
    confidence: float
    next_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHeard:
    """The key of the last seconds; told when it changes or its confidence moves notably.

    Parameters
    ----------
    number
        Of the statement in the stream, from 0; given by the stream, followers may leave it 0.
    at_s
        End of the span it was found in.
    span_s
        Length of that span.
    key
        None where nothing has pitch any more.
    tuning_cents
        How far the sound lies above a = 440 Hz, −50 to 50.
    """

    number: int = 0
    at_s: float
    span_s: float
    key: Key | None
    tuning_cents: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """The beginning of a note, from a follower; told as part of `Features`."""

    at_s: float
    strength: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Harmony:
    """Weights of the pitch classes, C first, shape 12, ≥ 0, from a follower; told as part of `Features`."""

    at_s: float
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """The loudness meters, once a second (EBU Tech 3341).

    Parameters
    ----------
    second
        Number of the second that ended, from 0.
    at_s
        Its end.
    momentary_lufs, short_term_lufs
        Over the last 0.4 s and 3 s; None for silence and before that much was heard.
    integrated_lufs
        Gated, from the start; None while nothing passed the gate.
    true_peak_dbtp
        Highest so far; None while nothing was heard.
    """

    second: int
    at_s: float
    momentary_lufs: float | None
    short_term_lufs: float | None
    integrated_lufs: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something is wrong with the stream, or no longer.

    A name is told of at most once a second of sound; what happens in between is counted in `count`.

    Parameters
    ----------
    number
        Of the alert in the stream, from 0.
    name
        What happened.
    at_s
        Where in the stream.
    count
        How often since the stream began.
    duration_s
        How much sound it concerns, as far as known; None where that means nothing or it goes on.
    over
        A lasting condition (silence, dc) has ended.
    detail
        A sentence for a person.
    """

    number: int
    name: AlertName
    at_s: float
    count: int
    duration_s: float | None = None
    over: bool = False
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The stream is over: what it came to.

    Parameters
    ----------
    reason
        Why it ended.
    duration_s
        Length by the sample clock.
    heard_s, missing_s, late_s
        Sound that came in time, that never came in time, and that came too late.
    frames
        Frames taken, refused ones included.
    windows, beats
        How many were told.
    counts
        How often each alert's cause occurred.
    integrated_lufs, loudness_range_lu, true_peak_dbtp
        Of the whole; None where silent or too short.
    tempo_bpm
        At the last beat; None without beats.
    key
        The last one heard.
    """

    reason: EndReason
    duration_s: float
    heard_s: float
    missing_s: float
    late_s: float
    frames: int
    windows: int
    beats: int
    counts: Mapping[AlertName, int]
    integrated_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    tempo_bpm: float | None
    key: Key | None


Heard = Features | Beat | KeyHeard | Loudness | Alert | Ended
"""What `LiveStream` returns."""

Followed = Onset | Harmony | Beat | KeyHeard
"""What followers return."""
