"""What backends can be set to, and what a person's ratings make of it: the model manager.

Each backend declares its settings with range and default. A setting moves only by rated pieces that were made with
another value than the one in force: towards what was liked, away from what was not. A piece that was made with the
value in force and disliked draws it back to the default. Nothing is tried out unasked, so without a rating of a
deliberate change every piece keeps its bytes.

The step is a share of the distance, with the rate of stochastic approximation: 0.3/n for the n-th rating, never below
0.001 (Robbins & Monro 1951, "A stochastic approximation method": rates whose sum grows without bound and whose squares
do not). Values never leave their range. While none of the last five pieces of a backend succeeded, its defaults stand.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from grym.domain.learning.rewards import NEUTRAL_STARS
from grym.domain.sessions.values import Attempt, Session
from grym.errors import InvalidRequestError

FIRST_RATE = 0.3
LEAST_RATE = 0.001
GUARD_ATTEMPTS = 5
AUDIBLE_SHARE = 0.005
"""Of the range: nearer to the default than this is the default."""
DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing a backend can be set to.

    Parameters
    ----------
    low, default, high
        In `unit`.
    """

    name: str
    unit: str
    low: float
    default: float
    high: float
    about: str

    @property
    def width(self) -> float:
        """Length of its range."""
        return self.high - self.low


MIXING = (
    Setting(name="room_db", unit="dB", low=-9.0, default=0.0, high=9.0, about="More or less of the room."),
    Setting(name="front_db", unit="dB", low=-4.0, default=0.0, high=4.0, about="How far the melody stands in front."),
    Setting(name="bass_db", unit="dB", low=-4.0, default=0.0, high=4.0, about="Level of the bass."),
)
"""Ranges within which the quality gate still passes every rendered piece of the golden set."""

SETTINGS: Mapping[str, tuple[Setting, ...]] = {"synth": MIXING, "soundfont": MIXING}
"""By backend."""


def settings_of(session: Session, backend: str) -> dict[str, float]:
    """Return what a backend is set to for a person; what stands at its default is left out."""
    rated = [one for one in session.rated if one.backend == backend]
    lately = [one for one in session.attempts if one.backend == backend][-GUARD_ATTEMPTS:]
    guarded = bool(lately) and not any(attempt.succeeded for attempt in lately)
    mine = session.preferences.get(backend, {})
    found = {}
    for setting in SETTINGS.get(backend, ()):
        learned = setting.default if guarded else _learned(setting, rated)
        value = min(setting.high, max(setting.low, mine.get(setting.name, learned)))
        if abs(value - setting.default) > AUDIBLE_SHARE * setting.width:
            found[setting.name] = round(value, DIGITS)
    return found


def all_settings(session: Session) -> dict[str, dict[str, float]]:
    """Return what is set for a person, by backend; those at their defaults are left out."""
    return {backend: found for backend in SETTINGS if (found := settings_of(session, backend))}


def _learned(setting: Setting, rated: Collection[Attempt]) -> float:
    """Return what ratings made of a setting, in the order of the pieces."""
    value = setting.default
    for number, attempt in enumerate(rated, start=1):
        used = attempt.settings.get(setting.name, setting.default)
        reward = ((attempt.stars or NEUTRAL_STARS) - NEUTRAL_STARS) / 2.0  # −1 to 1
        rate = max(LEAST_RATE, FIRST_RATE / number)
        same = abs(used - value) <= AUDIBLE_SHARE * setting.width
        towards = setting.default if reward < 0.0 and same else used
        sign = abs(reward) if same else reward
        value = min(setting.high, max(setting.low, value + rate * sign * (towards - value)))
    return value


def checked_settings(
    backend: str, settings: Mapping[str, float], *, names: Collection[str] | None = None
) -> dict[str, float]:
    """Return settings as they are, if the backend has them all and they lie in their ranges.

    Parameters
    ----------
    names
        Names to be known although they carry no value.

    Raises
    ------
    InvalidRequestError
        ``settings.backend``, ``settings.name``, ``settings.range``.
    """
    if backend not in SETTINGS:
        raise InvalidRequestError(
            f"the backend {backend[:80]!r} has no settings",
            code="settings.backend",
            hint=f"Those that have some: {', '.join(SETTINGS)}.",
        )
    known = {setting.name: setting for setting in SETTINGS[backend]}
    for name in {*settings, *(names or ())} - known.keys():
        raise InvalidRequestError(
            f"{backend} has no setting {name[:80]!r}",
            code="settings.name",
            hint=f"It has: {', '.join(known)}.",
        )
    for name, value in settings.items():
        low, high = known[name].low, known[name].high
        if not (math.isfinite(value) and low <= value <= high):
            raise InvalidRequestError(
                f"{name} lies between {low:g} and {high:g} {known[name].unit}",
                code="settings.range",
                hint="Give a number in that range.",
            )
    return dict(settings)
