"""The embedder that needs no model: it compares letters, and is named so."""

from collections.abc import Sequence

from grym.domain.entries import lexical
from grym.domain.entries.matching import FLOOR


class LexicalEmbedder:
    """Hashed trigrams (see `grym.domain.entries.lexical`); finds shared words, not shared meaning."""

    name = lexical.NAME
    dim = lexical.DIM
    floor = FLOOR

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Return a vector for each text."""
        return [lexical.dense(text) for text in texts]
