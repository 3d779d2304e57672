"""Changes of breakers become events, in order, whatever the log does."""

import asyncio
from collections.abc import Sequence

from consumers.breaker_news import MOST_QUEUED, BreakerNews
from consumers.telemetry import Telemetry
from grym.errors import UnavailableError
from grym.ports.breaker import BreakerChange, BreakerState
from schemas.envelope import decode
from schemas.records import Message
from tests.contract.fakes import EPOCH, LoopClock, eventually, run_virtual


class Paper:
    """A log that may be away."""

    def __init__(self) -> None:
        self.away = False
        self.kept: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        """Keep messages, or fail."""
        if self.away:
            raise UnavailableError("away")
        self.kept += messages


def change(state: BreakerState, before: BreakerState) -> BreakerChange:
    """Return a change of one dependency."""
    return BreakerChange(dependency="artifacts", state=state, before=before, at=EPOCH)


def news_on(paper: Paper, holder: str = "one") -> BreakerNews:
    """Return the component under test."""
    return BreakerNews(paper, clock=LoopClock(), holder=holder, telemetry=Telemetry())


def states(paper: Paper) -> list[str]:
    """Return the states that were published."""
    return [decode(message).body.state for message in paper.kept]


def test_changes_become_events_in_order() -> None:
    """Keyed by the dependency, with the time of the change and ids of their own."""

    async def work() -> None:
        paper = Paper()
        news, stop = news_on(paper), asyncio.Event()
        running = asyncio.ensure_future(news.run(stop))
        news.tell(change("open", "closed"))
        news.tell(change("half-open", "open"))
        await asyncio.sleep(0.1)
        news.tell(change("closed", "half-open"))
        await asyncio.sleep(0.1)
        assert states(paper) == ["open", "half-open", "closed"]
        assert news.in_hand == 0
        first = decode(paper.kept[0])
        assert (first.source, first.subject, first.time) == ("grym/breakers", "artifacts", EPOCH)
        assert paper.kept[0].key == b"artifacts"
        assert len({decode(message).id for message in paper.kept}) == 3
        stop.set()
        await running

    run_virtual(work())


def test_a_log_that_is_away_keeps_them_waiting() -> None:
    """They go out in order once it is back; until then they count as in hand."""

    async def work() -> None:
        paper = Paper()
        news, stop = news_on(paper), asyncio.Event()
        running = asyncio.ensure_future(news.run(stop))
        paper.away = True
        news.tell(change("open", "closed"))
        news.tell(change("half-open", "open"))
        await asyncio.sleep(60)
        assert (news.in_hand, paper.kept) == (2, [])
        paper.away = False

        async def told() -> bool:
            return news.in_hand == 0

        await eventually(told)
        assert states(paper) == ["open", "half-open"]
        stop.set()
        await running

    run_virtual(work())


def test_stopping_publishes_what_is_left_and_waits_for_nobody() -> None:
    """A change told just before the stop still goes out; a log that is away does not hold up the stop."""

    async def work() -> None:
        paper = Paper()
        news, stop = news_on(paper), asyncio.Event()
        stop.set()
        news.tell(change("open", "closed"))
        await news.run(stop)
        assert states(paper) == ["open"]
        paper.away = True
        news.tell(change("half-open", "open"))
        await news.run(stop)
        assert states(paper) == ["open"]

    run_virtual(work())


def test_of_too_many_the_newest_are_kept() -> None:
    """The queue is bounded; how things stand now is what must not be lost."""

    async def work() -> None:
        paper = Paper()
        news, stop = news_on(paper), asyncio.Event()
        for _ in range(MOST_QUEUED):
            news.tell(change("open", "closed"))
        news.tell(change("closed", "half-open"))
        stop.set()
        await news.run(stop)
        assert len(paper.kept) == MOST_QUEUED
        assert states(paper)[-1] == "closed"

    run_virtual(work())


def test_two_processes_tell_of_two_changes() -> None:
    """Each process has breakers of its own: the same change of two of them is two events."""

    async def work() -> None:
        paper, stop = Paper(), asyncio.Event()
        stop.set()
        for holder in ("one", "two"):
            news = news_on(paper, holder)
            news.tell(change("open", "closed"))
            await news.run(stop)
        assert len({decode(message).id for message in paper.kept}) == 2

    run_virtual(work())
