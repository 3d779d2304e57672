"""Which processor reads which topics, by the catalogue: what has to be read before nothing is open."""

from schemas.catalogue import TOPICS

ROLES = frozenset({"upstream", "gateway", "operator", "runner", "timers"})
"""Readers and writers of the catalogue that keep no positions."""


def readers_by_catalogue() -> dict[str, tuple[str, ...]]:
    """Return the topics of every processor."""
    names = {reader for topic in TOPICS for reader in topic.readers} - ROLES
    return {name: tuple(topic.name for topic in TOPICS if name in topic.readers) for name in sorted(names)}
