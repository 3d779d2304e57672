"""Concepts: words of electroacoustic theory, each a number 0 to 1, that become formal choices.

A concept is data: its influences name a law (or several, by rising value) and what it writes. Some grow with the value
from nothing; others hold a property within a band around the value, so that a half leaves it as it was. A score has no
spectrum: what the theory says of spectra is told here by register, range and dynamics.

References
----------
Xenakis 1992. Smalley 1997, Spectromorphology, Organised Sound 2(2). Roads 2001, Microsound, ch. 3. Emmerson 1986, The
relation of language to materials, in The Language of Electroacoustic Music.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from grym.domain.composing.formal.choice import FormalChoice, Generator, Target, refusal
from grym.domain.composing.score import Role

_PITCHED: Final[tuple[Role, ...]] = ("melody", "counter", "chords", "pad", "bass")
_LINES: Final[tuple[Role, ...]] = ("melody", "counter")
_INNER: Final[tuple[Role, ...]] = ("chords", "pad", "counter")
_ALL: Final[tuple[Role, ...]] = (*_PITCHED, "drums")


@dataclass(frozen=True, slots=True, kw_only=True)
class Influence:
    """How a concept acts.

    Parameters
    ----------
    laws
        One, or several of which a rising value takes a later one.
    band
        Half the width of the band around the value; None lets the amount grow with the value instead.
    """

    generator: Generator
    laws: tuple[str, ...]
    target: Target
    roles: tuple[Role, ...] = _LINES
    band: float | None = None
    step_beats: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """A named quality: whose word it is, what it means, and how it acts."""

    name: str
    group: str
    meaning: str
    influences: tuple[Influence, ...]


def choices_of(concept: Concept, value: float) -> tuple[FormalChoice, ...]:
    """Return what a concept at a value 0 to 1 asks for; nothing where it would change nothing.

    Raises
    ------
    InvalidRequestError
        ``formal.invalid`` for a value out of range.
    """
    if not (math.isfinite(value) and 0 <= value <= 1):
        raise refusal(f"the value of {concept.name} goes from 0 to 1", hint=f"Write {concept.name}=0.7.")
    return tuple(_choice(concept.name, one, value) for one in concept.influences if one.band is not None or value > 0)


def _choice(name: str, influence: Influence, value: float) -> FormalChoice:
    """Turn an influence at a value into a choice."""
    law = influence.laws[min(int(value * len(influence.laws)), len(influence.laws) - 1)]
    low, high, amount = 0.0, 1.0, value
    if influence.band is not None:
        low, high, amount = max(0.0, value - influence.band), min(1.0, value + influence.band), 1.0
    return FormalChoice(
        generator=influence.generator,
        law=law,
        target=influence.target,
        roles=influence.roles,
        amount=amount,
        low=low,
        high=high,
        step_beats=influence.step_beats,
        source=name,
    )


_ROWS = (
    Concept(
        name="harmonic-density",
        group="basic",
        meaning="how many notes the harmony sounds, from single tones to repeated chords",
        influences=(
            Influence(generator="stochastic", laws=("gaussian",), target="density", roles=("chords", "pad"), band=0.1),
        ),
    ),
    Concept(
        name="textural-complexity",
        group="basic",
        meaning="how involved the rhythm of the lines is: automata from regular to universal",
        influences=(
            Influence(
                generator="cellular",
                laws=("rule 90", "rule 30", "rule 110", "rule 184"),
                target="rhythm",
                roles=_PITCHED,
            ),
        ),
    ),
    Concept(
        name="rhythmic-chaos",
        group="basic",
        meaning="players that compete for the beat instead of sharing it",
        influences=(
            Influence(generator="game", laws=("scissors nash",), target="rhythm", roles=_ALL, step_beats=0.25),
            Influence(generator="game", laws=("scissors competitive",), target="dynamics", roles=_ALL, step_beats=0.25),
        ),
    ),
    Concept(
        name="timbral-brightness",
        group="basic",
        meaning="dark and low to bright and high",
        influences=(
            Influence(generator="stochastic", laws=("gaussian",), target="register", roles=_LINES, band=0.2),
            Influence(generator="stochastic", laws=("gaussian",), target="dynamics", roles=_LINES, band=0.1),
        ),
    ),
    Concept(
        name="dynamic-evolution",
        group="basic",
        meaning="how far loudness wanders",
        influences=(
            Influence(generator="stochastic", laws=("uniform",), target="dynamics", roles=_ALL, step_beats=4.0),
        ),
    ),
    Concept(
        name="spectral-motion",
        group="Smalley",
        meaning="how pitches move, from even to sudden",
        influences=(
            Influence(generator="stochastic", laws=("gaussian", "uniform", "cauchy"), target="pitch", step_beats=0.5),
            Influence(generator="stochastic", laws=("gaussian", "cauchy"), target="register", roles=_PITCHED),
        ),
    ),
    Concept(
        name="spectral-space",
        group="Smalley",
        meaning="how wide the space between low and high is",
        influences=(Influence(generator="stochastic", laws=("uniform",), target="register", roles=_PITCHED),),
    ),
    Concept(
        name="gesture-texture",
        group="Smalley",
        meaning="gesture, short and separate, to texture, held and merging",
        influences=(
            Influence(generator="stochastic", laws=("gaussian",), target="articulation", roles=_PITCHED, band=0.1),
            Influence(generator="stochastic", laws=("gaussian",), target="duration", roles=_PITCHED, band=0.1),
        ),
    ),
    Concept(
        name="grain-density",
        group="Roads",
        meaning="how many grains a second the lines have",
        influences=(
            Influence(
                generator="stochastic", laws=("poisson",), target="density", roles=_LINES, band=0.15, step_beats=0.25
            ),
        ),
    ),
    Concept(
        name="grain-duration",
        group="Roads",
        meaning="how long a grain is",
        influences=(
            Influence(
                generator="stochastic",
                laws=("exponential",),
                target="duration",
                roles=_PITCHED,
                band=0.15,
                step_beats=0.25,
            ),
        ),
    ),
    Concept(
        name="grain-distribution",
        group="Roads",
        meaning="grains in step or strewn",
        influences=(
            Influence(
                generator="stochastic",
                laws=("gaussian", "uniform", "exponential"),
                target="rhythm",
                roles=_PITCHED,
                step_beats=0.25,
            ),
        ),
    ),
    Concept(
        name="aural-mimetic",
        group="Emmerson",
        meaning="abstract sound to images of the world: voices that come and go like birds",
        influences=(
            Influence(generator="cellular", laws=("life",), target="players", roles=_INNER, step_beats=4.0),
            Influence(generator="cellular", laws=("life",), target="rhythm"),
            Influence(generator="cellular", laws=("life",), target="articulation", roles=_LINES, step_beats=0.5),
        ),
    ),
    Concept(
        name="abstract-syntax",
        group="Emmerson",
        meaning="order brought to the notes from outside: a row and its forms",
        influences=(Influence(generator="set", laws=("0 1 4 6 T3 I0 R M5",), target="pitch", roles=_LINES),),
    ),
    Concept(
        name="contextual-discourse",
        group="Emmerson",
        meaning="players that answer one another",
        influences=(
            Influence(generator="game", laws=("pennies nash",), target="players", roles=_INNER, step_beats=4.0),
            Influence(generator="game", laws=("pennies nash",), target="dynamics", roles=_PITCHED, step_beats=4.0),
        ),
    ),
)

CONCEPTS: Final[Mapping[str, Concept]] = {concept.name: concept for concept in _ROWS}
