"""Accompaniment, bass and drum patterns as text on a grid of sixteenths.

Every character is one sixteenth. Common to all: ``.`` goes on with what sounds, ``,`` is silence.
Chord patterns: a digit is a voice of the chord counted from below, ``*`` all of them, ``b`` the bass note an octave
below, ``B`` bass note and all voices. Bass patterns: ``R`` root, ``5`` fifth, ``3`` third, ``6`` sixth, ``8`` octave,
``a`` step into the next root, ``w`` a walking tone. Drum patterns: ``x`` a stroke, ``X`` an accent, ``o`` a ghost.

A bar is put together from its groups (`metrics.bar_groups`): a cell per group length, one for the first group and one
for the others; `bars` overrides it for whole bars and may alternate from bar to bar.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

Cells = Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One rhythm on the grid.

    Parameters
    ----------
    cells
        Group length in sixteenths (4, 6, 8, 12) to the text for the first group and for the others.
    bars
        Bar length in sixteenths to the bars that alternate.
    ring
        Notes sound on until the chord changes.
    short
        Share of the written length that is played, 0–1.
    """

    cells: Cells
    bars: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    ring: bool = False
    short: float = 1.0


def bar_text(pattern: Pattern, groups: tuple[int, ...], bar: int) -> str:
    """Return the text of one bar of a pattern, as long as the sum of its groups."""
    whole = pattern.bars.get(sum(groups))
    if whole:
        return whole[bar % len(whole)]
    return "".join(_cell(pattern.cells, length, first=at == 0) for at, length in enumerate(groups))


def _cell(cells: Cells, length: int, *, first: bool) -> str:
    """Return the cell of a group, cut from a longer one or joined from shorter ones where the table has none."""
    if length in cells:
        return cells[length][0 if first else 1]
    if length == 4:
        return cells[8][0 if first else 1][:4]
    if length == 12:
        return _cell(cells, 8, first=first) + cells[8][1][-4:]
    return _cell(cells, 8, first=first)[:length]


def _all(eight: str, six: str, twelve: str | None = None) -> Cells:
    """Make cells whose first group is like the others."""
    cells = {8: (eight, eight), 6: (six, six)}
    return cells if twelve is None else {**cells, 12: (twelve, twelve)}


