"""What a job's run leaves in the log: progress, results, and the letter of one that is given up."""

import uuid
from datetime import datetime

from consumers.claims import ClaimDesk
from consumers.failures.faults import note_of, stack_hash
from consumers.failures.letters import Loss
from consumers.identity import job_letter_id
from grym.ports.jobs import LeasedJob
from schemas.body import Body
from schemas.envelope import Envelope, encode
from schemas.records import Message, Record
from streams.processor import Output, envelopes_of

_PROGRESS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:grym:progress")


async def result_messages(
    job: LeasedJob, command: Envelope, outputs: tuple[Output, ...], claims: ClaimDesk
) -> tuple[tuple[Message, ...], tuple[str, ...]]:
    """Return what has happened as messages with stable ids, and the artifacts that large ones lie in."""
    wrapped = envelopes_of(job.kind, command, outputs)
    checked = [await claims.check_in(encode(envelope, key=key)) for envelope, key in wrapped]
    return tuple(message for message, _ in checked), tuple(uri for _, uri in checked if uri is not None)


def progress_message(job: LeasedJob, command: Envelope, body: Body, *, number: int, at: datetime) -> Message:
    """Return one progress report; its id names the job, who held it, and which report of his it is."""
    envelope = Envelope(
        id=str(uuid.uuid5(_PROGRESS, f"{job.job_id}\x1f{job.fence}\x1f{number}")),
        source=f"grym/{job.kind}",
        type=type(body).TYPE,
        subject=command.subject,
        time=at,
        body=body,
        correlation_id=command.correlation_id,
        causation_id=command.id,
        attempt=command.attempt,
        run_no=command.run_no,
        tenant=command.tenant,
        traceparent=command.traceparent,
        tracestate=command.tracestate,
    )
    return encode(envelope)


def record_of(job: LeasedJob) -> Record:
    """Return the job's command as a record; position 0 says that it lies in no partition any more."""
    message = job.message
    return Record(
        topic=message.topic,
        partition=0,
        position=0,
        key=message.key,
        headers=message.headers,
        value=message.value,
        appended_at=job.created_at,
    )


def loss_of(job: LeasedJob, error: Exception, *, attempts: int, at: datetime) -> Loss:
    """Return the letter of a job that is given up after so many failed attempts."""
    return Loss(
        letter_id=job_letter_id(job.kind, job.job_id, job.run_no),
        processor=job.kind,
        record=record_of(job),
        fault=note_of(error),
        stack=stack_hash(error),
        attempts=attempts,
        first_failed_at=at,
        failed_at=at,
    )
