"""Notation: turning played ticks into bars, voices and note values that a musician can read.

Notes are rounded to sixteenths, or to triplets in beats that are mostly triplets, laid into voices so that notes that
overlap with other lengths get a voice of their own, cut at bar lines and beats into values that exist, and beamed by
beat. Positions are units of 1/12 quarter, the coarsest grid that holds sixteenths and triplets.

References
----------
Gould 2011, "Behind Bars", ch. 5 (grouping of note values), ch. 1 (beaming).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from grym.domain.composing.metrics import is_compound
from grym.domain.composing.score import TICKS_PER_QUARTER, Metre, Note

UNITS_PER_QUARTER = 12
UNIT_TICKS = TICKS_PER_QUARTER // UNITS_PER_QUARTER
_SIXTEENTH, _TRIPLET = 3, 4
MAX_VOICES = 4

# Note values in units: type, dots, and whether it belongs to a triplet.
VALUES: dict[int, tuple[str, int, bool]] = {
    72: ("whole", 1, False), 48: ("whole", 0, False), 36: ("half", 1, False), 24: ("half", 0, False),
    18: ("quarter", 1, False), 12: ("quarter", 0, False), 9: ("eighth", 1, False), 8: ("quarter", 0, True),
    6: ("eighth", 0, False), 4: ("eighth", 0, True), 3: ("16th", 0, False), 2: ("16th", 0, True),
}  # fmt: skip
# A whole rest means a silent bar whatever its length, so shorter rests fill bars that are partly silent.
_LONGEST_REST = 36
_FLAGS = {"eighth": 1, "16th": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A written note, chord or rest.

    Parameters
    ----------
    start, length
        Units from the start of the bar; the length is a key of `VALUES`, or the whole bar for a bar rest.
    pitches
        MIDI pitches ascending; none for a rest.
    tied_from, tied_to
        Whether it continues the value before and is continued by the next.
    beams
        Beam state per flag: ``begin``, ``continue``, ``end``, ``forward hook``, ``backward hook``.
    """

    start: int
    length: int
    pitches: tuple[int, ...]
    tied_from: bool = False
    tied_to: bool = False
    beams: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """End of the value."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class _Span:
    """A chord before it is cut: start, end and pitches, in units from the start of the piece."""

    start: int
    end: int
    pitches: tuple[int, ...]


@dataclass(slots=True)
class _Voice:
    """A line of chords that do not overlap."""

    spans: list[_Span] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.spans[-1].end if self.spans else 0


def bars_of(notes: Sequence[Note], metre: Metre, *, length_ticks: int, percussion: bool) -> list[list[list[Value]]]:
    """Write a part's notes as bars, each a list of voices that fill it; an empty voice is left out but the first.

    Parameters
    ----------
    length_ticks
        Length of the piece, a whole number of bars.
    percussion
        Strokes last until the next one or the end of the beat, whatever their written length.
    """
    bar_units = metre.bar_ticks // UNIT_TICKS
    bars = length_ticks // metre.bar_ticks
    beat = _beat_units(metre)
    grid = _Grid.of(notes, metre.bar_ticks)
    spans = _strokes(notes, grid, beat) if percussion else _quantised(notes, grid)
    voices = _voiced(spans, end=bars * bar_units)
    written: list[list[list[Value]]] = [[] for _ in range(bars)]
    for index, voice in enumerate(voices or [_Voice()]):
        for bar, values in enumerate(_cut(voice.spans, bars, bar_units, beat)):
            if index == 0 or any(value.pitches for value in values):
                written[bar].append(_beamed(values, beat))
    return written


def _beat_units(metre: Metre) -> int:
    """Return the beat by which values are grouped."""
    return 18 if is_compound(metre) else UNITS_PER_QUARTER


@dataclass(frozen=True, slots=True)
class _Grid:
    """Rounds times to sixteenths or, in some quarters of some bars, to triplets."""

    bar_ticks: int
    triplets: frozenset[tuple[int, int]]

    @classmethod
    def of(cls, notes: Iterable[Note], bar_ticks: int) -> "_Grid":
        """Let the onsets of each quarter vote: nearer to triplets or to sixteenths."""
        votes: dict[tuple[int, int], int] = {}
        for note in notes:
            bar, place = divmod(note.start_ticks, bar_ticks)
            quarter, rest = divmod(place, TICKS_PER_QUARTER)
            off = [min(rest % grid, grid - rest % grid) for grid in (_SIXTEENTH * UNIT_TICKS, _TRIPLET * UNIT_TICKS)]
            votes[bar, quarter] = votes.get((bar, quarter), 0) + (off[1] < off[0]) - (off[0] < off[1])
        return cls(bar_ticks, frozenset(place for place, vote in votes.items() if vote > 0))

    def step(self, ticks: int) -> int:
        """Return the grid at a time, in units."""
        bar, place = divmod(ticks, self.bar_ticks)
        return _TRIPLET if (bar, place // TICKS_PER_QUARTER) in self.triplets else _SIXTEENTH

    def rounded(self, ticks: int) -> int:
        """Round a time to the grid, in units; the bar line is on every grid."""
        bar, place = divmod(ticks, self.bar_ticks)
        step = self.step(ticks)
        units = int(place / UNIT_TICKS / step + 0.5) * step
        return bar * self.bar_ticks // UNIT_TICKS + min(units, self.bar_ticks // UNIT_TICKS)


def _quantised(notes: Sequence[Note], grid: _Grid) -> list[_Span]:
    """Round notes to the grid and gather those of one start and end into chords."""
    chords: dict[tuple[int, int], set[int]] = {}
    for note in notes:
        start, end = grid.rounded(note.start_ticks), grid.rounded(note.end_ticks)
        if end <= start:
            end = grid.rounded(note.start_ticks + grid.step(note.start_ticks) * UNIT_TICKS)
        if end > start:
            chords.setdefault((start, end), set()).add(note.midi_pitch)
    return [_Span(start, end, tuple(sorted(pitches))) for (start, end), pitches in sorted(chords.items())]


def _strokes(notes: Sequence[Note], grid: _Grid, beat: int) -> list[_Span]:
    """Gather drum strokes by onset and let them last to the next one, at most to the end of the beat."""
    struck: dict[int, set[int]] = {}
    for note in notes:
        struck.setdefault(grid.rounded(note.start_ticks), set()).add(note.midi_pitch)
    bar = grid.bar_ticks // UNIT_TICKS
    starts = sorted(struck)
    spans = []
    for start, following in zip_longest(starts, starts[1:]):
        beat_end = start // bar * bar + min(bar, (start % bar // beat + 1) * beat)
        end = beat_end if following is None else min(following, beat_end)
        spans.append(_Span(start, end, tuple(sorted(struck[start]))))
    return spans


def _voiced(spans: list[_Span], *, end: int) -> list[_Voice]:
    """Lay chords into as few voices as hold them; past `MAX_VOICES` a note is cut short to make room."""
    voices: list[_Voice] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end, span.pitches)):
        if span.start >= end:
            continue
        inside = _Span(span.start, min(span.end, end), span.pitches)
        free = next((voice for voice in voices if voice.end <= span.start), None)
        if free is None and len(voices) < MAX_VOICES:
            free = _Voice()
            voices.append(free)
        if free is None:
            free = next((voice for voice in voices if voice.spans[-1].start < span.start), None)
            if free is None:
                continue
            last = free.spans.pop()
            free.spans.append(_Span(last.start, span.start, last.pitches))
        free.spans.append(inside)
    return voices


def _cut(spans: Sequence[_Span], bars: int, bar_units: int, beat: int) -> Iterator[list[Value]]:
    """Cut a voice at bar lines and into values, filling what is silent with rests."""
    at = 0
    for bar in range(bars):
        first, last = bar * bar_units, (bar + 1) * bar_units
        values: list[Value] = []
        place = first
        while at < len(spans) and spans[at].start < last:
            span = spans[at]
            start, end = max(span.start, first), min(span.end, last)
            values.extend(_rests(place - first, start - first, beat))
            values.extend(_values(start - first, end - first, span, first, beat))
            place = end
            if span.end > last:
                break
            at += 1
        if place == first:
            yield [Value(start=0, length=bar_units, pitches=())]
        else:
            yield values + list(_rests(place - first, bar_units, beat))


def _rests(start: int, end: int, beat: int) -> Iterator[Value]:
    """Yield rests from start to end."""
    for place, length in _pieces(start, end, beat, longest=_LONGEST_REST):
        yield Value(start=place, length=length, pitches=())


def _values(start: int, end: int, span: _Span, first: int, beat: int) -> Iterator[Value]:
    """Yield the tied values of a chord's part in this bar."""
    for place, length in _pieces(start, end, beat):
        yield Value(
            start=place,
            length=length,
            pitches=span.pitches,
            tied_from=first + place > span.start,
            tied_to=first + place + length < span.end,
        )


