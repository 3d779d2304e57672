"""Onsets and beats of a live stream, from one look at what begins."""

from collections.abc import Sequence

from grym.domain.live.company import Company, Working
from grym.domain.live.facts import Followed
from grym.domain.live.following import FollowerKind, FollowerState, FrameBlock
from grym.domain.live.onsets import OnsetPicker
from grym.domain.live.pulse import BeatTracker
from grym.domain.live.rising import Rising
from grym.domain.stft import Framing


class RhythmFollower:
    """Says where notes begin and where beats fall."""

    def __init__(self, framing: Framing) -> None:
        self._framing = framing
        self._rising = Rising(framing)
        self._onsets: OnsetPicker | None = None
        self._beats: BeatTracker | None = None

    def follow(self, block: FrameBlock, company: Company) -> Working[Sequence[Followed]]:
        """Take the next block and return onsets and beats that are known now, in order of time."""
        if self._onsets is None or self._beats is None:
            self._onsets = OnsetPicker(self._framing.frame_rate_hz, block.first_frame)
            self._beats = BeatTracker(self._framing.frame_rate_hz, block.first_frame)
        curves = yield from self._rising.pushed(block.mel_power, company)
        beats = yield from self._beats.pushed(curves, block.missing, company)
        heard: list[Followed] = [*self._onsets.push(curves[:, 0]), *beats]
        return sorted(heard, key=lambda fact: fact.at_s)

    def state(self) -> FollowerState:
        """Return everything that `restored` needs to go on."""
        begun = self._onsets is not None and self._beats is not None
        return {
            "rising": self._rising.state(),
            "onsets": self._onsets.state() if begun and self._onsets else None,
            "beats": self._beats.state() if begun and self._beats else None,
        }

    @classmethod
    def restored(cls, framing: Framing, state: FollowerState) -> "RhythmFollower":
        """Return one that goes on where `state` was taken."""
        follower = cls(framing)
        follower._rising = Rising.restored(framing, state["rising"])
        if state["onsets"] is not None:
            follower._onsets = OnsetPicker.restored(framing.frame_rate_hz, state["onsets"])
            follower._beats = BeatTracker.restored(framing.frame_rate_hz, state["beats"])
        return follower


RHYTHM = FollowerKind(
    name="rhythm",
    begun=lambda short, _long: RhythmFollower(short),
    restored=lambda short, _long, state: RhythmFollower.restored(short, state),
)
