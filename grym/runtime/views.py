"""The views of a running grym: rolling windows per processor, folded from Kafka by Faust (extra ``views``)."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from consumers.waits import sleep_unless
from grym.adapters.faust_views import VIEWED, FaustViews
from grym.adapters.kafka.settings import KafkaSettings
from grym.ports.clock import Clock
from schemas.records import Record
from streams.views import View, ViewLimits, Window, observe

Show = Callable[[tuple[Window, ...]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsSettings:
    """What is shown, and how often.

    Parameters
    ----------
    name
        Names this process among those that show views; the processes of one name would share the partitions.
    length_s
        Seconds of the window that is shown; at most the horizon of `limits`.
    every_s
        Seconds between two showings.
    """

    name: str = "views"
    topics: Sequence[str] = VIEWED
    length_s: float = 300.0
    every_s: float = 5.0
    limits: ViewLimits = field(default_factory=ViewLimits)


def open_views(kafka: KafkaSettings, settings: ViewsSettings) -> FaustViews[View]:
    """Return views that have read nothing yet."""
    view, horizon_s = View(limits=settings.limits), settings.limits.horizon_s
    return FaustViews(kafka, view, fold, name=settings.name, horizon_s=horizon_s, topics=settings.topics)


def fold(view: View, record: Record) -> View:
    """Return the view after one more record."""
    return view.fold(record.topic_partition, record.position, observe(record))


async def show_views(
    kafka: KafkaSettings, clock: Clock, show: Show, stop: asyncio.Event, *, settings: ViewsSettings | None = None
) -> None:
    """Give the windows of all processors to `show` now and then, until `stop` is set.

    Raises
    ------
    UnavailableError
        When no broker can be reached at the start; ``views.no_topics`` where grym has created none.
    """
    wanted = settings or ViewsSettings()
    views = open_views(kafka, wanted)
    async with views.running():
        while not stop.is_set():
            show(views.view.windows(length_s=wanted.length_s, now_s=clock.now().timestamp()))
            await sleep_unless(stop, clock, wanted.every_s)