def _pieces(start: int, end: int, beat: int, *, longest: int = 72) -> Iterator[tuple[int, int]]:
    """Cut a span into values that exist: from a beat as long as possible, otherwise up to the next beat.

    A quarter on the off-beat of two beats stays whole, as syncopations are written. Where triplets meet sixteenths
    the span is cut at the quarter between them.
    """
    while start < end:
        room = min(end - start, longest)
        whole = start % 6 == 0 and room == UNITS_PER_QUARTER == beat
        if start % beat and not whole:
            room = min(room, beat - start % beat)
        if start % _SIXTEENTH:
            room = min(room, UNITS_PER_QUARTER - start % UNITS_PER_QUARTER)
        quarter = (start + room) // UNITS_PER_QUARTER * UNITS_PER_QUARTER
        if (start + room) % _SIXTEENTH and quarter > start:
            room = quarter - start
        length = _longest(start, room)
        yield start, length
        start += length


def _longest(start: int, room: int) -> int:
    """Return the longest value of the grid on which the span lies that fits it."""
    triplets = start % _SIXTEENTH != 0 or room % _SIXTEENTH != 0
    return next(length for length, (_, _, triplet) in VALUES.items() if triplet == triplets and length <= room)


def _beamed(values: list[Value], beat: int) -> list[Value]:
    """Join short values of one beat by beams."""
    out = list(values)
    for run in _runs(values, beat):
        flags = [_FLAGS[VALUES[values[at].length][0]] for at in run]
        for place, at in enumerate(run):
            out[at] = _with_beams(values[at], _beam_states(flags, place))
    return out


