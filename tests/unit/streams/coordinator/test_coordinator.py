"""The coordinator: one run per request, one end per run, whatever comes in whatever order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from grym.domain.composing.choices import LEARNABLE
from grym.domain.composing.styles import STYLES
from grym.domain.composing.taste import place_of_tempo
from grym.ports.effects import CancelJobs, CancelTimer, HoldArtifact, KeepEntry, KeepText, SetTimer
from schemas.body import ArtifactRef, Body, CheckResult, Fault, MotifData
from schemas.commands import (
    CancelRequest,
    ExtractFeatures,
    GenerateMusic,
    MakePlan,
    ProposeParameters,
    RateQuality,
    RecallPatterns,
    RedriveRequest,
    RememberPatterns,
    RequestAnalysis,
    RequestComposition,
)
from schemas.envelope import Envelope
from schemas.events import (
    AudioRefused,
    EventDeadLettered,
    FeaturesExtracted,
    MusicGenerated,
    ParametersExposed,
    ParametersProposed,
    PatternsRecalled,
    PatternsRemembered,
    PlanMade,
    QualityRated,
    RequestAccepted,
    RequestCancelled,
    RequestCompleted,
    RequestDeadLettered,
    RequestIgnored,
    RequestRejected,
    StepStarted,
    TimerFired,
)
from schemas.music import (
    Analysis,
    InstrumentData,
    LastPieceData,
    MetreData,
    PlanData,
    SectionPlanData,
    TonalityData,
)
from schemas.sessions import AttemptEnded
from streams.coordinator import Coordinator, Run
from streams.processor import Decision

PLAN = PlanData(
    title="Nocturne",
    style="nocturne",
    mood="calm",
    tempo_bpm=70.0,
    metre=MetreData(beats=4, unit=4),
    tonality=TonalityData(tonic=2, mode="minor"),
    seconds=30.0,
    sections=(SectionPlanData(name="A", bars=8, intensity=0.4),),
    instruments=(InstrumentData(role="melody", name="piano", program=0),),
    parameters={"density": 0.4, "complexity": 0.3},
)
PACE = round(place_of_tempo(STYLES["nocturne"], 70.0), 4)
FAULT = Fault(code="adapter.failed", message="it broke")


def ref(name: str) -> ArtifactRef:
    """Return a claim check."""
    return ArtifactRef(uri=f"artifact://sha256/{name:0>64}", size_bytes=10, media_type="audio/wav", name=name)


def check(*, passed: bool) -> CheckResult:
    """Return one check."""
    return CheckResult(
        name="music.not_monotonous", value=0.1, required=">= 1", unit="bit", passed=passed, advice="vary"
    )


def generated(number: int = 1) -> MusicGenerated:
    """Return the piece of a round."""
    return MusicGenerated(
        midi=ref(f"a{number}"),
        musicxml=ref(f"b{number}"),
        audio=ref(f"c{number}"),
        backend="synth",
        duration_s=30.0,
        sample_rate_hz=44_100,
        motifs=(MotifData(intervals=(2, 2), durations_beats=(1.0, 1.0, 2.0)),),
        round=number,
    )


def rated(*, passed: bool, number: int = 1, failures: int = 1) -> QualityRated:
    """Return a rating with some failed checks."""
    checks = (check(passed=True),) if passed else tuple(check(passed=False) for _ in range(failures))
    return QualityRated(passed=passed, checks=checks, round=number)


def extracted(number: int = 1) -> FeaturesExtracted:
    """Return the analysis of a round."""
    analysis = Analysis(duration_s=30.0, sample_rate_hz=44_100, channels=2, tempo_bpm=70.0)
    return FeaturesExtracted(analysis=analysis, imprint=ref(f"d{number}"), round=number)


class Desk:
    """One request's row, fed event by event."""

    def __init__(self, event: Callable[..., Envelope]) -> None:
        self.event = event
        self.run: Run | None = None
        self.sent: list[Body] = []
        self.effects: list[object] = []

    async def take(self, body: Body, **envelope: Any) -> list[Body]:
        """Decide one event; return what was sent because of it."""
        decision: Decision[Run] = await Coordinator().process(self.event(body, **envelope), self.run)
        if decision.state is not None:
            # Through the wire form, as the runner stores it.
            self.run = msgspec.json.decode(msgspec.json.encode(decision.state), type=Run)
        bodies = [output.body for output in decision.outputs]
        self.sent += bodies
        self.effects += decision.effects
        return bodies

    async def take_all(self, *bodies: Body) -> list[Body]:
        """Decide several events; return what the last one caused."""
        caused: list[Body] = []
        for body in bodies:
            caused = await self.take(body)
        return caused

    def terminals(self) -> list[Body]:
        """Return the terminal events sent so far."""
        kinds = (RequestCompleted, RequestRejected, RequestDeadLettered, RequestCancelled)
        return [body for body in self.sent if isinstance(body, kinds)]


