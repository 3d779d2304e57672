"""Rolling windows per processor, folded by Faust over the topics that grym created (extra ``views``).

Views are for dashboards: rebuilt from the log at every start, never the source of a decision. What Faust does otherwise
than one might hope is switched off or lived with (measured; see the evidence in the architecture page):

- it declares no topics (it cannot on Kafka 4), has no leader topic, no table with a changelog, no web server;
- one agent with ``concurrency=1``, since more commit past what is in flight;
- the agent's loop lets no error out: an error would acknowledge its record all the same, and restart the agent;
- it reaches into private parts of aiokafka, so both are pinned and the test runs on real Kafka.

The longest window is read again from the log at a start: the group's offsets are set to that time before Faust joins.
Each process of views is a group of its own and sees every partition.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import faust
import structlog
from aiokafka import AIOKafkaConsumer, OffsetAndMetadata
from aiokafka import TopicPartition as KafkaPartition

from grym.adapters.kafka.admin import topic_states
from grym.adapters.kafka.settings import KafkaSettings, milliseconds
from grym.errors import UnavailableError
from schemas.catalogue import AUDIO_FRAMES, BY_NAME, DEAD_LETTERS, TOPICS
from schemas.records import Record
from streams.views import View, ViewLimits, Window, observe

VIEWED = tuple(topic.name for topic in TOPICS if topic.name not in {AUDIO_FRAMES, DEAD_LETTERS})
"""Everything but sound and the bytes of others."""

Show = Callable[[tuple[Window, ...]], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsSettings:
    """What is shown, and how often.

    Parameters
    ----------
    name
        Names this process among those that show views: its consumer group.
    length_s
        Seconds of the window that is shown.
    every_s
        Seconds between two showings.
    """

    name: str = "views"
    topics: tuple[str, ...] = VIEWED
    length_s: float = 300.0
    every_s: float = 5.0
    limits: ViewLimits = field(default_factory=ViewLimits)


class FaustViews:
    """Folds the log into a view; `view` is the newest one."""

    def __init__(self, kafka: KafkaSettings, settings: ViewsSettings | None = None) -> None:
        self._kafka = kafka
        self._settings = settings or ViewsSettings()
        self.view = View(limits=self._settings.limits)
        self.failures = 0
        self._logger = structlog.get_logger("grym.views")

    def windows(self) -> tuple[Window, ...]:
        """Return the window of every processor up to now."""
        now_s = datetime.now(UTC).timestamp()
        return self.view.windows(length_s=self._settings.length_s, now_s=now_s)

    async def run(self, show: Show, stop: asyncio.Event) -> None:
        """Fold and show until `stop` is set.

        Raises
        ------
        UnavailableError
            When no broker can be reached at the start; ``views.no_topics`` where grym has created none.
        """
        async with self.running():
            while not stop.is_set():
                await show(self.windows())
                try:
                    await asyncio.wait_for(stop.wait(), self._settings.every_s)
                except TimeoutError:
                    continue

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fold inside the block."""
        app = self._app(await self._rewind())
        await app.start()
        try:
            yield
        finally:
            await app.stop()

    async def _rewind(self) -> list[str]:
        """Set the group to where the longest window begins, and return the topics that there are."""
        since_ms = milliseconds(datetime.now(UTC).timestamp() - self._settings.limits.horizon_s)
        partitions = await _partitions(self._kafka, self._settings.topics)
        consumer = AIOKafkaConsumer(**self._kafka.connection(), group_id=self._group, enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(partitions)
            found = await consumer.offsets_for_times(dict.fromkeys(partitions, since_ms))
            ends = await consumer.end_offsets(partitions)
            begins = {at: ends[at] if found[at] is None else found[at].offset for at in partitions}
            await consumer.commit({at: OffsetAndMetadata(offset, "") for at, offset in begins.items()})
        finally:
            await consumer.stop()
        return sorted({at.topic for at in partitions})

    @property
    def _group(self) -> str:
        return self._kafka.group(self._settings.name)

    def _app(self, topics: Sequence[str]) -> faust.App:
        app = faust.App(
            self._group,
            broker=[f"kafka://{address.strip()}" for address in self._kafka.bootstrap.split(",")],
            broker_client_id="grym-views",
            **_credentials(self._kafka),
            autodiscover=False,
            consumer_auto_offset_reset="earliest",
            key_serializer="raw",
            value_serializer="raw",
            processing_guarantee="at_least_once",
            reply_create_topic=False,
            store="memory://",
            stream_wait_empty=False,
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
            worker_redirect_stdouts=False,
        )
        app.agent(app.topic(*topics), concurrency=1, name="grym.views")(self._fold_all)
        return app

    async def _fold_all(self, stream: Any) -> None:
        async for event in stream.events():
            self._fold(event.message)

    def _fold(self, message: Any) -> None:
        try:
            record = _record(self._kafka.logical(message.topic), message)
            self.view = self.view.fold(record.topic_partition, record.position, observe(record))
        except Exception as error:  # noqa: BLE001 - an error that leaves the loop loses the record and restarts the agent
            self.failures += 1
            self._logger.warning("view.failed", error_class=type(error).__name__)


async def _partitions(kafka: KafkaSettings, topics: Sequence[str]) -> list[KafkaPartition]:
    """Return every partition of the topics that there are.

    Raises
    ------
    UnavailableError
        ``views.no_topics``, or what `topic_states` says of the brokers.
    """
    states = [state for state in await topic_states(kafka, [BY_NAME[name] for name in topics]) if state.exists]
    if not states:
        raise UnavailableError(
            "none of the topics exists yet", code="views.no_topics", hint="Run `grym topics create` first."
        )
    return [
        KafkaPartition(kafka.physical(state.topic.name), number)
        for state in states
        for number in range(state.partitions)
    ]


def _record(topic: str, message: Any) -> Record:
    return Record(
        topic=topic,
        partition=message.partition,
        position=message.offset + 1,
        key=message.key,
        headers=tuple((name, value or b"") for name, value in message.headers or ()),
        value=message.value,
        appended_at=datetime.fromtimestamp(message.timestamp, UTC),
    )


def _credentials(kafka: KafkaSettings) -> dict[str, Any]:
    """Return how Faust is to identify itself, as the rest of grym does."""
    options = kafka.connection()
    context = options.get("ssl_context")
    if kafka.security.startswith("sasl"):
        sasl = faust.SASLCredentials(
            username=kafka.username or "",
            password=kafka.password or "",
            ssl_context=context,
            mechanism=kafka.sasl_mechanism,
        )
        return {"broker_credentials": sasl}
    return {} if context is None else {"broker_credentials": faust.SSLCredentials(context)}
