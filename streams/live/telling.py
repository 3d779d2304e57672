"""What is heard in a stream, in the words of the wire, under ids that are the same each time it is heard.

The id of an event is a UUIDv5 over the stream, the kind of the event and its number in the stream (promise 4): whoever
folds the same frames again after a crash tells the same events again.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from grym.domain.live.facts import Alert, Beat, Ended, Features, Heard, KeyHeard, Loudness
from grym.domain.tonality import Key
from schemas import live as wire
from schemas.body import Body
from schemas.envelope import Envelope, encode
from schemas.music import KeyFact
from schemas.records import Message

SOURCE = "grym/live"
_EVENTS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:live")

SHARE_DIGITS = 5
"""Of values between 0 and 1, and of cepstral coefficients: single precision tells no more apart."""
_SHARE_STEPS = 10.0**SHARE_DIGITS
LEVEL_DIGITS = 2
"""Of decibels and loudness: a hundredth of what anybody hears."""
HERTZ_DIGITS = 2
TIME_DIGITS = 6
"""A microsecond: less than a sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """The record that an event follows from: its id, and its log-append time, the only time there is here."""

    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Puts what is heard in one stream on the wire.

    Parameters
    ----------
    correlation_id, tenant
        As the opening of the stream had them; the stream id and the default without one.
    """

    stream_id: str
    correlation_id: str
    tenant: str

    def tell(self, body: Body, cause: Cause, *names: str | int) -> Message:
        """Return an event of the stream; `names` tell it apart from all others of its type in the stream."""
        envelope = Envelope(
            id=event_id(self.stream_id, body.TYPE, *names),
            source=SOURCE,
            type=body.TYPE,
            subject=self.stream_id,
            time=cause.at,
            body=body,
            correlation_id=self.correlation_id,
            causation_id=cause.event_id,
            tenant=self.tenant,
        )
        return encode(envelope)

    def tell_heard(self, heard: Heard, cause: Cause) -> Message:
        """Return the event of a fact; `Ended` has more to say than the fact knows, and is told by its stream."""
        write, names = _WORDS[type(heard)]
        return self.tell(write(heard), cause, *names(heard))


def event_id(stream_id: str, type_name: str, *names: str | int) -> str:
    """Return the id of an event of a stream."""
    return str(uuid.uuid5(_EVENTS, "\x1f".join((stream_id, type_name, *map(str, names)))))


def ended(heard: Ended, **more: Any) -> wire.StreamEnded:
    """Write down what a stream came to; `more` replaces or adds fields."""
    return wire.StreamEnded(
        **{
            "reason": heard.reason,
            "duration_s": _time(heard.duration_s),
            "heard_s": _time(heard.heard_s),
            "missing_s": _time(heard.missing_s),
            "late_s": _time(heard.late_s),
            "frames": heard.frames,
            "windows": heard.windows,
            "beats": heard.beats,
            "counts": dict(heard.counts),
            "integrated_lufs": _level(heard.integrated_lufs),
            "loudness_range_lu": _level(heard.loudness_range_lu),
            "true_peak_dbtp": _level(heard.true_peak_dbtp),
            "tempo_bpm": None if heard.tempo_bpm is None else round(heard.tempo_bpm, LEVEL_DIGITS),
            "key": _key(heard.key),
            **more,
        }
    )


def _features(heard: Features) -> wire.FeaturesHeard:
    return wire.FeaturesHeard(
        window=heard.window,
        at_s=_time(heard.at_s),
        end_s=_time(heard.end_s),
        rms_db=_level(heard.rms_db),
        momentary_lufs=_level(heard.momentary_lufs),
        true_peak_dbtp=_level(heard.true_peak_dbtp),
        centroid_hz=round(heard.centroid_hz, HERTZ_DIGITS),
        bandwidth_hz=round(heard.bandwidth_hz, HERTZ_DIGITS),
        rolloff_hz=round(heard.rolloff_hz, HERTZ_DIGITS),
        flatness=round(heard.flatness, SHARE_DIGITS),
        flux=round(heard.flux, SHARE_DIGITS),
        mfcc=_shares(heard.mfcc),
        chroma=_shares(heard.chroma),
        onsets_s=tuple(map(_time, heard.onsets_s)),
        frames_folded=heard.frames_folded,
        missing_share=round(heard.missing_share, SHARE_DIGITS),
        late=heard.late,
        late_sequence=heard.late_sequence,
    )


def _beat(heard: Beat) -> wire.BeatHeard:
    return wire.BeatHeard(
        number=heard.number,
        at_s=_time(heard.at_s),
        tempo_bpm=round(heard.tempo_bpm, LEVEL_DIGITS),
        confidence=round(heard.confidence, SHARE_DIGITS),
        next_s=_time(heard.next_s),
        in_bar=heard.in_bar,
        beats_per_bar=heard.beats_per_bar,
    )


def _key_heard(heard: KeyHeard) -> wire.KeyHeard:
    return wire.KeyHeard(
        at_s=_time(heard.at_s),
        span_s=_time(heard.span_s),
        key=_key(heard.key),
        tuning_cents=round(heard.tuning_cents, 1),
    )


def _loudness(heard: Loudness) -> wire.LoudnessHeard:
    return wire.LoudnessHeard(
        at_s=_time(heard.at_s),
        momentary_lufs=_level(heard.momentary_lufs),
        short_term_lufs=_level(heard.short_term_lufs),
        integrated_lufs=_level(heard.integrated_lufs),
        true_peak_dbtp=_level(heard.true_peak_dbtp),
    )


def _alert(heard: Alert) -> wire.AlertRaised:
    return wire.AlertRaised(
        name=heard.name,
        at_s=_time(heard.at_s),
        count=heard.count,
        duration_s=None if heard.duration_s is None else _time(heard.duration_s),
        over=heard.over,
        message=heard.detail,
    )


def _key(key: Key | None) -> KeyFact | None:
    if key is None:
        return None
    return KeyFact(tonic=key.tonic_name, mode=key.mode, confidence=round(key.confidence, SHARE_DIGITS))


def _shares(values: Sequence[float]) -> tuple[float, ...]:
    """Return values rounded as `round` does, but for ties, at a quarter of its price."""
    return tuple(round(value * _SHARE_STEPS) / _SHARE_STEPS for value in values)


def _time(seconds: float) -> float:
    return round(float(seconds), TIME_DIGITS)


def _level(level: float | None) -> float | None:
    return None if level is None else round(float(level), LEVEL_DIGITS)


_WORDS: dict[type[Any], tuple[Callable[[Any], Body], Callable[[Any], tuple[str | int, ...]]]] = {
    Features: (_features, lambda heard: (heard.window, "" if heard.late_sequence is None else heard.late_sequence)),
    Beat: (_beat, lambda heard: (heard.number,)),
    KeyHeard: (_key_heard, lambda heard: (heard.number,)),
    Loudness: (_loudness, lambda heard: (heard.second,)),
    Alert: (_alert, lambda heard: (heard.number,)),
}