@pytest.fixture
def desk(event: Callable[..., Envelope]) -> Desk:
    """Return a fresh row."""
    return Desk(event)


REQUEST = RequestComposition(prompt="a calm piano nocturne in D minor, 70 bpm", user="ann", seed=7)
TO_PLAN: tuple[Body, ...] = (
    REQUEST,
    PatternsRecalled(known=False),
    ParametersProposed(
        parameters={"density": 0.4},
        sources={"density": "learned"},
        learner="x/1",
        ratings=1,
        arm="learned",
        propensity=0.85,
        expected=0.7,
    ),
    PlanMade(plan=PLAN),
)


async def test_a_request_starts_what_needs_nothing(desk: Desk) -> None:
    """Recall and learned parameters are asked for side by side, and the prompt travels by reference."""
    sent = await desk.take(REQUEST)
    assert [type(body) for body in sent] == [
        RequestAccepted,
        StepStarted,
        RecallPatterns,
        StepStarted,
        ProposeParameters,
    ]
    assert isinstance(sent[4], ProposeParameters)
    question = sent[4]
    assert (question.user, question.style, question.mood) == ("ann", "nocturne", "calm")
    assert set(question.defaults) == set(LEARNABLE)
    assert question.fixed == {"minor": 1.0, "pace": question.defaults["pace"], "strings": 0.0}
    kept = next(effect for effect in desk.effects if isinstance(effect, KeepText))
    assert (kept.text, kept.user, kept.ref) == (REQUEST.prompt, "ann", "text://r1/prompt")
    assert desk.run is not None
    assert "nocturne in D" not in msgspec.json.encode(desk.run).decode()


async def test_the_deadline_counts_from_the_log(desk: Desk) -> None:
    """The timer is due the given duration after the request's log-append time."""
    await desk.take(msgspec.structs.replace(REQUEST, deadline_s=90.0))
    timer = next(effect for effect in desk.effects if isinstance(effect, SetTimer))
    assert desk.run is not None
    assert desk.run.created_at is not None
    assert timer.due_at == desk.run.created_at + timedelta(seconds=90)
    assert (timer.purpose, timer.run_no) == ("deadline", 1)
    assert timer.cause_id == desk.run.request_event_id


async def test_a_piece_knows_how_urgent_it_is_and_until_when(desk: Desk) -> None:
    """Priority and deadline travel with the command, and a redrive's deadline is its own."""
    urgent = msgspec.structs.replace(REQUEST, deadline_s=90.0, priority=5)
    command = (await desk.take_all(urgent, *TO_PLAN[1:]))[-1]
    assert isinstance(command, GenerateMusic)
    timer = next(effect for effect in desk.effects if isinstance(effect, SetTimer))
    assert (command.priority, command.deadline_at) == (5, timer.due_at)
    await desk.take(CancelRequest())
    again = (await desk.take(RedriveRequest(letter_id="l1", run_no=1)))[-1]
    assert isinstance(again, GenerateMusic)
    later = next(effect for effect in reversed(desk.effects) if isinstance(effect, SetTimer))
    assert (later.run_no, again.deadline_at) == (2, later.due_at)