CHORDS: dict[str, Pattern] = {
    "nocturne": Pattern(
        cells={
            8: ("b.0.1.2.", "b.1.2.1."),
            6: ("b.0.1.", "2.1.0."),
            12: ("b.0.1.2.1.0.", "b.0.1.2.1.0."),
            4: ("b.1.", "0.2."),
        },
        ring=True,
    ),
    "nocturne-wide": Pattern(
        cells={8: ("b.1.2.1.", "0.1.2.1."), 6: ("b.1.2.", "1.2.1."), 12: ("b.1.2.1.2.1.", "b.1.2.1.2.1.")}, ring=True
    ),
    "alberti": Pattern(cells=_all("0.2.1.2.", "0.1.2.", "0.2.1.2.1.2.")),
    "waltz": Pattern(
        cells={8: ("b...*...", "b...*..."), 6: ("b.*.*.", "b.*.*."), 12: ("b...*...*...", "b...*...*...")}, short=0.8
    ),
    "oompah": Pattern(
        cells={8: ("b...*...", "b...*..."), 6: ("b...*.", "b...*."), 12: ("b...*...*...", "b...*...*...")}, short=0.7
    ),
    "stride": Pattern(
        cells={8: ("b.*.b.*.", "b.*.b.*."), 6: ("b.*.*.", "b.*.*."), 12: ("b.*.b.*.b.*.", "b.*.b.*.b.*.")}, short=0.75
    ),
    "afterbeat": Pattern(cells=_all(",,*.,,*.", ",,*.*.", ",,,,*...*..."), short=0.6),
    "block": Pattern(
        cells={8: ("*.......", "........"), 6: ("*.....", "......"), 12: ("*...........", "*...........")}
    ),
    "halves": Pattern(cells=_all("*.......", "*.....", "*...........")),
    "quarters": Pattern(cells=_all("*...*...", "*.....", "*...*...*..."), short=0.9),
    "eighths": Pattern(cells=_all("*.*.*.*.", "*.*.*.", "*.*.*.*.*.*."), short=0.85),
    "strum": Pattern(
        cells=_all("*...*.*.", "*...*.", "*...*.*.*.*."),
        bars={16: ("*...*.*...*.*.*.", "*...*.*.*...*.*.")},
        ring=True,
    ),
    "picking": Pattern(
        cells={8: ("b.2.1.3.", "b.2.1.3."), 6: ("b.1.2.", "3.2.1."), 12: ("b.1.2.3.2.1.", "b.1.2.3.2.1.")}, ring=True
    ),
    "ballad": Pattern(
        cells={8: ("*...2.1.", "*...2.1."), 6: ("*...2.", "*...1."), 12: ("*...2...1...", "*...2...1...")}, ring=True
    ),
    "charleston": Pattern(
        cells=_all("*.....*.", "*..*..", "*.....*.,,,,"),
        bars={16: ("*.....*.,,,,,,,,", ",,,,*.,,,,*.,,,,", "*.....*.,,,,*.,,", ",,*.,,,,*.....,,")},
        short=0.7,
    ),
    "bossa": Pattern(
        cells=_all("*.....*.", "*..*..", "*.....*...*."), bars={16: ("*.....*.....*...", "....*.....*.....")}, short=0.8
    ),
    "lofi": Pattern(
        cells=_all("*.......", "*.....", "*.......*..."), bars={16: ("*.......,,*.....", "*.....*.....*...")}, ring=True
    ),
    "shuffle": Pattern(
        cells=_all("*...,,*.", "*...*.", "*...,,*.*..."), bars={16: ("*...,,*.*...,,*.", "*...,,*.,,*.*...")}, short=0.8
    ),
    "stabs": Pattern(
        cells=_all(",,*.,,*.", ",,*.,,", ",,*.,,*.,,*."), bars={16: (",,*.,,*.,,*.,,*.", "*..*..*..*..*.*.")}, short=0.6
    ),
    "arp": Pattern(
        cells=_all("01230123", "012321", "012301230123"), bars={16: ("0123012301230123", "0213021302130213")}, short=0.9
    ),
    "arp-eighths": Pattern(cells=_all("0.1.2.3.", "0.1.2.", "0.1.2.3.2.1."), ring=True),
    "swell": Pattern(
        cells={8: ("*.......", "..2...3."), 6: ("*.....", "..2.3."), 12: ("*...2...3...", "*...2...3...")}, ring=True
    ),
    "rock": Pattern(
        cells=_all("*.*.*.*.", "*.*.*.", "*.*.*.*.*.*."), bars={16: ("*...*.*.*...*.*.", "*...*.*.*.*.*.*.")}
    ),
    "lullaby": Pattern(
        cells={8: ("b...2...", "1...2..."), 6: ("b.1.2.", "1.2.1."), 12: ("b...1...2...", "b...1...2...")}, ring=True
    ),
    "ostinato": Pattern(cells=_all("0.1.2.1.", "0.2.1.", "0.1.2.1.2.1."), bars={16: ("0.1.2.1.0.1.2.1.",)}),
}

