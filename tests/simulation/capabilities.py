"""Capabilities that answer every command at once with valid bodies, and fail where the seed says so."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable

import msgspec

from grym.errors import AdapterError, PermanentError, TransientError
from grym.ports.artifacts import ArtifactStore
from grym.ports.breaker import Breakers
from grym.ports.effects import EnqueueJob
from schemas.body import ArtifactRef, Body, CheckResult, Fault
from schemas.commands import (
    ChangePatterns,
    EnhanceAudio,
    ExtractFeatures,
    GenerateMusic,
    MakePlan,
    ProposeParameters,
    RateQuality,
    RecallPatterns,
    RememberPatterns,
    StudySource,
    TakeImprint,
)
from schemas.envelope import Envelope, encode
from schemas.events import (
    AudioEnhanced,
    AudioRefused,
    FeaturesExtracted,
    FeedbackGiven,
    GenerationProgressed,
    ImprintTaken,
    LearnedData,
    MusicGenerated,
    ParametersExposed,
    ParametersProposed,
    PatternsChanged,
    PatternsRecalled,
    PatternsRemembered,
    PlanMade,
    QualityRated,
    SourceStudied,
)
from schemas.music import Analysis, InstrumentData, MetreData, PlanData, SectionPlanData, TonalityData
from schemas.reworking import SourceFacts
from schemas.sessions import AttemptEnded
from streams.coordinator import Coordinator, Run
from streams.processor import AnyProcessor, Decision, Output, Report
from tests.simulation.sky import ARTIFACTS

PLAN = PlanData(
    title="Study",
    style="nocturne",
    mood="calm",
    tempo_bpm=70.0,
    metre=MetreData(beats=4, unit=4),
    tonality=TonalityData(tonic=2, mode="minor"),
    seconds=30.0,
    sections=(SectionPlanData(name="A", bars=8, intensity=0.4),),
    instruments=(InstrumentData(role="melody", name="piano", program=0),),
    parameters={"density": 0.4},
)
SOUND = ArtifactRef(uri="artifact://sha256/" + "0" * 64, size_bytes=1, media_type="audio/wav", name="mix")
ENDLESS_S = 1000.0
"""Seconds of work that nobody waits for: its deadline comes first."""
NEEDY = ("features",)
"""Capabilities that cannot do without the artifact store."""
FAULT = Fault(code="audio.truncated", message="too short")
NOTHING = Fault(code="pattern.nothing", message="nothing to remember")


class Trouble:
    """Decides by seed which events fail, how often, and which never succeed."""

    def __init__(self, seed: int, *, transient: float = 0.15, poison: float = 0.01, failures: int = 7) -> None:
        self._seed = seed
        self._transient = transient
        self._poison = poison
        self._failures = failures
        self._attempts: dict[tuple[str, str], int] = {}
        self.counts: Counter[str] = Counter()

    async def befall(self, processor: str, envelope: Envelope) -> None:
        """Take some time, then perhaps fail."""
        key = (processor, envelope.id)
        attempt = self._attempts[key] = self._attempts.get(key, 0) + 1
        chance = random.Random(f"{self._seed}/{processor}/{envelope.id}")
        poisoned = chance.random() < self._poison
        fails = chance.random() < self._transient
        failures = chance.randint(1, self._failures)
        await asyncio.sleep(chance.random() * 0.2)
        if poisoned:
            self.counts["poisoned attempts"] += 1
            raise PermanentError("poison", code="simulation.poison")
        if fails and attempt <= failures:
            self.counts["failed attempts"] += 1
            raise (TransientError, AdapterError, ZeroDivisionError)[attempt % 3]("not now")


class Guarded:
    """The artifact store behind its breaker, for those who read from it."""

    def __init__(self, artifacts: ArtifactStore, breakers: Breakers) -> None:
        self._artifacts = artifacts
        self._breakers = breakers

    async def read(self, payload: bytes) -> None:
        """Put something in; it is away as often as anything else in the store would be."""
        breaker = self._breakers.breaker(ARTIFACTS)
        await breaker.call(lambda: self._artifacts.put(payload, media_type="text/plain"))


class Capability:
    """A stateless processor that answers by a table."""

    state_type: type[None] = type(None)

    def __init__(
        self, name: str, accepts: tuple[type[Body], ...], trouble: Trouble, guarded: Guarded | None = None
    ) -> None:
        self.name = name
        self.accepts = accepts
        self._trouble = trouble
        self._guarded = guarded

    def state_key(self, envelope: Envelope) -> str | None:
        """Return None."""
        del envelope
        return None

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:
        """Answer, or fail."""
        del state
        if self.name in NEEDY and self._guarded is not None:
            await self._guarded.read(envelope.id.encode())
        await self._trouble.befall(self.name, envelope)
        if isinstance(envelope.body, GenerateMusic):
            return Decision(effects=(_job(envelope, envelope.body),))
        answer = answer_to(envelope)
        return Decision(outputs=() if answer is None else (Output(body=answer),))


class TroubledCoordinator(Coordinator):
    """The real coordinator on a bad day: what it decides is right, but not always at the first attempt."""

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble

    async def process(self, envelope: Envelope, state: Run | None) -> Decision[Run]:
        """Fail for a while, then decide."""
        await self._trouble.befall(self.name, envelope)
        return await super().process(envelope, state)


class Studio:
    """Long work that takes some seconds, reports twice, and sometimes fails."""

    kind = "generation"

    def __init__(self, trouble: Trouble) -> None:
        self._trouble = trouble

    async def work(self, envelope: Envelope, report: Report) -> tuple[Output, ...]:
        """Make a piece."""
        await report("composing", 0.0)
        await self._trouble.befall("studio", envelope)
        endless = envelope.subject.endswith("-endless")
        await asyncio.sleep(ENDLESS_S if endless else random.Random(envelope.id).random() * 8)
        await report("storing", 0.9)
        made = MusicGenerated(
            midi=SOUND, musicxml=SOUND, audio=SOUND, backend="synth", duration_s=30.0, round=envelope.body.round
        )
        return (Output(body=made),)

    def progress(self, envelope: Envelope, stage: str, share: float) -> Body:
        """Tell how far the piece is."""
        return GenerationProgressed(stage=stage, share=share, round=envelope.body.round)


def capabilities(trouble: Trouble, guarded: Guarded | None = None) -> list[AnyProcessor]:
    """Return every capability but the coordinator."""
    table: dict[str, tuple[type[Body], ...]] = {
        "features": (ExtractFeatures, TakeImprint, StudySource),
        "patterns": (RecallPatterns, RememberPatterns, ChangePatterns, FeedbackGiven),
        "generation": (MakePlan, GenerateMusic),
        "quality": (RateQuality,),
        "learning": (ProposeParameters, ParametersExposed, FeedbackGiven),
        "sessions": (AttemptEnded, FeedbackGiven),
        "enhancing": (EnhanceAudio,),
    }
    return [Capability(name, accepts, trouble, guarded) for name, accepts in table.items()]


def answer_to(envelope: Envelope) -> Body | None:
    """Return the valid answer to a command; None where it has none."""
    answer = _ANSWERS.get(type(envelope.body))
    return None if answer is None else answer(envelope)


def _heard(envelope: Envelope) -> Body:
    number: int = getattr(envelope.body, "round", 1)
    if envelope.subject.endswith("-refused"):
        return AudioRefused(fault=FAULT, round=number)
    if isinstance(envelope.body, TakeImprint):
        return ImprintTaken(imprint=SOUND, extractor="fake/1", duration_s=30.0)
    facts = Analysis(duration_s=30.0, sample_rate_hz=44_100, channels=2)
    return FeaturesExtracted(analysis=facts, imprint=SOUND, round=number)


def _studied(envelope: Envelope) -> Body:
    if envelope.subject.endswith("-refused"):
        return SourceStudied(fault=FAULT)
    facts = SourceFacts(
        made_of="midi", tempo_bpm=70.0, metre=PLAN.metre, tonality=PLAN.tonality, bars=8, seconds=27.4, style=PLAN.style
    )
    return SourceStudied(facts=facts, score=SOUND)


def _remembered(envelope: Envelope) -> Body:
    if not envelope.body.asked:
        return PatternsRemembered(pattern_ids=())
    if envelope.subject.endswith("-nothing"):
        return PatternsRemembered(pattern_ids=(), fault=NOTHING)
    learned = LearnedData(pattern_id=f"pattern-{envelope.subject}", name=envelope.body.name, new=True)
    return PatternsRemembered(pattern_ids=(learned.pattern_id,), new=(learned.pattern_id,), learned=(learned,))


def _changed(envelope: Envelope) -> Body:
    fault = NOTHING if envelope.subject.endswith("-nothing") else None
    return PatternsChanged(action=envelope.body.action, fault=fault)


def _rated(envelope: Envelope) -> Body:
    number: int = envelope.body.round
    passed = number > 1 or sum(envelope.subject.encode()) % 3 != 0  # every third piece fails its first round
    check = CheckResult(
        name="music.not_monotonous", value=0.1, required=">= 1", unit="bit", passed=passed, advice="vary"
    )
    return QualityRated(passed=passed, checks=(check,), round=number)


_ANSWERS: dict[type[Body], Callable[[Envelope], Body]] = {
    RecallPatterns: lambda _: PatternsRecalled(known=False),
    RememberPatterns: _remembered,
    ChangePatterns: _changed,
    TakeImprint: _heard,
    ProposeParameters: lambda _: ParametersProposed(parameters={"density": 0.4}, sources={}, learner="fake", ratings=0),
    MakePlan: lambda _: PlanMade(plan=PLAN),
    ExtractFeatures: _heard,
    StudySource: _studied,
    RateQuality: _rated,
    EnhanceAudio: lambda _: AudioEnhanced(),
}


def _job(envelope: Envelope, command: GenerateMusic) -> EnqueueJob:
    return EnqueueJob(
        job_id=f"{envelope.subject}:{envelope.run_no}:{command.round}",
        kind="generation",
        request_id=envelope.subject,
        run_no=envelope.run_no,
        tenant=envelope.tenant,
        message=encode(msgspec.structs.replace(envelope, foreign=())),
    )