@pytest.mark.parametrize("priority", [-11, 11, 2**70])
async def test_an_endless_priority_is_refused(desk: Desk, priority: int) -> None:
    """Every integer column takes what is accepted."""
    (_, rejected) = await desk.take(msgspec.structs.replace(REQUEST, priority=priority))
    assert isinstance(rejected, RequestRejected)
    assert rejected.fault.code == "request.priority"


async def test_a_composition_runs_to_completion(desk: Desk) -> None:
    """Every step sends its command once the steps it needs have ended, and the end comes once."""
    caused = await desk.take_all(*TO_PLAN)
    assert isinstance(caused[-1], GenerateMusic)
    assert (caused[-1].plan, caused[-1].seed, caused[-1].round) == (PLAN, 7, 1)
    assert isinstance((await desk.take(generated()))[-1], ExtractFeatures)
    rate = (await desk.take(extracted()))[-1]
    assert isinstance(rate, RateQuality)
    assert rate.analysis is not None
    assert (rate.purpose, rate.plan, rate.analysis.tempo_bpm) == ("composition", PLAN, 70.0)
    assert isinstance((await desk.take(rated(passed=True)))[-1], RememberPatterns)
    completed, ended, exposed = await desk.take(PatternsRemembered(pattern_ids=("p1",)))
    assert isinstance(completed, RequestCompleted)
    assert isinstance(exposed, ParametersExposed)
    assert isinstance(ended, AttemptEnded)
    assert (ended.user, ended.outcome, ended.passed, ended.parameters) == ("ann", "completed", True, exposed.parameters)
    assert set(exposed.defaults) == set(LEARNABLE)
    assert exposed == ParametersExposed(
        user="ann",
        style="nocturne",
        parameters=PLAN.parameters | {"minor": 1.0, "pace": PACE, "strings": 0.0},
        quality_passed=True,
        quality_share=1.0,
        mood="calm",
        arm="learned",
        propensity=0.85,
        expected=0.7,
        defaults=exposed.defaults,
    )
    assert len(desk.terminals()) == 1
    assert desk.run is not None
    assert desk.run.status == "completed"
    assert CancelTimer(timer_id="r1:1:deadline") in desk.effects


async def test_the_result_tells_everything(desk: Desk) -> None:
    """The keys of the command line are there, with where each parameter came from."""
    await desk.take_all(*TO_PLAN, generated(), extracted(), rated(passed=True))
    completed = (await desk.take(PatternsRemembered(pattern_ids=("p1",))))[0]
    assert isinstance(completed, RequestCompleted)
    result: dict[str, Any] = completed.result
    expected = {"audio", "midi", "score", "stems", "plan", "seed", "backend", "sample_rate_hz", "duration_s"}
    assert expected | {"quality", "attempts", "parameters", "patterns", "provenance", "timings_s"} <= set(result)
    told = {name: (fact["value"], fact["source"]) for name, fact in result["parameters"].items()}
    assert told == {
        "complexity": (0.3, "default"),
        "density": (0.4, "learned"),
        "minor": (1.0, "default"),
        "pace": (PACE, "default"),
        "strings": (0.0, "default"),
    }
    assert result["learning"]["arm"] == "learned"
    assert result["timings_s"]["total"] == 7.0
    assert result["timings_s"]["generate"] == 1.0


async def test_a_failed_rating_goes_round_again_with_an_adapted_plan(desk: Desk) -> None:
    """The second round has another plan and another seed; answers of the first are not taken for it."""
    await desk.take_all(*TO_PLAN, generated(), extracted())
    again = (await desk.take(rated(passed=False)))[-1]
    assert isinstance(again, GenerateMusic)
    assert again.round == 2
    assert again.seed != 7
    assert again.plan != PLAN
    late = await desk.take(generated(1))
    assert [type(body) for body in late] == [RequestIgnored]
    assert isinstance((await desk.take(generated(2)))[-1], ExtractFeatures)


