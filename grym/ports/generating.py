"""Sound straight from words, by a neural model: what a generator is asked, and who performs a piece by one.

The piece is composed all the same: the score is what can be read, edited and made again. A generator is told in words
what the plan says, and is given the score's own sound as a guide where it takes one.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grym.domain.composing.plan import Plan
from grym.errors import InvalidRequestError
from grym.ports.sound import Recorded

if TYPE_CHECKING:  # who only passes sound on loads nothing for it
    from grym.domain.signal import Signal

NEURAL_BACKENDS = ("audioldm2", "acestep", "stableaudio", "stableaudio3", "musicgen")
"""Kinds of generators. ``KIND/NAME`` chooses a saved model of a kind by the name of its folder."""

Watch = Callable[[float], None]
"""Told between steps how much is done, 0–1; raises to stop."""

SEGMENTS = "segments"
"""The folder beside the sound where finished segments lie; what lies there already is not made again."""
SEGMENT_SUFFIX = ".segment"

Landed = Callable[[Path], Awaitable[None]]
"""Told of each segment's file once it is complete; raises to stop."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What a generator is asked for.

    Parameters
    ----------
    prompt, negative_prompt
        What the sound is like, and what it is not like.
    seconds
        Length in seconds.
    tempo_bpm
        Quarter notes a minute.
    key, metre
        ``D minor``, ``3/4``.
    seed
        The same seed gives the same sound on the same machine.
    guide
        How the score sounds over the same time; None where there is none.
    """

    prompt: str
    negative_prompt: str
    seconds: float
    tempo_bpm: float
    key: str
    metre: str
    seed: int
    guide: "Signal | None" = None


class Generator(Protocol):
    """Turn words into sound."""

    @property
    def longest_s(self) -> float:
        """What it can make at once, in seconds; longer pieces are made in segments."""
        ...

    @property
    def takes_guide(self) -> bool:
        """Whether it can follow the sound of the score."""
        ...

    @property
    def provenance(self) -> dict[str, str]:
        """Model, weights, whether they were learned, native sample rate, device, number format, steps."""
        ...

    def generate(self, asked: Asked, watch: Watch) -> "Signal":
        """Make a sound at the model's own sample rate.

        Raises
        ------
        MemoryError
            There is not enough memory for so long a sound; a shorter one may be possible.
        InvalidRequestError
            ``model.refused``: its weights cannot be used.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """A piece to be performed by a generator: what crosses into its worker process.

    Parameters
    ----------
    backend
        ``audioldm2``, or ``audioldm2/NAME`` for a folder by name.
    guide
        WAV file of the score's own sound; None without one.
    guide_backend
        What made that sound.
    seconds
        Length of the score with its held end.
    """

    backend: str
    plan: Plan
    seconds: float
    seed: int
    guide: Path | None = None
    guide_backend: str = ""


class Musicians(Protocol):
    """The generators of this machine; they run apart from the event loop and stay loaded for a while."""

    async def takes_guide(self, backend: str) -> bool:
        """Return whether the model behind a backend can follow the sound of the score.

        Raises
        ------
        InvalidRequestError
            ``model.unknown``, ``model.refused``, ``model.incomplete``.
        """
        ...

    async def perform(self, commission: Commission, folder: Path, landed: Landed) -> Recorded:
        """Make the sound of a piece, finish it, and write it into `folder`.

        Finished segments lie in `SEGMENTS` below it, those of an earlier try included, and `landed` is told of new
        ones. How far it is, the folder tells (`grym.ports.artifacts.Scratch.told`). A call that is cancelled stops
        between two steps.

        Raises
        ------
        InvalidRequestError
            As `takes_guide`.
        AdapterError
            ``model.no_torch``, ``model.memory``, ``audio.write_failed``, ``worker.timeout``, ``worker.died``.
        """
        ...


class NoMusicians:
    """A machine without saved generators."""

    async def takes_guide(self, backend: str) -> bool:
        """Refuse.

        Raises
        ------
        InvalidRequestError
            ``model.unknown``.
        """
        raise unknown_generator(backend, [])

    async def perform(self, commission: Commission, folder: Path, landed: Landed) -> Recorded:
        """Refuse, as `takes_guide`."""
        del folder, landed
        raise unknown_generator(commission.backend, [])


def is_neural(backend: str) -> bool:
    """Return whether a backend is one of a neural model.

    >>> is_neural("acestep/turbo"), is_neural("synth")
    (True, False)
    """
    return backend.partition("/")[0] in NEURAL_BACKENDS


def unknown_generator(backend: str, known: list[str]) -> InvalidRequestError:
    """Return the refusal of a generator that is not here."""
    here = f"Here are: {', '.join(known)}. " if known else "Set GRYM_MODELS to the folder of saved models. "
    return InvalidRequestError(
        f"there is no saved model for the backend {backend!r} here",
        code="model.unknown",
        hint=here + "Without a model: --backend auto.",
        details={"backend": backend},
    )
