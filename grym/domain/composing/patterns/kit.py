"""The drum kit by name: General MIDI percussion keys (General MIDI System Level 1, 1991, table 3)."""

KICK, RIM, SNARE, CLAP, HAT, PEDAL_HAT, TOM_LOW, OPEN_HAT, TOM_MID, CRASH, TOM_HIGH, RIDE = (
    36, 37, 38, 39, 42, 44, 45, 46, 47, 49, 50, 51,
)  # fmt: skip
TAMBOURINE, COWBELL, CONGA_MUTE, CONGA_HIGH, CONGA_LOW, SHAKER, CLAVES, TRIANGLE = 54, 56, 62, 63, 64, 70, 75, 81

PIECES: dict[str, int] = {
    "kick": KICK, "rim": RIM, "snare": SNARE, "clap": CLAP, "hat": HAT, "pedal hat": PEDAL_HAT, "low tom": TOM_LOW,
    "open hat": OPEN_HAT, "mid tom": TOM_MID, "crash": CRASH, "high tom": TOM_HIGH, "ride": RIDE,
    "tambourine": TAMBOURINE, "cowbell": COWBELL, "muted conga": CONGA_MUTE, "high conga": CONGA_HIGH,
    "low conga": CONGA_LOW, "shaker": SHAKER, "claves": CLAVES, "triangle": TRIANGLE,
}  # fmt: skip
