"""Quality: whether a sound is good enough."""

from streams.quality.processor import Quality

__all__ = ["Quality"]
