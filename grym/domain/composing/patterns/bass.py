"""Rhythms and tones of bass lines."""

from grym.domain.composing.patterns.pattern import Pattern, everywhere

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
    "quarters": Pattern(cells=everywhere("R...R...", "R.....", "R...R...R..."), short=0.9),
    "walking": Pattern(cells=everywhere("w...w...", "w...w.", "w...w...w..."), short=0.95),
    "eighths": Pattern(
        cells=everywhere("R.R.R.R.", "R.R.R.", "R.R.R.R.R.R."),
        bars={16: ("R.R.R.R.R.R.R.R.", "R.R.R.R.R.R.5.a.")},
        short=0.9,
    ),
    "octaves": Pattern(cells=everywhere("R.8.R.8.", "R.8.R.", "R.8.R.8.R.8."), short=0.85),
    "offbeat": Pattern(
        cells=everywhere(",,R.,,R.", ",,R.R.", ",,R.,,R.,,R."), bars={16: (",,R.,,R.,,R.,,R5",)}, short=0.9
    ),
    "bossa": Pattern(cells=everywhere("R.....5.", "R.....", "R.....5.5..."), bars={16: ("R.....5.5.....R.",)}),
    "lofi": Pattern(
        cells=everywhere("R.......", "R.....", "R.......5..."), bars={16: ("R.......,,R.5...", "R.....R.,,,,5.a.")}
    ),
    "boogie": Pattern(
        cells=everywhere("R.R.3.3.", "R.3.5.", "R.R.3.3.5.5."),
        bars={16: ("R.R.3.3.5.5.6.6.", "R.R.3.3.5.5.3.a.")},
        short=0.9,
    ),
    "rock": Pattern(
        cells=everywhere("R...R.R.", "R...R.", "R...R.R.R..."), bars={16: ("R.....R.R...R.R.", "R.....R.R...5.a.")}
    ),
}
