"""FastStream: at least once with a batch subscriber and nack on error; a batch is published partition by partition.

Its `publish_batch` takes one set of headers for all messages, so the headers of single records are not copied.
"""

# mypy: ignore-errors
# Its client lives in the peers' environment, not in grym's.

import asyncio
from itertools import groupby
from operator import attrgetter

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage, KafkaPublishMessage

from benchmarks.environment import from_environment, step

SETTINGS = from_environment()
WORK = step(SETTINGS)

broker = KafkaBroker(
    SETTINGS.bootstrap,
    acks="all",
    linger_ms=SETTINGS.linger_ms,
    max_batch_size=2 * 1024 * 1024,
    max_request_size=4 * 1024 * 1024,
    allow_auto_create_topics=False,
    logger=None,
    apply_types=False,
)
app = FastStream(broker, logger=None)


@broker.subscriber(
    SETTINGS.in_topic,
    group_id=SETTINGS.group,
    batch=True,
    max_records=500,
    auto_offset_reset="earliest",
    isolation_level="read_committed",
    session_timeout_ms=SETTINGS.session_ms,
    heartbeat_interval_ms=SETTINGS.heartbeat_ms,
    ack_policy=AckPolicy.NACK_ON_ERROR,
    decoder=lambda message: message,
)
async def copy(message: KafkaMessage) -> None:
    """Copy a batch; what fails is read again from its first record."""
    records = sorted(message.raw_message, key=attrgetter("partition"))
    for partition, group in groupby(records, key=attrgetter("partition")):
        messages = [
            KafkaPublishMessage(WORK(record.value) if WORK else record.value, key=record.key) for record in group
        ]
        await broker.publish_batch(*messages, topic=SETTINGS.out_topic, partition=partition)


if __name__ == "__main__":
    asyncio.run(app.run())
