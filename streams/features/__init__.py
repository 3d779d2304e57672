"""Features: a sound becomes facts."""

from streams.features.processor import Features

__all__ = ["Features"]
