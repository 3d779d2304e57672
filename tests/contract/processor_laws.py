"""What every processor of `streams` must keep, whoever wrote it. Each law is a function; a test applies it.

Processors are found, not listed: a new one is under the laws from its first commit. They are built from fakes by the
names of their constructor's parameters.
"""

import asyncio
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any, TypeVar, cast

import msgspec
import numpy as np

import streams
from consumers.runner import ProcessorRunner
from grym.adapters.memory import open_memory
from grym.domain.composing.plan import Motif, Plan, Wish
from grym.domain.composing.planner import plan as plan_by_rules
from grym.domain.recognition.codec import decode as decode_imprint
from grym.domain.signal import Signal
from grym.errors import GrymError
from grym.ports.embedding import NoModels
from grym.ports.patterns import Neighbour, Recognition
from schemas.catalogue import DEAD_LETTERS, TOPICS
from schemas.envelope import Envelope, encode, peek
from schemas.events import EventDeadLettered
from schemas.records import Message
from streams.processor import AnyProcessor, Decision, envelopes_of
from tests.contract.fakes import LoopClock, MemoryArtifacts, eventually, run_virtual
from tests.contract.probe import World, open_world

T = TypeVar("T")

SOUND_S = 0.5
RATE_HZ = 8_000


class InlineCpu:
    """Runs work at once, in this process."""

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call it."""
        assert timeout_s > 0
        return work(*args)


class ToneDoor:
    """Hears the same second of a tone in every file."""

    def read_signal(self, path: Path, *, max_seconds: float) -> Signal:
        """Return the tone, whatever the file."""
        del path, max_seconds
        times_s = np.arange(int(SOUND_S * RATE_HZ)) / RATE_HZ
        tone = 0.1 * np.sin(2 * np.pi * 440.0 * times_s)
        return Signal(samples=tone.astype(np.float32)[np.newaxis, :], sample_rate_hz=RATE_HZ)


class KnowsNothing:
    """Recognises nothing in what can be decoded."""

    async def recognise(self, imprint: bytes, *, collection: str, top: int, session: str = "") -> Recognition:
        """Return that nothing is known."""
        del collection, top, session
        decode_imprint(imprint)
        return Recognition(known=False, matches=(), searched=0, as_of=0)

    async def neighbours(self, pattern_id: str, *, collection: str, top: int) -> list[Neighbour]:
        """Return that nothing is like anything."""
        del pattern_id, collection, top
        return []


class OneText:
    """Knows one prompt under every reference."""

    async def text(self, ref: str) -> str | None:
        """Return it."""
        del ref
        return "a calm piano nocturne in D minor"


class Rules:
    """Plans by the rules of the house."""

    async def plan(self, wish: Wish, *, seed: int, parameters: dict[str, float], motifs: tuple[Motif, ...]) -> Plan:
        """Plan."""
        del motifs
        return plan_by_rules(wish, seed=seed, parameters=parameters)


class FolderArtifacts(MemoryArtifacts):
    """Artifacts that have a path as well; `ToneDoor` never opens it."""

    async def local_path(self, ref: object) -> Path:
        """Return some path."""
        del ref
        return Path(gettempdir()) / "grym-law.wav"


FAKES: Mapping[str, Callable[[], object]] = {
    "artifacts": FolderArtifacts,
    "cpu": InlineCpu,
    "door": ToneDoor,
    "book": lambda: open_memory(LoopClock()).book,
    "entries": lambda: open_memory(LoopClock()).entries,
    "recogniser": KnowsNothing,
    "texts": OneText,
    "planner": Rules,
    "models": NoModels,
}


def discover() -> list[type[AnyProcessor]]:
    """Return every processor class of `streams`, by name."""
    modules = [importlib.import_module(info.name) for info in pkgutil.walk_packages(streams.__path__, "streams.")]
    found = {
        cast("type[AnyProcessor]", value)
        for module in modules
        for value in vars(module).values()
        if inspect.isclass(value) and value.__module__ == module.__name__ and _is_processor(value)
    }
    return sorted(found, key=lambda cls: str(cls.name))


def _is_processor(cls: type[Any]) -> bool:
    # The protocol itself annotates its members and gives them no value.
    return all(hasattr(cls, member) for member in ("name", "accepts", "state_type", "state_key", "process"))


def build(cls: type[AnyProcessor]) -> AnyProcessor:
    """Build a processor from fakes."""
    wanted = inspect.signature(cls).parameters
    return cls(**{name: FAKES[name]() for name in wanted})


async def decide(processor: AnyProcessor, envelope: Envelope, state: object) -> Decision[Any] | GrymError:
    """Return what a processor decides, or the typed error it refuses with; anything else escapes."""
    try:
        processor.state_key(envelope)
        return await processor.process(envelope, state)
    except GrymError as error:
        return error


def wire_form(processor: AnyProcessor, envelope: Envelope, decided: Decision[Any] | GrymError) -> object:
    """Return everything that a decision would leave behind, in bytes where it becomes bytes."""
    if isinstance(decided, GrymError):
        return type(decided), decided.code
    state = None if decided.state is None else msgspec.json.encode(decided.state)
    return state, messages(processor, envelope, decided), tuple(map(_effect_form, decided.effects))


def _effect_form(effect: object) -> object:
    """Return an effect with everything in it as values: large ones compare by identity."""
    if is_dataclass(effect):
        return type(effect), tuple(_effect_form(getattr(effect, entry.name)) for entry in fields(effect))
    return tuple(map(_effect_form, effect)) if isinstance(effect, tuple) else effect


def messages(processor: AnyProcessor, envelope: Envelope, decided: Decision[Any]) -> tuple[Message, ...]:
    """Return the outputs as they would travel."""
    wrapped = envelopes_of(processor.name, envelope, decided.outputs)
    return tuple(encode(output, key=key) for output, key in wrapped)


async def law_deterministic(cls: type[AnyProcessor], story: Sequence[Envelope]) -> None:
    """Two instances that live through the same story decide the same, to the byte, and whatever comes is decided.

    The story is folded, so that states which hostile events leave behind are met by further hostile events. Only typed
    errors may escape, which `decide` sees to; outputs and states must survive the wire and the store.
    """
    one, two = build(cls), build(cls)
    states: dict[str | None, bytes] = {}
    for envelope in story:
        first = await decide(one, envelope, _load(one, states, envelope))
        again = await decide(two, envelope, _load(two, states, envelope))
        assert wire_form(one, envelope, first) == wire_form(two, envelope, again)
        if isinstance(first, Decision) and first.state is not None:
            states[one.state_key(envelope)] = msgspec.json.encode(first.state)


def _load(processor: AnyProcessor, states: Mapping[str | None, bytes], envelope: Envelope) -> object:
    stored = states.get(processor.state_key(envelope))
    return None if stored is None else msgspec.json.decode(stored, type=processor.state_type)


async def law_keeps_the_chain(cls: type[AnyProcessor], envelope: Envelope) -> None:
    """Outputs keep correlation, tenant and trace of their cause and name it; ids differ among themselves."""
    processor = build(cls)
    decided = await decide(processor, envelope, None)
    if isinstance(decided, GrymError):
        return
    outputs = [output for output, _ in envelopes_of(processor.name, envelope, decided.outputs)]
    for output in outputs:
        assert output.correlation_id == envelope.correlation_id
        assert output.causation_id == envelope.id
        assert (output.tenant, output.traceparent) == (envelope.tenant, envelope.traceparent)
        assert output.source == f"grym/{processor.name}"
    assert len({output.id for output in outputs}) == len(outputs)


def law_idempotent(cls: type[AnyProcessor], story: Sequence[Message]) -> None:
    """Through the runner every event may come twice, and again in a later process: the effects are those of once.

    Letters are left out: a record that cannot be processed is one letter each time it comes, since each is a record of
    its own that somebody may want to see.
    """
    assert run_virtual(_left_by(cls, story, times=1)) == run_virtual(_left_by(cls, story, times=2))


async def _left_by(cls: type[AnyProcessor], story: Sequence[Message], *, times: int) -> tuple[list[str], list[str]]:
    """Return what lies in the log and in the states after a story was told again and again."""
    processor = build(cls)
    world = open_world({processor.name: tuple({body.TOPIC for body in processor.accepts})})
    for _ in range(times):
        await world.publish(*(sent for sent in story for _ in range(times)))
        await _run_through(world, processor)
    told = [
        repr((record.topic, record.key, record.headers, record.value))
        for topic in TOPICS
        if topic.name not in {DEAD_LETTERS, EventDeadLettered.TOPIC}
        for record in await world.records(topic.name)
        if peek(record.headers, "ce_source").startswith("grym/")
    ]
    states = await world.backend.states.scan(processor.name, limit=1000)
    return sorted(told), sorted(repr((state.key, state.value)) for state in states)


async def _run_through(world: World, processor: AnyProcessor) -> None:
    ports, stop = world.ports(), asyncio.Event()
    runner = asyncio.create_task(ProcessorRunner(processor, ports).run(stop))

    async def done() -> bool:
        counts = await world.backend.counters.open_work()
        return runner.done() or not (counts["parked"] or counts["records"])

    await eventually(done)
    stop.set()
    await runner
