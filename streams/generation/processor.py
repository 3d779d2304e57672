"""Generation: plans are made at once, pieces are accepted at once and made later under a lease."""

from grym.domain.composing.plan import Plan
from grym.domain.composing.reworking.planning import fitted, guided
from grym.errors import PermanentError
from grym.ports.effects import EnqueueJob
from grym.ports.sound import Planner
from grym.ports.work import Texts
from schemas.body import Body
from schemas.commands import GenerateMusic, MakePlan
from schemas.envelope import Envelope, encode
from schemas.events import PlanMade
from streams.processor import Decision, Output
from streams.translate import facts_from_wire, motifs_from_wire, plan_to_wire, rework_from_wire, wish_of

JOB_KIND = "generation"


class Generation:
    """Answers planning commands and accepts pieces as long work; stateless."""

    name = "generation"
    accepts: tuple[type[Body], ...] = (MakePlan, GenerateMusic)
    state_type: type[None] = type(None)

    def __init__(self, *, planner: Planner, texts: Texts) -> None:
        self._planner = planner
        self._texts = texts

    def state_key(self, envelope: Envelope) -> None:  # noqa: ARG002 (the port's signature)
        """Return None: what a plan depends on is in its command."""
        return

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:  # noqa: ARG002 (the port's signature)
        """Make a plan, or accept a piece."""
        if isinstance(envelope.body, GenerateMusic):
            return Decision(effects=(_job(envelope, envelope.body),))
        plan = await self._plan(envelope.body)
        return Decision(outputs=(Output(body=PlanMade(plan=plan_to_wire(plan))),))

    async def _plan(self, command: MakePlan) -> Plan:
        prompt = await self._texts.text(command.prompt_ref)
        if prompt is None:
            raise PermanentError("the prompt was erased", code="prompt.erased", hint="Send the request again.")
        wish, motifs = wish_of(command, prompt=prompt), motifs_from_wire(command.motifs)
        if command.heard is None or command.rework is None:
            return await self._planner.plan(wish, seed=command.seed, parameters=command.parameters, motifs=motifs)
        facts, rework = facts_from_wire(command.heard), rework_from_wire(command.rework)
        plan = await self._planner.plan(
            guided(wish, facts, rework), seed=command.seed, parameters=command.parameters, motifs=motifs
        )
        return fitted(plan, facts, rework)


def _job(envelope: Envelope, command: GenerateMusic) -> EnqueueJob:
    return EnqueueJob(
        job_id=f"{envelope.subject}:{envelope.run_no}:{command.round}",
        kind=JOB_KIND,
        request_id=envelope.subject,
        run_no=envelope.run_no,
        tenant=envelope.tenant,
        message=encode(envelope),
        priority=command.priority,
        deadline_at=command.deadline_at,
    )
