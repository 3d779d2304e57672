"""Events of live streams: what is heard while it sounds, and when a stream starts and ends.

Their subject and record key is the stream id. Times are seconds of the stream's own sample clock, so the same sound
gives the same events however late it comes. An event that is made again after a crash carries the same id.
"""

from typing import ClassVar, Literal

import msgspec

from schemas.body import Body
from schemas.events import MatchData
from schemas.frames import SampleFormat
from schemas.music import KeyFact

LIVE = "grym.live.v1"
STREAMS = "grym.streams.v1"


class FeaturesHeard(Body, frozen=True, kw_only=True):
    """One window of 100 ms of a live stream.

    Parameters
    ----------
    window
        Number of the window in its stream, from 0.
    at_s, end_s
        Where it begins and ends, in seconds from the start of the stream.
    frames
        Analysis frames folded into it; 0 in a window of which nothing came.
    rms_db
        Level in dBFS; null for digital silence.
    momentary_lufs
        Loudness of the last 400 ms up to its end; null below the absolute gate.
    centroid_hz, flatness, flux
        Means over its frames: spectral centroid in hertz, flatness 0–1, flux ≥ 0; null without a frame.
    chroma, mfcc
        Means over its frames: 12 pitch classes from C, cepstral coefficients.
    onsets_s
        Where notes begin in it, in seconds from the start of the stream.
    missing_s
        How much of it never came and was taken for silence, in seconds.
    late
        Whether it came after its turn: folded into totals, but neither predicted from nor recognised.
    """

    TYPE: ClassVar[str] = "grym.features.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    window: int
    at_s: float
    end_s: float
    frames: int
    rms_db: float | None = None
    momentary_lufs: float | None = None
    centroid_hz: float | None = None
    flatness: float | None = None
    flux: float | None = None
    chroma: tuple[float, ...] = ()
    mfcc: tuple[float, ...] = ()
    onsets_s: tuple[float, ...] = ()
    missing_s: float = 0.0
    late: bool = False


class BeatHeard(Body, frozen=True, kw_only=True):
    """A beat of a live stream.

    Parameters
    ----------
    beat
        Number of the beat in its stream, from 0.
    at_s
        Where it lies, in seconds from the start of the stream.
    number
        Which beat of its bar it is, from 1; 0 while no bar was found.
    next_s
        Where the next one is expected; null where nothing can be foretold.
    """

    TYPE: ClassVar[str] = "grym.beat.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    beat: int
    at_s: float
    number: int
    tempo_bpm: float
    confidence: float
    next_s: float | None = None


class KeyHeard(Body, frozen=True, kw_only=True):
    """The key of the last seconds of a live stream has become clear or has changed; null where it became unclear."""

    TYPE: ClassVar[str] = "grym.key.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    at_s: float
    key: KeyFact | None = None


class LoudnessHeard(Body, frozen=True, kw_only=True):
    """The meters of a live stream, once a second (BS.1770): LUFS, dBTP; null below the gate."""

    TYPE: ClassVar[str] = "grym.loudness.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    at_s: float
    momentary_lufs: float | None = None
    short_term_lufs: float | None = None
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None


class AlertRaised(Body, frozen=True, kw_only=True):
    """Something is wrong with a live stream, or remarkable: named and counted, and the stream goes on.

    Parameters
    ----------
    name
        ``gap``, ``duplicate``, ``reordered``, ``late``, ``silence``, ``clipping``, ``dc``, ``not_finite``,
        ``format_changed``, ``broken_frame``, ``second_source``, ``unrecognised`` and others; `docs/events.md` lists
        them.
    count
        How often it has happened in this stream so far.
    until_s
        Where it ends, in seconds from the start of the stream; null for a moment, or where it still lasts.
    message
        One sentence for a person.
    """

    TYPE: ClassVar[str] = "grym.alert.raised.v1"
    TOPIC: ClassVar[str] = LIVE

    name: str
    at_s: float
    count: int = 1
    until_s: float | None = None
    message: str = ""


class PatternHeard(Body, frozen=True, kw_only=True):
    """A known pattern begins to sound in a live stream, turns out to be another one, or sounds no more.

    Parameters
    ----------
    state
        ``began``, ``ended``, or ``changed`` where the place in the pattern or its key or tempo is another from now on.
    at_s
        From where in the stream that holds, in seconds from its start.
    heard_until_s
        Up to where the stream had been heard when this was found.
    match
        The pattern; its `offset_s` is the place in the pattern that sounds at `at_s`.
    as_of
        Number of the newest event of pattern memory that was read.
    """

    TYPE: ClassVar[str] = "grym.pattern.heard.v1"
    TOPIC: ClassVar[str] = LIVE

    state: Literal["began", "changed", "ended"]
    at_s: float
    heard_until_s: float
    match: MatchData
    as_of: int = 0


class StreamStarted(Body, frozen=True, kw_only=True):
    """A live stream is being listened to; from here on exactly one `StreamEnded` is promised."""

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
        What its sender said (``ended`` by default), ``idle`` where nothing came any more, ``failed`` where grym could
        not go on with it.
    frames
        Frames that were heard.
    duration_s
        Length on its sample clock, gaps included.
    alerts
        How often each thing happened, by the name of its alert.
    """

    TYPE: ClassVar[str] = "grym.stream.ended.v1"
    TOPIC: ClassVar[str] = STREAMS

    reason: str
    frames: int
    duration_s: float
    windows: int = 0
    beats: int = 0
    patterns: int = 0
    tempo_bpm: float | None = None
    key: KeyFact | None = None
    integrated_lufs: float | None = None
    true_peak_dbtp: float | None = None
    alerts: dict[str, int] = msgspec.field(default_factory=dict)
