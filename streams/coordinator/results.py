"""What a completed run tells: the keys of the command line's contract, artifacts as references."""

from datetime import datetime
from typing import Any

import msgspec

from schemas.events import FeaturesExtracted, QualityRated
from streams.coordinator.run import Run


def composition_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return the result of a composition."""
    answers, plan = run.answers, run.plan
    made, rated, proposed, recalled = answers.generate, answers.rate, answers.parameters, answers.recall
    assert made is not None
    assert rated is not None
    assert plan is not None
    return {
        "audio": _plain(made.audio),
        "midi": _plain(made.midi),
        "score": _plain(made.musicxml),
        "pages": _plain(made.pages),
        "stems": _plain(made.stems),
        "plan": _plain(plan),
        "seed": run.seed,
        "backend": made.backend,
        "sample_rate_hz": made.sample_rate_hz,
        "duration_s": made.duration_s,
        "quality": quality_facts(rated),
        "attempts": run.round,
        "parameters": {
            name: {"value": value, "source": proposed.sources.get(name, "default") if proposed else "default"}
            for name, value in sorted(plan.parameters.items())
        },
        "patterns": [motif.pattern_id for motif in recalled.motifs] if recalled else [],
        "analysis": analysis_facts(answers.features) if answers.features else None,
        "provenance": {**made.provenance, "planner": plan.planner, "request_event_id": run.request_event_id},
        "timings_s": timings_s(run, at=at) | {f"generate.{name}": took for name, took in made.timings_s.items()},
    }


def analysis_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return the result of an analysis."""
    answers = run.answers
    assert answers.features is not None
    assert answers.rate is not None
    recalled = answers.recall
    return analysis_facts(answers.features) | {
        "quality": quality_facts(answers.rate),
        "patterns": _plain(recalled.matches) if recalled else [],
        "known": recalled.known if recalled else False,
        "provenance": {"extractor": answers.features.extractor, "request_event_id": run.request_event_id},
        "timings_s": timings_s(run, at=at),
    }


def analysis_facts(extracted: FeaturesExtracted) -> dict[str, Any]:
    """Return every fact of an analysis under its contract name, absent ones as null."""
    analysis = extracted.analysis
    return {name: _plain(getattr(analysis, name)) for name in analysis.__struct_fields__}


def quality_facts(rated: QualityRated) -> dict[str, Any]:
    """Return the checks and whether all passed."""
    return {"passed": rated.passed, "checks": _plain(rated.checks)}


def timings_s(run: Run, *, at: datetime) -> dict[str, float]:
    """Return seconds per step by log-append times, and from the request to now."""
    spent = {
        step: (span.ended_at - span.started_at).total_seconds()
        for step, span in run.spans.items()
        if span.ended_at is not None
    }
    total = (at - run.created_at).total_seconds() if run.created_at else 0.0
    return spent | {"total": total}


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value)
