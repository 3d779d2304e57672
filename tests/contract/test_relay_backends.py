"""The relay over the real outbox: two processes put, two relay, and everything arrives in order."""

import asyncio
from dataclasses import replace

from consumers.ports import RunnerPorts
from grym.adapters.clock import SystemClock
from grym.adapters.memory.group_log import MemoryGroupLog, partitions_of
from grym.ports.backend import Backend
from grym.runtime.relaying import relay_of
from producers.relay import OutboxRelay
from schemas.catalogue import BY_NAME
from schemas.records import Record
from tests.contract.backends import TOPIC, Kit, message
from tests.contract.fakes import MemoryArtifacts, eventually

EACH = 150
KEYS = [bytes([n]) for n in range(7)]


def relay(backend: Backend, log: MemoryGroupLog, holder: str) -> OutboxRelay:
    """Return the relay of one process, with a clock that can wait for real."""
    ports = RunnerPorts(
        backend=replace(backend, sender=log), artifacts=MemoryArtifacts(), clock=SystemClock(), holder=holder
    )
    found = relay_of(ports)
    assert found is not None
    return found


async def test_two_relays_send_what_two_processes_put(apart: Kit) -> None:
    """Each key in its order, each message once, and the history says where it lies."""
    backends = [apart.backend, await apart.again()]
    log, stop = MemoryGroupLog(SystemClock()), asyncio.Event()
    running = [asyncio.create_task(relay(each, log, f"h{n}").run(stop)) for n, each in enumerate(backends)]

    async def put(process: int) -> None:
        for n in range(0, EACH, 3):
            async with backends[process].work.begin() as work:
                await work.append(
                    [message(b"%d %d" % (process, n + m), topic=TOPIC, key=KEYS[(n + m) % 7]) for m in range(3)]
                )

    await asyncio.gather(put(0), put(1))

    async def is_empty() -> bool:
        counts = await apart.backend.counters.open_work()
        return counts["outbox"] == 0

    async with asyncio.timeout(30):
        await eventually(is_empty, every_s=0.01)
    stop.set()
    await asyncio.gather(*running)
    records = [each for place in partitions_of([TOPIC]) for each in log.records_after(place, 0, limit=10_000)]
    assert BY_NAME[TOPIC].partitions > 1
    for process in range(2):
        for key in KEYS:
            assert numbers(records, process, key) == [n for n in range(EACH) if KEYS[n % 7] == key]
    history = [each for key in KEYS for each in await apart.backend.history.of_request(key.decode())]
    places = {(each.partition, each.position, each.value) for each in records}
    assert {(each.partition, each.position, each.value) for each in history} == places
    assert len(history) == len(records) == 2 * EACH


def numbers(records: list[Record], process: int, key: bytes) -> list[int]:
    """Return what one process put under a key, in the order of the log."""
    values = (each.value.split() for each in records if each.key == key and each.value is not None)
    return [int(number) for owner, number in values if int(owner) == process]
