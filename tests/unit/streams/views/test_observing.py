"""What records tell a dashboard."""

from datetime import timedelta

import msgspec
import pytest

from schemas.body import Body, CheckResult, Fault
from schemas.commands import RequestComposition
from schemas.events import EventDeadLettered, GenerationProgressed, QualityRated, RequestAccepted
from schemas.records import Record
from streams.views import Observation, observe
from tests.contract.fakes import EPOCH, message

LOGGED_S = (EPOCH + timedelta(seconds=2)).timestamp()


def check(*, passed: bool) -> CheckResult:
    """Return one check."""
    return CheckResult(name="x", value=1.0, required="y", unit="z", passed=passed, advice="")


def logged(body: Body, *, source: str = "grym/quality") -> Record:
    """Return an event caused at the epoch and logged two seconds later."""
    sent = message(body, source=source)
    return Record(
        topic=sent.topic,
        partition=0,
        position=1,
        key=sent.key,
        headers=sent.headers,
        value=sent.value,
        appended_at=EPOCH + timedelta(seconds=2),
    )


def test_an_event_tells_who_worked_and_for_how_long() -> None:
    """From the logging of its cause, which is its time, to its own."""
    seen = observe(logged(RequestAccepted(kind="compose", deadline_s=1.0), source="grym/coordinator"))
    assert seen == Observation(processor="coordinator", at_s=LOGGED_S, lasted_s=2.0)


def test_a_rating_tells_the_share_of_checks_passed() -> None:
    """Three of four; nothing where nothing was checked."""
    checks = (*(check(passed=True) for _ in range(3)), check(passed=False))
    seen = observe(logged(QualityRated(passed=False, checks=checks)))
    assert seen == Observation(processor="quality", at_s=LOGGED_S, lasted_s=2.0, rating=0.75)
    nothing = observe(logged(QualityRated(passed=True, checks=())))
    assert nothing is not None
    assert nothing.rating is None


def test_a_failure_counts_for_the_processor_that_gave_up() -> None:
    """Whoever wrote the event."""
    body = EventDeadLettered(
        letter_id="l",
        processor="features",
        origin_topic="t",
        origin_partition=0,
        origin_position=1,
        event_id="e",
        event_type="x",
        attempts=3,
        fault=Fault(code="a.b", message="no"),
    )
    assert observe(logged(body, source="grym/runner")) == Observation(processor="features", at_s=LOGGED_S, failed=True)


def test_requests_count_as_from_outside() -> None:
    """Their time is the sender's own and tells nothing about us."""
    seen = observe(logged(RequestComposition(prompt="x"), source="shop/checkout"))
    assert seen == Observation(processor="outside", at_s=LOGGED_S)


def test_progress_has_no_duration() -> None:
    """It is told while the work goes on."""
    seen = observe(logged(GenerationProgressed(stage="x", share=0.5), source="grym/generation"))
    assert seen == Observation(processor="generation", at_s=LOGGED_S)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("ce_type", b"x"),),
        (("ce_source", b"grym/quality"), ("ce_type", QualityRated.TYPE.encode())),
    ],
)
def test_what_nobody_can_read_tells_nothing(headers: tuple[tuple[str, bytes], ...]) -> None:
    """Views never fail."""
    record = logged(QualityRated(passed=True, checks=()))
    assert observe(msgspec.structs.replace(record, headers=headers, value=b"{")) is None


@pytest.mark.parametrize("time", [b"", b"yesterday", b"9999-12-31T23:59:59-23:00", b"\xff"])
def test_a_broken_time_is_no_duration(time: bytes) -> None:
    """The event still counts."""
    record = logged(RequestAccepted(kind="compose", deadline_s=1.0))
    headers = tuple(pair for pair in record.headers if pair[0] != "ce_time")
    seen = observe(msgspec.structs.replace(record, headers=(*headers, ("ce_time", time))))
    assert seen is not None
    assert (seen.processor, seen.lasted_s in {None, 0.0}) == ("quality", True)