BASS: dict[str, Pattern] = {
    "hold": Pattern(cells={8: ("R.......", "........"), 6: ("R.....", "......"), 12: ("R...........", "R...........")}),
    "halves": Pattern(
        cells={8: ("R.......", "5......."), 6: ("R.....", "5....."), 12: ("R.......5...", "R.......5...")}
    ),
    "march": Pattern(
        cells={8: ("R...5...", "R...5..."), 6: ("R.....", "5....."), 12: ("R...,,,,,,,,", "5...,,,,,,,,")}, short=0.8
    ),
    "waltz": Pattern(
        cells={8: ("R.......", "5......."), 6: ("R.....", "5....."), 12: ("R...,,,,,,,,", "5...,,,,,,,,")},
        bars={12: ("R.......,,,,", "5.......,,,,")},
    ),
    "quarters": Pattern(cells=_all("R...R...", "R.....", "R...R...R..."), short=0.9),
    "walking": Pattern(cells=_all("w...w...", "w...w.", "w...w...w..."), short=0.95),
    "eighths": Pattern(
        cells=_all("R.R.R.R.", "R.R.R.", "R.R.R.R.R.R."), bars={16: ("R.R.R.R.R.R.R.R.", "R.R.R.R.R.R.5.a.")}, short=0.9
    ),
    "octaves": Pattern(cells=_all("R.8.R.8.", "R.8.R.", "R.8.R.8.R.8."), short=0.85),
    "offbeat": Pattern(cells=_all(",,R.,,R.", ",,R.R.", ",,R.,,R.,,R."), bars={16: (",,R.,,R.,,R.,,R5",)}, short=0.9),
    "bossa": Pattern(cells=_all("R.....5.", "R.....", "R.....5.5..."), bars={16: ("R.....5.5.....R.",)}),
    "lofi": Pattern(
        cells=_all("R.......", "R.....", "R.......5..."), bars={16: ("R.......,,R.5...", "R.....R.,,,,5.a.")}
    ),
    "boogie": Pattern(
        cells=_all("R.R.3.3.", "R.3.5.", "R.R.3.3.5.5."), bars={16: ("R.R.3.3.5.5.6.6.", "R.R.3.3.5.5.3.a.")}, short=0.9
    ),
    "rock": Pattern(
        cells=_all("R...R.R.", "R...R.", "R...R.R.R..."), bars={16: ("R.....R.R...R.R.", "R.....R.R...5.a.")}
    ),
}

# General MIDI percussion keys.
KICK, RIM, SNARE, CLAP, HAT, PEDAL_HAT, TOM_LOW, OPEN_HAT, TOM_MID, CRASH, TOM_HIGH, RIDE = (
    36, 37, 38, 39, 42, 44, 45, 46, 47, 49, 50, 51,
)  # fmt: skip
TAMBOURINE, CONGA_LOW, SHAKER, CONGA_HIGH, TRIANGLE = 54, 64, 70, 63, 81

