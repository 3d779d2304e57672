"""From answers of memory about the last seconds, asked again and again, to statements: it began, changed, ended.

Each answer says where in a pattern the asked stretch begins, and so when, by the stream's clock, the pattern itself
began or would have begun. As long as that instant and the transposition stay the same, it is one and the same sounding,
and nothing new is said of it. A pattern has ended once it was not found twice in a row: one stretch may be unlucky.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from grym.ports.patterns import Match, Recognition
from schemas.events import MatchData
from schemas.live import PatternHeard

SAME_S = 0.6
"""Beginnings closer together are one: peaks are compared to a tenth of a second, tempi to a percent."""

MISSES = 2
DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What memory was asked about, in seconds from the start of the stream."""

    start_s: float
    end_s: float


class Sounding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pattern that sounds.

    Parameters
    ----------
    zero_s
        When its own start was, or would have been, by the stream's clock.
    heard_s
        Up to where it was found last.
    misses
        How often it has not been found since.
    """

    match: MatchData
    zero_s: float
    heard_s: float
    as_of: int
    misses: int = 0


def heard(
    soundings: Sequence[Sounding], answer: Recognition, stretch: Stretch
) -> tuple[list[Sounding], list[PatternHeard]]:
    """Return what sounds now, and what is to be said of the change."""
    before = {sounding.match.pattern_id: sounding for sounding in soundings}
    now: list[Sounding] = []
    said: list[PatternHeard] = []
    for match in answer.matches if answer.known else ():
        sounding = _sounding(match, answer, stretch)
        known = before.pop(match.pattern_id, None)
        now.append(sounding)
        if known is None or not _same(known, sounding):
            said.append(_begun(sounding, stretch, state="began" if known is None else "changed"))
    for missed in before.values():
        if missed.misses + 1 < MISSES:
            now.append(msgspec.structs.replace(missed, misses=missed.misses + 1))
        else:
            said.append(ended(missed, heard_until_s=stretch.end_s))
    return now, said


def ended(sounding: Sounding, *, heard_until_s: float) -> PatternHeard:
    """Return the statement that a pattern sounds no more; up to where it was found is the best that is known."""
    at_s = round(sounding.heard_s, DIGITS)
    offset_s = round((sounding.heard_s - sounding.zero_s) * sounding.match.tempo_ratio, DIGITS)
    match = msgspec.structs.replace(sounding.match, offset_s=offset_s)
    return PatternHeard(
        state="ended", at_s=at_s, heard_until_s=round(heard_until_s, DIGITS), match=match, as_of=sounding.as_of
    )


def _sounding(match: Match, answer: Recognition, stretch: Stretch) -> Sounding:
    wire = MatchData(
        pattern_id=match.pattern_id,
        name=match.name,
        confidence=round(match.confidence, DIGITS),
        offset_s=round(match.offset_s, DIGITS),
        transposition_semitones=match.transposition_semitones,
        tempo_ratio=round(match.tempo_ratio, DIGITS),
        why=match.why,
        evidence={name: round(value, DIGITS) for name, value in match.evidence.items()},
    )
    zero_s = stretch.start_s - match.offset_s / match.tempo_ratio
    return Sounding(match=wire, zero_s=zero_s, heard_s=stretch.end_s, as_of=answer.as_of)


def _same(known: Sounding, sounding: Sounding) -> bool:
    same_key = known.match.transposition_semitones == sounding.match.transposition_semitones
    return same_key and abs(known.zero_s - sounding.zero_s) < SAME_S


def _begun(sounding: Sounding, stretch: Stretch, *, state: Literal["began", "changed"]) -> PatternHeard:
    """Return the statement that a pattern sounds from its own start on, or from the first instant it was heard."""
    at_s = max(stretch.start_s, sounding.zero_s)
    offset_s = (at_s - sounding.zero_s) * sounding.match.tempo_ratio
    match = msgspec.structs.replace(sounding.match, offset_s=round(offset_s, DIGITS))
    return PatternHeard(
        state=state,
        at_s=round(at_s, DIGITS),
        heard_until_s=round(stretch.end_s, DIGITS),
        match=match,
        as_of=sounding.as_of,
    )
