"""What the gate checks: names, units and what to do about a failure, as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One thing that is measured of every sound.

    Parameters
    ----------
    name, unit
        As a check tells them.
    too_low, too_high
        What to do about a value below or above its bounds; what has only one bad end has one advice.
    """

    name: str
    unit: str
    too_low: str = ""
    too_high: str = ""

    def advice(self, value: float | None, least: float | None) -> str:
        """Return what to do about a failed value."""
        low = value is None or (least is not None and value < least)
        return (self.too_low if low else self.too_high) or self.too_high or self.too_low


_ROWS = (
    Measured(
        name="signal.silence",
        unit="share",
        too_high="Remove the silent passages, or raise the level of the instruments.",
    ),
    Measured(
        name="signal.loudness",
        unit="LUFS",
        too_low="Raise the gain; silence and sounds below 0.4 s have no loudness.",
        too_high="Lower the gain.",
    ),
    Measured(
        name="signal.true_peak",
        unit="dBTP",
        too_low="There is no signal at all.",
        too_high="Lower the ceiling of the limiter or the gain.",
    ),
    Measured(
        name="signal.clipping",
        unit="1/s",
        too_high="The tops are cut flat: lower the gain before the converter or the mix bus and render again.",
    ),
    Measured(
        name="signal.saturation",
        unit="ratio",
        too_high="The tops are rounded: less drive, or a limiter that follows the level instead of bending the wave.",
    ),
    Measured(
        name="signal.clicks",
        unit="1/s",
        too_high="Repair the clicks (`grym enhance` does), or look for cuts that do not meet at zero and lost samples.",
    ),
    Measured(
        name="signal.dropouts",
        unit="1/min",
        too_high="The sound breaks off for moments: record or transfer it again, with a larger buffer.",
    ),
    Measured(name="signal.dc_offset", unit="full scale", too_high="Apply a high-pass at 20 to 30 Hz."),
    Measured(
        name="signal.effective_bits",
        unit="bit",
        too_low="Export with 16 bit or more; do not scale after reducing the word length.",
    ),
    Measured(
        name="signal.stereo_correlation",
        unit="1",
        too_low="The channels cancel in mono: reduce stereo widening or flip the polarity of one channel.",
    ),
    Measured(
        name="signal.mono_fold",
        unit="dB",
        too_low="Much is lost where both channels are heard as one: reduce stereo widening, check the polarity.",
    ),
    Measured(
        name="signal.hum",
        unit="dB",
        too_high="The mains hum: notch 50 or 60 Hz and multiples (`grym enhance` does), or part the grounds.",
    ),
    Measured(
        name="signal.bandwidth",
        unit="Hz",
        too_low="Use a source of higher sample rate, or brighter instruments.",
    ),
    Measured(
        name="signal.true_width",
        unit="share",
        too_low="This was made at a lower sample rate: find the original, or keep that rate.",
    ),
    Measured(
        name="signal.flatness",
        unit="1",
        too_high="This is mostly noise: lower noisy instruments and give pitched ones more weight.",
    ),
    Measured(
        name="signal.noisiness",
        unit="1",
        too_high="This is noise, whatever its colour: give pitched and struck instruments more weight.",
    ),
    Measured(name="signal.change", unit="dB", too_low="Nothing changes over time: vary notes, rhythm or dynamics."),
    Measured(
        name="signal.variety",
        unit="dB",
        too_low="Only the level changes: let notes and instruments come and go.",
    ),
    Measured(
        name="signal.occupied_bands",
        unit="bands",
        too_low="A single tone is no music: add notes or instruments.",
    ),
    Measured(
        name="format.sample_rate",
        unit="Hz",
        too_low="Make it anew at a higher rate; converting adds nothing.",
        too_high="Convert to a lower rate.",
    ),
    Measured(
        name="format.channels",
        unit="channels",
        too_low="Deliver both channels.",
        too_high="Mix down to stereo.",
    ),
    Measured(
        name="format.length",
        unit="s",
        too_low="It is too short for its purpose.",
        too_high="Cut it to the length that its purpose allows.",
    ),
)

CATALOGUE: Mapping[str, Measured] = MappingProxyType({row.name: row for row in _ROWS})
"""By name, in the order in which they are told."""
