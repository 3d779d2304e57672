"""Enhancing: a repair takes seconds to minutes, so it is accepted at once and made later under a lease."""

from grym.ports.effects import EnqueueJob
from schemas.body import Body
from schemas.commands import EnhanceAudio
from schemas.envelope import Envelope, encode
from streams.processor import Decision

JOB_KIND = "enhancing"


class Enhancing:
    """Accepts repairs as long work; stateless."""

    name = "enhancing"
    accepts: tuple[type[Body], ...] = (EnhanceAudio,)
    state_type: type[None] = type(None)

    def state_key(self, envelope: Envelope) -> None:  # noqa: ARG002 (the port's signature)
        """Return None: a repair depends on nothing but its sound."""
        return

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:  # noqa: ARG002 (the port's signature)
        """Accept one repair."""
        command: EnhanceAudio = envelope.body
        job = EnqueueJob(
            job_id=f"{envelope.subject}:{envelope.run_no}:enhance",
            kind=JOB_KIND,
            request_id=envelope.subject,
            run_no=envelope.run_no,
            tenant=envelope.tenant,
            message=encode(envelope),
            deadline_at=command.deadline_at,
        )
        return Decision(effects=(job,))
