"""Fills: half a bar of drums that leads into the next section; each family is what its music would play."""

from grym.domain.composing.patterns.kit import (
    CLAP,
    CONGA_HIGH,
    CONGA_LOW,
    HAT,
    KICK,
    OPEN_HAT,
    RIDE,
    RIM,
    SHAKER,
    SNARE,
    TAMBOURINE,
    TOM_HIGH,
    TOM_LOW,
    TOM_MID,
)

# Eight sixteenths each.
Fill = tuple[tuple[int, str], ...]

FILLS: dict[str, tuple[Fill, ...]] = {
    "rock": (
        ((SNARE, "x.xx...."), (TOM_HIGH, "....xx.."), (TOM_LOW, "......xx")),
        ((TOM_HIGH, "x.x....."), (TOM_MID, "....x.x."), (SNARE, "...x...x")),
        ((SNARE, "o.o.x.xX"), (KICK, "x...x...")),
    ),
    "soft": (
        ((RIM, "x.....x."), (SHAKER, "x.o.x.xx")),
        ((SNARE, "....o.oo"), (HAT, "x.x.x..."), (KICK, "x.......")),
    ),
    "hand": (
        ((TAMBOURINE, "x.x.xxxx"),),
        ((TAMBOURINE, "x...x.x."), (KICK, "x...x...")),
    ),
    "toms": (
        ((TOM_HIGH, "X.x....."), (TOM_MID, "...x.x.."), (TOM_LOW, "......xX")),
        ((TOM_LOW, "x.x.xxxX"),),
    ),
    "roll": (
        ((SNARE, "ooooxxxX"),),
        ((SNARE, "x.xxx.xX"), (KICK, "x...x...")),
    ),
    "machine": (
        ((CLAP, "x..x..x."), (HAT, "xxxxxxxx"), (OPEN_HAT, "......x.")),
        ((SNARE, "x.x.xxxX"),),
        # Nothing at all: the drop is what comes after.
        (),
    ),
    "swing": (
        ((SNARE, "..o...x."), (RIDE, "x...x.o."), (KICK, "....o..x")),
        ((SNARE, "x...o.x."), (TOM_HIGH, "....x..."), (TOM_LOW, "......x.")),
    ),
    "congas": (
        ((CONGA_HIGH, "x.xx..x."), (CONGA_LOW, "....x..x")),
        ((CONGA_HIGH, "x..x...."), (CONGA_LOW, "....x.xx"), (SNARE, "......x.")),
    ),
}  # fmt: skip
