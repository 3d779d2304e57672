"""A listener's taste where a wish leaves a choice open: how fast, how often in minor, how many strings.

Beside the parameters that the composer obeys, three choices of the planner can be learned, each as a number 0–1:

``pace``
    Place of the tempo in the range of the style: 0 its slowest, 0.5 its usual, 1 its fastest, even in log tempo
    between them, since tempi are told apart by ratios (Drake & Botte 1993).
``minor``
    How likely a mode with a minor third is.
``strings``
    Share of the pitched parts that are played by bowed strings.

A wish always wins over a taste: what the sentence or the request decides is never learned, and a mood that was asked
for keeps its side of the usual tempo, so that an energetic piece is not slow for somebody who likes slow ones. The same
numbers are read back from a finished plan, since a rating is about what was heard and not about what was tried.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grym.domain.composing.bowing import expected_share, string_share, told_share
from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.reading import Reading
from grym.domain.composing.styles import STYLES, Style
from grym.domain.composing.theory import MINOR_MODES
from grym.domain.composing.vocabulary import CHARACTERS, MOODS

TASTES = ("pace", "minor", "strings")
USUAL_PACE = 0.5

USUAL_MODE_WEIGHT = 2.5
"""How much more often the usual mode of a style is drawn than each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a piece would be without a learner, and what of it the wish decides.

    Parameters
    ----------
    defaults
        Expected value 0–1 of every parameter and taste.
    fixed
        Those among them that the wish decides, with their values.
    """

    defaults: Mapping[str, float]
    fixed: Mapping[str, float]


def place_of_tempo(style: Style, tempo_bpm: float) -> float:
    """Return the place 0–1 of a tempo in the range of a style."""
    slowest, usual, fastest = (math.log(tempo) for tempo in style.tempo_bpm)
    tempo = min(fastest, max(slowest, math.log(tempo_bpm)))
    if tempo < usual:
        return USUAL_PACE * (tempo - slowest) / (usual - slowest)
    return USUAL_PACE if fastest <= usual else USUAL_PACE + (1 - USUAL_PACE) * (tempo - usual) / (fastest - usual)


def tempo_at(style: Style, pace: float) -> float:
    """Return the tempo at a place 0–1 in the range of a style, in quarter notes a minute."""
    slowest, usual, fastest = style.tempo_bpm
    if pace <= USUAL_PACE:
        return slowest * math.pow(usual / slowest, pace / USUAL_PACE)
    return usual * math.pow(fastest / usual, (pace - USUAL_PACE) / (1 - USUAL_PACE))


def asked_tempo(style: Style, pace: float, *, mood: str, written: bool) -> float:
    """Return the tempo of a learned pace; a mood that was written keeps its side of the usual tempo."""
    tempo_bpm = tempo_at(style, min(1.0, max(0.0, pace)))
    factor = MOODS[mood].tempo_factor if written and mood in MOODS else 1.0
    usual = style.tempo_bpm[1]
    return max(usual, tempo_bpm) if factor > 1 else min(usual, tempo_bpm) if factor < 1 else tempo_bpm


def drawn_mode(modes: Sequence[str], *, minor: float, point: float) -> str:
    """Return a mode of a style, minor-like with the probability `minor`; `point` 0–1 is drawn by chance.

    A style that names no mode of the kind takes the plain one, as it does where a mood asks for it.
    """
    is_minor = point < minor
    kind = [mode for mode in modes if (mode in MINOR_MODES) == is_minor] or ["minor" if is_minor else "major"]
    left = point / minor if is_minor else (point - minor) / (1 - minor)
    weights = [USUAL_MODE_WEIGHT, *(1.0 for _ in kind[1:])]
    reached = left * sum(weights)
    return next((mode for at, mode in enumerate(kind) if reached < sum(weights[: at + 1])), kind[-1])


def realised(plan: Plan) -> dict[str, float]:
    """Return the parameters and tastes 0–1 that a plan really has, by name."""
    style = plan.definition or STYLES.get(plan.style)
    pace = USUAL_PACE if style is None else place_of_tempo(style, plan.tempo_bpm)
    tastes = {
        "pace": pace,
        "minor": float(plan.tonality.mode in MINOR_MODES),
        "strings": string_share(plan.instruments),
    }
    own = {name: value for name, value in plan.parameters.items() if name not in TASTES}
    return own | {name: round(value, 4) for name, value in tastes.items()}


def tied_tastes(style: str, *, tempo_bpm: float, mode: str) -> dict[str, float]:
    """Return pace and minor 0–1 of a piece that another one follows; a style that is not known has no pace."""
    known = STYLES.get(style)
    minor = {"minor": float(mode in MINOR_MODES)}
    return minor if known is None else {"pace": round(place_of_tempo(known, tempo_bpm), 4), **minor}


def usual_of(plan: Plan, style: Style) -> Usual:
    """Return what a piece would be without a learner, from the plan that was made without one.

    What chance decided in that plan counts as it is expected: how often the style is in minor, and how many of its
    players are strings.
    """
    values = realised(plan)
    expected = values | {"pace": _expected_pace(plan, style), "minor": _expected_minor(plan, style)}
    if "strings" not in plan.asked:
        expected["strings"] = expected_share(style)
    fixed = {name: values[name] for name in plan.asked if name in values}
    return Usual(defaults={name: round(value, 4) for name, value in (expected | fixed).items()}, fixed=fixed)


def decided(wish: Wish, reading: Reading, *, players: bool) -> tuple[str, ...]:
    """Return which parameters and tastes a wish decides, in numbers or in words.

    Parameters
    ----------
    players
        Whether the wish says who plays every part.
    """
    words = reading.words
    found = {name for word in words.get("character", ()) for name in CHARACTERS[word]}
    in_words = any(words.get(kind) for kind in ("tempo", "slow", "fast"))
    denied = any(reading.refused.get(kind) for kind in ("slow", "fast"))
    if wish.tempo_bpm is not None or reading.tempi_bpm or in_words or denied:
        found.add("pace")
    if wish.key is not None or reading.tonalities or reading.modes or _written_mode(reading):
        found.add("minor")
    if players:
        found.add("strings")
    return tuple(sorted(found))


def heeded(learned: Mapping[str, float], *, asked: Sequence[str]) -> dict[str, float]:
    """Return what was learned as far as the wish leaves it open."""
    return {name: value for name, value in learned.items() if name not in asked}


def told_tastes(plan: Plan, learned: Mapping[str, float]) -> list[str]:
    """Say what was learned that a listener can hear in a plan: tempo, mode, strings."""
    found = []
    if "pace" in learned:
        found.append(f"tempo {plan.tempo_bpm:g} BPM")
    if "minor" in learned:
        found.append(str(plan.tonality.mode))
    if "strings" in learned:
        found.append(told_share(plan.instruments))
    return [f"After this listener's ratings: {', '.join(found)}."] if found else []


def _written_moods(reading: Reading) -> list[str]:
    refused = reading.refused.get("mood", ())
    return [mood for mood in reading.words.get("mood", ()) if mood in MOODS and mood not in refused][:1]


def _written_mode(reading: Reading) -> bool:
    return any(MOODS[mood].mode for mood in _written_moods(reading))


def _expected_pace(plan: Plan, style: Style) -> float:
    """Return the usual pace, moved by the mood; chance moves it little, and in either direction."""
    if "pace" in plan.asked or plan.mood not in MOODS:
        return realised(plan)["pace"] if "pace" in plan.asked else USUAL_PACE
    return place_of_tempo(style, style.tempo_bpm[1] * MOODS[plan.mood].tempo_factor)


def _expected_minor(plan: Plan, style: Style) -> float:
    """Return how often pieces of this style and mood are in minor."""
    mode = MOODS[plan.mood].mode if plan.mood in MOODS else ""
    if mode:
        return float(mode in MINOR_MODES)
    weights = [USUAL_MODE_WEIGHT, *(1.0 for _ in style.modes[1:])]
    minor = sum(weight for mode, weight in zip(style.modes, weights, strict=True) if mode in MINOR_MODES)
    return minor / sum(weights)
