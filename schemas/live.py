"""Events of live streams: what is heard while it sounds, and when a stream starts and ends.

Their subject and record key is the stream id. Times are seconds of the stream's own sample clock, so the same sound
gives the same events however late it comes. An event that is made again after a crash carries the same id.
"""

from typing import ClassVar, Literal

import msgspec

from schemas.body import Body, Fault
from schemas.catalogue import LIVE, STREAMS
from schemas.events import MatchData
from schemas.frames import SampleFormat
from schemas.music import KeyFact


class FeaturesHeard(Body, frozen=True, kw_only=True):
    """One window of 100 ms of a live stream; means over the analysis frames that ended in it.

    Parameters
    ----------
    window
        Number of the window in its stream, from 0.
    at_s, end_s
        Where it begins and ends, in seconds from the start of the stream.
    rms_db
        Level of the mono sum in dB of full scale; null for silence.
    momentary_lufs
        Loudness of the last 400 ms up to its end, in LUFS; null for silence and in the first 0.3 s.
    true_peak_dbtp
        Highest peak of the window over all channels, in dBTP; null for silence.
    centroid_hz, bandwidth_hz, rolloff_hz
        Of the power spectrum, in hertz; 0 in silence.
    flatness
        0 (a tone) to 1 (noise).
    flux
        How much of the spectrum is new in its most changing frame, 0 to 1.
    mfcc
        20 coefficients; empty where the window holds no frame.
    chroma
        Share of each pitch class, C first, sum 1; empty where nothing has pitch.
    onsets_s
        Where notes were found to begin since the window before, in seconds from the start of the stream.
    frames_folded
        How many analysis frames the values are means of.
    missing_share
        Share of the window that never came and was taken for silence, 0 to 1.
    late
        Whether it tells of sound that came after the window was told of without it: folded into totals, but neither
        predicted from nor recognised.
    late_sequence
        Number of the frame that came late; null for a window that is not late.
    """

    TYPE: ClassVar[str] = "grym.features.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    window: int
    at_s: float
    end_s: float
    rms_db: float | None = None
    momentary_lufs: float | None = None
    true_peak_dbtp: float | None = None
    centroid_hz: float = 0.0
    bandwidth_hz: float = 0.0
    rolloff_hz: float = 0.0
    flatness: float = 0.0
    flux: float = 0.0
    mfcc: tuple[float, ...] = ()
    chroma: tuple[float, ...] = ()
    onsets_s: tuple[float, ...] = ()
    frames_folded: int = 0
    missing_share: float = 0.0
    late: bool = False
    late_sequence: int | None = None


class BeatHeard(Body, frozen=True, kw_only=True):
    """A beat of a live stream.

    Parameters
    ----------
    number
        Number of the beat in its stream, from 0.
    at_s
        When it sounded or will sound, in seconds from the start of the stream.
    in_bar
        Which beat of its bar it is, from 1; 0 while no bar was found.
    beats_per_bar
        0 while no bar was found.
    tempo_bpm
        Tempo at this beat, in beats per minute.
    next_s
        Where the next one is expected, in seconds from the start of the stream.
    """

    TYPE: ClassVar[str] = "grym.beat.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    number: int
    at_s: float
    tempo_bpm: float
    confidence: float
    next_s: float
    in_bar: int = 0
    beats_per_bar: int = 0


class KeyHeard(Body, frozen=True, kw_only=True):
    """The key of the last seconds of a live stream has become clear, has changed, or is surer or less sure than before.

    Parameters
    ----------
    at_s
        End of the span it was found in, in seconds from the start of the stream.
    span_s
        Length of that span in seconds.
    key
        Tonic and mode from now on; null where nothing has pitch any more.
    """

    TYPE: ClassVar[str] = "grym.key.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    at_s: float
    span_s: float
    key: KeyFact | None = None
    tuning_cents: float = 0.0


