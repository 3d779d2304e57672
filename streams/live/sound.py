"""What a stream's sound is folded by: `grym.domain.live`, or something like it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from grym.domain.live.facts import EndReason, Heard
from grym.domain.live.frame import Frame, StreamFormat
from grym.domain.live.fresh import FreshSound


class Ear(Protocol):
    """Folds the frames of one stream; deterministic, and restored from its state it goes on bit for bit."""

    @property
    def position(self) -> int:
        """Up to where sound has come in order, in samples of the stream's clock."""
        ...

    def steps(self, frame: Frame) -> Iterator[Sequence[Heard]]:
        """Fold the next frame and yield what can be said, after a little work each; to be used up."""
        ...

    def finish(self, reason: EndReason) -> Sequence[Heard]:
        """Say what is left to say; the last thing is `Ended`."""
        ...

    def fresh_sound(self) -> FreshSound | None:
        """Return what was heard since the last call, at most ten seconds, thinned out for whoever recognises it."""
        ...

    def state(self) -> bytes:
        """Return everything that is needed to go on."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ears:
    """How to begin and to restore an ear."""

    begun: Callable[[StreamFormat], Ear]
    restored: Callable[[bytes], Ear]
