"""What a follower is: something that listens to frames one block after the other and says what it hears.

A follower is a pure fold: the same blocks give the same facts, and a restored one goes on exactly where it was. Blocks
come in order and without holes in their frame numbers; where sound is missing, silence stands for it and its frames are
marked, so that no beat is predicted from them. After a jump of the stream a follower begins anew, its first block
carrying whatever frame number the clock says.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grym.domain.live.company import Company, Working
from grym.domain.live.facts import Followed
from grym.domain.signal import FloatArray
from grym.domain.stft import Framing

FollowerState = Mapping[str, Any]
"""Strings to None, bool, int, float, str, bytes, numpy arrays, and lists and mappings of those; small."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PitchBlock:
    """Frames of the long window (0.37 s) that tells semitones apart, of the sound reduced to what has pitch.

    Parameters
    ----------
    framing
        Window, hop and the *reduced* rate they count.
    first_frame
        Number of the first one on the sample clock: frame k is centred at k · hop of the reduced rate.
    power
        Shape (frames, bins); may be empty.
    first_sample
        Where `samples` begin on the reduced clock.
    samples
        The reduced mono sound that was added since the block before, shape (samples,).
    """

    framing: Framing
    first_frame: int
    power: FloatArray
    first_sample: int
    samples: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrameBlock:
    """Consecutive frames of the shared short window, as in `grym.domain.spectral`.

    Parameters
    ----------
    framing
        Window, hop and rate.
    first_frame
        Number of the first one: frame k is centred on sample k · hop of the stream's clock.
    mel_power
        Shape (frames, 128), power as `SpectralFrames.mel_power`; any number of frames, none included.
    missing
        Shape (frames,), whether silence stands for part of what the frame's window covers.
    pitch
        Frames of the long window that were completed meanwhile.
    """

    framing: Framing
    first_frame: int
    mel_power: FloatArray
    missing: NDArray[np.bool_]
    pitch: PitchBlock

    @property
    def end_frame(self) -> int:
        """Number of the frame after the last one."""
        return self.first_frame + len(self.mel_power)

    @property
    def times_s(self) -> NDArray[np.float64]:
        """Centre of each frame in seconds of the sample clock, shape (frames,)."""
        return np.arange(self.first_frame, self.end_frame) / self.framing.frame_rate_hz


class Follower(Protocol):
    """Something that listens to blocks of frames."""

    def follow(self, block: FrameBlock, company: Company) -> Working[Sequence[Followed]]:
        """Take the next block and return what can be said now, in order of time; ask in company for what is shared."""
        ...

    def state(self) -> FollowerState:
        """Return everything that `restored` needs to go on, bit for bit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowerKind:
    """How to begin a follower, and how to go on with one.

    Parameters
    ----------
    name
        Under which its state is kept.
    begun
        Makes one from the framings of the short and the long window.
    restored
        Makes one from those and its state.
    """

    name: str
    begun: Callable[[Framing, Framing], Follower]
    restored: Callable[[Framing, Framing, FollowerState], Follower]
