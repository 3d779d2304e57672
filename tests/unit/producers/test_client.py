"""The typed client over the memory backend."""

import math
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from grym.errors import InvalidRequestError, TransientError, UnavailableError
from grym.ports.log import EventHistory
from producers.asking import require_possible_wish
from schemas.body import ArtifactRef
from schemas.commands import RequestAnalysis, RequestComposition
from schemas.envelope import decode, peek
from schemas.events import FeedbackGiven, RequestCancelled
from schemas.records import Message, Record
from streams.coordinator.run import Run
from tests.contract.fakes import message
from tests.unit.producers.world import World

T = TypeVar("T")

WISH = RequestComposition(prompt="a calm piano nocturne in D minor", seconds=20.0, seed=7)
SOUND = ArtifactRef(uri=f"artifact://sha256/{'0' * 64}", size_bytes=10, media_type="audio/wav")
REQUESTS = "grym.requests.v1"


class Silent:
    """A publisher that stores, perhaps, and never answers."""

    def __init__(self) -> None:
        self.sent: list[Message] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        """Take the messages and time out."""
        self.sent.extend(messages)
        raise TransientError("no answer", code="publish.unknown")


class LateHistory:
    """A history that shows the records of one type only from the second look on."""

    def __init__(self, records: list[Record], *, late: str) -> None:
        self.records = [*(record for record in records if peek(record.headers, "ce_type") == late), *records]
        self.records = list(dict.fromkeys(self.records))
        self._late = late
        self._looks = 0

    async def of_request(self, correlation_id: str) -> list[Record]:
        """Return what is visible by now."""
        del correlation_id
        self._looks += 1
        return [r for r in self.records if self._looks > 1 or peek(r.headers, "ce_type") != self._late]


class AwayHistory:
    """A history whose database is away for some looks, after the first."""

    def __init__(self, history: EventHistory, *, looks: int) -> None:
        self._history = history
        self._left = looks
        self._looks = 0

    async def of_request(self, correlation_id: str) -> list[Record]:
        """Return what there is, or refuse."""
        self._looks += 1
        if self._looks > 1 and self._left:
            self._left -= 1
            raise UnavailableError("away", code="db.unreachable")
        return await self._history.of_request(correlation_id)


async def _refusal(work: Coroutine[Any, Any, T]) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        await work
    return caught.value.code


async def test_a_wish_becomes_one_record(world: World) -> None:
    """The request is keyed by its id, comes from outside, and holds the wish."""
    ticket = await world.client.compose(WISH, request_id="r1", tenant="studio")
    (record,) = await world.records(REQUESTS)
    envelope = decode(record)
    assert (ticket.known, record.key, envelope.body) == (False, b"r1", WISH)
    assert (envelope.ours, envelope.tenant, envelope.correlation_id) == (False, "studio", "r1")


async def test_asking_twice_is_harmless(world: World) -> None:
    """The same wish under the same id is known and not stored again."""
    await world.client.compose(WISH, request_id="r1")
    again = await world.client.compose(WISH, request_id="r1")
    assert again.known
    assert len(await world.records(REQUESTS)) == 1


async def test_another_wish_under_a_known_id_is_refused(world: World) -> None:
    """An id stands for one wish."""
    await world.client.compose(WISH, request_id="r1")
    other = RequestComposition(prompt="a fast polka", seconds=20.0)
    assert await _refusal(world.client.compose(other, request_id="r1")) == "request.id_taken"
    assert await _refusal(world.client.analyze(RequestAnalysis(audio=SOUND), request_id="r1")) == "request.id_taken"
    assert len(await world.records(REQUESTS)) == 1


async def test_requests_without_ids_are_different(world: World) -> None:
    """Two calls without an id are two requests."""
    first, second = [await world.client.compose(WISH) for _ in range(2)]
    assert first.request_id != second.request_id
    assert len(await world.records(REQUESTS)) == 2


