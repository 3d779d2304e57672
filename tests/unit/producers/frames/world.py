"""Logs for streams: one that keeps what it is sent, and one that fails as it is told."""

from collections.abc import Sequence

from grym.errors import GrymError
from schemas.frames import AudioFrame, decode_frame, is_frame
from schemas.records import Message


class Tape:
    """A log that keeps everything, and raises what it is given first.

    Parameters
    ----------
    errors
        Raised by the first calls, one each; None lets a call through.
    stores_anyway
        Whether a call that raises has stored its messages, as a publish may whose answer was lost.
    """

    def __init__(self, *errors: GrymError | None, stores_anyway: bool = False) -> None:
        self.errors = list(errors)
        self.stores_anyway = stores_anyway
        self.calls: list[list[Message]] = []
        self.messages: list[Message] = []

    async def __call__(self, messages: Sequence[Message]) -> None:
        """Take messages, or fail."""
        self.calls.append(list(messages))
        error = self.errors.pop(0) if self.errors else None
        if error is None or self.stores_anyway:
            self.messages += messages
        if error is not None:
            raise error

    @property
    def frames(self) -> list[AudioFrame]:
        """The frames among what it has."""
        return [decode_frame(message) for message in self.messages if is_frame(message.headers)]


def joined(frames: Sequence[AudioFrame]) -> bytes:
    """Return the sound of frames after checking that they follow each other without gap or repeat."""
    place = (0, 0)
    for frame in frames:
        assert (frame.sequence, frame.first_sample) == place
        place = (frame.sequence + 1, frame.end_sample)
    return b"".join(frame.pcm for frame in frames)
