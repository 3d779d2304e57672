"""Presets: concepts and laws that go together under a name, and how both are asked for in words.

Asked for as text: a preset by name (``glitch-textures``), a concept by its value (``grain-density=0.8``), a law by what
it writes (``pitch:sieve:3@0 | 4@1``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, cast

from grym.domain.composing.formal.choice import FormalChoice, Generator, Target, refusal, require_lawful
from grym.domain.composing.formal.concepts import CONCEPTS, choices_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A way of composing formally.

    Parameters
    ----------
    tags
        What it can be found by.
    concepts
        Values 0 to 1 by concept.
    laws
        Laws beside the concepts.
    """

    name: str
    description: str
    tags: tuple[str, ...] = ()
    concepts: Mapping[str, float] = field(default_factory=dict)
    laws: tuple[FormalChoice, ...] = ()


def choices_in(preset: Preset) -> tuple[FormalChoice, ...]:
    """Return all that a preset asks for, laws first, each with the preset or the concept as its source.

    Raises
    ------
    InvalidRequestError
        ``formal.invalid`` or ``formal.sieve`` for a concept that is not known or a law that cannot be obeyed.
    """
    unknown = sorted(set(preset.concepts) - set(CONCEPTS))
    if unknown:
        raise refusal(f"{unknown[0][:40]!r} is no concept", hint=f"Choose from: {', '.join(CONCEPTS)}.")
    laws = tuple(replace(law, source=preset.name) for law in preset.laws)
    found = (*laws, *(one for name, value in preset.concepts.items() for one in choices_of(CONCEPTS[name], value)))
    require_lawful(found)
    return found


def choices_named(text: str) -> tuple[FormalChoice, ...]:
    """Return what a text asks for: a preset, a concept with its value, or a law (see the module).

    Raises
    ------
    InvalidRequestError
        ``formal.unknown`` with a hint for a name that is not known, else as `choices_in`.
    """
    name, is_valued, value = text.partition("=")
    if text.count(":") >= 2:
        return _law(text)
    if is_valued and name in CONCEPTS:
        return choices_of(CONCEPTS[name], _number(name, value))
    if text in PRESETS:
        return choices_in(PRESETS[text])
    raise refusal(
        f"{text[:40]!r} is neither a preset nor a concept with a value nor a law",
        hint="`grym formal ls` lists them; write glitch-textures, grain-density=0.8 or pitch:sieve:3@0|4@1.",
    )


def _law(text: str) -> tuple[FormalChoice, ...]:
    """Read a law from its text."""
    target, generator, law = (part.strip() for part in text.split(":", 2))
    choice = FormalChoice(generator=cast("Generator", generator), law=law, target=cast("Target", target))
    require_lawful((choice,))
    return (choice,)


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise refusal(f"the value of {name} is no number", hint=f"Write {name}=0.7.") from error


_ROWS = (
    Preset(
        name="crystalline",
        description="bright separate points on a sieve of thirds and fourths",
        tags=("bright", "sieve", "points"),
        concepts={"timbral-brightness": 0.8, "gesture-texture": 0.2},
        laws=(FormalChoice(generator="sieve", law="12@0 | 12@4 | 12@5 | 12@9 | 24@14 | 24@11", target="pitch"),),
    ),
    Preset(
        name="textural-clouds",
        description="clouds of many merging notes",
        tags=("stochastic", "clouds", "dense"),
        concepts={"harmonic-density": 0.8, "grain-density": 0.8, "gesture-texture": 0.8, "spectral-space": 0.6},
    ),
    Preset(
        name="spectral-flux",
        description="lines that jump about while loudness wanders",
        tags=("stochastic", "motion"),
        concepts={"spectral-motion": 0.9, "dynamic-evolution": 0.7, "spectral-space": 0.5},
    ),
    Preset(
        name="rhythmic-chaos",
        description="players that compete for every sixteenth",
        tags=("game", "rhythm", "energetic"),
        concepts={"rhythmic-chaos": 0.9, "grain-distribution": 0.6},
    ),
    Preset(
        name="harmonic-fields",
        description="harmony that an automaton lights up chord by chord",
        tags=("cellular", "harmony", "horos"),
        concepts={"harmonic-density": 0.6, "gesture-texture": 0.7},
        laws=(
            FormalChoice(
                generator="cellular",
                law="rule 110",
                target="pitch",
                roles=("melody", "counter", "chords"),
                step_beats=4.0,
            ),
        ),
    ),
    Preset(
        name="smalley-spectromorphology",
        description="motion, space and the turn from gesture to texture",
        tags=("smalley", "electroacoustic"),
        concepts={"spectral-motion": 0.5, "spectral-space": 0.7, "gesture-texture": 0.65},
    ),
    Preset(
        name="roads-microsound",
        description="short grains, many and strewn",
        tags=("roads", "granular", "points"),
        concepts={"grain-density": 0.9, "grain-duration": 0.1, "grain-distribution": 0.5},
    ),
    Preset(
        name="emmerson-discourse",
        description="a row that voices come to discuss and leave",
        tags=("emmerson", "twelve-tone", "electroacoustic"),
        concepts={"aural-mimetic": 0.5, "abstract-syntax": 1.0, "contextual-discourse": 0.7},
    ),
    Preset(
        name="ambient-spaces",
        description="few long notes, far apart, in slow change",
        tags=("ambient", "calm", "wide"),
        concepts={"grain-density": 0.25, "gesture-texture": 0.95, "spectral-space": 0.6, "harmonic-density": 0.35},
    ),
    Preset(
        name="glitch-textures",
        description="cut-up notes where cells of rule 30 live, sudden leaps and loud strokes",
        tags=("glitch", "cellular", "energetic"),
        concepts={"textural-complexity": 0.4, "grain-duration": 0.05, "spectral-motion": 0.7, "rhythmic-chaos": 0.5},
    ),
    Preset(
        name="spectral-orchestral",
        description="an orchestra whose players Life brings in and takes away, over a wide space",
        tags=("cellular", "orchestral", "wide"),
        concepts={"aural-mimetic": 0.8, "spectral-space": 0.5, "dynamic-evolution": 0.6, "harmonic-density": 0.7},
    ),
)

PRESETS: Final[Mapping[str, Preset]] = {preset.name: preset for preset in _ROWS}