@pytest.mark.parametrize(
    "wish",
    [
        RequestComposition(prompt=""),
        RequestComposition(prompt="x" * 1_000_000),
        RequestComposition(prompt="a waltz", seconds=0.0),
        RequestComposition(prompt="a waltz", seconds=-1.0),
        RequestComposition(prompt="a waltz", seconds=1e308),
        RequestComposition(prompt="a waltz", seconds=math.nan),
        RequestComposition(prompt="a waltz", tempo_bpm=math.inf),
        RequestComposition(prompt="a waltz", key="H flat dorianish"),
        RequestComposition(prompt="a waltz", metre="0/0"),
        RequestComposition(prompt="a waltz", seed=-1),
        RequestComposition(prompt="a waltz", deadline_s=math.nan),
        RequestComposition(prompt="a waltz", user=""),
        RequestComposition(prompt="a waltz \udcff"),
        RequestAnalysis(audio=SOUND, embedding="../nonsense"),
    ],
    ids=repr,
)
async def test_an_impossible_wish_is_refused_before_it_is_stored(
    world: World, wish: RequestComposition | RequestAnalysis
) -> None:
    """What the coordinator would reject is refused with a code and a hint, and nothing is published."""
    with pytest.raises(InvalidRequestError) as caught:
        await require_possible_wish(wish, request_id="r1")
    ask = world.client.compose(wish) if isinstance(wish, RequestComposition) else world.client.analyze(wish)
    assert await _refusal(ask) == caught.value.code
    assert caught.value.hint
    assert await world.records(REQUESTS) == []


async def test_a_stored_request_is_accepted_and_then_running(world: World) -> None:
    """Before the coordinator has taken it the state is accepted; afterwards its steps are told."""
    await world.client.compose(WISH, request_id="r1")
    before = await world.client.status("r1")
    await world.coordinate_all(REQUESTS)
    after = await world.client.status("r1")
    assert (before.state, {step.state for step in before.steps}) == ("accepted", {"waiting"})
    assert (after.state, after.outcome) == ("running", "pending")
    assert [step.name for step in after.steps if step.state == "running"] == ["recall", "parameters"]


async def test_an_unknown_request_is_refused(world: World) -> None:
    """Nothing is known of an id that nobody used."""
    assert await _refusal(world.client.status("r1")) == "request.unknown"


async def test_a_cancel_alone_is_no_request(world: World) -> None:
    """A cancel ahead of its request leaves nothing to show, and then ends the request as it arrives."""
    await world.client.cancel("r1", reason="tired")
    await world.coordinate_all("grym.cancels.v1")
    assert await _refusal(world.client.status("r1")) == "request.unknown"
    await world.client.compose(WISH, request_id="r1")
    await world.coordinate_all(REQUESTS)
    status = await world.client.status("r1")
    assert (status.state, status.reason, status.outcome) == ("cancelled", "tired", "cancelled")


async def test_cancelling_twice_is_the_same_event(world: World) -> None:
    """Both cancels of a run carry one id, so the inbox takes one of them."""
    for _ in range(2):
        await world.client.cancel("r1")
    ids = {decode(record).id for record in await world.records("grym.cancels.v1")}
    assert len(ids) == 1


async def test_the_list_begins_with_what_nobody_has_taken(world: World) -> None:
    """Requests behind the coordinator's position are listed too, each request once."""
    await world.client.compose(WISH, request_id="r1")
    await world.coordinate_all(REQUESTS)
    await world.clock.advance(1.0)
    await world.client.compose(WISH, request_id="r2")
    listed = await world.client.requests(limit=10)
    assert [(one.request_id, one.state) for one in listed] == [("r2", "accepted"), ("r1", "running")]


async def test_following_ends_with_the_terminal_event(world: World) -> None:
    """Every event of the request comes once and in order; the terminal one is the last."""
    await world.client.compose(WISH, request_id="r1")
    await world.coordinate_all(REQUESTS)
    await world.client.cancel("r1")
    await world.coordinate_all("grym.cancels.v1")
    types = [envelope.type async for envelope in world.client.follow("r1")]
    assert types[0] == RequestComposition.TYPE
    assert types[-1] == RequestCancelled.TYPE
    assert types.count("grym.step.started.v1") == 2


async def test_following_misses_nothing_that_becomes_visible_late(world: World) -> None:
    """Of two events written at once the earlier one may be seen after the later one; each is given once."""
    await world.client.compose(WISH, request_id="r1")
    await world.coordinate_all(REQUESTS)
    await world.client.cancel("r1")
    await world.coordinate_all("grym.cancels.v1")
    history = LateHistory(await world.client.records("r1"), late=RequestCancelled.TYPE)
    late = replace(world, backend=replace(world.backend, history=history))

    async def followed() -> list[str]:
        return [envelope.id async for envelope in late.client.follow("r1")]

    ids = await world.clock.run(followed())
    assert len(ids) == len(set(ids)) == len(history.records)


