"""Sound in words: who says what is heard, by which model, and on which facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about a sound.

    Parameters
    ----------
    wav
        The sound as a WAV file, 16 kHz mono, at most ten minutes.
    facts
        What was measured (see `grym.domain.describing.told_facts`); given to the model as facts.
    question
        Empty for a description of the whole.
    """

    wav: bytes
    facts: Mapping[str, Any]
    question: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """Words about a sound, and the model they are by."""

    text: str
    model: str


class Describer(Protocol):
    """Put a sound into words."""

    async def describe(self, asked: Asked) -> Description:
        """Describe a sound, or answer a question about it.

        Raises
        ------
        AdapterError
            ``describer.unreachable``, ``describer.timeout``, ``describer.failed``, ``describer.refused``,
            ``describer.no_answer``.
        """
        ...
