"""Results as the command line prints them: the keys of its contract, all of them, whatever became of the request."""

from typing import Any

import msgspec

from grym.cli.faults import DONE, ENDED_OTHERWISE, GAVE_UP_WAITING
from producers.status import RequestStatus

COMPOSITION_KEYS: dict[str, Any] = {
    "audio": None,
    "midi": None,
    "score": None,
    "stems": [],
    "pages": [],
    "plan": None,
    "seed": None,
    "backend": None,
    "sample_rate_hz": None,
    "duration_s": None,
    "quality": None,
    "attempts": 0,
    "parameters": {},
    "patterns": [],
    "reference": None,
    "provenance": {},
    "timings_s": {},
}

ANALYSIS_KEYS: dict[str, Any] = {
    "duration_s": None,
    "sample_rate_hz": None,
    "channels": None,
    "tempo_bpm": None,
    "tempo_confidence": None,
    "beats_s": [],
    "downbeats_s": [],
    "onsets_s": [],
    "tempo_hypotheses": [],
    "beats_per_bar": 0,
    "metre": None,
    "key": None,
    "keys": [],
    "chords": [],
    "tuning_cents": None,
    "loudness_lufs": None,
    "loudness_range_lu": None,
    "loudness": None,
    "true_peak_dbtp": None,
    "dynamics": None,
    "shares": None,
    "sections": [],
    "transcription": None,
    "notes": [],
    "melody": None,
    "morphology": None,
    "features": {},
    "embedding": None,
    "speech": None,
    "quality": None,
    "patterns": [],
    "provenance": {},
    "timings_s": {},
}

LEARNING_KEYS: dict[str, Any] = {"learned": [], "duration_s": None, "provenance": {}, "timings_s": {}}

RECOGNITION_KEYS: dict[str, Any] = {
    "known": False,
    "matches": [],
    "searched": 0,
    "as_of": 0,
    "degraded": [],
    "elapsed_ms": None,
    "duration_s": None,
    "provenance": {},
    "timings_s": {},
}

CHANGE_KEYS: dict[str, Any] = {
    "action": None,
    "pattern_ids": [],
    "verdict_id": None,
    "withdrawn": [],
    "provenance": {},
    "timings_s": {},
}

LISTENING_KEYS: dict[str, Any] = {
    "reason": None,
    "duration_s": None,
    "heard_s": None,
    "missing_s": None,
    "late_s": None,
    "frames": 0,
    "windows": 0,
    "beats": 0,
    "patterns": 0,
    "counts": {},
    "integrated_lufs": None,
    "loudness_range_lu": None,
    "true_peak_dbtp": None,
    "tempo_bpm": None,
    "key": None,
    "provenance": {},
    "timings_s": {},
}

ENHANCEMENT_KEYS: dict[str, Any] = {
    "before": {},
    "after": {},
    "steps": [],
    "kept": None,
    "audio": None,
    "duration_s": None,
    "sample_rate_hz": None,
    "channels": None,
    "provenance": {},
    "timings_s": {},
}

KEYS: dict[str, dict[str, Any]] = {
    "compose": COMPOSITION_KEYS,
    "analyze": ANALYSIS_KEYS,
    "learn": LEARNING_KEYS,
    "recognise": RECOGNITION_KEYS,
    "change": CHANGE_KEYS,
    "listen": LISTENING_KEYS,
    "enhance": ENHANCEMENT_KEYS,
}


def result_json(status: RequestStatus, **more: Any) -> dict[str, Any]:
    """Return the object of one request: id, outcome, every contract key, and why it ended otherwise."""
    return {
        "request_id": status.request_id,
        "outcome": status.outcome,
        "run": status.run,
        **KEYS[status.kind],
        **status.result,
        **more,
        **_why(status),
    }


def pending_json(request_id: str, kind: str, outcome: str = "pending", **more: Any) -> dict[str, Any]:
    """Return the object of a request that was not waited for; ``unknown`` where it may not even be stored."""
    return {"request_id": request_id, "outcome": outcome, "run": 1, **KEYS[kind], **more}


def status_json(status: RequestStatus, **more: Any) -> dict[str, Any]:
    """Return the object of `grym status`: the full result, and where the request and each step stand."""
    steps = [
        {"name": step.name, "state": step.state, "started_at": step.started_at, "ended_at": step.ended_at}
        for step in status.steps
    ]
    about: dict[str, Any] = {
        "kind": status.kind,
        "state": status.state,
        "created_at": status.created_at,
        "ended_at": status.ended_at,
    }
    about |= {"accepted": status.accepted, "imported": status.imported}
    result = result_json(status, **more)
    if status.kind == "enhance":  # whose own steps would be hidden by those of the request
        about["repairs"] = result["steps"]
    return {**result, **about, "steps": steps}


def exit_code_of_outcomes(results: list[dict[str, Any]], *, waited: bool = True) -> int:
    """Return the exit code for results: 3 when one ended otherwise, 5 when one was given up on, else 0."""
    outcomes = {result["outcome"] for result in results}
    if outcomes & {"rejected", "dead_lettered", "cancelled"}:
        return ENDED_OTHERWISE
    if "unknown" in outcomes or (waited and "pending" in outcomes):
        return GAVE_UP_WAITING
    return DONE


def one_or_many(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one result itself, several under ``results``."""
    return results[0] if len(results) == 1 else {"results": results}


def _why(status: RequestStatus) -> dict[str, Any]:
    why: dict[str, Any] = {}
    if status.fault is not None:
        why["fault"] = msgspec.to_builtins(status.fault)
    if status.letter_id:
        why["letter_id"] = status.letter_id
    if status.state == "cancelled":
        why["reason"] = status.reason
    return why