class LoudnessHeard(Body, frozen=True, kw_only=True):
    """The meters of a live stream, once a second (BS.1770, EBU Tech 3341).

    Parameters
    ----------
    at_s
        End of the second, in seconds from the start of the stream.
    momentary_lufs, short_term_lufs
        Loudness of the last 0.4 s and 3 s, in LUFS; null for silence and before that much was heard.
    integrated_lufs
        Gated loudness from the start, in LUFS; null while nothing passed the gate.
    true_peak_dbtp
        Highest peak so far in dBTP; null while nothing was heard.
    """

    TYPE: ClassVar[str] = "grym.loudness.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    at_s: float
    momentary_lufs: float | None = None
    short_term_lufs: float | None = None
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None


class AlertRaised(Body, frozen=True, kw_only=True):
    """Something is wrong with a live stream, or no longer: named and counted, and the stream goes on.

    Parameters
    ----------
    name
        What happened: ``gap``, ``late``, ``duplicate``, ``reordered``, ``format_changed``, ``not_finite``,
        ``silence``, ``clipping``, ``dc``, ``broken_frame``, ``second_source`` and others; docs/events.md lists them.
    at_s
        Where in the stream, in seconds from its start.
    count
        How often since the stream began.
    duration_s
        How much sound it concerns, in seconds; null where that means nothing or it still goes on.
    over
        Whether a lasting condition, such as silence, has ended with this.
    """

    TYPE: ClassVar[str] = "grym.alert.raised.v1"
    TOPIC: ClassVar[str] = LIVE

    name: str
    at_s: float
    count: int = 1
    duration_s: float | None = None
    over: bool = False
    message: str = ""


class PatternHeard(Body, frozen=True, kw_only=True):
    """A known pattern begins to sound in a live stream, goes on elsewhere or otherwise, or sounds no more.

    Parameters
    ----------
    state
        ``began``, ``ended``, or ``changed`` where the place in the pattern, its key or its tempo is another from now
        on.
    at_s
        Where that is, in seconds from the start of the stream; before the stream was heard at the earliest 0.
    heard_until_s
        Up to where the stream had been heard when this was found, in seconds from its start.
    match
        The pattern; its `offset_s` is the place in the pattern that sounds at `at_s`.
    """

    TYPE: ClassVar[str] = "grym.pattern.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    state: Literal["began", "changed", "ended"]
    at_s: float
    heard_until_s: float
    match: MatchData
    as_of: int = 0


class StreamStarted(Body, frozen=True, kw_only=True):
    """A live stream is being listened to; from here on exactly one end is promised."""

    TYPE: ClassVar[str] = "grym.stream.started.v1"
    TOPIC: ClassVar[str] = STREAMS

    sample_rate_hz: int
    channels: int
    sample_format: SampleFormat


class StreamEnded(Body, frozen=True, kw_only=True):
    """A live stream has ended, and what it came to.

    Parameters
    ----------
    reason
        What its sender said (``ended`` by default), ``idle`` where nothing came any more, ``cancelled``, ``failed``
        where grym could not go on with it.
    duration_s
        Length by its own sample clock, in seconds.
    heard_s, missing_s, late_s
        Sound that came in time, that never came in time, and that came too late, in seconds.
    frames
        Frames that were taken, refused ones and repeated ones included.
    windows, beats
        How many were told of.
    counts
        How often each thing happened that alerts tell of, by name; ``missing_frames``: how many its sender had sent
        that never came.
    fault
        What made it fail; null where it did not.
    letter_id
        Names the dead letter of the frame that it failed with; empty where it did not.
    """

    TYPE: ClassVar[str] = "grym.stream.ended.v1"
    TOPIC: ClassVar[str] = STREAMS

    reason: str
    duration_s: float
    heard_s: float = 0.0
    missing_s: float = 0.0
    late_s: float = 0.0
    frames: int = 0
    windows: int = 0
    beats: int = 0
    patterns: int = 0
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    integrated_lufs: float | None = None
    loudness_range_lu: float | None = None
    true_peak_dbtp: float | None = None
    tempo_bpm: float | None = None
    key: KeyFact | None = None
    fault: Fault | None = None
    letter_id: str = ""
