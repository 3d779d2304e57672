"""Pieces as the examination sees them, whoever wrote them: notes in voices on a grid of bars, cut into equal windows.

Positions and lengths are quarter notes. A window is `WINDOW_BARS` full bars of one metre, counted from the first full
bar, so a real piece and a composed one are compared over the same number of bars and never as wholes of different
length. Bars that a repeat sign or a pickup has split are put together again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

WINDOW_BARS = 16
MOST_WINDOWS = 3
"""Windows of one movement, in order from its beginning: long movements shall not outweigh short ones."""

NEAR = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note, ties joined: start and length in quarters, MIDI pitch."""

    start: float
    length: float
    pitch: int

    @property
    def end(self) -> float:
        """Where it stops."""
        return self.start + self.length


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar: where it starts, how long it is, its written metre."""

    start: float
    length: float
    beats: int
    unit: int

    @property
    def full(self) -> float:
        """Length in quarters that the metre asks for."""
        return 4.0 * self.beats / self.unit

    @property
    def pulse(self) -> float:
        """Length of the notated beat in quarters: three of the written units in compound metres."""
        written = 4.0 / self.unit
        return 3 * written if self.beats % 3 == 0 and self.beats > 3 else written


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A movement.

    Parameters
    ----------
    group
        The work it belongs to: no work is on both sides of a comparison.
    voices
        Notes of each part by start, the part with the melody first, the bass last.
    """

    name: str
    kind: str
    group: str
    voices: tuple[tuple[Note, ...], ...]
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Sixteen bars: notes by voice counted from the first bar line, lengths of bar and beat in quarters."""

    name: str
    group: str
    voices: tuple[tuple[Note, ...], ...]
    bar: float
    pulse: float
    bars: int = WINDOW_BARS

    @property
    def length(self) -> float:
        """Length in quarters."""
        return self.bar * self.bars

    @property
    def notes(self) -> tuple[Note, ...]:
        """Notes of all voices by start and pitch."""
        return tuple(sorted((n for voice in self.voices for n in voice), key=lambda n: (n.start, n.pitch)))

    @property
    def melody(self) -> tuple[Note, ...]:
        """The upper line of the first voice."""
        return upper_line(self.voices[0])


def upper_line(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return the highest note of every onset, each cut where the next begins."""
    return _line(sorted(notes, key=lambda n: (n.start, -n.pitch)))


def lower_line(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return the lowest note of every onset, each cut where the next begins."""
    return _line(sorted(notes, key=lambda n: (n.start, n.pitch)))


def _line(ranked: Sequence[Note]) -> tuple[Note, ...]:
    kept = [n for at, n in enumerate(ranked) if at == 0 or n.start > ranked[at - 1].start + NEAR]
    cut = [Note(start=a.start, length=min(a.length, b.start - a.start), pitch=a.pitch) for a, b in pairwise(kept)]
    return (*cut, *kept[-1:])


def windows_of(piece: Piece, *, most: int = MOST_WINDOWS) -> list[Window]:
    """Return the windows of a piece, none where it has fewer than `WINDOW_BARS` full bars of one metre in a row."""
    bars = whole_bars(piece.bars)
    found: list[Window] = []
    at = 0
    while at + WINDOW_BARS <= len(bars) and len(found) < most:
        taken = bars[at : at + WINDOW_BARS]
        odd = [place for place, bar in enumerate(taken) if not _fits(bar, taken[0])]
        if odd:
            at += max(1, odd[0])
            continue
        window = _window(piece, taken, number=len(found))
        at += WINDOW_BARS
        if len(window.voices) == len(piece.voices):
            found.append(window)
    return found


def whole_bars(bars: Sequence[Bar]) -> list[Bar]:
    """Return bars with those put together that a pickup before a repeat has split, without the pickup at the start."""
    found: list[Bar] = []
    for bar in bars:
        before = found[-1] if found else None
        if before and before.length < before.full - NEAR and before.length + bar.length < before.full + NEAR:
            found[-1] = Bar(start=before.start, length=before.length + bar.length, beats=before.beats, unit=before.unit)
        else:
            found.append(bar)
    first = next((at for at, bar in enumerate(found) if bar.length > bar.full - NEAR), len(found))
    return found[first:]


def _fits(bar: Bar, first: Bar) -> bool:
    return (bar.beats, bar.unit) == (first.beats, first.unit) and abs(bar.length - bar.full) < NEAR


def _window(piece: Piece, bars: Sequence[Bar], *, number: int) -> Window:
    start, end = bars[0].start, bars[-1].start + bars[-1].length
    voices = [
        tuple(
            Note(start=n.start - start, length=min(n.end, end) - n.start, pitch=n.pitch)
            for n in voice
            if start - NEAR <= n.start < end - NEAR
        )
        for voice in piece.voices
    ]
    return Window(
        name=f"{piece.name}@{number}",
        group=piece.group,
        voices=tuple(voice for voice in voices if voice),
        bar=bars[0].full,
        pulse=bars[0].pulse,
    )
