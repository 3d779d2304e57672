"""grym as a listener that never waits: the same sound in blocks of 100 ms, and what is said while it plays."""

from pathlib import Path

import numpy as np

from benchmarks.hearing.answers import Answer, FloatArray
from benchmarks.hearing.contestants.base import code_digest
from grym.domain.live.facts import Beat, Features, KeyHeard
from grym.domain.live.followers import default_followers
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.stream import LiveStream

BLOCK_S = 0.1
FOLLOWERS = {"tempo": "rhythm", "beats": "rhythm", "onsets": "rhythm", "key": "key"}
"""Which follower answers a task."""


class GrymLive:
    """What `grym.domain.live` says of a stream as it goes by."""

    name = "grym-live"

    @property
    def digest(self) -> str:
        """The code of the domain and of this file."""
        return code_digest(Path(__file__))

    def group(self, task: str) -> str | None:
        """One passage of the stream answers all that is followed."""
        there = {kind.name for kind in default_followers()}
        return "stream" if FOLLOWERS.get(task) in there else None

    def answer(self, samples: FloatArray, rate_hz: int, group: str) -> Answer:
        """Send the sound through a stream, block by block; the key is the last that was said."""
        stream = LiveStream(StreamFormat(sample_rate_hz=rate_hz, channels=1), default_followers())
        block = round(BLOCK_S * rate_hz)
        heard: list[object] = []
        for sequence, first in enumerate(range(0, len(samples), block)):
            part = samples[None, first : first + block]
            heard += stream.take(Frame(sequence=sequence, first_sample=first, sample_rate_hz=rate_hz, samples=part))
        heard += stream.finish("closed") if group else []
        beats = [fact for fact in heard if isinstance(fact, Beat)]
        keys = [fact.key for fact in heard if isinstance(fact, KeyHeard) and fact.key is not None]
        return Answer(
            tempo_bpm=float(np.median([beat.tempo_bpm for beat in beats])) if beats else 0.0,
            beats_s=[beat.at_s for beat in beats],
            downbeats_s=[beat.at_s for beat in beats if beat.in_bar == 1],
            onsets_s=[at_s for fact in heard if isinstance(fact, Features) for at_s in fact.onsets_s],
            key=f"{keys[-1].tonic_name} {keys[-1].mode}" if keys else "",
        )
