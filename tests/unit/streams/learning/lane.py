"""The feedback lane in memory, for tests of the learner."""

from typing import Any

from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import ParametersExposed
from streams.learning import LearnerState, Learning
from streams.processor import Decision, envelopes_of

DEFAULTS = {"brightness": 0.5, "density": 0.5}


class Lane:
    """Folds events one after the other, as a runner does."""

    def __init__(self) -> None:
        self.states: dict[str, LearnerState] = {}
        self.said: list[Body] = []

    async def take(self, envelope: Envelope) -> Decision[LearnerState]:
        """Fold one event."""
        learning = Learning()
        key = learning.state_key(envelope)
        decision = await learning.process(envelope, self.states.get(key))
        if decision.state is not None:
            self.states[key] = decision.state
        self.said.extend(output.body for output, _ in envelopes_of("learning", envelope, decision.outputs))
        return decision

    def state(self, user: str) -> LearnerState:
        """Return what is known of a user, whatever their tenant."""
        return next(state for key, state in self.states.items() if key.endswith((f":{user}", f"/{user}")))

    def last(self, kind: type[Body]) -> Any:
        """Return the last output of a kind."""
        return next(body for body in reversed(self.said) if isinstance(body, kind))


def exposed(parameters: dict[str, float] = DEFAULTS) -> ParametersExposed:
    """Return the exposure of a nocturne to ann."""
    return ParametersExposed(
        user="ann", style="nocturne", parameters=parameters, quality_passed=True, quality_share=1.0
    )
