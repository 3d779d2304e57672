"""What one record tells about the processor it comes from: that it worked, for how long, how well, or that it failed.

Headers tell most of it, so bodies are read only where they matter. A record nobody can read tells nothing: views are
for dashboards, and the runner has made a dead letter of it already.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from grym.errors import ContractError
from schemas.envelope import decode, peek
from schemas.events import EnhancementProgressed, EventDeadLettered, GenerationProgressed, QualityRated
from schemas.records import Record

OUTSIDE = "outside"
"""Stands for everybody who is no processor of grym: those who ask."""

_OURS = "grym/"
_READ = frozenset({EventDeadLettered.TYPE, QualityRated.TYPE})
_TIMELESS = frozenset({EventDeadLettered.TYPE, GenerationProgressed.TYPE, EnhancementProgressed.TYPE})
"""Made when they were told, not when their cause was logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One event of one processor.

    Parameters
    ----------
    at_s
        When it was logged, in seconds since 1970.
    lasted_s
        Seconds from the logging of its cause to its own, waiting and working together; None where nobody can tell.
    rating
        Share of quality checks passed, 0–1; None for everything that rates nothing.
    """

    processor: str
    at_s: float
    failed: bool = False
    lasted_s: float | None = None
    rating: float | None = None


def observe(record: Record) -> Observation | None:
    """Return what a record tells; None where it tells nothing."""
    source, type_name = peek(record.headers, "ce_source"), peek(record.headers, "ce_type")
    if not source or not type_name:
        return None
    processor = source.removeprefix(_OURS) if source.startswith(_OURS) else OUTSIDE
    lasted_s = None if processor == OUTSIDE or type_name in _TIMELESS else _lasted_s(record)
    plain = Observation(processor=processor, at_s=record.appended_at.timestamp(), lasted_s=lasted_s)
    return _read(record, plain) if type_name in _READ else plain


def _read(record: Record, plain: Observation) -> Observation | None:
    try:
        body = decode(record).body
    except ContractError:
        return None
    if isinstance(body, EventDeadLettered):
        return Observation(processor=body.processor, at_s=plain.at_s, failed=True)
    checks = body.checks if isinstance(body, QualityRated) else ()
    rating = sum(check.passed for check in checks) / len(checks) if checks else None
    return Observation(processor=plain.processor, at_s=plain.at_s, lasted_s=plain.lasted_s, rating=rating)


def _lasted_s(record: Record) -> float | None:
    try:
        began = datetime.fromisoformat(peek(record.headers, "ce_time"))
        began = began if began.tzinfo else began.replace(tzinfo=UTC)
        return max(0.0, (record.appended_at - began).total_seconds())
    except (ValueError, OverflowError):
        return None
