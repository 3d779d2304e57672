"""Profiles: what a sound must keep to for its purpose, as data. A profile says only where it differs from another.

Where the numbers come from stands in ``docs/quality.md``, check by check.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grym.domain.quality.catalogue import CATALOGUE
from grym.errors import InvalidRequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The range in which a measure is fit; an open end is None, and with both ends open it is told only.

    Parameters
    ----------
    least, most
        In the unit of the measure, both inclusive.
    """

    least: float | None = None
    most: float | None = None

    def holds(self, value: float | None) -> bool:
        """Tell whether a value lies inside; what cannot be measured lies outside unless both ends are open."""
        if self.least is None and self.most is None:
            return True
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    @property
    def words(self) -> str:
        """The range as a check tells it, ``<= -1`` or ``-15 to -13``."""
        if self.least is None and self.most is None:
            return "any"
        if self.least is None:
            return f"<= {self.most:g}"
        if self.most is None:
            return f">= {self.least:g}"
        return f"{self.least:g} to {self.most:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A purpose and its bounds.

    Parameters
    ----------
    name, purpose
        What it is called and what it is for.
    bounds
        By name of the check; a check without one is told only. A plain dictionary: it travels into worker processes.
    """

    name: str
    purpose: str
    bounds: Mapping[str, Bound] = field(default_factory=dict)

    def bound(self, check: str) -> Bound:
        """Return the range of a check."""
        return self.bounds.get(check, Bound())


def _at_least(least: float) -> Bound:
    return Bound(least=least)


def _at_most(most: float) -> Bound:
    return Bound(most=most)


def _profile(name: str, purpose: str, base: Mapping[str, Bound], changes: Mapping[str, Bound]) -> Profile:
    return Profile(name=name, purpose=purpose, bounds={**base, **changes})


_MUSIC = {
    "signal.silence": _at_most(0.5),
    "signal.loudness": Bound(least=-45.0, most=-5.0),
    "signal.true_peak": _at_most(4.0),
    "signal.clipping": _at_most(2.0),
    "signal.saturation": _at_most(0.3),
    "signal.clicks": _at_most(1.3),
    "signal.dropouts": _at_most(2.0),
    "signal.dc_offset": _at_most(0.02),
    "signal.effective_bits": _at_least(12.0),
    "signal.stereo_correlation": _at_least(-0.6),
    "signal.mono_fold": _at_least(-9.0),
    "signal.hum": _at_most(2.5),
    "signal.bandwidth": _at_least(2_000.0),
    "signal.true_width": _at_least(0.6),
    "signal.flatness": _at_most(0.25),
    "signal.noisiness": _at_most(0.55),
    "signal.change": _at_least(2.0),
    "signal.variety": _at_least(1.5),
    "signal.occupied_bands": _at_least(6.0),
}
"""What tells music from its failures, however old, loud or lossy it is."""

_FINISHED = {
    "signal.loudness": Bound(least=-15.0, most=-13.0),
    "signal.true_peak": _at_most(-1.0),
    "signal.silence": _at_most(0.35),
    "signal.clipping": _at_most(0.5),
    "signal.dc_offset": _at_most(0.002),
    "signal.stereo_correlation": _at_least(-0.2),
    "signal.mono_fold": _at_least(-6.0),
    "signal.effective_bits": _at_least(16.0),
    "format.sample_rate": _at_least(44_100.0),
    "format.channels": Bound(least=1.0, most=2.0),
}

_MUST_BE_MUSIC = ("signal.silence", "signal.change", "signal.variety", "signal.occupied_bands", "signal.flatness")
"""What a whole piece must have and a single sound need not."""

RECORDING = _profile("recording", "The sound of others: old, loud and lossy recordings pass.", _MUSIC, {})
"""Decoded Vorbis overshoots full scale by up to 3.5 dB, hence the true peak that is let pass."""

DRAFT = _profile(
    "draft",
    "Work in progress: music without damage, at any level that can be heard.",
    _MUSIC,
    {"signal.loudness": Bound(least=-45.0), "signal.true_peak": _at_most(0.0), "signal.silence": _at_most(0.7)},
)
RELEASE = _profile("release", "A finished piece: what grym holds its own pieces to.", _MUSIC, _FINISHED)
STREAM = _profile(
    "stream",
    "A file handed to streaming services: a release in stereo, with room for a lossy coder, a song's length or more.",
    _MUSIC,
    {
        **_FINISHED,
        "signal.true_peak": _at_most(-2.0),
        "format.channels": Bound(least=2.0, most=2.0),
        "format.length": _at_least(30.0),
    },
)
SAMPLE = _profile(
    "sample",
    "A single sound or loop to make music from: clean, and whole up to high frequencies.",
    {name: bound for name, bound in _MUSIC.items() if name not in _MUST_BE_MUSIC},
    {
        "signal.loudness": Bound(),
        "signal.noisiness": Bound(),
        "signal.bandwidth": Bound(),
        "signal.saturation": Bound(),
        "signal.true_peak": _at_most(0.0),
        "signal.clipping": _at_most(0.5),
        "signal.dc_offset": _at_most(0.002),
        "signal.effective_bits": _at_least(16.0),
        "format.sample_rate": _at_least(44_100.0),
        "format.length": Bound(least=0.01, most=60.0),
    },
)

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {profile.name: profile for profile in (RECORDING, DRAFT, RELEASE, STREAM, SAMPLE)}
)


def profile_from(
    name: str, *, base: str = "", bounds: Mapping[str, tuple[float | None, float | None]] = MappingProxyType({})
) -> Profile:
    """Return a profile by its name, or one that changes bounds of another.

    Parameters
    ----------
    name
        Of the profile.
    base
        The profile it begins with; by default that of its own name.
    bounds
        Least and most by name of the check.

    Raises
    ------
    InvalidRequestError
        ``quality.profile`` for an unknown base, ``quality.bounds`` for an unknown check or ends in the wrong order.
    """
    known = PROFILES.get(base or name)
    if known is None:
        raise InvalidRequestError(
            f"there is no profile {(base or name)[:80]!r}",
            code="quality.profile",
            hint=f"Choose one of {', '.join(PROFILES)}, or give a TOML file of your own.",
        )
    if not bounds:
        return known
    own = {check: _checked(check, least, most) for check, (least, most) in bounds.items()}
    return Profile(name=name, purpose=known.purpose, bounds={**known.bounds, **own})


def _checked(check: str, least: float | None, most: float | None) -> Bound:
    """Return a bound that can hold."""
    wrong = None
    if check not in CATALOGUE:
        wrong = f"there is no check {check[:80]!r} to set bounds for"
    elif any(end is not None and not math.isfinite(end) for end in (least, most)):
        wrong = f"the bounds of {check} are no numbers"
    elif least is not None and most is not None and least > most:
        wrong = f"the bounds of {check} are in the wrong order"
    if wrong:
        raise InvalidRequestError(wrong, code="quality.bounds", hint="docs/quality.md lists every check with its unit.")
    return Bound(least=least, most=most)
