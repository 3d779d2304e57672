"""Between wire and domain: the same values in the words of either side. The only place where the two meet."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from grym.domain.composing.bounds import require_playable
from grym.domain.composing.formal.choice import FormalChoice
from grym.domain.composing.plan import LastPiece, Motif, Plan, Wish
from grym.domain.composing.quoting import Quotation
from grym.domain.composing.reworking.bounds import require_sound_facts, require_sound_rework
from grym.domain.composing.reworking.source import Rework, SourceFacts, Taken
from grym.domain.composing.styles import Style
from grym.domain.quality.check import Check
from grym.errors import GrymError, InvalidRequestError
from schemas.body import CheckResult, Fault, MotifData, MotifUse
from schemas.commands import MakePlan, RequestComposition
from schemas.formal import FormalData
from schemas.music import LastPieceData, PlanData
from schemas.reworking import ReworkData, TakenData
from schemas.reworking import SourceFacts as SourceFactsData
from schemas.styles import StyleData

T = TypeVar("T")


def plan_to_wire(plan: Plan) -> PlanData:
    """Write a plan as it travels."""
    return _carry(plan, PlanData)


def plan_from_wire(plan: PlanData) -> Plan:
    """Read a plan that travelled.

    Raises
    ------
    InvalidRequestError
        When it has numbers that no piece can have (`bounds.require_playable`).
    """
    read = _carry(plan, Plan)
    require_playable(read)
    return read


def style_to_wire(style: Style) -> StyleData:
    """Write a style that somebody brings along as it travels."""
    return _carry(style, StyleData)


def style_from_wire(style: StyleData) -> Style:
    """Read a style that travelled."""
    return _carry(style, Style)


def checks_to_wire(checks: Iterable[Check]) -> tuple[CheckResult, ...]:
    """Write checks as they travel."""
    return tuple(_carry(check, CheckResult) for check in checks)


def checks_from_wire(checks: Iterable[CheckResult]) -> tuple[Check, ...]:
    """Read checks that travelled."""
    return tuple(_carry(check, Check) for check in checks)


def motifs_to_wire(motifs: Iterable[Motif]) -> tuple[MotifData, ...]:
    """Write motifs as they travel."""
    return tuple(_carry(motif, MotifData) for motif in motifs)


def motifs_from_wire(motifs: Iterable[MotifData]) -> tuple[Motif, ...]:
    """Read motifs that travelled."""
    return tuple(_carry(motif, Motif) for motif in motifs)


def uses_to_wire(uses: Iterable[Quotation]) -> tuple[MotifUse, ...]:
    """Write where motifs sound as it travels."""
    return tuple(_carry(use, MotifUse) for use in uses)


def facts_to_wire(facts: SourceFacts) -> SourceFactsData:
    """Write what was found in a source as it travels."""
    return _carry(facts, SourceFactsData)


def facts_from_wire(facts: SourceFactsData) -> SourceFacts:
    """Read what was found in a source.

    Raises
    ------
    InvalidRequestError
        ``source.invalid`` where no source is like that.
    """
    read = _carry(facts, SourceFacts)
    require_sound_facts(read)
    return read


def rework_from_wire(rework: ReworkData) -> Rework:
    """Read what is to be done with a source.

    Raises
    ------
    InvalidRequestError
        ``source.invalid`` where its numbers mean nothing.
    """
    read = _carry(rework, Rework)
    require_sound_rework(read)
    return read


def taken_to_wire(taken: Taken) -> TakenData:
    """Write what a piece took of its source as it travels."""
    return _carry(taken, TakenData)


def last_to_wire(plan: PlanData, *, request_id: str) -> LastPieceData:
    """Write what is remembered of a finished piece."""
    facts = {name: getattr(plan, name) for name in LastPieceData.__struct_fields__ if name != "request_id"}
    return LastPieceData(request_id=request_id, **facts)


def formal_to_wire(choices: Iterable[FormalChoice]) -> tuple[FormalData, ...]:
    """Write laws of formal music as they travel."""
    return tuple(_carry(choice, FormalData) for choice in choices)


def wish_of(command: RequestComposition | MakePlan, *, prompt: str) -> Wish:
    """Read the wish out of a request or a planning command."""
    last = command.last if isinstance(command, MakePlan) else None
    return Wish(
        prompt=prompt,
        seconds=None if command.open_length else command.seconds,
        tempo_bpm=command.tempo_bpm,
        key=command.key,
        metre=command.metre,
        style=command.style,
        definition=None if command.definition is None else style_from_wire(command.definition),
        last=None if last is None else _carry(last, LastPiece),
        formal=tuple(_carry(choice, FormalChoice) for choice in command.formal),
    )


def fault_of(error: GrymError) -> Fault:
    """Write an error as it travels."""
    return Fault(code=error.code, message=error.message, hint=error.hint)


def _carry(value: object, target: type[T]) -> T:
    """Return a value in the words of the other side.

    Both sides name their fields alike (a unit test holds them together), so the plain form is the translation.

    Raises
    ------
    InvalidRequestError
        When a choice has a name that this version does not know, such as the dialect of a style (``wire.choice``).
    """
    try:
        return msgspec.convert(msgspec.to_builtins(value), target)
    except msgspec.ValidationError as error:
        raise InvalidRequestError(
            f"What travelled is not understood: {str(error)[:160]}.",
            code="wire.choice",
            hint="Check the style with `grym styles check FILE`, or bring this worker up to date.",
        ) from error
