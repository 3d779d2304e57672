"""The bare loop on aiokafka: at least once, a batch at a time, offsets committed when its outputs are acknowledged."""

# mypy: ignore-errors
# ruff: noqa: ANN001
# Its client lives in the peers' environment, not in grym's.

import asyncio
import contextlib
import signal

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import CommitFailedError, IllegalStateError

from benchmarks.environment import from_environment, step

SETTINGS = from_environment()
WORK = step(SETTINGS)
BATCH = 2000


async def main() -> None:
    """Copy until told to stop."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    consumer = AIOKafkaConsumer(
        SETTINGS.in_topic,
        bootstrap_servers=SETTINGS.bootstrap,
        group_id=SETTINGS.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=SETTINGS.session_ms,
        heartbeat_interval_ms=SETTINGS.heartbeat_ms,
    )
    producer = AIOKafkaProducer(bootstrap_servers=SETTINGS.bootstrap, acks="all", linger_ms=SETTINGS.linger_ms)
    async with producer, consumer:
        while not stop.is_set():
            batch = await consumer.getmany(timeout_ms=200, max_records=BATCH)
            try:
                await copy(producer, [record for records in batch.values() for record in records])
            except Exception as error:  # noqa: BLE001 (whatever the step raises: the batch is done again)
                print(f"again: {error!r}", flush=True)
                await consumer.seek_to_committed()
                await asyncio.sleep(0.1)
                continue
            with contextlib.suppress(CommitFailedError, IllegalStateError):
                if batch:
                    await consumer.commit({source: records[-1].offset + 1 for source, records in batch.items()})


async def copy(producer, records) -> None:
    """Send a batch and wait until all of it is stored."""
    sent = [
        await producer.send(
            SETTINGS.out_topic, WORK(record.value) if WORK else record.value, record.key, headers=list(record.headers)
        )
        for record in records
    ]
    await asyncio.gather(*sent)


if __name__ == "__main__":
    asyncio.run(main())
