"""Views on Faust over topics that grym created, on real Kafka; skipped where the extra ``views`` is missing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from grym.adapters.clock import SystemClock
from grym.adapters.kafka.admin import create_topics
from grym.adapters.kafka.sender import KafkaSender
from grym.adapters.kafka.settings import KafkaSettings
from grym.errors import UnavailableError
from grym.ports.log import Placement
from schemas.body import Body, CheckResult, Fault
from schemas.catalogue import BY_NAME
from schemas.commands import RequestComposition
from schemas.envelope import Envelope, encode
from schemas.events import EventDeadLettered, QualityRated, RequestAccepted
from schemas.records import Message, Record
from streams.views import View, Window, observe

pytest.importorskip("faust", reason="the extra `views` is not installed (`make test-views` makes an environment)")

if TYPE_CHECKING:
    from grym.adapters.faust_views import FaustViews

# Faust 0.15.3 and its libraries, not grym.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::PendingDeprecationWarning"),
]

TOPICS = ("grym.requests.v1", "grym.outcomes.v1", "grym.quality.v1", "grym.failures.v1")
PATIENCE_S = 60.0
LENGTH_S = 300.0


@pytest.fixture
async def settings(kafka: str, topic_prefix: str) -> KafkaSettings:
    """Return a Kafka with the topics of this test alone."""
    settings = KafkaSettings(bootstrap=kafka, prefix=topic_prefix, replicas=1)
    await create_topics(settings, [BY_NAME[name] for name in TOPICS])
    return settings


@pytest.fixture
async def sender(settings: KafkaSettings) -> AsyncIterator[KafkaSender]:
    """Return what puts events in."""
    sender = KafkaSender(settings)
    yield sender
    await sender.close()


def told(body: Body, number: int, *, source: str) -> Message:
    """Return one event, caused a second ago."""
    cause = datetime.now(UTC) - timedelta(seconds=1)
    return encode(
        Envelope(
            id=f"e{number}",
            source=source,
            type=type(body).TYPE,
            subject=f"r{number}",
            correlation_id=f"r{number}",
            time=cause,
            body=body,
        )
    )


def some_events() -> list[Message]:
    """Return ten requests, their answers, ratings, and two failures."""
    check = CheckResult(name="x", value=1.0, required="y", unit="z", passed=True, advice="")
    failed = CheckResult(name="x", value=1.0, required="y", unit="z", passed=False, advice="")
    letter = EventDeadLettered(
        letter_id="l",
        processor="features",
        origin_topic="grym.features.v1",
        origin_partition=0,
        origin_position=1,
        event_id="e",
        event_type="x",
        attempts=3,
        fault=Fault(code="a.b", message="no"),
    )
    return [
        *(told(RequestComposition(prompt="x"), n, source="shop") for n in range(10)),
        *(told(RequestAccepted(kind="compose", deadline_s=1.0), n, source="grym/coordinator") for n in range(10)),
        *(told(QualityRated(passed=False, checks=(check, failed)), n, source="grym/quality") for n in range(4)),
        *(told(letter, n, source="grym/features") for n in range(2)),
    ]


async def until(done: Callable[[], bool]) -> None:
    """Look again until something holds."""
    async with asyncio.timeout(PATIENCE_S):
        while not done():  # noqa: ASYNC110 - the fold sets no event
            await asyncio.sleep(0.05)


def expected(messages: list[Message], placements: list[Placement]) -> View:
    """Fold the same records without Kafka."""
    view = View()
    for message, placed in zip(messages, placements, strict=True):
        record = Record(
            topic=message.topic,
            partition=placed.source.partition,
            position=placed.position,
            key=message.key,
            headers=message.headers,
            value=message.value,
            appended_at=placed.appended_at,
        )
        view = view.fold(record.topic_partition, record.position, observe(record))
    return view


def facts(view: View, now_s: float) -> list[tuple[str, int, int, float | None]]:
    """Return what does not depend on the order of adding floating-point numbers."""
    windows = view.windows(length_s=LENGTH_S, now_s=now_s)
    return [(window.processor, window.events, window.failures, window.quality) for window in windows]


def views_on(settings: KafkaSettings) -> "FaustViews[View]":
    """Return views over the topics of this test."""
    from grym.runtime.views import ViewsSettings, open_views

    return open_views(settings, ViewsSettings(topics=TOPICS, length_s=LENGTH_S))


async def test_views_follow_the_log_and_are_rebuilt_from_it(settings: KafkaSettings, sender: KafkaSender) -> None:
    """What was logged before the start, after it, and again after a restart gives the same windows as a plain fold."""
    before, after = some_events(), some_events()[:15]
    placed = await sender.send(before)
    first = views_on(settings)
    async with first.running():
        await until(lambda: first.view.marks == expected(before, placed).marks)
        placed += await sender.send(after)
        wanted = expected([*before, *after], placed)
        await until(lambda: first.view.marks == wanted.marks)
    again = views_on(settings)
    async with again.running():
        await until(lambda: again.view.marks == wanted.marks)
    now_s = wanted.newest_s
    assert facts(first.view, now_s) == facts(again.view, now_s) == facts(wanted, now_s)
    assert facts(wanted, now_s) == [
        ("coordinator", 15, 0, None),
        ("features", 2, 2, None),
        ("outside", 20, 0, None),
        ("quality", 4, 0, 0.5),
    ]
    assert (first.failures, again.failures) == (0, 0)


async def test_records_nobody_can_read_stop_nothing(settings: KafkaSettings, sender: KafkaSender) -> None:
    """Garbage, tombstones and broken headers are passed over, and what follows is counted."""
    good = told(RequestAccepted(kind="compose", deadline_s=1.0), 1, source="grym/coordinator")
    bad = [
        Message(topic=good.topic, key=b"r1", headers=(), value=b"\xff{{"),
        Message(topic=good.topic, key=b"r1", headers=(("ce_source", b"\xff"), ("ce_type", b"\xff")), value=None),
        Message(topic=good.topic, key=b"r1", headers=(("ce_source", b"grym/x"), ("ce_time", b"soon")), value=b"[" * 9),
    ]
    views = views_on(settings)
    async with views.running():
        placed = await sender.send([*bad, good])
        await until(lambda: views.view.marks.get(placed[-1].source) == placed[-1].position)
    window = views.view.window("coordinator", length_s=LENGTH_S, now_s=views.view.newest_s)
    assert (window.events, views.failures) == (1, 0)


async def test_a_fold_that_fails_loses_one_record_only(
    settings: KafkaSettings, sender: KafkaSender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing leaves the agent's loop: Faust would acknowledge the record anyway and restart the agent."""
    from grym.runtime import views as composed

    def fail_once(record: Record) -> None:
        monkeypatch.setattr(composed, "observe", observe)
        raise ZeroDivisionError(record.position)

    monkeypatch.setattr(composed, "observe", fail_once)
    messages = [told(RequestAccepted(kind="compose", deadline_s=1.0), 1, source="grym/coordinator") for _ in range(5)]
    views = views_on(settings)
    async with views.running():
        placed = await sender.send(messages)
        await until(lambda: views.view.marks.get(placed[-1].source) == placed[-1].position)
    window = views.view.window("coordinator", length_s=LENGTH_S, now_s=views.view.newest_s)
    assert (window.events, views.failures) == (4, 1)


async def test_windows_are_shown_until_stopped(settings: KafkaSettings, sender: KafkaSender) -> None:
    """Now and then, with what was folded meanwhile."""
    from grym.runtime.views import ViewsSettings, show_views

    stop, wanted = asyncio.Event(), ViewsSettings(topics=TOPICS, length_s=LENGTH_S, every_s=0.05)
    await sender.send(some_events())

    def show(windows: tuple[Window, ...]) -> None:
        if {window.processor: window.events for window in windows}.get("quality") == 4:
            stop.set()

    async with asyncio.timeout(PATIENCE_S):
        await show_views(settings, SystemClock(), show, stop, settings=wanted)
    assert stop.is_set()


async def test_views_without_topics_say_so(kafka: str, topic_prefix: str) -> None:
    """Faust cannot create topics on Kafka 4, and must not."""
    views = views_on(KafkaSettings(bootstrap=kafka, prefix=f"{topic_prefix}none."))
    with pytest.raises(UnavailableError) as caught:
        async with views.running():
            raise AssertionError("never entered")
    assert caught.value.code == "views.no_topics"
