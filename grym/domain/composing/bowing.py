"""Bowed strings in a cast: how many there are, how many to expect, and a cast with more or fewer of them."""

import math
from collections.abc import Iterable, Mapping, Sequence

from grym.domain.composing.plan import Instrument
from grym.domain.composing.score import Role
from grym.domain.composing.styles import Style

BOWED = frozenset({"violin", "viola", "cello", "strings"})
USUAL_PLAYER_WEIGHT = 2.0
"""How much more often the usual player of a style is drawn than each other."""

_STRING_OF_ROLE: Mapping[Role, str] = {
    "melody": "violin", "counter": "cello", "pad": "strings", "chords": "strings", "bass": "cello",
}  # fmt: skip
_STRING_OF_VOICE: Mapping[Role, str] = {
    "melody": "violin", "counter": "violin", "pad": "strings", "chords": "viola", "bass": "cello",
}  # fmt: skip
"""In four-part writing and the like: one voice each."""


def string_share(players: Iterable[Instrument]) -> float:
    """Return the share 0–1 of bowed strings among those who play pitches; 0 where nobody does."""
    pitched = [player.name for player in players if not player.percussion]
    return sum(name in BOWED for name in pitched) / len(pitched) if pitched else 0.0


def told_share(players: Iterable[Instrument]) -> str:
    """Say how many of the pitched parts are bowed strings."""
    pitched = [player for player in players if not player.percussion]
    return f"strings in {sum(player.name in BOWED for player in pitched)} of {len(pitched)} parts"


def expected_share(style: Style) -> float:
    """Return the expected share of bowed strings among the players of a style."""
    roles = [names for names in (style.melody, style.counter, style.chords, style.pad, style.bass) if names]
    return sum(map(_chance_of_strings, roles)) / len(roles)


def with_strings(
    cast: Mapping[Role, str], style: Style, share: float, *, kept: frozenset[Role], without: frozenset[str]
) -> dict[Role, str]:
    """Return who plays, with about a share 0–1 of the pitched parts given to bowed strings.

    Parts become strings from the melody down; a bass that belongs to a drum kit stays what it is. Parts that are
    strings become what else the style would have taken, from the accompaniment up, where it knows anything else.

    Parameters
    ----------
    kept
        Roles whose players were asked for.
    without
        Players that were refused.
    """
    found = dict(cast)
    pitched = [role for role in ("melody", "counter", "pad", "chords", "bass") if role in found]
    wanted = math.floor(share * len(pitched) + 0.5)
    if style.satb:
        wanted = len(pitched) if share >= 0.5 else 0  # voices of a chorale sound as one body
    surplus = sum(found[role] in BOWED for role in pitched) - wanted
    for role in pitched if surplus < 0 else reversed(pitched):
        if surplus == 0:
            break
        player = _bowed(role, style) if surplus < 0 else _unbowed(role, style, without)
        if role in kept or (role == "bass" and "drums" in found) or (found[role] in BOWED) == (surplus < 0):
            continue
        if player and player not in without:
            found[role] = player
            surplus += 1 if surplus < 0 else -1
    return found


def _choices(role: Role, style: Style) -> tuple[str, ...]:
    known: Mapping[str, tuple[str, ...]] = {
        "melody": style.melody, "counter": style.counter, "pad": style.pad, "chords": style.chords, "bass": style.bass,
    }  # fmt: skip
    return known.get(role, ())


def _bowed(role: Role, style: Style) -> str:
    """Return the string that takes a part: the style's own where it has one."""
    usual = _STRING_OF_VOICE if style.satb or style.writing else _STRING_OF_ROLE
    return next((name for name in _choices(role, style) if name in BOWED), usual.get(role, ""))


def _unbowed(role: Role, style: Style, without: frozenset[str]) -> str:
    """Return who else of a style takes a part; empty where the style knows strings only."""
    return next((name for name in _choices(role, style) if name not in BOWED and name not in without), "")


def _chance_of_strings(names: Sequence[str]) -> float:
    weights = [USUAL_PLAYER_WEIGHT, *(1.0 for _ in names[1:])]
    return sum(weight for name, weight in zip(names, weights, strict=True) if name in BOWED) / sum(weights)
