"""The conditions of the examination: how an excerpt is played and what happens to it then."""

from dataclasses import dataclass, field

from benchmarks.recognition.distortions import (
    Distortion,
    as_it_is,
    band_pass,
    chorus,
    echo,
    flanger,
    low_pass,
    mp3,
    mu_law,
    noise,
    reverb,
    tremolo,
)
from benchmarks.recognition.playing import Manner, dice

LENGTHS_S = (3.0, 5.0, 10.0)
SEMITONES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One way to ask.

    Parameters
    ----------
    name
        As in the report.
    distort
        What happens to the sound.
    tempo
        Ratios to draw from.
    up
        +1 transposes each tune up by one to six semitones, −1 down, 0 not at all; 2 draws the direction too.
    others, leading_only
        As in `Manner`.
    speed
        Ratio of tempo and pitch together.
    beyond
        Not among the numbers that the whole is judged by.
    """

    name: str
    distort: Distortion = as_it_is
    tempo: tuple[float, ...] = (1.0,)
    up: int = 0
    others: bool = False
    leading_only: bool = False
    speed: float = 1.0
    beyond: bool = False
    tempo_kept: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tempo_kept", self.tempo == (1.0,) and self.speed == 1.0)

    def manner(self, tune: str) -> Manner:
        """Return how a tune is played, drawn by its name."""
        rng = dice("manner", self.name, tune)
        size = 1 + int(rng.integers(SEMITONES))
        sign = int(rng.choice((-1, 1))) if self.up == 2 else self.up
        return Manner(
            tempo=float(rng.choice(self.tempo)),
            semitones=sign * size,
            others=self.others,
            leading_only=self.leading_only,
        )


def _noises() -> list[Condition]:
    return [
        Condition(name=f"{'pink' if pink else 'white'} {snr_db:+d} dB", distort=noise(snr_db=snr_db, pink=pink))
        for pink in (False, True)
        for snr_db in (10, 0, -5)
    ]


CONDITIONS: tuple[Condition, ...] = (
    Condition(name="clean"),
    *_noises(),
    Condition(name="low-pass 2 kHz", distort=low_pass),
    Condition(name="µ-law 8 bit", distort=mu_law(bits=8)),
    Condition(name="µ-law 4 bit", distort=mu_law(bits=4)),
    Condition(name="reverb", distort=reverb),
    Condition(name="mp3", distort=mp3),
    Condition(name="band-pass", distort=band_pass),
    Condition(name="flanger", distort=flanger),
    Condition(name="chorus", distort=chorus),
    Condition(name="echo", distort=echo),
    Condition(name="tremolo", distort=tremolo),
    Condition(name="speed +3 %", speed=1.03),
    Condition(name="speed -3 %", speed=0.97),
    Condition(name="tempo +5 %", tempo=(1.05,)),
    Condition(name="tempo -5 %", tempo=(0.95,)),
    Condition(name="tempo +20 %", tempo=(1.2,)),
    Condition(name="tempo -20 %", tempo=(0.8,)),
    Condition(name="transposed up", up=1),
    Condition(name="transposed down", up=-1),
    Condition(name="other instruments", others=True),
    Condition(
        name="transposed, tempo, noise",
        tempo=(0.8, 0.95, 1.05, 1.2),
        up=2,
        distort=noise(snr_db=10, pink=True),
    ),
    Condition(name="leading voice alone", leading_only=True, beyond=True),
)

BY_NAME = {condition.name: condition for condition in CONDITIONS}