DRUMS: dict[str, dict[int, Pattern]] = {
    "rock": {
        KICK: Pattern(
            cells={8: ("X.......", "x......."), 6: ("X.....", "......")},
            bars={16: ("X.......x.x.....", "X.....x.x.......")},
        ),
        SNARE: Pattern(
            cells={8: ("....X...", "....X..."), 6: ("......", "X....."), 12: ("....x...x...", "....x...x...")}
        ),
        HAT: Pattern(cells=_all("x.x.x.x.", "x.x.x.")),
    },
    "march": {
        KICK: Pattern(cells=_all("x.......", "x.....", "x...........")),
        SNARE: Pattern(
            cells={8: ("x...x.oo", "x...x.x."), 6: ("x...o.", "x.o.o."), 12: ("x...x.x.x...", "x...x.x.x...")}
        ),
        CRASH: Pattern(cells={8: ("x.......", "........"), 6: ("x.....", "......")}),
    },
    "waltz": {
        KICK: Pattern(
            cells={12: ("x...........", "x..........."), 8: ("x.......", "x......."), 6: ("x.....", "x.....")}
        ),
        RIM: Pattern(
            cells={12: ("....o...o...", "....o...o..."), 8: ("....o...", "....o..."), 6: ("..o.o.", "..o.o.")}
        ),
        HAT: Pattern(cells=_all("o...x...", "o.x.x.", "o...x...x...")),
    },
    "lofi": {
        KICK: Pattern(
            cells=_all("X.......", "x.....", "x.......x..."), bars={16: ("X......x..x.....", "X.....x..xx.....")}
        ),
        SNARE: Pattern(
            cells={8: ("....x...", "....x..."), 6: ("......", "x....."), 12: ("....x.......", "....x.......")}
        ),
        HAT: Pattern(cells=_all("x.o.x.o.", "x.o.o.")),
    },
    "four": {
        KICK: Pattern(cells=_all("X...X...", "X.....", "X...X...X...")),
        CLAP: Pattern(cells=_all("....x...", "...x..", "....x...x...")),
        OPEN_HAT: Pattern(cells=_all("..x...x.", "..x...", "..x...x...x.")),
        HAT: Pattern(cells=_all("x..ox..o", "x.o.o.")),
    },
    "synthwave": {
        KICK: Pattern(cells=_all("X.......", "X.....", "X.......x..."), bars={16: ("X...X...X...X...",)}),
        SNARE: Pattern(
            cells={8: ("....X...", "....X..."), 6: ("......", "X....."), 12: ("....X...X...", "....X...X...")}
        ),
        HAT: Pattern(cells=_all("x.x.x.x.", "x.x.x.")),
    },
    "swing": {
        RIDE: Pattern(cells=_all("x...x.o.", "x...x.", "x...x.o.x.o."), bars={16: ("x...x.o.x...x.o.",)}),
        PEDAL_HAT: Pattern(cells=_all("....x...", "....x.", "....x...x...")),
        KICK: Pattern(cells=_all("o...o...", "o.....", "o...o...o...")),
        SNARE: Pattern(cells=_all("........", "......"), bars={16: ("......o.......o.", "..........o.....")}),
    },
    "shuffle": {
        KICK: Pattern(cells={8: ("X.......", "x......."), 6: ("X.....", "x.....")}),
        SNARE: Pattern(
            cells={8: ("....X...", "....X..."), 6: ("......", "X....."), 12: ("....x...x...", "....x...x...")}
        ),
        RIDE: Pattern(cells=_all("x...x.x.", "x...x.")),
    },
    "bossa": {
        KICK: Pattern(cells=_all("x.....o.", "x.....", "x.....o.x..."), bars={16: ("X.....o.x.....o.",)}),
        RIM: Pattern(
            cells=_all("x.....x.", "x..x..", "x.....x....."), bars={16: ("x.....o.....x...", "....x.....o.....")}
        ),
        PEDAL_HAT: Pattern(cells=_all("....x...", "...x..", "....x...x...")),
        SHAKER: Pattern(cells=_all("x.o.x.o.", "x.o.o.")),
    },
    "brushes": {
        KICK: Pattern(cells={8: ("o.......", "........"), 6: ("o.....", "......")}),
        HAT: Pattern(cells=_all("o...x...", "o...x.", "o...x...x...")),
        SHAKER: Pattern(cells=_all("..o...o.", "..o...")),
    },
    "cinematic": {
        TOM_LOW: Pattern(
            cells={8: ("X.....x.", "x......."), 6: ("X...x.", "x.....")},
            bars={16: ("X.....x.x...x.x.", "X...x...x.x.....")},
        ),
        KICK: Pattern(cells={8: ("X.......", "........"), 6: ("X.....", "......")}),
    },
    "folk": {
        KICK: Pattern(
            cells={8: ("x.......", "x......."), 6: ("x.....", "x....."), 12: ("x...........", "x...........")}
        ),
        TAMBOURINE: Pattern(cells=_all("....x...", "....o.", "....x...x...")),
        SHAKER: Pattern(cells=_all("o.o.o.o.", "o.o.o.")),
    },
}

FILLS: tuple[tuple[tuple[int, str], ...], ...] = (
    ((SNARE, "x.xx...."), (TOM_HIGH, "....xx.."), (TOM_LOW, "......xx")),
    ((TOM_HIGH, "x.x....."), (TOM_MID, "....x.x."), (SNARE, "...x...x")),
    ((SNARE, "o.o.x.xX"), (KICK, "x...x...")),
)
