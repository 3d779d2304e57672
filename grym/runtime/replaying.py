"""A shadow run over the real processors: their adapters read the world, and whatever they would write is recorded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from consumers.replay import Part, Replay, Report, Span
from consumers.replay.memory import ReplayedMemory
from consumers.replay.pace import EventClock, Pace
from consumers.replay.run import Sink, Watch
from grym.adapters.cpu_pool import ProcessCpuPool
from grym.adapters.memory import open_memory
from grym.adapters.memory.shadows import RecordedArtifacts
from grym.adapters.planning import RulePlanner
from grym.errors import InvalidRequestError
from grym.memory.recognising.recogniser import JournalRecogniser, recogniser_in_memory
from grym.ports.artifacts import ArtifactStore
from grym.ports.backend import Backend
from grym.ports.clock import Clock
from grym.ports.patterns import Neighbour, Recognition
from grym.ports.sound import CpuPool
from grym.runtime.names import checked_names
from grym.runtime.studio import DoorInWorker
from schemas.commands import (
    ExtractFeatures,
    GenerateMusic,
    MakePlan,
    ProposeParameters,
    RateQuality,
    RecallPatterns,
)
from schemas.events import FeedbackGiven, OpinionCredited, ParametersExposed
from schemas.sessions import ErasePerson, RestorePerson
from streams.coordinator import Coordinator
from streams.features import Features
from streams.generation import Generation
from streams.learning import Learning
from streams.patterns import Patterns
from streams.quality import Quality
from streams.sessions import Sessions

DECIDING = ("coordinator", "patterns", "learning", "sessions")
"""What decides by its state alone; the answers of all others are facts unless they are audited."""

AUDITED = ("coordinator", "patterns", "generation", "learning", "sessions")
"""What an audit makes again; analyses of sound only where they are named, since they take as long as they took then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayWish:
    """What is to be replayed.

    Parameters
    ----------
    speed
        Seconds of the span in a second; None for as fast as the share of the machine allows.
    imported
        Replay what imports brought, in the time of the log it comes from, and not what was worked on here.
    audit
        Make facts again, too: plans, proposals, what memory answers.
    processors
        By name; by default all that decide.
    plans_are_facts
        Take plans from the log in an audit, too: a language model was asked for them, and would answer otherwise.
    """

    begin: datetime
    end: datetime
    topics: tuple[str, ...] | None = None
    processors: tuple[str, ...] | None = None
    speed: float | None = None
    audit: bool = False
    imported: bool = False
    plans_are_facts: bool = False


async def replay(
    wish: ReplayWish,
    *,
    live: Backend,
    artifacts: ArtifactStore,
    clock: Clock,
    sink: Sink | None = None,
    watch: Watch | None = None,
) -> Report:
    """Replay a span into a shadow run and return what differs.

    Raises
    ------
    InvalidRequestError
        ``replay.span`` for a span that ends before it begins, ``replay.facts`` for a processor that only makes facts
        without an audit, ``runtime.unknown_processor``.
    """
    if not wish.begin < wish.end:
        raise InvalidRequestError("the span ends before it begins", code="replay.span", hint="Swap --from and --to.")
    event_clock = EventClock(wish.begin)
    shadow = open_memory(event_clock)
    names = _names(wish)
    topics = None if wish.topics is None else frozenset(wish.topics)
    span = Span(begin=wish.begin, end=wish.end, topics=topics, imported=wish.imported)
    # A worker process of its own, one, and only when sound is analysed again: live work keeps its own.
    async with ProcessCpuPool(workers=1) as cpu:
        run = Replay(
            live=live,
            shadow=shadow,
            event_clock=event_clock,
            artifacts=artifacts,
            parts=[_part(name, live, shadow, RecordedArtifacts(artifacts), cpu, wish=wish) for name in names],
            clock=clock,
            pace=Pace(clock, speed=wish.speed),
            sink=sink,
            watch=watch,
        )
        return await run.run(span)


class RecogniserOfThen:
    """Recognises what a replayed memory holds, which may be asked as of an earlier event than before."""

    def __init__(self, memory: ReplayedMemory) -> None:
        self._memory = memory
        self._recogniser, self._seen = recogniser_in_memory(memory), 0

    async def recognise(self, imprint: bytes, *, collection: str, top: int, session: str = "") -> Recognition:
        """Compare an encoded imprint with the live recordings of a collection (see `Recogniser`)."""
        del session  # everything is in memory
        return await (await self._of_now()).recognise(imprint, collection=collection, top=top)

    async def neighbours(self, pattern_id: str, *, collection: str, top: int) -> list[Neighbour]:
        """Return the recordings most like one of them (see `Recogniser`)."""
        return await (await self._of_now()).neighbours(pattern_id, collection=collection, top=top)

    async def _of_now(self) -> JournalRecogniser:
        head = await self._memory.head()
        if head < self._seen:  # who follows a journal does not go back
            self._recogniser = recogniser_in_memory(self._memory)
        self._seen = head
        return self._recogniser


def _names(wish: ReplayWish) -> Collection[str]:
    """Return the processors to replay."""
    if wish.processors is None:
        return AUDITED if wish.audit else DECIDING
    names = checked_names(wish.processors)
    facts = [name for name in names if name not in DECIDING]
    if facts and not wish.audit:
        raise InvalidRequestError(
            f"what {facts[0]} answers is a fact", code="replay.facts", hint="Give --audit to make facts again."
        )
    return names


def _part(  # noqa: PLR0911 (one for each processor)
    name: str, live: Backend, shadow: Backend, artifacts: ArtifactStore, cpu: CpuPool, *, wish: ReplayWish
) -> Part:
    """Build one processor over the shadow."""
    audit = wish.audit
    match name:
        case "coordinator":
            return Part(processor=Coordinator())
        case "learning":
            return Part(
                processor=Learning(),
                facts=() if audit else (ProposeParameters,),
                refolds=(ParametersExposed, FeedbackGiven, OpinionCredited, ErasePerson, RestorePerson),
                leans_on=(FeedbackGiven, OpinionCredited, ProposeParameters, ErasePerson, RestorePerson),
            )
        case "sessions":
            sessions = Sessions()
            return Part(processor=sessions, refolds=sessions.accepts, leans_on=sessions.accepts)
        case "patterns":
            memory = ReplayedMemory(live.book)
            return Part(
                processor=Patterns(
                    book=memory,
                    entries=shadow.entries,
                    recogniser=RecogniserOfThen(memory),
                    artifacts=artifacts,
                ),
                facts=() if audit else (RecallPatterns,),
                leans_on=(RecallPatterns,),
                memory=memory,
            )
        case "generation":
            return Part(  # a prompt that was erased is not taken from the log again
                processor=Generation(planner=RulePlanner(), texts=live.texts),
                facts=(GenerateMusic,) if audit and not wish.plans_are_facts else (MakePlan, GenerateMusic),
            )
        case "features":
            features = Features(artifacts=artifacts, cpu=cpu, door=DoorInWorker())
            return Part(processor=features, facts=() if audit else (ExtractFeatures,))
        case _:
            quality = Quality(artifacts=artifacts, cpu=cpu, door=DoorInWorker())
            return Part(processor=quality, facts=() if audit else (RateQuality,))
