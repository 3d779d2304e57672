"""What a job's run leaves in the log."""

from dataclasses import replace

from consumers.claims import ClaimDesk
from consumers.identity import job_letter_id
from consumers.jobs.results import loss_of, progress_message, record_of, result_messages
from grym.errors import PermanentError
from grym.ports.jobs import LeasedJob
from schemas.commands import CancelRequest
from schemas.envelope import decode
from schemas.events import GenerationProgressed, RequestIgnored
from streams.processor import Output
from tests.contract.fakes import EPOCH, MemoryArtifacts, message

COMMAND = message(CancelRequest(), event_id="c1", run_no=2, tenant="t1", traceparent="00-a-b-01")
JOB = LeasedJob(
    job_id="j1",
    kind="generation",
    request_id="r1",
    run_no=2,
    tenant="t1",
    message=COMMAND,
    attempt=3,
    fence=7,
    created_at=EPOCH,
)
PROGRESS = GenerationProgressed(stage="half", share=0.5)


async def test_results_have_the_same_ids_whoever_makes_them() -> None:
    """Another holder of the job names its results alike, so that they count once."""
    outputs = (Output(body=RequestIgnored(ignored_id="x", ignored_type="y", reason="z")),)
    desk = ClaimDesk(MemoryArtifacts())
    first, claims = await result_messages(JOB, decode(COMMAND), outputs, desk)
    again, _ = await result_messages(replace(JOB, fence=8, attempt=4), decode(COMMAND), outputs, desk)
    assert first == again
    assert claims == ()
    (event,) = map(decode, first)
    assert (event.causation_id, event.run_no, event.tenant, event.source) == ("c1", 2, "t1", "grym/generation")


def test_every_report_is_an_event_of_its_own() -> None:
    """Number and fence tell reports apart; command, run, tenant and trace are kept."""
    command = decode(COMMAND)
    events = [
        decode(progress_message(job, command, PROGRESS, number=number, at=EPOCH))
        for job, number in ((JOB, 0), (JOB, 1), (replace(JOB, fence=8), 0))
    ]
    assert len({event.id for event in events}) == 3
    first = events[0]
    assert (first.subject, first.causation_id, first.run_no, first.tenant) == ("r1", "c1", 2, "t1")
    assert (first.traceparent, first.source, first.time) == ("00-a-b-01", "grym/generation", EPOCH)


def test_command_of_a_lost_job_is_kept_as_it_was() -> None:
    """The letter holds the command's bytes under the job's own id, at position 0."""
    loss = loss_of(JOB, PermanentError("no", code="x.y"), attempts=3, at=EPOCH)
    assert (loss.record.value, loss.record.key, loss.record.headers) == (COMMAND.value, COMMAND.key, COMMAND.headers)
    assert (loss.record.position, loss.attempts, loss.fault.code) == (0, 3, "x.y")
    assert loss.letter_id == job_letter_id("generation", "j1", 2)
    assert record_of(JOB).appended_at == EPOCH
