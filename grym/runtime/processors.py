"""How each processor is built from the adapters of this machine.

Only what is asked for is loaded: a worker of one processor pays for that one alone.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.settings import LeaseWorkerSettings
from consumers.supervisor import Component
from consumers.timers import TimerService
from grym.adapters.artifacts import SweptArtifacts
from grym.memory.typed.upkeep import EntryUpkeep
from grym.ports.artifacts import Scratch
from grym.ports.embedding import SavedModels
from grym.ports.generating import Musicians
from grym.ports.sound import CpuPool
from grym.runtime.housekeeping import Housekeeper
from grym.runtime.names import checked_names
from grym.runtime.studio import DoorInWorker, StudioInWorker, WorkbenchInWorker
from streams.processor import AnyProcessor

if TYPE_CHECKING:
    from grym.adapters.planning.language import LanguageSettings
    from grym.memory.recognising.recogniser import JournalRecogniser
    from grym.ports.caching import SharedLevel

# ruff: noqa: PLC0415  (each builder loads its own processor)

QUESTIONS_AT_ONCE = 4
"""Plans that a language model is asked for at once: as many as vLLM or Ollama answer in one batch by default."""


@dataclass(frozen=True, kw_only=True)
class Workshop:
    """What processors are built from.

    Parameters
    ----------
    slots
        How many pieces are made at once at most.
    grace_s
        Seconds a piece in the making may still take after a stop, before it is handed back.
    home
        Where indexes lie.
    models, musicians
        The neural models of this machine: those that embed, those that make sound.
    redis
        URL of the Redis that processes share; None without.
    adviser
        The language model that advises on plans; None: the rules plan alone.
    """

    ports: RunnerPorts
    artifacts: SweptArtifacts
    cpu: CpuPool
    scratch: Scratch
    soundfont: Path | None
    slots: int
    grace_s: float
    home: Path
    models: SavedModels
    musicians: Musicians
    redis: str | None = None
    adviser: "LanguageSettings | None" = None

    @cached_property
    def recogniser(self) -> "JournalRecogniser":
        """What pattern memory is asked by; opened by the first processor that asks."""
        from grym.memory.index.telemetry import IndexNumbers
        from grym.runtime.recognising import open_recogniser

        numbers, memory = IndexNumbers(), self.ports.admission.memory
        self.ports.telemetry.include(numbers)
        show, shared = self.ports.telemetry.include, self._shared_level()
        return open_recogniser(
            self.ports.backend.book, self.home, memory=memory, shared=shared, numbers=numbers, show=show
        )

    async def aclose(self) -> None:
        """Close what processors were given, once none of them works any more."""
        if "recogniser" in vars(self):  # or it was never opened
            await self.recogniser.aclose()

    def _shared_level(self) -> "SharedLevel | None":
        """Return where processes share copies of imprints; None without Redis."""
        if self.redis is None:
            return None
        from grym.adapters.redis_level import REDIS, RedisLevel

        return RedisLevel.at(self.redis, self.ports.breakers.breaker(REDIS), self.ports.clock)


def _coordinator(shop: Workshop) -> AnyProcessor:
    from streams.coordinator import Coordinator

    del shop
    return Coordinator()


def _features(shop: Workshop) -> AnyProcessor:
    from streams.features import Features

    return Features(artifacts=shop.ports.artifacts, cpu=shop.cpu, door=DoorInWorker(), models=shop.models)


def _patterns(shop: Workshop) -> AnyProcessor:
    from streams.patterns import Patterns

    backend = shop.ports.backend
    return Patterns(
        book=backend.book, entries=backend.entries, recogniser=shop.recogniser, artifacts=shop.ports.artifacts
    )


def _generation(shop: Workshop) -> AnyProcessor:
    from grym.adapters.planning import RulePlanner
    from streams.generation import Generation

    return Generation(planner=None if shop.adviser else RulePlanner(), texts=shop.ports.backend.texts)


def _quality(shop: Workshop) -> AnyProcessor:
    from streams.quality import Quality

    return Quality(artifacts=shop.ports.artifacts, cpu=shop.cpu, door=DoorInWorker())


def _learning(shop: Workshop) -> AnyProcessor:
    from streams.learning import Learning

    del shop
    return Learning()


def _enhancing(shop: Workshop) -> AnyProcessor:
    from streams.enhancing import Enhancing

    del shop
    return Enhancing()


def _sessions(shop: Workshop) -> AnyProcessor:
    from streams.sessions import Sessions

    del shop
    return Sessions()


def _live(shop: Workshop) -> Component:
    from consumers.live.recognising import Memory
    from consumers.live.runner import LiveRunner
    from grym.domain.live.company import Company
    from grym.domain.live.followers import default_followers
    from grym.domain.live.stream import LiveStream
    from streams.live.sound import Ears

    followers, company = default_followers(), Company()
    ears = Ears(
        begun=lambda stream_format: LiveStream(stream_format, followers, company=company),
        restored=lambda state: LiveStream.restored(state, followers, company=company),
    )
    return LiveRunner(ears, shop.ports, memory=Memory(recogniser=lambda: shop.recogniser))


def _runs(build: Callable[[Workshop], AnyProcessor]) -> Callable[[Workshop], Component]:
    """Return how to make what runs a processor."""
    return lambda shop: ProcessorRunner(build(shop), shop.ports)


_BUILDERS: dict[str, Callable[[Workshop], Component]] = {
    "coordinator": _runs(_coordinator),
    "features": _runs(_features),
    "patterns": _runs(_patterns),
    "generation": _runs(_generation),
    "quality": _runs(_quality),
    "learning": _runs(_learning),
    "sessions": _runs(_sessions),
    "enhancing": _runs(_enhancing),
    "live": _live,
}


def components(shop: Workshop, only: Collection[str] | None) -> list[Component]:
    """Return what runs in this process: the processors asked for, their long work, and what any process may do."""
    names = checked_names(only)
    found = [_BUILDERS[name](shop) for name in names]
    if "generation" in names:
        found += [_generation_work(shop), *_planning_work(shop)]
    if "enhancing" in names:
        found.append(_enhancing_work(shop))
    upkeep = EntryUpkeep(shop.ports.backend.entries, shop.ports.clock)
    shop.ports.telemetry.include(upkeep)
    return [*found, TimerService(shop.ports), Housekeeper(shop.ports, shop.artifacts), upkeep]


def _generation_work(shop: Workshop) -> Component:
    from consumers.jobs.lease_worker import LeaseWorker
    from streams.generation import GenerationWork

    studio = StudioInWorker(soundfont=shop.soundfont)
    work = GenerationWork(
        artifacts=shop.ports.artifacts, scratch=shop.scratch, cpu=shop.cpu, studio=studio, musicians=shop.musicians
    )
    # One piece alone has the machine; more are made at once as soon as others wait.
    settings = LeaseWorkerSettings(slots=1, most_slots=shop.slots, grace_s=shop.grace_s)
    return LeaseWorker([work], shop.ports, settings)


def _enhancing_work(shop: Workshop) -> Component:
    from consumers.jobs.lease_worker import LeaseWorker
    from streams.enhancing import EnhancingWork

    work = EnhancingWork(
        artifacts=shop.ports.artifacts, scratch=shop.scratch, cpu=shop.cpu, workbench=WorkbenchInWorker()
    )
    settings = LeaseWorkerSettings(slots=1, most_slots=shop.slots, grace_s=shop.grace_s)
    return LeaseWorker([work], shop.ports, settings)


def _planning_work(shop: Workshop) -> list[Component]:
    """Return what asks a language model for plans; nothing without one, since the rules plan at once."""
    if shop.adviser is None:
        return []
    from consumers.jobs.lease_worker import LeaseWorker
    from grym.adapters.planning.language import DEPENDENCY, LanguagePlanner
    from streams.generation import PlanningWork

    planner = LanguagePlanner(shop.adviser, shop.ports.breakers.breaker(DEPENDENCY))
    work = PlanningWork(planner=planner, texts=shop.ports.backend.texts)
    # Asking is waiting: it takes no processor from those who make pieces, and servers answer several at once.
    return [LeaseWorker([work], shop.ports, LeaseWorkerSettings(slots=QUESTIONS_AT_ONCE, grace_s=shop.grace_s))]
