"""How live streams are listened to: meaning, unit, default and its reason for each number."""

from dataclasses import dataclass, field

from consumers.settings import RunnerSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class RecognitionSettings:
    """Asking pattern memory about running streams."""

    length_s: float = 7.0
    """Seconds of sound that memory is asked about: surer than five, and half of it is new after three."""
    least_s: float = 3.0
    """Seconds below which it is not asked: less is hardly ever recognised."""
    every_s: float = 1.0
    """Seconds of sound between questions about one stream: a pattern is to be named within five seconds."""
    behind_s: float = 4.0
    """Seconds without a question after which a stream says that they come too seldom for that."""
    empty_s: float = 1.0
    """Seconds between questions of all streams together while memory holds nothing that could be found."""
    cpu_share: float = 0.25
    """Part of one core that questions may take; the rest is for hearing."""
    top: int = 3
    """Patterns that may sound at once."""
    patience_s: float = 5.0
    """Seconds after which an answer is too late to be waited for."""
    look_s: float = 0.1
    """Seconds between looks for a stream to ask about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSettings:
    """The runner of live streams."""

    runner: RunnerSettings = field(default_factory=RunnerSettings)
    """Leases, reconnecting and patience, as every runner has them."""
    recognition: RecognitionSettings = field(default_factory=RecognitionSettings)
    idle_s: float = 30.0
    """Seconds of log time without a record after which a stream has ended: a sender may restart meanwhile."""
    checkpoint_sound_s: float = 1.0
    """Seconds of sound after which a stream is saved: what whoever takes over folds again, at most."""
    checkpoint_bytes: int = 2**20
    """Bytes of sound after which it is saved in any case: a takeover reads so much of each stream again."""
    checkpoint_apart_s: float = 0.5
    """Seconds between two checkpoints of a stream that comes faster than it sounds."""
    checkpoint_quiet_s: float = 2.0
    """Seconds after which a stream is saved of which nothing more has come, so that its records are done."""
    checkpoints_at_once: int = 16
    """Streams saved in one transaction at most: some milliseconds, which all others wait for."""
    in_hand_bytes: int = 16 * 2**20
    """Bytes of frames in memory at most: two minutes of stereo, or a second of a hundred streams."""
    partition_share: float = 0.25
    """Part of it that one partition may fill before it is left alone: others have their own room."""
    unwritten_bytes: int = 4 * 2**20
    """Bytes of events that wait to be stored before folding waits for them."""
    requests_apart_s: float = 0.02
    """Seconds from one request with events to the next where the log lies elsewhere: a lone event leaves at once, those
    of many streams share what a request costs both sides, most of a millisecond."""
    turns_at_once: int = 20
    """Turns of streams between two of everything else in the process: about four windows, two milliseconds."""
    look_s: float = 1.0
    """Seconds between looks for streams that have fallen silent."""
    settle_s: float = 0.01
    """Seconds between looks, at the end, whether everything is stored."""
    remembered: int = 2_000
    """Streams that have ended and are still known without asking the database: two hundred bytes each."""
