"""Generation: plans by rules are made at once; what takes long is accepted at once and made later under a lease.

A plan that somebody has to be asked for takes long: its command becomes a job of its own kind, and its answer a fact.
"""

from dataclasses import replace

from grym.domain.composing.reworking.planning import fitted, guided, keeps_players
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
PLANNING_KIND = "planning"


class Generation:
    """Answers planning commands and accepts pieces as long work; stateless.

    Parameters
    ----------
    planner
        What plans at once; None where planning is long work, too.
    """

    name = "generation"
    accepts: tuple[type[Body], ...] = (MakePlan, GenerateMusic)
    state_type: type[None] = type(None)

    def __init__(self, *, planner: Planner | None, texts: Texts) -> None:
        self._planner = planner
        self._texts = texts

    def state_key(self, envelope: Envelope) -> None:  # noqa: ARG002 (the port's signature)
        """Return None: what a plan depends on is in its command."""
        return

    async def process(self, envelope: Envelope, state: None) -> Decision[None]:  # noqa: ARG002 (the port's signature)
        """Make a plan, or accept a piece."""
        if isinstance(envelope.body, GenerateMusic):
            return Decision(effects=(_making(envelope, envelope.body),))
        if self._planner is None:
            return Decision(effects=(_job(envelope, kind=PLANNING_KIND, name="plan"),))
        return Decision(outputs=(await planned(envelope.body, planner=self._planner, texts=self._texts),))


async def planned(command: MakePlan, *, planner: Planner, texts: Texts) -> Output:
    """Return the answer to a planning command.

    Raises
    ------
    PermanentError
        ``prompt.erased``.
    """
    prompt = await texts.text(command.prompt_ref)
    if prompt is None:
        raise PermanentError("the prompt was erased", code="prompt.erased", hint="Send the request again.")
    wish, motifs = wish_of(command, prompt=prompt), motifs_from_wire(command.motifs)
    if command.heard is None or command.rework is None:
        plan = await planner.plan(wish, seed=command.seed, parameters=command.parameters, motifs=motifs)
    else:
        facts, rework = facts_from_wire(command.heard), rework_from_wire(command.rework)
        wish = guided(wish, facts, rework)
        kept = {"strings"} if keeps_players(rework) else set[str]()
        learned = {name: value for name, value in command.parameters.items() if name not in kept}
        plan = await planner.plan(wish, seed=command.seed, parameters=learned, motifs=motifs)
        plan = fitted(plan, facts, rework)
    return Output(body=PlanMade(plan=plan_to_wire(plan)))


def _making(envelope: Envelope, command: GenerateMusic) -> EnqueueJob:
    job = _job(envelope, kind=JOB_KIND, name=str(command.round))
    return replace(job, priority=command.priority, deadline_at=command.deadline_at, whose=command.whose)


def _job(envelope: Envelope, *, kind: str, name: str) -> EnqueueJob:
    return EnqueueJob(
        job_id=f"{envelope.subject}:{envelope.run_no}:{name}",
        kind=kind,
        request_id=envelope.subject,
        run_no=envelope.run_no,
        tenant=envelope.tenant,
        message=encode(envelope),
    )