def _runs(values: Sequence[Value], beat: int) -> Iterator[list[int]]:
    """Yield the indices of neighbouring flagged notes inside one beat, two and more."""
    run: list[int] = []
    for at, value in enumerate(values):
        flagged = bool(value.pitches) and VALUES.get(value.length, ("",))[0] in _FLAGS
        if run and (not flagged or value.start // beat != values[run[-1]].start // beat):
            if len(run) > 1:
                yield run
            run = []
        if flagged:
            run.append(at)
    if len(run) > 1:
        yield run


def _beam_states(flags: Sequence[int], place: int) -> tuple[str, ...]:
    """Return the state of every beam at one note of a run."""
    states = []
    for level in range(1, flags[place] + 1):
        before = place > 0 and flags[place - 1] >= level
        after = place + 1 < len(flags) and flags[place + 1] >= level
        if before and after:
            states.append("continue")
        elif before or after:
            states.append("end" if before else "begin")
        else:
            states.append("backward hook" if place else "forward hook")
    return tuple(states)


def _with_beams(value: Value, beams: tuple[str, ...]) -> Value:
    """Return the value with beams."""
    return Value(
        start=value.start,
        length=value.length,
        pitches=value.pitches,
        tied_from=value.tied_from,
        tied_to=value.tied_to,
        beams=beams,
    )
