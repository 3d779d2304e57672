"""What a completed run tells: the keys of the command line's contract, artifacts as references."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from grym.domain.composing.taste import realised
from schemas.events import FeaturesExtracted, MusicGenerated, PatternsRecalled, QualityRated
from streams.coordinator.parameters import learning_facts, parameter_facts, served
from streams.coordinator.run import Kind, Run
from streams.coordinator.standing import settings_told, suggestions_told
from streams.translate import plan_from_wire


def result_of(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return the result of a run whose steps have all ended."""
    return _RESULTS[run.kind](run, at=at)


def composition_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return the result of a composition."""
    answers, plan = run.answers, run.plan
    made, rated, proposed, recalled = answers.generate, answers.rate, served(run), answers.recall
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
        "parameters": parameter_facts(plan, proposed),
        "learning": learning_facts(proposed),
        "settings": settings_told(run),
        "suggestions": suggestions_told(run, realised(plan_from_wire(plan))),
        "patterns": lent_patterns(recalled, made) if recalled else [],
        "analysis": analysis_facts(answers.features) if answers.features else None,
        "reference": None if made.reference is None else whole(made.reference),
        "provenance": {
            **made.provenance,
            **_origin(made),
            "planner": plan.planner,
            "request_event_id": run.request_event_id,
        },
        "timings_s": timings_s(run, at=at) | {f"generate.{name}": took for name, took in made.timings_s.items()},
    }


def _origin(made: MusicGenerated) -> dict[str, str]:
    """Return the digest of the file that a piece was made from."""
    return {} if made.reference is None else {"source_sha256": made.reference.source_sha256}


def analysis_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return the result of an analysis."""
    answers = run.answers
    assert answers.features is not None
    assert answers.rate is not None
    recalled = answers.recall
    return analysis_facts(answers.features) | {
        "quality": quality_facts(answers.rate),
        "patterns": [whole(match) for match in recalled.matches] if recalled else [],
        "known": recalled.known if recalled else False,
        "provenance": {"extractor": answers.features.extractor, "request_event_id": run.request_event_id},
        "timings_s": timings_s(run, at=at),
    }


def learning_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return the result of learning a recording."""
    taken, kept = run.answers.imprint, run.answers.remember
    assert taken is not None
    assert kept is not None
    return {
        "learned": _plain(kept.learned),
        "duration_s": taken.duration_s,
        "provenance": {"extractor": taken.extractor, "request_event_id": run.request_event_id},
        "timings_s": timings_s(run, at=at),
    }


def recognition_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return what memory says of a sound; `elapsed_ms` is what asking it took, by the log."""
    taken, recalled = run.answers.imprint, run.answers.recall
    assert taken is not None
    assert recalled is not None
    spent_s = timings_s(run, at=at)
    return {
        "known": recalled.known,
        "matches": [whole(match) for match in recalled.matches],
        "closest": whole(recalled.closest) if recalled.closest else None,
        "searched": recalled.searched,
        "as_of": recalled.as_of,
        "degraded": list(recalled.degraded),
        "elapsed_ms": round(spent_s["recall"] * 1000, 3),
        "duration_s": taken.duration_s,
        "provenance": {"extractor": taken.extractor, "request_event_id": run.request_event_id},
        "timings_s": spent_s,
    }


def change_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return what a change of pattern memory by hand did."""
    changed = run.answers.change
    assert changed is not None
    return {
        "action": changed.action,
        "pattern_ids": list(changed.pattern_ids),
        "verdict_id": changed.verdict_id or None,
        "withdrawn": list(changed.withdrawn),
        "provenance": {"request_event_id": run.request_event_id},
        "timings_s": timings_s(run, at=at),
    }


def enhancement_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return what was repaired in a recording."""
    done = run.answers.enhance
    assert done is not None
    return {name: value for name, value in whole(done).items() if name != "fault"} | {
        "steps": [whole(step) for step in done.steps],
        "provenance": {"request_event_id": run.request_event_id},
        "timings_s": timings_s(run, at=at),
    }


def listening_result(run: Run, *, at: datetime) -> dict[str, Any]:
    """Return what a live stream came to."""
    heard = run.answers.listen
    assert heard is not None
    return {name: value for name, value in whole(heard).items() if name not in {"fault", "letter_id"}} | {
        "provenance": {"request_event_id": run.request_event_id},
        "timings_s": timings_s(run, at=at),
    }


def lent_patterns(recalled: PatternsRecalled, made: MusicGenerated) -> list[dict[str, Any]]:
    """Return the patterns that were lent to a piece, why, and where each sounds."""
    names = {match.pattern_id: match for match in recalled.matches}
    return [
        {
            "pattern_id": pattern_id,
            "name": names[pattern_id].name if pattern_id in names else "",
            "why": names[pattern_id].why if pattern_id in names else "",
            "uses": [whole(use) for use in made.uses if use.pattern_id == pattern_id],
        }
        for pattern_id in dict.fromkeys(motif.pattern_id for motif in recalled.motifs)
    ]


def whole(value: Any) -> dict[str, Any]:
    """Return a struct with every key, whether or not the wire leaves it out."""
    return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}


def analysis_facts(extracted: FeaturesExtracted) -> dict[str, Any]:
    """Return every fact of an analysis under its contract name, absent ones as null."""
    analysis = extracted.analysis
    return {name: _plain(getattr(analysis, name)) for name in analysis.__struct_fields__}


def quality_facts(rated: QualityRated) -> dict[str, Any]:
    """Return the checks, whether all passed, and by which profile."""
    return {"passed": rated.passed, "profile": rated.profile, "checks": _plain(rated.checks)}


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


_RESULTS: Mapping[Kind, Callable[..., dict[str, Any]]] = {
    "compose": composition_result,
    "analyze": analysis_result,
    "learn": learning_result,
    "recognise": recognition_result,
    "change": change_result,
    "listen": listening_result,
    "enhance": enhancement_result,
}
