"""Shadow replay: unchanged code decides the same, a planted change is found where it begins, nothing live moves."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from consumers.replay import Part, Replay, Report, Span
from consumers.replay.pace import EventClock, Pace
from grym.adapters.memory import open_memory
from grym.adapters.memory.shadows import RecordedArtifacts
from grym.adapters.planning import RulePlanner
from grym.domain.composing.plan import Motif, Plan, Wish
from schemas.catalogue import TOPICS
from schemas.commands import GenerateMusic, ProposeParameters
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, OpinionCredited, ParametersExposed, ParametersProposed, QualityRated
from schemas.records import Message
from streams.coordinator import Coordinator, Run
from streams.generation import Generation
from streams.learning import LearnerState, Learning
from streams.processor import Decision
from tests.unit.consumers.replay.afternoon import Afternoon

REFOLDED = (ParametersExposed, FeedbackGiven, OpinionCredited)


def _learner(processor: Learning | None = None) -> Part:
    return Part(processor=processor or Learning(), refolds=REFOLDED, leans_on=(*REFOLDED, ProposeParameters))


def _planner(afternoon: Afternoon, planner: RulePlanner | None = None) -> Part:
    processor = Generation(planner=planner or RulePlanner(), texts=afternoon.backend.texts)
    return Part(processor=processor, facts=(GenerateMusic,))


async def _replay(
    afternoon: Afternoon, *parts: Part, span: Span | None = None, sent: list[Message] | None = None
) -> Report:
    span = span or Span(begin=min(afternoon.begun.values()), end=afternoon.end)
    event_clock = EventClock(span.begin)

    async def keep(message: Message, _: object) -> None:
        if sent is not None:
            sent.append(message)

    run = Replay(
        live=afternoon.backend,
        shadow=open_memory(event_clock),
        event_clock=event_clock,
        artifacts=RecordedArtifacts(afternoon.artifacts),
        parts=parts,
        clock=afternoon.clock,
        pace=Pace(afternoon.clock),
        sink=keep,
    )
    return await run.run(span)


async def _lived(seed: int) -> Afternoon:
    afternoon = Afternoon(seed=seed)
    await afternoon.live()
    for stars, request_id in enumerate(afternoon.begun, start=1):
        await afternoon.rate(request_id, min(stars, 5))
        for _ in range(3):
            await afternoon.step()
    for number in range(2):
        await afternoon._ask(f"again{number}")
    while await afternoon.step():
        pass
    return afternoon


@pytest.mark.parametrize("seed", range(25))
async def test_unchanged_code_decides_the_same(seed: int) -> None:
    """Whatever order topics were worked on in, the audit of everything finds no difference."""
    afternoon = await _lived(seed)
    report = await _replay(afternoon, Part(processor=Coordinator()), _learner(), _planner(afternoon))
    assert report.equal, report.to_json()["differences"]
    assert report.same > 50
    assert report.skipped["open"] == report.skipped["unreadable"] == 0
    assert not report.partial_keys


@pytest.mark.parametrize("seed", range(10))
async def test_a_span_leaves_out_what_began_before_it(seed: int) -> None:
    """Requests that began earlier are partial, those inside are compared; the learner is refolded and whole."""
    afternoon = await _lived(seed)
    begin = sorted(afternoon.begun.values())[3]
    report = await _replay(
        afternoon, Part(processor=Coordinator()), _learner(), span=Span(begin=begin, end=afternoon.end)
    )
    assert report.equal, report.to_json()["differences"]
    early = {("coordinator", name) for name, at in afternoon.begun.items() if at < begin}
    assert report.partial_keys <= early
    assert report.by_processor["coordinator"]["same"] > 0
    assert report.by_processor["learning"]["same"] > 0


@pytest.mark.parametrize("seed", range(5))
async def test_a_span_that_ends_early_is_not_held_against_anybody(seed: int) -> None:
    """Outputs of inputs behind the end belong to nobody in the span."""
    afternoon = await _lived(seed)
    ends = sorted(afternoon.begun.values())
    report = await _replay(afternoon, Part(processor=Coordinator()), span=Span(begin=ends[1], end=ends[4]))
    assert report.equal, report.to_json()["differences"]
    assert report.same > 0


class _StrictCoordinator(Coordinator):
    """A planted change: every rating counts as failed."""

    async def process(self, envelope: Envelope, state: Run | None) -> Decision[Run]:
        if isinstance(envelope.body, QualityRated):
            body = msgspec.structs.replace(envelope.body, passed=False)
            envelope = msgspec.structs.replace(envelope, body=body)
        return await super().process(envelope, state)


async def test_a_changed_decision_is_found() -> None:
    """Where the changed code goes another round, a completion is missing and other commands are there."""
    afternoon = await _lived(3)
    report = await _replay(afternoon, Part(processor=_StrictCoordinator()))
    assert not report.equal
    assert report.missing + report.extra > 0
    assert {difference.processor for difference in report.differences} == {"coordinator"}


class _BolderLearning(Learning):
    """A planted change: every proposal is told as less likely by a tenth."""

    async def process(self, envelope: Envelope, state: LearnerState | None) -> Decision[LearnerState]:
        decision = await super().process(envelope, state)
        outputs = tuple(
            replace(output, body=msgspec.structs.replace(output.body, propensity=output.body.propensity - 0.1))
            if isinstance(output.body, ParametersProposed)
            else output
            for output in decision.outputs
        )
        return replace(decision, outputs=outputs)


async def test_a_changed_proposal_is_told_by_its_distance() -> None:
    """The audit says which numbers moved and by how much; the rest is the same."""
    afternoon = await _lived(2)
    report = await _replay(afternoon, _learner(_BolderLearning()))
    assert report.changed > 0
    assert report.missing == report.extra == 0
    scores = report.to_json()["scores"]
    assert scores
    assert all(score["p50"] == pytest.approx(0.1) == score["max"] for score in scores.values())


class _OtherPlanner(RulePlanner):
    """A planted change: every piece is two beats a minute faster."""

    async def plan(self, wish: Wish, *, seed: int, parameters: dict[str, float], motifs: tuple[Motif, ...]) -> Plan:
        found = await super().plan(wish, seed=seed, parameters=parameters, motifs=motifs)
        return replace(found, tempo_bpm=found.tempo_bpm + 2)


async def test_a_changed_plan_stays_where_it_begins() -> None:
    """The coordinator is given the plan of the log, so only the planner differs."""
    afternoon = await _lived(5)
    report = await _replay(afternoon, Part(processor=Coordinator()), _planner(afternoon, _OtherPlanner()))
    assert report.by_processor["generation"]["changed"] > 0
    assert set(report.by_processor["coordinator"]) == {"same"}
    (shown,) = report.to_json()["differences"][0]["changes"]
    assert shown["path"] == "data.plan.tempo_bpm"
    assert shown["now"] == shown["was"] + 2


async def test_nothing_live_moves() -> None:
    """Positions, states, jobs and the log are what they were; outputs go to the sink."""
    afternoon = await _lived(6)
    names = [topic.name for topic in TOPICS]
    before = await afternoon.backend.log.ends(names)
    positions = [await afternoon.backend.progress.positions(one.name) for one in afternoon.processors]
    states = await afternoon.backend.states.scan("coordinator", limit=1000)
    sent: list[Message] = []
    await _replay(afternoon, Part(processor=Coordinator()), sent=sent)
    assert sent
    assert await afternoon.backend.log.ends(names) == before
    assert [await afternoon.backend.progress.positions(one.name) for one in afternoon.processors] == positions
    assert await afternoon.backend.states.scan("coordinator", limit=1000) == states


async def test_what_nobody_has_worked_on_is_open() -> None:
    """A request that waits is no difference."""
    afternoon = await _lived(7)
    await afternoon._ask("late")
    report = await _replay(afternoon, Part(processor=Coordinator()))
    assert report.equal
    assert report.skipped["open"] > 0


async def test_facts_are_read_and_not_made_again() -> None:
    """Without an audit a changed learner is not asked."""
    afternoon = await _lived(8)
    part = replace(_learner(_BolderLearning()), facts=(ProposeParameters,))
    report = await _replay(afternoon, part)
    assert report.equal
    assert report.facts > 0


async def test_only_some_topics_are_compared() -> None:
    """Outputs of other topics are made, but not held against what was."""
    afternoon = await _lived(9)
    span = Span(begin=min(afternoon.begun.values()), end=afternoon.end, topics=frozenset({"grym.outcomes.v1"}))
    some = await _replay(afternoon, Part(processor=Coordinator()), span=span)
    everything = await _replay(afternoon, Part(processor=Coordinator()), span=replace(span, topics=None))
    assert 0 < some.same < everything.same
    assert some.replayed == everything.replayed


async def test_what_was_erased_is_exempt() -> None:
    """A tombstone says that something happened and not what: its key is left out, the others are compared."""
    afternoon = await _lived(11)
    erased, kept = sorted(afternoon.begun)[:2]
    span = Span(begin=min(afternoon.begun.values()), end=afternoon.end)
    whole = await _replay(afternoon, Part(processor=Coordinator()), span=span)
    store = afternoon.backend.log._store  # type: ignore[attr-defined]  # nothing in grym writes over a record yet
    for lane in store.records.values():
        lane[:] = [
            msgspec.structs.replace(record, value=None)
            if record.topic == "grym.requests.v1" and record.key == erased.encode()
            else record
            for record in lane
        ]
    report = await _replay(afternoon, Part(processor=Coordinator()), span=span)
    assert report.equal, report.to_json()["differences"]
    assert report.skipped["erased"] > 0
    assert ("coordinator", erased) in report.partial_keys
    assert ("coordinator", kept) not in report.partial_keys
    assert 0 < report.same < whole.same


async def test_outputs_beyond_retention_are_not_extra() -> None:
    """Opinions are kept for ever, what was answered to them is not."""
    afternoon = await _lived(12)
    whole = await _replay(afternoon, _learner())
    await afternoon.clock.advance(400 * 86_400.0)
    await afternoon.backend.housekeeping.sweep(limit=1_000_000)
    report = await _replay(afternoon, _learner())
    assert report.equal, report.to_json()["differences"]
    assert report.skipped["expired"] > 0
    assert report.same == 0 < whole.same


async def test_an_error_of_today_is_told_with_what_is_missing() -> None:
    """A decision that raises makes nothing; what it made then is missing, and why."""

    class Broken(Coordinator):
        async def process(self, envelope: Envelope, state: Run | None) -> Decision[Run]:
            if isinstance(envelope.body, QualityRated):
                raise ZeroDivisionError("oh")
            return await super().process(envelope, state)

    report = await _replay(await _lived(13), Part(processor=Broken()))
    assert report.missing > 0
    assert any(difference.error == "ZeroDivisionError: oh" for difference in report.differences)


async def test_an_empty_span_is_equal() -> None:
    """Nothing is read where nothing happened."""
    afternoon = await _lived(10)
    span = Span(begin=afternoon.end, end=afternoon.end + timedelta(seconds=1))
    report = await _replay(afternoon, Part(processor=Coordinator()), span=span)
    assert (report.read, report.equal) == (0, True)
