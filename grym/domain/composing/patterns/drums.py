"""Grooves of the drums, by General MIDI percussion key."""

from grym.domain.composing.patterns.kit import (
    CLAP,
    CLAVES,
    CONGA_LOW,
    CONGA_MUTE,
    COWBELL,
    CRASH,
    HAT,
    KICK,
    OPEN_HAT,
    PEDAL_HAT,
    RIDE,
    RIM,
    SHAKER,
    SNARE,
    TAMBOURINE,
    TOM_LOW,
)
from grym.domain.composing.patterns.pattern import Pattern, everywhere

DRUMS: dict[str, dict[int, Pattern]] = {
    "rock": {
        KICK: Pattern(
            cells={8: ("X.......", "x......."), 6: ("X.....", "......")},
            bars={16: ("X.......x.x.....", "X.....x.x.......")},
        ),
        SNARE: Pattern(
            cells={8: ("....X...", "....X..."), 6: ("......", "X....."), 12: ("....x...x...", "....x...x...")}
        ),
        HAT: Pattern(cells=everywhere("x.x.x.x.", "x.x.x.")),
    },
    "march": {
        KICK: Pattern(cells=everywhere("x.......", "x.....", "x...........")),
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
        HAT: Pattern(cells=everywhere("o...x...", "o.x.x.", "o...x...x...")),
    },
    "lofi": {
        KICK: Pattern(
            cells=everywhere("X.......", "x.....", "x.......x..."), bars={16: ("X......x..x.....", "X.....x..xx.....")}
        ),
        SNARE: Pattern(
            cells={8: ("....x...", "....x..."), 6: ("......", "x....."), 12: ("....x.......", "....x.......")}
        ),
        HAT: Pattern(cells=everywhere("x.o.x.o.", "x.o.o.")),
    },
    "four": {
        KICK: Pattern(cells=everywhere("X...X...", "X.....", "X...X...X...")),
        CLAP: Pattern(cells=everywhere("....x...", "...x..", "....x...x...")),
        OPEN_HAT: Pattern(cells=everywhere("..x...x.", "..x...", "..x...x...x.")),
        HAT: Pattern(cells=everywhere("x..ox..o", "x.o.o.")),
    },
    "synthwave": {
        KICK: Pattern(cells=everywhere("X.......", "X.....", "X.......x..."), bars={16: ("X...X...X...X...",)}),
        SNARE: Pattern(
            cells={8: ("....X...", "....X..."), 6: ("......", "X....."), 12: ("....X...X...", "....X...X...")}
        ),
        HAT: Pattern(cells=everywhere("x.x.x.x.", "x.x.x.")),
    },
    "swing": {
        RIDE: Pattern(cells=everywhere("x...x.o.", "x...x.", "x...x.o.x.o."), bars={16: ("x...x.o.x...x.o.",)}),
        PEDAL_HAT: Pattern(cells=everywhere("....x...", "....x.", "....x...x...")),
        KICK: Pattern(cells=everywhere("o...o...", "o.....", "o...o...o...")),
        SNARE: Pattern(cells=everywhere("........", "......"), bars={16: ("......o.......o.", "..........o.....")}),
    },
    "shuffle": {
        KICK: Pattern(cells={8: ("X.......", "x......."), 6: ("X.....", "x.....")}),
        SNARE: Pattern(
            cells={8: ("....X...", "....X..."), 6: ("......", "X....."), 12: ("....x...x...", "....x...x...")}
        ),
        RIDE: Pattern(cells=everywhere("x...x.x.", "x...x.")),
    },
    "bossa": {
        KICK: Pattern(cells=everywhere("x.....o.", "x.....", "x.....o.x..."), bars={16: ("X.....o.x.....o.",)}),
        RIM: Pattern(
            cells=everywhere("x.....x.", "x..x..", "x.....x....."), bars={16: ("x.....o.....x...", "....x.....o.....")}
        ),
        PEDAL_HAT: Pattern(cells=everywhere("....x...", "...x..", "....x...x...")),
        SHAKER: Pattern(cells=everywhere("x.o.x.o.", "x.o.o.")),
    },
    "brushes": {
        KICK: Pattern(cells={8: ("o.......", "........"), 6: ("o.....", "......")}),
        HAT: Pattern(cells=everywhere("o...x...", "o...x.", "o...x...x...")),
        SHAKER: Pattern(cells=everywhere("..o...o.", "..o...")),
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
        TAMBOURINE: Pattern(cells=everywhere("....x...", "....o.", "....x...x...")),
        SHAKER: Pattern(cells=everywhere("o.o.o.o.", "o.o.o.")),
    },
    # Clave 2-3, cascara on the side of the drum and tumbao of the congas (Mauleón 1993, ch. 3).
    "salsa": {
        CLAVES: Pattern(
            cells=everywhere("x.....x.", "x..x..", "x.....x...x."), bars={16: ("....x...x.......", "x.....x.....x...")}
        ),
        SHAKER: Pattern(cells=everywhere("o.x.o.x.", "o.x.o.")),
        CONGA_MUTE: Pattern(cells=everywhere("....x...", "..x...")),
        CONGA_LOW: Pattern(cells=everywhere("......x.", "....x."), bars={16: ("............x.x.",)}),
        COWBELL: Pattern(cells=everywhere("x...x...", "x..x..")),
    },
    "funk": {
        KICK: Pattern(cells=everywhere("X..x....", "X....."), bars={16: ("X..x......x.....", "X.....x...x..x..")}),
        SNARE: Pattern(
            cells={8: ("....X..o", ".o..X..o"), 6: ("......", "X....."), 12: ("....X..o.o.o", "....X..o.o.o")}
        ),
        HAT: Pattern(cells=everywhere("x.xxx.x.", "x.x.x."), bars={16: ("x.xxx.x.x.xxx.x.",)}),
    },
    "one-drop": {
        KICK: Pattern(cells=everywhere("....X...", "...X..", "....X......."), bars={16: ("....X.......X...",)}),
        RIM: Pattern(cells=everywhere("....x...", "...x..", "....x......."), bars={16: ("....x.......x...",)}),
        HAT: Pattern(cells=everywhere("x.o.x.o.", "x.o.o.")),
    },
    # A snare that rolls like a train (country).
    "train": {
        KICK: Pattern(cells=everywhere("x...x...", "x.....")),
        SNARE: Pattern(cells=everywhere("o.oXo.oX", "o.Xo.X")),
    },
}
