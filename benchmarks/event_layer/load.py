"""What is fed in: numbered records of 1,024 bytes and 64 keys, all at once or at a steady rate.

A record carries its number in its first bytes, so that whoever reads the output knows which one it is; the harness
keeps when each was meant to be sent, and counts its delay from then: a system that holds up the sender gains nothing.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

SIZE = 1024
KEYS = 64
TRANSACTION = 50
SETTLED = 3  # of as many transactions one is aborted

Payload = Callable[[int], bytes]


def key_of(number: int) -> bytes:
    """Return the key of a record; neighbours in time have different ones."""
    return b"key-%02d" % (number % KEYS)


def payload(number: int) -> bytes:
    """Return the JSON body of a record, 1,024 bytes."""
    head = b'{"n":"%08d","pad":"' % number
    return head + b"x" * (SIZE - len(head) - 2) + b'"}'


def broken(number: int) -> bytes:
    """Return a body with a number that no decoder understands."""
    return payload(number)[: SIZE // 2] + b"\xff" * (SIZE // 2)


def number_of(value: bytes) -> int:
    """Return the number of a record from its body."""
    return int(value[6:14])


@dataclass(slots=True)
class Sent:
    """What went in: when each record was meant to be sent (seconds, monotonic), and where it lies."""

    meant_s: dict[int, float] = field(default_factory=dict)
    place: dict[int, tuple[int, int]] = field(default_factory=dict)
    aborted: set[int] = field(default_factory=set)


async def preload(bootstrap: str, topic: str, count: int) -> Sent:
    """Put `count` records in as quickly as possible."""
    sent = Sent()
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", linger_ms=20, max_batch_size=262_144, enable_idempotence=True
    ) as producer:
        futures = []
        for number in range(count):
            sent.meant_s[number] = time.perf_counter()
            futures.append(await producer.send(topic, payload(number), key_of(number)))
        for number, placed in enumerate(await asyncio.gather(*futures)):
            sent.place[number] = (placed.partition, placed.offset)
    return sent


async def steady(
    bootstrap: str, topic: str, sent: Sent, *, per_s: float, numbers: Sequence[int], body: Payload = payload
) -> None:
    """Put records in at a steady rate, each at its own time whatever became of the one before."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        await producer.client.force_metadata_update()
        begin_s = time.perf_counter() + 0.05
        futures = {}
        for place, number in enumerate(numbers):
            due_s = begin_s + place / per_s
            if (wait_s := due_s - time.perf_counter()) > 0:
                await asyncio.sleep(wait_s)
            sent.meant_s[number] = due_s
            futures[number] = await producer.send(topic, body(number), key_of(number))
        for number, future in futures.items():
            placed = await future
            sent.place[number] = (placed.partition, placed.offset)


async def by_transactions(bootstrap: str, topic: str, count: int) -> Sent:
    """Put records in by transactions of fifty, every third of which is aborted."""
    sent = Sent()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"{topic}-writer") as producer:
        for first in range(0, count, TRANSACTION):
            numbers = range(first, min(first + TRANSACTION, count))
            await producer.begin_transaction()
            futures = [await producer.send(topic, payload(number), key_of(number)) for number in numbers]
            for number, placed in zip(numbers, await asyncio.gather(*futures), strict=True):
                sent.meant_s[number] = time.perf_counter()
                sent.place[number] = (placed.partition, placed.offset)
            if (first // TRANSACTION) % SETTLED == SETTLED - 1:
                sent.aborted.update(numbers)
                await producer.abort_transaction()
            else:
                await producer.commit_transaction()
    return sent
