"""Sounds and texts as points: what turns them into vectors, whatever is behind it.

A vector means something only beside vectors of the same maker, so every one names what made it, by which weights, and
whether those were learned: weights that were merely drawn at random project sound, and nobody may take that for
knowledge.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grym.errors import InvalidRequestError

if TYPE_CHECKING:  # who only passes sound on loads nothing for it
    import numpy as np
    from numpy.typing import NDArray

    from grym.domain.signal import FloatArray, Signal
    from grym.ports.sound import AudioDoor

OWN_EMBEDDING = "dsp"
"""The embedding that the analysis itself makes; every other name is one of a saved model."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spoken:
    """Words that a model heard, as it wrote them down; empty where it heard none."""

    text: str
    model: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Embedded:
    """A sound as vectors.

    Parameters
    ----------
    name
        Which embedding: that of the analysis, or the name of a saved model.
    pretrained
        Whether learned weights were behind it.
    frames
        Shape (n, dim), float32.
    times_s
        Middle of each frame in seconds, shape (n,), ascending.
    pooled
        The whole sound as one unit vector, shape (dim,).
    provenance
        Class and digest of the weights, device and number format.
    spoken
        What was said, where the model can write words.
    """

    name: str
    pretrained: bool
    frames: "FloatArray"
    times_s: "NDArray[np.float64]"
    pooled: "FloatArray"
    provenance: dict[str, str] = field(default_factory=dict)
    spoken: Spoken | None = None

    @property
    def dim(self) -> int:
        """Numbers per vector."""
        return len(self.pooled)


class FeatureExtractor(Protocol):
    """Turn sound into vectors."""

    @property
    def name(self) -> str:
        """Which embedding it makes."""
        ...

    @property
    def dim(self) -> int:
        """Numbers per vector."""
        ...

    @property
    def rate_hz(self) -> int | None:
        """The sample rate it works at; None where it takes any."""
        ...

    @property
    def pretrained(self) -> bool:
        """Whether learned weights are behind it."""
        ...

    def extract(self, signal: "Signal") -> Embedded:
        """Embed a sound of any rate and channel count.

        Raises
        ------
        InvalidAudioError
            ``audio.too_short``.
        InvalidVectorError
            ``embedding.…``: what came out is no embedding (see `grym.domain.embedding_checks`).
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledEmbedding:
    """What of an embedding crosses process borders: one unit vector, and where it came from."""

    name: str
    pretrained: bool
    vector: tuple[float, ...]
    provenance: dict[str, str]
    spoken: Spoken | None = None


class SavedModels(Protocol):
    """The neural models of this machine, by name; they run apart from the event loop and stay loaded."""

    async def embed(self, name: str, door: "AudioDoor", path: Path, *, max_seconds: float) -> PooledEmbedding:
        """Decode a file and embed it.

        Raises
        ------
        InvalidRequestError
            ``model.unknown``, ``model.refused``: there is no such model here, or it is none that embeds sound.
        InvalidAudioError
            As `grym.ports.sound.AudioDoor.read_signal`; ``audio.too_short``.
        AdapterError
            ``model.no_torch``, ``worker.timeout``, ``worker.died``.
        """
        ...


class NoModels:
    """A machine without saved models."""

    async def embed(self, name: str, door: "AudioDoor", path: Path, *, max_seconds: float) -> PooledEmbedding:
        """Refuse.

        Raises
        ------
        InvalidRequestError
            ``model.unknown``.
        """
        del door, path, max_seconds
        raise unknown_model(name, [])


def unknown_model(name: str, known: "list[str]") -> InvalidRequestError:
    """Return the refusal of a model that is not here."""
    choices = f"Here are: {', '.join([OWN_EMBEDDING, *known])}." if known else "Set GRYM_MODELS to their folder."
    return InvalidRequestError(
        f"there is no saved model {name!r} here", code="model.unknown", hint=choices, details={"model": name}
    )
