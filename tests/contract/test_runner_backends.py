"""The runner over each backend: the same effects in memory, in PostgreSQL and on Kafka, also with two processes."""

import asyncio
from collections import Counter

import msgspec

from consumers.failures.retry import RetryPolicy
from consumers.ports import RunnerPorts
from consumers.runner import ProcessorRunner
from consumers.settings import LeaseSettings, RunnerSettings
from grym.adapters.clock import SystemClock
from grym.errors import TransientError
from grym.ports.backend import Backend
from schemas.catalogue import BY_NAME
from schemas.commands import RequestComposition
from schemas.envelope import Envelope, decode
from schemas.records import TopicPartition
from streams.processor import Decision
from tests.contract.backends import Kit
from tests.contract.fakes import MemoryArtifacts, eventually, message
from tests.contract.probe import Probe, Tally

SETTINGS = RunnerSettings(
    retry=RetryPolicy(base_s=0.2), lease=LeaseSettings(ttl_s=30.0, compete_s=0.02), poll_s=0.1, commit_s=0.01
)
WISH = RequestComposition(prompt="x")


class Weak:
    """Fails every fifth event once."""

    def __init__(self) -> None:
        self.failed: set[str] = set()

    async def __call__(self, envelope: Envelope, state: Tally | None) -> Decision[Tally] | None:
        """Fail once where it should."""
        del state
        if envelope.id.endswith("5") and envelope.id not in self.failed:
            self.failed.add(envelope.id)
            raise TransientError("not now")
        return None


async def told_by(backend: Backend) -> Counter[str]:
    """Return how often each event was told of."""
    name = "grym.outcomes.v1"
    sources = [TopicPartition(name, number) for number in range(BY_NAME[name].partitions)]
    lanes = [await backend.log.read(source, after=0, limit=1000) for source in sources]
    return Counter(decode(record).body.ignored_id for lane in lanes for record in lane)


async def test_two_processes_do_everything_once_and_in_order(form: Kit) -> None:
    """Sixty requests of ten keys, repeats, failures and a broken record; the first process stops half-way."""
    sent = [message(WISH, subject=f"r{n % 10}", event_id=f"e{n}") for n in range(60)]
    broken = msgspec.structs.replace(message(WISH, subject="r3", event_id="broken"), value=b"{")
    await form.backend.publisher.publish([*sent[:30], *sent[:10], broken])
    stops = [asyncio.Event(), asyncio.Event()]
    weak = Weak()
    backends = [form.backend, await form.again()]
    running = [
        asyncio.create_task(
            ProcessorRunner(
                Probe(weak),
                RunnerPorts(backend=backend, artifacts=MemoryArtifacts(), clock=SystemClock(), holder=f"p{number}"),
                SETTINGS,
            ).run(stop)
        )
        for number, (backend, stop) in enumerate(zip(backends, stops, strict=True))
    ]

    async def told(count: int) -> bool:
        await form.pass_time(0.3)
        return len(await told_by(form.backend)) >= count or running[1].done()

    await eventually(lambda: told(20), every_s=0.02)
    stops[0].set()
    await running[0]
    await form.backend.publisher.publish(sent[30:])
    await eventually(lambda: told(60), every_s=0.02)
    stops[1].set()
    await running[1]
    assert await told_by(form.backend) == Counter({f"e{n}": 1 for n in range(60)})
    for key in range(10):
        stored = await form.backend.states.load("coordinator", f"r{key}")
        assert stored is not None
        assert msgspec.json.decode(stored.value, type=Tally).ids == tuple(f"e{n}" for n in range(key, 60, 10))
    (letter,) = await form.backend.letters.letters()
    assert letter.fault.code == "contract.body"
    found = await form.backend.letters.letter(letter.letter_id)
    assert found is not None
    assert found[1].value == b"{"
