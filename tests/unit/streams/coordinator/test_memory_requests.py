"""Requests to pattern memory: learning, recognising and changing run as any other request does."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from grym.ports.effects import HoldArtifact, KeepText
from schemas.body import ArtifactRef, Body, Fault, MotifData, MotifUse
from schemas.commands import (
    CancelRequest,
    ChangePatterns,
    RecallPatterns,
    RedriveRequest,
    RememberPatterns,
    RequestAnalysis,
    RequestComposition,
    RequestLearning,
    RequestPatternChange,
    RequestRecognition,
    TakeImprint,
)
from schemas.envelope import Envelope
from schemas.events import (
    AudioRefused,
    EventDeadLettered,
    ImprintTaken,
    LearnedData,
    MatchData,
    PatternsChanged,
    PatternsRecalled,
    PatternsRemembered,
    RequestAccepted,
    RequestCancelled,
    RequestCompleted,
    RequestRejected,
    StepStarted,
)
from schemas.verdicts import VerdictData
from streams.coordinator import Coordinator
from tests.unit.streams.coordinator.test_coordinator import TO_PLAN, Desk, extracted, generated, rated, ref

AUDIO, IMPRINT = ref("5"), ref("6")
FAULT = Fault(code="pattern.nothing", message="nothing to remember")
LEARN = RequestLearning(audio=AUDIO, name="tune", tags={"mood": "calm"}, category="melodic", collection="shelf")
RECOGNISE = RequestRecognition(audio=AUDIO, top=3, collection="shelf")
FORGET = RequestPatternChange(action="forget", pattern_id="p", reason="noise", collection="shelf")
TAKEN = ImprintTaken(imprint=IMPRINT, extractor="imprint/1", duration_s=12.5)


@pytest.fixture
def desk(event: Callable[..., Envelope]) -> Desk:
    """Return a fresh row."""
    return Desk(event)


async def test_learning_runs_to_completion(desk: Desk) -> None:
    """The imprint is taken and remembered with all that was said of it; the result says what is new."""
    assert await desk.take(LEARN) == [
        RequestAccepted(kind="learn", deadline_s=600.0),
        StepStarted(step="imprint"),
        TakeImprint(audio=AUDIO),
    ]
    [_, command] = await desk.take(TAKEN)
    assert command == RememberPatterns(
        imprint=IMPRINT, name="tune", tags={"mood": "calm"}, category="melodic", collection="shelf", asked=True
    )
    learned = LearnedData(pattern_id="p", name="tune", new=True)
    await desk.take(PatternsRemembered(pattern_ids=("p",), new=("p",), learned=(learned,)))
    [completed] = desk.terminals()
    assert isinstance(completed, RequestCompleted)
    assert completed.kind == "learn"
    assert completed.result["learned"] == ({"pattern_id": "p", "name": "tune", "new": True},)
    assert completed.result["duration_s"] == 12.5
    assert {effect.uri for effect in desk.effects if isinstance(effect, HoldArtifact)} == {AUDIO.uri, IMPRINT.uri}


async def test_the_writes_of_a_collection_are_one_lane(event: Callable[..., Envelope]) -> None:
    """Commands that write memory are keyed by their collection."""
    started = await Coordinator().process(event(FORGET), None)
    [key] = [output.key for output in started.outputs if isinstance(output.body, ChangePatterns)]
    assert key == "shelf"


async def test_recognising_runs_to_completion(desk: Desk) -> None:
    """Memory is asked with the imprint, and its answer is the result, with every key of the contract."""
    await desk.take(RECOGNISE)
    [_, command] = await desk.take(TAKEN)
    assert command == RecallPatterns(purpose="recognise", imprint=IMPRINT, top=3, collection="shelf")
    match = MatchData(pattern_id="p", name="tune", confidence=0.97, why="sounds alike")
    await desk.take(PatternsRecalled(known=True, matches=(match,), searched=4, as_of=9, degraded=("index",)))
    [completed] = desk.terminals()
    assert isinstance(completed, RequestCompleted)
    result = completed.result
    assert (result["known"], result["searched"], result["as_of"], result["degraded"]) == (True, 4, 9, ["index"])
    assert result["matches"] == [
        {
            "pattern_id": "p",
            "name": "tune",
            "confidence": 0.97,
            "offset_s": 0.0,
            "transposition_semitones": 0,
            "tempo_ratio": 1.0,
            "why": "sounds alike",
            "evidence": {},
        }
    ]
    assert result["elapsed_ms"] == pytest.approx(1000.0)  # the answer came a second after the question


async def test_a_change_runs_to_completion(desk: Desk) -> None:
    """One command, one answer."""
    command = (await desk.take(FORGET))[-1]
    assert command == ChangePatterns(action="forget", pattern_id="p", reason="noise", collection="shelf")
    await desk.take(PatternsChanged(action="forget", pattern_ids=("p",)))
    [completed] = desk.terminals()
    assert isinstance(completed, RequestCompleted)
    assert (completed.result["action"], completed.result["pattern_ids"]) == ("forget", ["p"])


@pytest.mark.parametrize(
    ("request_body", "answers"),
    [
        (LEARN, (AudioRefused(fault=FAULT),)),
        (LEARN, (TAKEN, PatternsRemembered(pattern_ids=(), fault=FAULT))),
        (RECOGNISE, (TAKEN, PatternsRecalled(known=False, fault=FAULT))),
        (FORGET, (PatternsChanged(action="forget", fault=FAULT),)),
        (RequestComposition(prompt="a waltz", pattern_ids=("p",)), (PatternsRecalled(known=False, fault=FAULT),)),
    ],
    ids=["no sound", "nothing to remember", "no answer", "no such pattern", "no such motif"],
)
async def test_what_memory_refuses_ends_the_run(desk: Desk, request_body: Body, answers: tuple[Body, ...]) -> None:
    """With the fault it gave."""
    await desk.take_all(request_body, *answers)
    assert desk.terminals() == [RequestRejected(fault=FAULT)]


JUDGE = RequestPatternChange(
    action="judge", pattern_id="p", verdict=VerdictData(right=False, confidence=0.9), note="I know it", user="ann"
)


async def test_a_verdict_is_asked_for_and_its_words_stay_beside_the_log(desk: Desk) -> None:
    """The note is kept as a text of the person; the command and the state name it and hold no word of it."""
    command = (await desk.take(JUDGE))[-1]
    assert command == ChangePatterns(
        action="judge", pattern_id="p", verdict=JUDGE.verdict, note_ref="text://r1/note", user="ann"
    )
    kept = next(effect for effect in desk.effects if isinstance(effect, KeepText))
    assert (kept.ref, kept.user, kept.text) == ("text://r1/note", "ann", "I know it")
    assert desk.run is not None
    assert "I know it" not in msgspec.json.encode(desk.run).decode()
    await desk.take(PatternsChanged(action="judge", pattern_ids=("p",), verdict_id="v"))
    [completed] = desk.terminals()
    assert isinstance(completed, RequestCompleted)
    assert (completed.result["verdict_id"], completed.result["withdrawn"]) == ("v", [])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"verdict": None}, "request.verdict"),
        ({"verdict": VerdictData(right=True, certainty=0.0)}, "request.certainty"),
        ({"verdict": VerdictData(right=True, certainty=2.0)}, "request.certainty"),
        ({"verdict": VerdictData(right=True, confidence=1.5)}, "request.certainty"),
        ({"verdict": VerdictData(right=True, evidence={str(n): 1.0 for n in range(99)})}, "request.evidence"),
        ({"note": "x" * 5000}, "request.note"),
        ({"pattern_id": ""}, "request.pattern"),
    ],
)
async def test_a_verdict_that_makes_no_sense_is_refused(desk: Desk, wrong: dict[str, Any], code: str) -> None:
    """Before memory is asked."""
    assert not [
        body for body in await desk.take(msgspec.structs.replace(JUDGE, **wrong)) if isinstance(body, ChangePatterns)
    ]
    [refused] = desk.terminals()
    assert isinstance(refused, RequestRejected)
    assert refused.fault.code == code


async def test_all_that_a_person_said_is_taken_back_without_naming_a_pattern(desk: Desk) -> None:
    """Which is what erasing a person asks for."""
    wish = RequestPatternChange(action="withdraw", user="ann", collection="shelf")
    assert (await desk.take(wish))[-1] == ChangePatterns(action="withdraw", user="ann", collection="shelf")


@pytest.mark.parametrize("request_body", [LEARN, RECOGNISE, FORGET])
async def test_any_of_them_can_be_cancelled(desk: Desk, request_body: Body) -> None:
    """As any other request, and before it arrives."""
    await desk.take_all(request_body, CancelRequest())
    assert desk.terminals() == [RequestCancelled(reason="asked")]


async def test_a_redrive_takes_no_second_imprint(desk: Desk) -> None:
    """The next run goes on with the step that failed."""
    await desk.take_all(LEARN, TAKEN)
    letter = EventDeadLettered(
        letter_id="l",
        processor="patterns",
        origin_topic="grym.pattern-writes.v1",
        origin_partition=0,
        origin_position=1,
        event_id="e",
        event_type=RememberPatterns.TYPE,
        attempts=3,
        fault=FAULT,
    )
    await desk.take(letter)
    again = await desk.take(RedriveRequest(letter_id="l", run_no=1))
    assert [type(body) for body in again] == [RequestAccepted, StepStarted, RememberPatterns]


async def test_patterns_are_asked_for_by_name(desk: Desk) -> None:
    """And the result says which were used, why, and where they sound."""
    wish = msgspec.structs.replace(TO_PLAN[0], pattern_ids=("p", "q"))
    command = next(body for body in await desk.take(wish) if isinstance(body, RecallPatterns))
    assert command.pattern_ids == ("p", "q")
    lent = MatchData(pattern_id="p", name="theme", confidence=1.0, why="asked for")
    motif = MotifData(intervals=(2,), durations_beats=(1.0, 1.0), pattern_id="p")
    use = MotifUse(pattern_id="p", part="flute", start_s=1.0, end_s=3.0)
    made = msgspec.structs.replace(generated(), uses=(use,))
    recalled = PatternsRecalled(known=True, matches=(lent,), motifs=(motif,))
    sent = await desk.take_all(recalled, *TO_PLAN[2:], made, extracted(), rated(passed=True))
    assert [body.used for body in sent if isinstance(body, RememberPatterns)] == [("p",)]
    await desk.take(PatternsRemembered(pattern_ids=()))
    [completed] = desk.terminals()
    assert isinstance(completed, RequestCompleted)
    assert completed.result["patterns"] == [
        {
            "pattern_id": "p",
            "name": "theme",
            "why": "asked for",
            "uses": [
                {
                    "pattern_id": "p",
                    "part": "flute",
                    "start_s": 1.0,
                    "end_s": 3.0,
                    "transposition_semitones": 0,
                    "form": "stated",
                }
            ],
        }
    ]


NO_ADDRESS = ArtifactRef(uri="file:///etc/passwd", size_bytes=1, media_type="audio/wav")
LONG = "x" * 201
IMPOSSIBLE: list[tuple[Body, dict[str, Any], str]] = [
    (LEARN, {"audio": NO_ADDRESS}, "request.audio"),
    (LEARN, {"name": LONG}, "request.name"),
    (LEARN, {"category": LONG}, "request.name"),
    (LEARN, {"tags": {LONG: "x"}}, "request.name"),
    (LEARN, {"tags": {"x": LONG}}, "request.name"),
    (LEARN, {"tags": {"": "x"}}, "request.tags"),
    (LEARN, {"tags": {str(number): "x" for number in range(33)}}, "request.tags"),
    (LEARN, {"collection": ""}, "request.collection"),
    (LEARN, {"user": ""}, "request.user"),
    (RECOGNISE, {"audio": NO_ADDRESS}, "request.audio"),
    (RECOGNISE, {"top": 0}, "request.top"),
    (RECOGNISE, {"top": 101}, "request.top"),
    (RECOGNISE, {"deadline_s": 0.0}, "request.deadline"),
    (FORGET, {"pattern_id": ""}, "request.pattern"),
    (FORGET, {"reason": LONG}, "request.reason"),
    (FORGET, {"action": "correct"}, "request.correction"),
    (FORGET, {"action": "merge"}, "request.merge"),
    (FORGET, {"action": "merge", "into_id": "p"}, "request.merge"),
    (FORGET, {"action": "import"}, "request.file"),
    (FORGET, {"action": "import", "file": NO_ADDRESS}, "request.file"),
    (RequestComposition(prompt="a waltz"), {"pattern_ids": ("",)}, "request.patterns"),
    (RequestComposition(prompt="a waltz"), {"pattern_ids": ("p",) * 4}, "request.patterns"),
    (RequestAnalysis(audio=AUDIO), {"audio": NO_ADDRESS}, "request.audio"),
]


@pytest.mark.parametrize(("possible", "changes", "code"), IMPOSSIBLE)
async def test_impossible_requests_are_rejected(desk: Desk, possible: Body, changes: dict[str, Any], code: str) -> None:
    """Accepted and rejected at once, so that their sender reads why."""
    await desk.take(msgspec.structs.replace(possible, **changes))
    [rejected] = desk.terminals()
    assert isinstance(rejected, RequestRejected)
    assert rejected.fault.code == code
    assert rejected.fault.hint
