"""A memory to decide about: the processor over real journal and recogniser, and sounds whose content is known."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grym.adapters.memory import open_memory
from grym.domain.recognition.codec import encode
from grym.domain.recognition.taking import take_imprint
from grym.domain.signal import Signal
from grym.memory.recognising.recogniser import recogniser_in_memory
from grym.ports.patterns import PatternFacts, PatternQuery
from schemas.body import ArtifactRef, Body, MotifData
from schemas.commands import RememberPatterns
from schemas.envelope import Envelope
from schemas.events import PatternsRemembered
from streams.patterns import Patterns, Remembered
from streams.processor import Decision
from tests.contract.fakes import LoopClock, MemoryArtifacts

RATE_HZ = 22_050
MOTIF = MotifData(intervals=(2, 2, -4), durations_beats=(1.0, 0.5, 0.5, 2.0))


def tune(seed: int, *, notes: int = 40) -> np.ndarray:
    """Return a melody of plucked notes of a quarter of a second; another one for each seed."""
    rng = np.random.default_rng(seed)
    times_s = np.arange(RATE_HZ // 4) / RATE_HZ
    parts = []
    for _ in range(notes):
        pitch_hz = 220.0 * 2 ** (rng.integers(0, 24) / 12)
        harmonics = sum(np.sin(2 * np.pi * pitch_hz * k * times_s) / k for k in range(1, 6))
        parts.append(0.2 * harmonics * np.exp(-3 * times_s))
    return np.concatenate(parts).astype(np.float32)


def noisy(sound: np.ndarray, *, seed: int = 1, level: float = 0.002) -> np.ndarray:
    """Return a sound as another copy of it would be: quieter, with a little noise."""
    noise = np.random.default_rng(seed).normal(0.0, level, len(sound))
    return np.asarray(0.7 * sound + noise, dtype=np.float32)


def imprint_of(sound: np.ndarray) -> bytes:
    """Return the encoded imprint of a sound."""
    return encode(take_imprint(Signal(samples=sound[np.newaxis, :], sample_rate_hz=RATE_HZ)))


@dataclass
class Memory:
    """The processor with everything it reads, applying what it decides."""

    event: Any
    states: dict[str, Remembered] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.backend = open_memory(LoopClock())
        self.artifacts = MemoryArtifacts()
        recogniser = recogniser_in_memory(self.backend.book)
        self.patterns = Patterns(
            book=self.backend.book, entries=self.backend.entries, recogniser=recogniser, artifacts=self.artifacts
        )

    async def take(self, body: Body, *, subject: str = "r1") -> list[Any]:
        """Decide one event, commit what follows, and return the outputs."""
        decision = await self.decide(self.event(body, subject=subject))
        async with self.backend.work.begin() as work:
            await work.apply_all(decision.effects)
        return [output.body for output in decision.outputs]

    async def decide(self, envelope: Envelope) -> Decision[Remembered]:
        """Decide one event and commit nothing but its state."""
        key = self.patterns.state_key(envelope)
        decision = await self.patterns.process(envelope, self.states.get(key) if key else None)
        if decision.state is not None and key:
            self.states[key] = decision.state
        return decision

    async def sound(self, samples: np.ndarray) -> ArtifactRef:
        """Store the imprint of a sound as the features processor does."""
        return await self.artifacts.put(imprint_of(samples), media_type="application/x-grym-imprint")

    async def learn(self, samples: np.ndarray, *, name: str = "piece", **more: Any) -> PatternsRemembered:
        """Learn a recording on request, and return the answer."""
        command = RememberPatterns(imprint=await self.sound(samples), name=name, asked=True, **more)
        answer = (await self.take(command))[-1]
        assert isinstance(answer, PatternsRemembered)
        return answer

    async def keep(self, samples: np.ndarray | None = None, *, subject: str = "r1", name: str = "piece") -> list[Any]:
        """Remember a composed piece with its motif."""
        imprint = None if samples is None else await self.sound(samples)
        command = RememberPatterns(imprint=imprint, motifs=(MOTIF,), name=name, style="nocturne", mode="minor")
        return await self.take(command, subject=subject)

    async def all(self, **wanted: Any) -> list[PatternFacts]:
        """Return the facts of what is kept."""
        return await self.backend.book.find(PatternQuery(order="name", **wanted))
