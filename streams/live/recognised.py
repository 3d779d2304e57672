"""From answers of memory about the last seconds, asked again and again, to statements: it began, changed, ended.

Each answer says where in a pattern the asked stretch begins, and so when, by the stream's clock, the pattern itself
began or would have begun. As long as that instant and the transposition stay the same, it is one and the same sounding,
and nothing new is said of it. One stretch may be unlucky, and a piece that repeats itself may be found at any of its
repeats: so a pattern has changed once another place was found twice in a row, and ended once none was.
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

NEEDED_S = 2.0
"""How much of a pattern must lie in a stretch for it to be found, where its beginning has not shown it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What memory was asked about, in seconds from the start of the stream."""

    start_s: float
    end_s: float


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where in a stream a pattern lies, and in which key: when its own start was by the stream's clock."""

    zero_s: float
    transposition_semitones: int = 0

    def is_near(self, other: "Place") -> bool:
        """Return whether two places are one, as exactly as they are found."""
        same_key = self.transposition_semitones == other.transposition_semitones
        return same_key and abs(self.zero_s - other.zero_s) < SAME_S


class Sounding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pattern that sounds.

    Parameters
    ----------
    zero_s
        When its own start was, or would have been, by the stream's clock.
    stretch
        In which it was found last.
    needed_s
        How much of it lay in the stretch in which it was found first: as little as that is enough to find it, also
        in the last one.
    misses
        How often it has not been found since.
    elsewhere
        Another place where it was found by the last question; None where that agreed.
    """

    match: MatchData
    zero_s: float
    stretch: Stretch
    needed_s: float
    as_of: int
    misses: int = 0
    elsewhere: Place | None = None

    @property
    def place(self) -> Place:
        """Where it lies."""
        return Place(zero_s=self.zero_s, transposition_semitones=self.match.transposition_semitones)


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
        if known is None:
            said.append(_begun(sounding, stretch, state="began"))
        elif known.place.is_near(sounding.place):
            sounding = msgspec.structs.replace(sounding, needed_s=known.needed_s)
        elif known.elsewhere is not None and known.elsewhere.is_near(sounding.place):
            said.append(_begun(sounding, stretch, state="changed"))
        else:
            sounding = msgspec.structs.replace(known, stretch=stretch, misses=0, elsewhere=sounding.place)
        now.append(sounding)
    for missed in before.values():
        if missed.misses + 1 < MISSES:
            now.append(msgspec.structs.replace(missed, misses=missed.misses + 1))
        else:
            gone = msgspec.structs.replace(missed, misses=missed.misses + 1)
            said.append(ended(gone, heard_until_s=stretch.end_s))
    return now, said


def ended(sounding: Sounding, *, heard_until_s: float) -> PatternHeard:
    """Return the statement that a pattern sounds no more.

    A stretch tells that the pattern lies in it, not where in it the pattern stops: the last one held about as little of
    it as the first one. A pattern that was found to the end ends there.
    """
    last = sounding.stretch
    at_s = last.end_s if not sounding.misses else min(last.end_s, last.start_s + sounding.needed_s)
    offset_s = round((at_s - sounding.zero_s) * sounding.match.tempo_ratio, DIGITS)
    return PatternHeard(
        state="ended",
        at_s=round(at_s, DIGITS),
        heard_until_s=round(heard_until_s, DIGITS),
        match=msgspec.structs.replace(sounding.match, offset_s=offset_s),
        as_of=sounding.as_of,
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
    needed_s = stretch.end_s - zero_s if zero_s > stretch.start_s else NEEDED_S
    return Sounding(match=wire, zero_s=zero_s, stretch=stretch, needed_s=needed_s, as_of=answer.as_of)


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
