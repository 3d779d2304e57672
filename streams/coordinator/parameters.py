"""What a result tells of its parameters: the value the piece has, where it came from, and why."""

from typing import Any

import msgspec

from grym.domain.composing.taste import realised
from schemas.events import ParametersProposed
from schemas.music import PlanData
from streams.coordinator.run import Run
from streams.translate import plan_from_wire

_UNKNOWN = "nothing was learned yet"
_UNWANTED = "asked for without what was learned"


def served(run: Run) -> ParametersProposed | None:
    """Return what the learner proposed as far as the request wants it: a piece without taste has the default."""
    proposed, wish = run.answers.parameters, run.composition
    if proposed is None or wish is None or wish.taste:
        return proposed
    return msgspec.structs.replace(
        proposed,
        parameters={},
        sources={},
        arm="default",
        holdout=False,
        propensity=1.0,
        expected=proposed.expected_default,
        verdict=_UNWANTED,
    )


def parameter_facts(plan: PlanData, proposed: ParametersProposed | None) -> dict[str, dict[str, Any]]:
    """Return every parameter by name: its value 0–1, its source and why; where it was learned, what was wished, too.

    The source is ``request``, ``learned``, ``holdout`` or ``default``. A value may differ from what was wished: a mode
    is minor or it is not, and whole bars move a tempo.
    """
    values = realised(plan_from_wire(plan))
    return {name: _fact(name, values[name], plan, proposed) for name in sorted(values)}


def learning_facts(proposed: ParametersProposed | None) -> dict[str, Any] | None:
    """Return what the learner did for a piece: which arm was served, how likely, on how much, and what it expects.

    The expected gain is a difference of utilities 0–1, null where nothing was expected.
    """
    if proposed is None:
        return None
    return {
        "arm": proposed.arm,
        "learner": proposed.learner,
        "ratings": proposed.ratings,
        "propensity": proposed.propensity,
        "expected": proposed.expected,
        "expected_default": proposed.expected_default,
        "expected_gain": _gain(proposed),
        "verdict": proposed.verdict,
    }


def _fact(name: str, value: float, plan: PlanData, proposed: ParametersProposed | None) -> dict[str, Any]:
    if name in plan.asked:
        return {"value": value, "source": "request", "why": "the wish decides it"}
    if proposed is None:
        return {"value": value, "source": "default", "why": _UNKNOWN}
    if name in proposed.parameters:
        wished = {"wished": proposed.parameters[name]}
        return {"value": value, "source": "learned", "why": _why(proposed)} | wished
    if proposed.holdout:
        return {"value": value, "source": "holdout", "why": "the default by lot, to compare with what was learned"}
    return {"value": value, "source": "default", "why": proposed.verdict or _UNKNOWN}


def _why(proposed: ParametersProposed) -> str:
    """Say on whose word a value was served, and what it is expected to bring; a trial is told to be one."""
    ratings = f"{proposed.ratings} rating{'s' * (proposed.ratings != 1)}"
    gain = _gain(proposed)
    expected = "" if gain is None else f", expected gain {gain:+.2f}"
    verdict = f"; {proposed.verdict}" if proposed.verdict else ""
    trial = "a careful trial by " if proposed.arm == "trial" else ""
    return f"{trial}{proposed.learner} on {ratings}{expected}{verdict}"


def _gain(proposed: ParametersProposed) -> float | None:
    """Return by how much utility 0–1 what was learned is expected to please more than the default."""
    if proposed.expected is None or proposed.expected_default is None:
        return None
    return round(proposed.expected - proposed.expected_default, 4)
