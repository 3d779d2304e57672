"""Sessions: what a person's attempts came to, kept so that the next one can build on them."""

from streams.sessions.processor import Sessions

__all__ = ["Sessions"]