async def test_after_three_rounds_the_best_is_kept(desk: Desk) -> None:
    """The round with the fewest failed checks wins, and the result says that it did not pass."""
    await desk.take_all(*TO_PLAN)
    for number, failures in ((1, 3), (2, 1), (3, 2)):
        await desk.take_all(generated(number), extracted(number))
        last = (await desk.take(rated(passed=False, number=number, failures=failures)))[-1]
    assert isinstance(last, RememberPatterns)
    completed = (await desk.take(PatternsRemembered(pattern_ids=())))[0]
    assert isinstance(completed, RequestCompleted)
    result: dict[str, Any] = completed.result
    assert result["midi"]["name"] == "a2"
    assert result["attempts"] == 3
    assert result["quality"]["passed"] is False


async def test_a_round_that_moved_nothing_is_the_last(desk: Desk) -> None:
    """The same checks failed by the same measure twice: a third round would be as long, and no better."""
    await desk.take_all(*TO_PLAN)
    for number in (1, 2):
        await desk.take_all(generated(number), extracted(number))
        last = (await desk.take(rated(passed=False, number=number, failures=2)))[-1]
    assert isinstance(last, RememberPatterns)
    completed = (await desk.take(PatternsRemembered(pattern_ids=())))[0]
    assert isinstance(completed, RequestCompleted)
    result: dict[str, Any] = completed.result
    assert result["attempts"] == 2
    assert result["quality"]["passed"] is False


async def test_a_score_without_sound_skips_the_analysis(desk: Desk) -> None:
    """Backend `score` makes no sound, so there is nothing to extract."""
    silent = msgspec.structs.replace(generated(), audio=None, backend="score", sample_rate_hz=None)
    await desk.take_all(msgspec.structs.replace(REQUEST, backend="score"), *TO_PLAN[1:])
    rate = (await desk.take(silent))[-1]
    assert isinstance(rate, RateQuality)
    assert rate.audio is None


async def test_an_analysis_runs_to_completion(desk: Desk) -> None:
    """Features and rating side by side, recognition once there are features; the order of answers does not matter."""
    caused = await desk.take(RequestAnalysis(audio=ref("f")))
    assert [type(body) for body in caused] == [RequestAccepted, StepStarted, ExtractFeatures, StepStarted, RateQuality]
    assert HoldArtifact(request_id="r1", uri=ref("f").uri) in desk.effects
    assert await desk.take(rated(passed=True)) == []
    caused = await desk.take(extracted())
    assert [type(body) for body in caused] == [StepStarted, RecallPatterns]
    completed = (await desk.take(PatternsRecalled(known=False)))[0]
    assert isinstance(completed, RequestCompleted)
    assert completed.result["tempo_bpm"] == 70.0
    assert not completed.result["patterns"]


async def test_recognition_can_be_left_out(desk: Desk) -> None:
    """Without recognition nobody is asked for patterns."""
    await desk.take(RequestAnalysis(audio=ref("f"), recognise=False))
    assert await desk.take(extracted()) == []
    assert isinstance((await desk.take(rated(passed=True)))[0], RequestCompleted)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"prompt": ""}, "request.prompt_empty"),
        ({"seconds": -1.0}, "request.seconds"),
        ({"seconds": 1e308}, "request.seconds"),
        ({"key": "H quux"}, "request.key"),
        ({"metre": "0/0"}, "request.metre"),
        ({"deadline_s": 0.0}, "request.deadline"),
        ({"deadline_s": 1e308}, "request.deadline"),
        ({"user": ""}, "request.user"),
        ({"seed": -1}, "request.seed"),
        ({"backend": "no such \n backend"}, "request.backend"),
        ({"backend": "audioldm2/../x"}, "request.backend"),
    ],
)
async def test_impossible_requests_are_rejected_with_a_code(desk: Desk, changes: dict[str, Any], code: str) -> None:
    """A rejection is a terminal event that says whose fault it is and what to do."""
    accepted, rejected = await desk.take(msgspec.structs.replace(REQUEST, **changes))
    assert isinstance(accepted, RequestAccepted)
    assert isinstance(rejected, RequestRejected)
    assert rejected.fault.code == code
    assert rejected.fault.hint


