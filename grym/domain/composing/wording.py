"""A plan in words, as text-to-audio models are asked: style, mood, instruments, tempo, key, metre.

Such models learned from captions, which name what is heard in a few words joined by commas. What is not wanted goes
into a negative prompt. Nothing here comes from the text of a person but by way of the plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grym.domain.composing.plan import Plan

QUIET, LOUD = 0.35, 0.7
"""Intensities below and above which a section is called quiet and full."""

MOST_INSTRUMENTS = 6
"""Captions name few; encoders of text read some dozens of words."""

FLAWS = "low quality, noise, distortion, clipping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a model is told.

    Parameters
    ----------
    prompt
        What the sound is like.
    negative_prompt
        What it is not like.
    """

    prompt: str
    negative_prompt: str


def worded(plan: Plan, intensity: float | None = None) -> Wording:
    """Say a plan in words.

    Parameters
    ----------
    intensity
        That of the section that sounds, 0–1; None for the whole piece.
    """
    drums = [one for one in plan.instruments if one.percussion]
    what = [
        *_unless_said(plan.mood, plan.style),
        plan.style,
        "instrumental music",
        _players(plan),
        *(["drums"] if drums else []),
        *_dynamics(intensity),
        f"{plan.tempo_bpm:.0f} BPM",
        f"in {plan.tonality}",
        f"{plan.metre} time",
        "high quality",
    ]
    unwanted = [FLAWS, "vocals, singing, speech", *([] if drums else ["drums"])]
    return Wording(prompt=", ".join(filter(None, what)), negative_prompt=", ".join(unwanted))


def _unless_said(mood: str, style: str) -> list[str]:
    return [mood] if mood and mood not in style else []


def _players(plan: Plan) -> str:
    """Name the instruments, each once, in the order of the plan."""
    names = dict.fromkeys(one.name.lower() for one in plan.instruments if not one.percussion)
    return _listed(list(names)[:MOST_INSTRUMENTS])


def _listed(names: Sequence[str]) -> str:
    """Join names as a sentence does.

    >>> _listed(["piano", "cello", "flute"])
    'piano, cello and flute'
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def _dynamics(intensity: float | None) -> list[str]:
    if intensity is None or QUIET <= intensity <= LOUD:
        return []
    return ["sparse and quiet"] if intensity < QUIET else ["full and loud"]
