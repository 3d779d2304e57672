"""What the client's consumer knows of its group and does not tell: the places where its inside is looked at.

The versions of aiokafka are pinned; tests/contract/test_kafka_feed.py fails where a new one is built differently.
"""

import asyncio
from collections.abc import Collection, Iterator
from typing import Any

from aiokafka.client import ConnectionGroup
from aiokafka.coordinator.assignors.range import RangePartitionAssignor

from grym.adapters.kafka.leaving import LeaveGroup, refusal
from grym.adapters.kafka.settings import KafkaSettings, milliseconds

_NEVER_MS = 2**31 - 1
_LOOK_EVERY_S = 0.02
_LOOKS = 100


def consumer_options(settings: KafkaSettings, *, group: str, instance_id: str | None) -> dict[str, Any]:
    """Return what the consumer of a group is made with."""
    return settings.connection() | {
        "group_id": group,
        "group_instance_id": instance_id,
        "isolation_level": "read_committed",
        "enable_auto_commit": False,
        "auto_offset_reset": "earliest",
        "session_timeout_ms": milliseconds(settings.session_timeout_s),
        "rebalance_timeout_ms": milliseconds(settings.session_timeout_s),
        "heartbeat_interval_ms": milliseconds(min(settings.heartbeat_s, settings.session_timeout_s / 3)),
        "max_poll_interval_ms": _NEVER_MS,
        # A broker answers one fetch at a time: this is the longest that a partition waits for a fetch of the others.
        "fetch_max_wait_ms": 200,
        # Partitions of one number go to one member in all topics, so the events of a request meet at one worker and its
        # decisions need not be made again after a conflict.
        "partition_assignment_strategy": (RangePartitionAssignor,),
        "metadata_max_age_ms": 30_000,  # new partitions of a topic are found within half a minute
    }


async def started(consumer: Any) -> None:
    """Start a consumer; when that is cancelled, its first connection is let finish, which it would leave open.

    Raises
    ------
    KafkaError
        When no broker answers, or a topic is missing.
    """
    starting = asyncio.ensure_future(consumer.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        for _ in range(_LOOKS):
            if starting.done() or consumer._coordinator is not None:  # noqa: SLF001 - see above
                break
            await asyncio.sleep(_LOOK_EVERY_S)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        raise


async def stopped(consumer: Any) -> None:
    """Stop a consumer, and close also what was just being connected, which it would leave open."""
    await consumer.stop()
    client = consumer._client  # noqa: SLF001 - see above
    async with client._get_conn_lock:  # noqa: SLF001 - held while a connection is made
        pass
    await client.close()


def generation_of(consumer: Any) -> int:
    """Return the group's generation that the consumer belongs to; -1 when it belongs to none."""
    coordinator = getattr(consumer, "_coordinator", None)
    return -1 if coordinator is None else int(coordinator.generation)


async def stored_marks(consumer: Any, owned: Collection[Any]) -> dict[Any, tuple[int, str]]:
    """Return committed offset and metadata of each partition that has one, in one request."""
    found = await consumer._coordinator.fetch_committed_offsets(list(owned))  # noqa: SLF001 - see above
    return {at: (stored.offset, stored.metadata) for at, stored in found.items()}


def read_to(consumer: Any, owned: Collection[Any]) -> Iterator[tuple[Any, int]]:
    """Yield up to where each partition was read, records or not."""
    assignment = consumer._subscription.subscription.assignment  # noqa: SLF001 - the public way waits
    for at in owned:
        state = assignment.state_value(at)
        if state is not None and state.has_valid_position:
            yield at, state.position


async def leave_group(consumer: Any, group: str, instance_id: str | None) -> None:
    """Have the group forget this member; its heartbeats are stopped first, since they would join it again.

    Raises
    ------
    KafkaError
        When the coordinator cannot be reached or does not agree.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 - see above
    if coordinator is None or instance_id is None:
        return
    member_id, generation, node = coordinator.member_id, coordinator.generation, coordinator.coordinator_id
    await coordinator.close()
    if generation < 0 or node is None:
        return
    answer = await consumer._client.send(  # noqa: SLF001 - see above
        node, LeaveGroup(group, member_id, instance_id), group=ConnectionGroup.COORDINATION
    )
    if (error := refusal(answer)) is not None:
        raise error
