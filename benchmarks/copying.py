"""What a copy worker is made of: the trivial hop, where its dead letters go, and which cluster it copies in."""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from benchmarks.environment import CopySettings
from grym.adapters.postgres.database import connect
from grym.adapters.postgres.faults import connecting
from grym.errors import ContractError
from grym.ports.log import Placement, Sender
from schemas.catalogue import DEAD_LETTERS
from schemas.records import Message, Record, TopicPartition

Step = Callable[[bytes | None], bytes | None]

ASK_EVERY_S = 1.0


class CopyHop:
    """Copies key, value and headers; what the step raises is the runner's to deal with."""

    def __init__(self, settings: CopySettings, step: Step | None) -> None:
        self.name = settings.group
        self.topics: tuple[str, ...] = (settings.in_topic,)
        # A foreign step may take its time: other keys go on meanwhile.
        self.blocking = settings.faults
        self._target = settings.out_topic
        self._step = step

    def messages(self, record: Record) -> Sequence[Message]:
        """Return the copy of a record."""
        value = record.value if self._step is None else self._step(record.value)
        return (Message(topic=self._target, key=record.key, headers=record.headers, value=value),)


def recode(value: bytes | None) -> bytes | None:
    """Decode and encode a JSON value; a tombstone stays one.

    Raises
    ------
    ContractError
        ``copy.undecodable`` when it is no JSON, or nested too deeply to be read.
    """
    if value is None:
        return None
    try:
        return msgspec.json.encode(msgspec.json.decode(value))
    except (ValueError, RecursionError) as error:
        raise ContractError(f"the value is no JSON: {error}", code="copy.undecodable") from error


class DeadLetterSender:
    """Sends dead letters to the topic that a foreign harness has named; what else there is to tell has no topic here.

    Parameters
    ----------
    topic
        Where to; empty keeps dead letters in the register only.
    """

    def __init__(self, sender: Sender, topic: str) -> None:
        self._sender = sender
        self._topic = topic

    async def send(self, messages: Sequence[Message]) -> list[Placement]:
        """Send what is a dead letter, and say of the rest that it lies nowhere."""
        letters = [message for message in messages if self._is_sent(message)]
        placed = iter(await self._sender.send([self._renamed(letter) for letter in letters]))
        return [next(placed) if self._is_sent(message) else _nowhere(message) for message in messages]

    def _is_sent(self, message: Message) -> bool:
        return message.topic == DEAD_LETTERS and bool(self._topic)

    def _renamed(self, letter: Message) -> Message:
        return Message(topic=self._topic, key=letter.key, headers=letter.headers, value=letter.value)


def _nowhere(message: Message) -> Placement:
    return Placement(source=TopicPartition(message.topic, 0), position=0, appended_at=datetime.now(UTC))


async def cluster_id(bootstrap: str, stop: asyncio.Event) -> str:
    """Return the name that a cluster has given itself, once it answers; empty when stopped before it did."""
    while not stop.is_set():
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        try:
            await admin.start()
            return str((await admin.describe_cluster())["cluster_id"])
        except (KafkaError, OSError) as error:
            print(f"Kafka does not answer: {error}", file=sys.stderr)
        finally:
            await admin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ASK_EVERY_S):
                await stop.wait()
    return ""


async def own_schema(dsn: str, name: str) -> str:
    """Make a schema in a database, unless it is there, and return the address under which it is all there is.

    Raises
    ------
    UnavailableError
        When the database cannot be reached.
    """
    with connecting():
        connection = await connect(dsn)
        try:
            # Two that begin at once would both find nothing.
            await connection.execute("select pg_advisory_lock(hashtext($1))", name)
            await connection.execute(f"create schema if not exists {name}")
        finally:
            await connection.close()
    return f"{dsn}{'&' if '?' in dsn else '?'}search_path={name}"
