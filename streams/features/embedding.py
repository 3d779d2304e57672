"""The embedding of a saved model as it travels."""

from grym.ports.embedding import PooledEmbedding, Spoken
from schemas.music import EmbeddingFact, SpeechFact


def embedding_of(made: PooledEmbedding, *, full: bool) -> tuple[EmbeddingFact, SpeechFact | None]:
    """Write down an embedding, its numbers only when all is wanted, and the words that were heard with it."""
    embedding = EmbeddingFact(
        name=made.name,
        dim=len(made.vector),
        pretrained=made.pretrained,
        values=made.vector if full else (),
        provenance=made.provenance,
    )
    return embedding, None if made.spoken is None else _speech(made.spoken, pretrained=made.pretrained)


def _speech(spoken: Spoken, *, pretrained: bool) -> SpeechFact:
    return SpeechFact(text=spoken.text, model=spoken.model, pretrained=pretrained)