async def test_a_sound_at_no_address_is_rejected(desk: Desk) -> None:
    """A path is not the address of an artifact: it is neither read nor held."""
    sound = ArtifactRef(uri="file:///etc/passwd", size_bytes=1, media_type="audio/wav")
    rejected = (await desk.take(RequestAnalysis(audio=sound)))[-1]
    assert isinstance(rejected, RequestRejected)
    assert rejected.fault.code == "request.audio"
    assert not [effect for effect in desk.effects if isinstance(effect, HoldArtifact)]


async def test_a_sound_that_is_none_is_rejected(desk: Desk) -> None:
    """What the sender got wrong ends the run as rejected, with the reason."""
    await desk.take(RequestAnalysis(audio=ref("f")))
    fault = Fault(code="audio.truncated", message="cut off", hint="send it again")
    (terminal,) = await desk.take(AudioRefused(fault=fault))
    assert terminal == RequestRejected(fault=fault)


async def test_a_second_request_under_a_known_id_is_ignored(desk: Desk) -> None:
    """It changes nothing and is recorded."""
    await desk.take(REQUEST)
    before = desk.run
    caused = await desk.take(msgspec.structs.replace(REQUEST, prompt="something else"))
    assert [type(body) for body in caused] == [RequestIgnored]
    assert desk.run == before


async def test_cancel_ends_a_run_and_its_long_work(desk: Desk) -> None:
    """The terminal names the reason; the jobs of the run are cancelled."""
    await desk.take_all(*TO_PLAN)
    cancelled, ended = await desk.take(CancelRequest(reason="changed my mind"))
    assert cancelled == RequestCancelled(reason="changed my mind")
    assert isinstance(ended, AttemptEnded)
    assert (ended.outcome, ended.passed, ended.cpu_s) == ("cancelled", False, None)
    assert CancelJobs(request_id="r1", run_no=1) in desk.effects


async def test_a_cancel_before_its_request_is_remembered(desk: Desk) -> None:
    """The request is accepted and cancelled at once, when it comes."""
    assert await desk.take(CancelRequest(reason="too late")) == []
    accepted, cancelled = await desk.take(REQUEST)
    assert isinstance(accepted, RequestAccepted)
    assert cancelled == RequestCancelled(reason="too late")


async def test_a_request_that_nobody_could_read_is_told_why(desk: Desk) -> None:
    """Nothing began, so nothing ends; the reason names code, message and letter, also where a cancel came first."""
    for _ in range(2):
        (told,) = await desk.take(letter(RequestComposition.TYPE, topic=RequestComposition.TOPIC))
        assert isinstance(told, RequestIgnored)
        assert told.ignored_type == EventDeadLettered.TYPE
        assert told.reason == f"not accepted: {FAULT.code}: {FAULT.message} (dead letter l1)"
        await desk.take(CancelRequest())
    assert not desk.terminals()


async def test_whatever_comes_after_the_end_is_ignored(desk: Desk) -> None:
    """Completed is completed: cancel, deadline, answers and dead letters come too late."""
    await desk.take_all(*TO_PLAN, generated(), extracted(), rated(passed=True), PatternsRemembered(pattern_ids=()))
    late: tuple[Body, ...] = (CancelRequest(), TimerFired(timer_id="r1:1:deadline", purpose="deadline"), generated())
    for body in late:
        assert [type(caused) for caused in await desk.take(body)] == [RequestIgnored]
    assert len(desk.terminals()) == 1


