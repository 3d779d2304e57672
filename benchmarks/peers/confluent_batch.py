"""The bare loop on confluent-kafka: at least once, a batch at a time, flushed before its offsets are committed."""

# mypy: ignore-errors
# ruff: noqa: ANN001
# Its client lives in the peers' environment, not in grym's.

import signal
import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

from benchmarks.environment import from_environment, step

SETTINGS = from_environment()
WORK = step(SETTINGS)
BATCH = 2000


def main() -> None:
    """Copy until told to stop."""
    running = [True]
    signal.signal(signal.SIGTERM, lambda *_: running.clear())
    common = {"bootstrap.servers": SETTINGS.bootstrap}
    producer = Producer(
        common | {"acks": "all", "linger.ms": SETTINGS.linger_ms, "partitioner": "murmur2_random"},
    )
    consumer = Consumer(
        common
        | {
            "group.id": SETTINGS.group,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "session.timeout.ms": SETTINGS.session_ms,
            "heartbeat.interval.ms": SETTINGS.heartbeat_ms,
        }
    )
    consumer.subscribe([SETTINGS.in_topic])
    while running:
        records = consumer.consume(BATCH, 0.005)
        batch = [record for record in records if record.error() is None]
        try:
            copy(producer, batch)
            if batch:
                consumer.commit(offsets=ends(batch), asynchronous=False)
        except KafkaException as error:  # a rebalance came first: whoever has the partition now does it again
            print(f"commit: {error}", flush=True)
        except Exception as error:  # noqa: BLE001 (whatever the step raises: the batch is done again)
            print(f"again: {error!r}", flush=True)
            rewind(consumer, batch)
            time.sleep(0.1)
    consumer.close()


def copy(producer, batch) -> None:
    """Send a batch and wait until all of it is stored."""
    for record in batch:
        value = WORK(record.value()) if WORK else record.value()
        producer.produce(SETTINGS.out_topic, value, record.key(), headers=record.headers())
    producer.flush()


def ends(batch) -> list[TopicPartition]:
    """Return the offsets after a batch."""
    last = {(record.topic(), record.partition()): record.offset() + 1 for record in batch}
    return [TopicPartition(topic, partition, offset) for (topic, partition), offset in last.items()]


def rewind(consumer, batch) -> None:
    """Read a batch again from its first record."""
    first = {(record.topic(), record.partition()): record.offset() for record in reversed(batch)}
    for (topic, partition), offset in first.items():
        consumer.seek(TopicPartition(topic, partition, offset))


if __name__ == "__main__":
    main()
