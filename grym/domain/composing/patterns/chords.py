"""Accompaniments: how chords are laid into a bar."""

from grym.domain.composing.patterns.pattern import Pattern, everywhere

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
    "alberti": Pattern(
        cells={8: ("b.2.1.2.", "0.2.1.2."), 6: ("b.1.2.", "0.1.2."), 12: ("b.2.1.2.1.2.", "0.2.1.2.1.2.")}
    ),
    "waltz": Pattern(
        cells={8: ("b...*...", "f...*..."), 6: ("b.*.*.", "f.*.*."), 12: ("b...*...*...", "f...*...*...")},
        metres={"3/4": ("b...*...*...", "f...*...*...")},
        short=0.8,
    ),
    # The fifth comes every other time only: as often as the root it would pass for one.
    "oompah": Pattern(
        cells={8: ("b...*...", "b...*..."), 6: ("b...*.", "f...*."), 12: ("b...*...*...", "f...*...*...")},
        bars={16: ("b...*...b...*...", "b...*...f...*...")},
        short=0.7,
    ),
    # Ragtime's left hand: bass and chord in turn, the bass between root and fifth (Berlin 1980, "Ragtime", ch. 5).
    "stride": Pattern(
        cells={8: ("O.*.F.*.", "O.*.F.*."), 6: ("O.*.*.", "F.*.*."), 12: ("O.*.F.*.O.*.", "O.*.F.*.O.*.")}, short=0.75
    ),
    "boom-chick": Pattern(
        cells={8: ("b...*...", "f...*.*."), 6: ("b...*.", "f...*."), 12: ("b...*...*.*.", "f...*...*.*.")}, ring=True
    ),
    "afterbeat": Pattern(cells=everywhere(",,*.,,*.", ",,*.*.", ",,,,*...*..."), short=0.6),
    "block": Pattern(
        cells={8: ("B.......", "........"), 6: ("B.....", "......"), 12: ("B...........", "B...........")}
    ),
    "halves": Pattern(cells=everywhere("B.......", "B.....", "B...........")),
    "quarters": Pattern(cells=everywhere("B...*...", "B.....", "B...*...*..."), short=0.9),
    "eighths": Pattern(cells=everywhere("B.*.*.*.", "B.*.*.", "B.*.*.*.*.*."), short=0.85),
    "strum": Pattern(
        cells=everywhere("B...*.*.", "B...*.", "B...*.*.*.*."),
        bars={16: ("B...*.*...*.*.*.", "B...*.*.*...*.*.")},
        ring=True,
    ),
    "picking": Pattern(
        cells={8: ("b.2.1.3.", "b.2.1.3."), 6: ("b.1.2.", "3.2.1."), 12: ("b.1.2.3.2.1.", "b.1.2.3.2.1.")}, ring=True
    ),
    "ballad": Pattern(
        cells={8: ("*...2.1.", "*...2.1."), 6: ("*...2.", "*...1."), 12: ("*...2...1...", "*...2...1...")}, ring=True
    ),
    "charleston": Pattern(
        cells=everywhere("B.....*.", "B..*..", "B.....*.,,,,"),
        bars={16: ("B.....*.,,,,,,,,", ",,,,*.,,,,*.,,,,", "B.....*.,,,,*.,,", ",,*.,,,,*.....,,")},
        short=0.7,
    ),
    "bossa": Pattern(
        cells=everywhere("B.....*.", "B..*..", "B.....*...*."),
        bars={16: ("B.....*.....*...", "....*.....*.....")},
        short=0.8,
    ),
    "lofi": Pattern(
        cells=everywhere("B.......", "B.....", "B.......*..."),
        bars={16: ("B.......,,*.....", "B.....*.....*...")},
        ring=True,
    ),
    "shuffle": Pattern(
        cells=everywhere("B...,,*.", "B...*.", "B...,,*.*..."),
        bars={16: ("B...,,*.*...,,*.", "B...,,*.,,*.*...")},
        short=0.8,
    ),
    "stabs": Pattern(
        cells=everywhere(",,*.,,*.", ",,*.,,", ",,*.,,*.,,*."),
        bars={16: (",,*.,,*.,,*.,,*.", "*..*..*..*..*.*.")},
        short=0.6,
    ),
    "arp": Pattern(
        cells=everywhere("01230123", "012321", "012301230123"),
        bars={16: ("0123012301230123", "0213021302130213")},
        short=0.9,
    ),
    "arp-eighths": Pattern(cells=everywhere("0.1.2.3.", "0.1.2.", "0.1.2.3.2.1."), ring=True),
    "swell": Pattern(
        cells={8: ("*.......", "..2...3."), 6: ("*.....", "..2.3."), 12: ("*...2...3...", "*...2...3...")}, ring=True
    ),
    "rock": Pattern(
        cells=everywhere("B.*.*.*.", "B.*.*.", "B.*.*.*.*.*."), bars={16: ("B...*.*.*...*.*.", "B...*.*.*.*.*.*.")}
    ),
    "lullaby": Pattern(
        cells={8: ("b...2...", "1...2..."), 6: ("b.1.2.", "1.2.1."), 12: ("b...1...2...", "b...1...2...")}, ring=True
    ),
    "ostinato": Pattern(cells=everywhere("0.1.2.1.", "0.2.1.", "0.1.2.1.2.1."), bars={16: ("0.1.2.1.0.1.2.1.",)}),
    # Freddie Green's guitar: every quarter, short.
    "four-in-the-bar": Pattern(cells=everywhere("B...*...", "B..*..", "B...*...*..."), short=0.45),
    # Two bars of offbeats that lock with a 2-3 clave (Mauleón 1993, "Salsa Guidebook", ch. 5).
    "montuno": Pattern(
        cells=everywhere("B.,.*.*.", "B.,.*.", "B.,.*.*.,.*."),
        bars={16: ("B.,.*.*.,.*.,.*.", ",.*.,.*.,.*.,.*.")},
        short=0.8,
    ),
    "marcato": Pattern(cells=everywhere("*...*...", "*..*..", "*...*...*..."), short=0.5),
    "sincopa": Pattern(
        cells=everywhere("*..*..*.", "*..*..", "*..*..*.*..."),
        bars={16: ("*..*..*.*...*...", "*..*..*.*..*..*.")},
        short=0.55,
    ),
    "skank": Pattern(cells=everywhere(",,*.,,*.", ",,*.,,", ",,*.,,*.,,*."), short=0.45),
    "scratch": Pattern(
        cells=everywhere("*.,*,*,.", "*.,*,.", "*.,*,*,.*.,."),
        bars={16: ("*.,,,,*,,*,,*.,,", ",,*,,*,.,,*,*.,.")},
        short=0.6,
    ),
    # A figure of three against bars of four, so that every bar begins elsewhere in it (Reich 1974, "Writings about
    # music", "Music as a gradual process").
    "phase": Pattern(
        cells=everywhere("0.1.2.0.", "0.1.2.", "0.1.2.0.1.2."),
        bars={16: ("0.1.2.0.1.2.0.1.", "2.0.1.2.0.1.2.0.", "1.2.0.1.2.0.1.2.")},
        short=0.9,
    ),
    "pulse": Pattern(cells=everywhere("*.*.*.*.", "*.*.*.", "*.*.*.*.*.*."), short=0.5),
}
