"""What the end of a composition tells the session of its listener: how it went, what it had, and what it cost."""

import hashlib
import math
from datetime import datetime

import msgspec

from grym.domain.composing.taste import realised
from grym.ports.generating import is_neural
from schemas.commands import ANONYMOUS, RequestComposition
from schemas.events import QualityRated
from schemas.sessions import AttemptEnded, AttemptOutcome
from streams.coordinator.run import Run
from streams.processor import Output
from streams.translate import plan_from_wire

INPUT_CHARACTERS = 32
"""128 bits of a digest."""


def input_digest(wish: RequestComposition, *, tenant: str) -> str:
    """Return what equal wishes of one person have in common.

    User and tenant are part of it, so that two people who ask for the same are not seen to; deadline and priority say
    nothing of the piece.
    """
    bare = msgspec.structs.replace(wish, deadline_s=0.0, priority=0)
    return hashlib.sha256(msgspec.json.encode([tenant, bare])).hexdigest()[:INPUT_CHARACTERS]


def attempt_of(run: Run, outcome: AttemptOutcome, *, at: datetime) -> tuple[Output, ...]:
    """Return what is told of a composition that has ended; nothing of other requests, nor where none was begun."""
    wish = run.composition
    if wish is None or not run.started:
        return ()
    made, rated, plan = run.answers.generate, run.answers.rate, run.plan
    cpu_s = made.timings_s.get("cpu") if made else None
    body = AttemptEnded(
        user=run.request.user,
        outcome=outcome,
        style=plan.style if plan else run.style,
        mode=plan.tonality.mode if plan else run.mode,
        backend=made.backend if made else wish.backend,
        model=made.provenance.get("model", "") if made and is_neural(made.backend) else "",
        input_sha256=run.input_sha256,
        parameters=realised(plan_from_wire(plan)) if plan and made else {},
        settings=made.settings if made else {},
        metrics=_metrics(run),
        passed=rated is not None and rated.passed,
        rounds=run.round if made else 0,
        wall_s=max(0.0, (at - run.created_at).total_seconds()) if run.created_at else 0.0,
        cpu_s=cpu_s,
    )
    return (Output(body=body, key=run.request.user or ANONYMOUS, run_no=run.run_no),)


def _metrics(run: Run) -> dict[str, float]:
    """Return what was measured of the piece, finite numbers only."""
    made, rated, features = run.answers.generate, run.answers.rate, run.answers.features
    found: dict[str, float | None] = {}
    if made is not None:
        found["duration_s"] = made.duration_s
    if rated is not None:
        found["quality_share"] = passed_share(rated)
    if features is not None:
        found |= {"loudness_lufs": features.analysis.loudness_lufs, "true_peak_dbtp": features.analysis.true_peak_dbtp}
    return {name: value for name, value in found.items() if value is not None and math.isfinite(value)}


def passed_share(rated: QualityRated) -> float | None:
    """Return the share of checks that passed, 0–1; None where nothing was checked."""
    return sum(check.passed for check in rated.checks) / len(rated.checks) if rated.checks else None
