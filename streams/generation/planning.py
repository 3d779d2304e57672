"""Planning as long work: whoever is asked for a plan may take a minute, and cancelling ends the question."""

from grym.ports.sound import Planner
from grym.ports.work import Texts
from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import GenerationProgressed
from streams.generation.processor import PLANNING_KIND, planned
from streams.processor import Output, Report


class PlanningWork:
    """Makes plans."""

    kind = PLANNING_KIND

    def __init__(self, *, planner: Planner, texts: Texts) -> None:
        self._planner = planner
        self._texts = texts

    def progress(self, envelope: Envelope, stage: str, share: float) -> Body:  # noqa: ARG002 (as `LongWork` has it)
        """Return the event that tells that a plan is being made."""
        return GenerationProgressed(stage=stage, share=share)

    async def work(self, envelope: Envelope, report: Report) -> tuple[Output, ...]:
        """Make the plan that a command asks for."""
        await report("planning", 0.0)
        return (await planned(envelope.body, planner=self._planner, texts=self._texts),)
