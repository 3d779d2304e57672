"""A fold over the newest part of the log by Faust, on the topics that grym created (extra ``views``).

Views are for dashboards: rebuilt from the log at every start, never the source of a decision. What Faust does otherwise
than one might hope is switched off or lived with (measured; see the evidence in the architecture page):

- it declares no topics (it cannot on Kafka 4), has no leader topic, no table with a changelog, no web server;
- one agent with ``concurrency=1``, since more commit past what is in flight;
- the agent's loop lets no error out: an error would acknowledge its record all the same, and restart the agent;
- it reaches into private parts of aiokafka, so both are pinned and the test runs on real Kafka.

What counts is read again from the log at every start: the group's offsets are set to where it begins before Faust
joins. Each process of views is a group of its own and sees every partition.
"""

import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import faust
import structlog
from aiokafka import AIOKafkaConsumer, OffsetAndMetadata
from aiokafka import TopicPartition as KafkaPartition

from grym.adapters.kafka.admin import topic_states
from grym.adapters.kafka.settings import KafkaSettings, milliseconds
from grym.errors import UnavailableError
from schemas.catalogue import AUDIO_FRAMES, BY_NAME, DEAD_LETTERS, TOPICS
from schemas.records import Record

VIEWED = tuple(topic.name for topic in TOPICS if topic.name not in {AUDIO_FRAMES, DEAD_LETTERS})
"""Everything but sound and the bytes of others."""

V = TypeVar("V")


class FaustViews(Generic[V]):
    """Folds the log into `view`.

    Parameters
    ----------
    view
        What a fold begins with.
    fold
        Returns the view after one more record; given one record twice, it must return the same.
    name
        Names this process among those that show views: its consumer group.
    horizon_s
        How many seconds of the log count.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        view: V,
        fold: Callable[[V, Record], V],
        *,
        name: str,
        horizon_s: float,
        topics: Sequence[str] = VIEWED,
    ) -> None:
        self.view = view
        self.failures = 0
        self._kafka = kafka
        self._fold = fold
        self._group = kafka.group(name)
        self._horizon_s = horizon_s
        self._topics = tuple(topics)
        self._logger = structlog.get_logger("grym.views")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Fold inside the block.

        Raises
        ------
        UnavailableError
            When no broker can be reached at the start; ``views.no_topics`` where grym has created none.
        """
        # Faust makes a folder for tables even where there are none, by default in the one the program was started in.
        with tempfile.TemporaryDirectory(prefix="grym-views-") as folder:
            app = self._app(await self._rewind(), folder)
            await app.start()
            try:
                yield
            finally:
                await app.stop()

    async def _rewind(self) -> list[str]:
        """Set the group to where what counts begins, and return the topics that there are."""
        since_ms = milliseconds(datetime.now(UTC).timestamp() - self._horizon_s)
        partitions = await _partitions(self._kafka, self._topics)
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

    def _app(self, topics: Sequence[str], folder: str) -> faust.App:
        app = faust.App(
            self._group,
            datadir=folder,
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
            self._take(event.message)

    def _take(self, message: Any) -> None:
        try:
            self.view = self._fold(self.view, _record(self._kafka.logical(message.topic), message))
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
