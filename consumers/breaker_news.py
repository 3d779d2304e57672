"""Tells of breakers that open and close: a log line at once, and an event on ``grym.breakers.v1`` as soon as it can go.

Changes happen inside calls to dependencies, where nothing may wait; so they are queued and published apart. A log that
is away keeps them waiting, in order; of too many the oldest are dropped, since the newest say how things stand.
"""

import asyncio
import uuid
from collections import deque

from consumers.telemetry import Telemetry
from consumers.waits import Bell, cancel_all
from grym.errors import TransientError
from grym.ports.breaker import BreakerChange
from grym.ports.clock import Clock
from grym.ports.log import Publisher
from schemas.envelope import Envelope, encode
from schemas.events import BreakerChanged
from schemas.records import Message

SOURCE = "grym/breakers"
MOST_QUEUED = 1000
"""Changes kept while the log is away: hours of a dependency that comes and goes every few seconds."""
RETRY_S = 2.0
"""Seconds until a log that was away is tried again."""

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:breaker")


class BreakerNews:
    """Publishes the changes of this process's breakers until stopped; a component.

    Parameters
    ----------
    holder
        Names this process, so that the same change of two processes is two events.
    """

    name = "breakers"

    def __init__(self, publisher: Publisher, *, clock: Clock, holder: str, telemetry: Telemetry) -> None:
        self._publisher = publisher
        self._clock = clock
        self._holder = holder
        self._telemetry = telemetry
        self._queue: deque[Message] = deque(maxlen=MOST_QUEUED)
        self._told = 0
        self._bell = Bell()

    @property
    def in_hand(self) -> int:
        """How many changes wait to be published."""
        return len(self._queue)

    def tell(self, change: BreakerChange) -> None:
        """Take note of a change; the form in which breakers are told of it."""
        self._told += 1
        self._queue.append(changed_message(change, holder=self._holder, number=self._told))
        self._telemetry.log("breaker.changed", dependency=change.dependency, state=change.state, before=change.before)
        self._bell.ring()

    async def run(self, stop: asyncio.Event) -> None:
        """Publish what is queued, as it comes, until `stop` is set; then once more what is left."""
        publishing = asyncio.ensure_future(self._publish_all())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((publishing, stopping), return_when=asyncio.FIRST_COMPLETED)
            if publishing.done():
                publishing.result()
        finally:
            await cancel_all(publishing, stopping)
        await self._flush()

    async def _publish_all(self) -> None:
        while True:
            await self._bell.wait(self._clock, timeout_s=None)
            while not await self._flush():
                await self._clock.sleep(RETRY_S)

    async def _flush(self) -> bool:
        """Publish what is queued; False when the log is away."""
        while self._queue:
            message = self._queue[0]
            try:
                await self._publisher.publish([message])
            except TransientError:
                return False
            if self._queue and self._queue[0] is message:  # a full queue may have dropped it meanwhile
                self._queue.popleft()
        return True


def changed_message(change: BreakerChange, *, holder: str, number: int) -> Message:
    """Return the event of the `number`-th change in a process."""
    body = BreakerChanged(dependency=change.dependency, state=change.state, before=change.before)
    return encode(
        Envelope(
            id=str(uuid.uuid5(_NAMESPACE, f"{holder}\n{number}")),
            source=SOURCE,
            type=BreakerChanged.TYPE,
            subject=change.dependency,
            time=change.at,
            body=body,
            correlation_id=change.dependency,
        )
    )