async def _followed_through_an_outage(world: World, *, looks: int) -> int:
    """Follow a request that ends, with a database that goes away after the first look; return the number of events."""
    await world.client.compose(WISH, request_id="r1")
    away = AwayHistory(world.backend.history, looks=looks)
    client = replace(world, backend=replace(world.backend, history=away)).client

    async def followed() -> int:
        count = 0
        async for _ in client.follow("r1"):
            count += 1
            if count == 1:
                await world.coordinate_all(REQUESTS)
                await world.client.cancel("r1")
                await world.coordinate_all("grym.cancels.v1")
        return count

    return await world.clock.run(followed())


async def test_following_waits_for_a_database_that_is_away(world: World) -> None:
    """A fail-over is no reason to leave a request alone."""
    assert await _followed_through_an_outage(world, looks=50) > 4


async def test_following_gives_up_on_a_database_that_stays_away(world: World) -> None:
    """After a minute whoever waits is told."""
    with pytest.raises(UnavailableError):
        await _followed_through_an_outage(world, looks=1000)


async def test_waiting_gives_up_in_time(world: World) -> None:
    """A request that nobody works on is pending after the time-out."""
    await world.client.compose(WISH, request_id="r1")
    status = await world.client.wait("r1", timeout_s=0.01)
    assert (status.state, status.outcome) == ("accepted", "pending")


async def test_only_completed_pieces_can_be_rated(world: World) -> None:
    """An opinion about a running piece, a recording or nothing is refused before it is published."""
    await world.client.compose(WISH, request_id="r1")
    await world.coordinate_all(REQUESTS)
    opinion = FeedbackGiven(user="ada", stars=5)
    assert await _refusal(world.client.rate("r1", opinion)) == "feedback.not_ratable"
    assert await _refusal(world.client.rate("nobody", opinion)) == "feedback.not_ratable"
    assert await world.records("grym.feedback.v1") == []


async def test_an_opinion_is_keyed_by_its_user(world: World) -> None:
    """Opinions of one user keep their order; each has an id of its own."""
    await world.save_run(Run(request_id="r1", status="completed"))
    ids = [await world.client.rate("r1", FeedbackGiven(user="ada", stars=stars)) for stars in (1, 5)]
    records = await world.records("grym.feedback.v1")
    assert [record.key for record in records] == [b"ada", b"ada"]
    assert [decode(record).id for record in records] == ids
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("opinion", "code"),
    [
        (FeedbackGiven(user="ada", stars=6), "feedback.range"),
        (FeedbackGiven(user="ada", aspects={"melody": 0}), "feedback.range"),
        (FeedbackGiven(user="ada"), "feedback.empty"),
    ],
)
async def test_an_impossible_opinion_is_refused(world: World, opinion: FeedbackGiven, code: str) -> None:
    """The learner's own rule is asked before anything is published."""
    await world.save_run(Run(request_id="r1", status="completed"))
    assert await _refusal(world.client.rate("r1", opinion)) == code
    assert await world.records("grym.feedback.v1") == []


async def test_an_unknown_publish_is_tried_again_under_the_same_id(world: World) -> None:
    """A time-out after sending is repeated, and told as unknown when repeating does not help."""
    silent = Silent()
    deaf = replace(world, backend=replace(world.backend, publisher=silent))
    with pytest.raises(TransientError) as caught:
        await world.clock.run(deaf.client.compose(WISH, request_id="r1"))
    assert caught.value.code == "publish.unknown"
    assert len(silent.sent) == 3
    assert len({message.headers for message in silent.sent}) == 1


async def test_what_follows_a_request_names_its_cause(world: World) -> None:
    """A cancel is caused by the request it ends, so the story of a request stays one chain."""
    await world.client.compose(WISH, request_id="r1")
    await world.client.cancel("r1")
    request, cancel = [decode((await world.records(topic))[0]) for topic in (REQUESTS, "grym.cancels.v1")]
    assert cancel.causation_id == request.id


async def test_a_request_with_a_correlation_id_of_its_own_keeps_its_story(world: World) -> None:
    """Its events carry the foreign id, which other requests may share; its story holds its own events only."""
    for request_id in ("order-1", "order-2"):
        asked = message(WISH, subject=request_id, event_id=f"{request_id}/ask", correlation_id="basket")
        await world.backend.publisher.publish([asked])
    await world.coordinate_all(REQUESTS)
    story = await world.client.story("order-1")
    assert story[0].id == "order-1/ask"
    assert len(story) > 1
    assert {(event.subject, event.correlation_id) for event in story} == {("order-1", "basket")}
    assert (await world.client.status("order-1")).state == "running"
