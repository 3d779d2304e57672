"""Rhythms and tones of bass lines."""

from grym.domain.composing.patterns.pattern import Pattern, everywhere

BASS: dict[str, Pattern] = {
    "hold": Pattern(cells={8: ("R.......", "........"), 6: ("R.....", "......"), 12: ("R...........", "R...........")}),
    "halves": Pattern(
        cells={8: ("R.......", "5......."), 6: ("R.....", "5....."), 12: ("R.......5...", "R.......5...")}
    ),
    "march": Pattern(
        cells={8: ("R...5...", "R...R..."), 6: ("R.....", "5....."), 12: ("R...,,,,,,,,", "5...,,,,,,,,")},
        bars={8: ("R...5...", "R...R...")},
        short=0.8,
    ),
    "waltz": Pattern(
        cells={8: ("R.......", "5......."), 6: ("R.....", "5....."), 12: ("R...,,,,,,,,", "5...,,,,,,,,")},
        metres={"3/4": ("R.......,,,,", "5.......,,,,")},
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
    "two-feel": Pattern(
        cells={8: ("R.......", "5....,a."), 6: ("R.....", "5....."), 12: ("R.......5...", "R.......a...")}
    ),
    # The bass of son and salsa sounds the next bar's root on beat four and leaves beat one free (Mauleón 1993, ch. 4).
    "tumbao": Pattern(
        cells={8: (",,,,,,5.", "....n..."), 6: ("R...5.", "..n..."), 12: (",,,,,,5.n...", ",,,,,,5.n...")},
        bars={16: (",,,,,,5.....n...",)},
    ),
    "boom-chick": Pattern(
        cells={8: ("R...,,,,", "5...,,,,"), 6: ("R..,,,", "5..,,,"), 12: ("R...,,,,,,,,", "5...,,,,,,,,")}, short=0.9
    ),
    "funk": Pattern(
        cells=everywhere("R..R..,8", "R..R,,", "R..R..,85..,"),
        bars={16: ("R..R..,8,,5.,R,a", "R.,,,R8.,,R.5.,a")},
        short=0.8,
    ),
    "one-drop": Pattern(
        cells=everywhere("R...5.3.", "R..5..", "R...5.3.R..."),
        bars={16: (",,,,R...R.,,3.5.", ",,,,R.R.5...3.R.")},
        short=0.9,
    ),
    "sequence": Pattern(
        cells=everywhere("R.8.5.8.", "R.8.5.", "R.8.5.8.R.8."),
        bars={16: ("R.8.5.8.R.8.5.8.", "R.8.5.8.3.8.5.8.")},
        short=0.7,
    ),
    "pulse": Pattern(cells=everywhere("R.R.R.R.", "R.R.R.", "R.R.R.R.R.R."), short=0.5),
}
