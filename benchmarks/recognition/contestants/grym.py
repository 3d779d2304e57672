"""grym with the memory that the product has: windows in a sealed index, landmarks in runs, imprints as kept bytes.

Only the journal is left out: patterns are put into the memory's contents directly. An imprint that a question looks at
closely is decoded from its bytes each time, as where no cache holds it.
"""

import asyncio
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.recognition.contestants.base import Answer, Guess
from grym.adapters.faiss_index import FaissEngine
from grym.adapters.index_files import GenerationFolder
from grym.domain.recognition.codec import decode, encode
from grym.domain.recognition.imprint import FloatArray, Imprint, Landmarks
from grym.domain.recognition.landmarks import landmarks_of
from grym.domain.recognition.recognising import recognise
from grym.domain.recognition.taking import take_imprint
from grym.domain.recognition.windows import DIM
from grym.domain.signal import Signal
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.recognising.contents import Contents, Holding, View


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """What the memory keeps of one tune."""

    name: str
    imprint: bytes
    landmarks: Landmarks
    vectors: FloatArray


def prepared(name: str, imprint: Imprint) -> Prepared:
    """Return what the memory keeps of an imprint."""
    return Prepared(
        name=name, imprint=encode(imprint), landmarks=landmarks_of(imprint.peaks), vectors=imprint.windows.vectors
    )


class Grym:
    """The contestant this is all about."""

    name = "grym"

    def __init__(self) -> None:
        self._names: list[str] = []
        self._imprints: list[bytes] = []
        self._view: View | None = None

    def take(self, signal: Signal) -> Imprint:
        """Return the imprint of a sound."""
        return take_imprint(signal)

    def bytes_of(self, taken: Imprint) -> int:
        """Return the length of the encoded imprint; index and runs are derived from it."""
        return len(encode(taken))

    def learn(self, names: list[str], taken: list[Any]) -> None:
        """Fill a new memory."""
        self.fill(prepared(name, imprint) for name, imprint in zip(names, taken, strict=True))

    def fill(self, tunes: Iterable[Prepared]) -> None:
        """Fill a new memory with what was prepared, and seal its index."""
        engine, index = FaissEngine(), LayeredIndex(DIM, engine=FaissEngine())
        contents = Contents(index)
        self._names, self._imprints = [], []
        for number, tune in enumerate(tunes):
            held = contents.put(Holding(pattern_id=tune.name, name=tune.name), tune.landmarks, tune.vectors)
            assert held == number
            self._names.append(tune.name)
            self._imprints.append(tune.imprint)
        with tempfile.TemporaryDirectory() as folder:
            sealer = Sealer(index, generations=GenerationFolder(Path(folder)), engine=engine)
            asyncio.run(sealer.seal(index.mark(), watermark=len(self._names)))
        self._view = replace(contents.publish(), imprints_of=self._decoded)

    def ask(self, signal: Signal) -> Answer:
        """Recognise a sound, its imprint included."""
        assert self._view is not None, "nothing was learned"
        findings = recognise(take_imprint(signal), self._view, top=5)
        return Answer(
            guesses=tuple(Guess(name=self._names[one.number], offset_s=one.offset_s) for one in findings),
            evidence=(),
            confidence=findings[0].confidence if findings else 0.0,
        )

    def _decoded(self, numbers: Sequence[int]) -> list[Imprint]:
        return [decode(self._imprints[number]) for number in numbers]