async def test_the_deadline_cancels(desk: Desk) -> None:
    """A timer of this run cancels it with reason deadline; one of another run does not."""
    await desk.take(REQUEST)
    timer = TimerFired(timer_id="r1:1:deadline", purpose="deadline")
    assert [type(body) for body in await desk.take(timer, run_no=2)] == [RequestIgnored]
    assert (await desk.take(timer))[0] == RequestCancelled(reason="deadline")


def letter(event_type: str = PlanMade.TYPE, *, topic: str = "grym.generation.v1") -> EventDeadLettered:
    """Return the news that a record became a dead letter."""
    return EventDeadLettered(
        letter_id="l1",
        processor="generation",
        origin_topic=topic,
        origin_partition=0,
        origin_position=5,
        event_id="e5",
        event_type=event_type,
        attempts=5,
        fault=FAULT,
    )


async def test_a_dead_letter_ends_the_run(desk: Desk) -> None:
    """The request ends dead-lettered with the letter's id."""
    await desk.take_all(*TO_PLAN)
    ended = (await desk.take(letter()))[0]
    assert ended == RequestDeadLettered(letter_id="l1", processor="generation", fault=FAULT)


async def test_a_dead_opinion_does_not_end_the_request(desk: Desk) -> None:
    """Feedback shares the subject of its request but not its fate."""
    await desk.take_all(*TO_PLAN)
    caused = await desk.take(letter("grym.feedback.given.v1"))
    assert [type(body) for body in caused] == [RequestIgnored]


async def test_a_second_message_under_a_known_id_does_not_end_the_request(desk: Desk) -> None:
    """Once a request is accepted, a letter of its topic is about another message: other data, or bytes nobody reads."""
    await desk.take_all(*TO_PLAN)
    caused = await desk.take(letter(RequestComposition.TYPE, topic=RequestComposition.TOPIC))
    assert [type(body) for body in caused] == [RequestIgnored]
    assert desk.terminals() == []


async def test_a_redrive_keeps_finished_steps(desk: Desk) -> None:
    """The next run asks again only for what had not been answered, under its own run number and deadline."""
    await desk.take_all(*TO_PLAN, letter())
    decision = await Coordinator().process(desk.event(RedriveRequest(letter_id="l1", run_no=1)), desk.run)
    assert [type(output.body) for output in decision.outputs] == [RequestAccepted, StepStarted, GenerateMusic]
    assert {output.run_no for output in decision.outputs} == {2}
    assert decision.state is not None
    assert decision.state.run_no == 2
    assert decision.state.answers.plan is not None
    assert any(isinstance(effect, SetTimer) and effect.run_no == 2 for effect in decision.effects)


async def test_redriving_twice_is_harmless(desk: Desk) -> None:
    """The second redrive of a letter finds no ended run of its number."""
    await desk.take_all(*TO_PLAN, letter(), RedriveRequest(letter_id="l1", run_no=1))
    caused = await desk.take(RedriveRequest(letter_id="l1", run_no=1))
    assert [type(body) for body in caused] == [RequestIgnored]


async def test_a_redriven_run_can_complete(desk: Desk) -> None:
    """Answers of the second run count; late ones of the first do not."""
    await desk.take_all(*TO_PLAN, letter(), RedriveRequest(letter_id="l1", run_no=1))
    assert [type(body) for body in await desk.take(generated())] == [RequestIgnored]
    for body in (generated(), extracted(), rated(passed=True)):
        await desk.take(body, run_no=2)
    completed = (await desk.take(PatternsRemembered(pattern_ids=()), run_no=2))[0]
    assert isinstance(completed, RequestCompleted)
    assert len(desk.terminals()) == 2


