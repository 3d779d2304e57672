"""Live sound on its way into the log: cut into frames, paced, sent for many streams at once, and answered."""

from producers.frames.cutting import StreamFormat, StreamPlace
from producers.frames.desk import StreamDesk
from producers.frames.post import FramePost, PostSettings
from producers.frames.streamer import FrameStreamer, SentSound, StreamerSettings

__all__ = [
    "FramePost",
    "FrameStreamer",
    "PostSettings",
    "SentSound",
    "StreamDesk",
    "StreamFormat",
    "StreamPlace",
    "StreamerSettings",
]