async def test_an_answer_nobody_waits_for_is_ignored(desk: Desk) -> None:
    """A plan for a request that was never made, or made twice, changes nothing."""
    assert [type(body) for body in await desk.take(PlanMade(plan=PLAN))] == [RequestIgnored]
    await desk.take_all(*TO_PLAN)
    assert [type(body) for body in await desk.take(PlanMade(plan=PLAN))] == [RequestIgnored]


async def test_the_plan_is_asked_for_with_what_was_learned_and_recalled(desk: Desk) -> None:
    """Facts read from outside the run arrive as events and go into the command."""
    motif = MotifData(intervals=(2,), durations_beats=(1.0, 1.0), pattern_id="p9")
    await desk.take_all(REQUEST, TO_PLAN[2])
    command = (await desk.take(PatternsRecalled(known=True, motifs=(motif,))))[-1]
    assert isinstance(command, MakePlan)
    assert (command.parameters, command.motifs, command.seed) == ({"density": 0.4}, (motif,), 7)


async def test_without_a_seed_the_request_id_decides(desk: Desk) -> None:
    """The same request always gets the same seed, another request another."""
    await desk.take(msgspec.structs.replace(REQUEST, seed=None))
    other = Desk(desk.event)
    await other.take(msgspec.structs.replace(REQUEST, seed=None), subject="r2")
    assert desk.run is not None
    assert other.run is not None
    assert desk.run.seed != other.run.seed


LAST = LastPieceData(
    request_id="r0",
    title="March",
    style="march",
    mood="happy",
    tempo_bpm=112.0,
    metre=MetreData(beats=2, unit=4),
    tonality=TonalityData(tonic=0, mode="major"),
    seconds=30.0,
)


async def test_a_wish_that_refers_back_waits_for_the_last_piece(desk: Desk) -> None:
    """What was learned is asked for its style, and the plan is made after it."""
    sent = await desk.take(msgspec.structs.replace(REQUEST, prompt="another one, but slower"))
    (asked,) = [body for body in sent if isinstance(body, RecallPatterns)]
    assert (asked.refers_back, asked.style, asked.mode) == (True, "", "")
    assert not any(isinstance(body, ProposeParameters) for body in sent)
    caused = await desk.take(PatternsRecalled(known=False, last=LAST))
    (question,) = [body for body in caused if isinstance(body, ProposeParameters)]
    assert (question.user, question.style) == ("ann", "march")
    assert question.fixed == {"minor": 0.0, "pace": round(place_of_tempo(STYLES["march"], 112.0), 4)}
    caused = await desk.take(ParametersProposed(parameters={}, sources={}, learner="x/1", ratings=0))
    (planning,) = [body for body in caused if isinstance(body, MakePlan)]
    assert planning.last == LAST


async def test_a_wish_that_refers_to_nothing_goes_on(desk: Desk) -> None:
    """Without a last piece the sentence's own intent counts."""
    await desk.take(msgspec.structs.replace(REQUEST, prompt="another one, as a waltz"))
    caused = await desk.take(PatternsRecalled(known=False))
    (question,) = [body for body in caused if isinstance(body, ProposeParameters)]
    assert (question.user, question.style, question.fixed) == ("ann", "waltz", {})


async def test_a_finished_piece_is_kept_as_the_last_one(desk: Desk) -> None:
    """Under its listener, dated by the log, without a word of the sentence; kept once, with the terminal event."""
    await desk.take_all(*TO_PLAN)
    assert not any(isinstance(effect, KeepEntry) for effect in desk.effects)
    await desk.take_all(generated(), extracted(), rated(passed=True), PatternsRemembered(pattern_ids=()))
    (kept,) = [effect.entry for effect in desk.effects if isinstance(effect, KeepEntry)]
    assert (kept.owner, kept.key, kept.scope) == ("ann", "session/acme", "session")
    assert (kept.value["style"], kept.value["request_id"]) == ("nocturne", "r1")
    assert kept.updated_at is not None
    assert kept.expires_at is not None
    assert "70 bpm" not in str(kept.value)
