"""What is said about sound shapes, in the words of Smalley, Roads and Emmerson.

Every number is computed from the sound. Where a theory speaks of what a listener takes a sound for, the number is an
index made of measurable parts, and says so.

References: Smalley (1997), "Spectromorphology: explaining sound-shapes", Organised Sound 2(2); Roads (2001),
"Microsound", chapters 1 and 3; Emmerson (1986), "The relation of language to materials", in "The language of
electroacoustic music".
"""

from dataclasses import dataclass
from typing import Literal, get_args

Shape = Literal["impulse", "attack-decay", "graduated-decay", "attack-continuant", "graduated-continuant"]
Termination = Literal["cut", "decay", "joined"]
MotionKind = Literal["plane", "ascent", "descent", "reciprocal", "cyclic"]
MatterKind = Literal["note", "node", "noise"]
CloudKind = Literal["sparse", "covered", "packed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundEvent:
    """One sound from its onset to its end.

    Parameters
    ----------
    start_s, end_s
        Seconds; it ends where the next one begins or where it can no longer be heard.
    attack_s
        From a tenth to nine tenths of its greatest amplitude, in steps of 5 ms.
    shape
        The archetype: gone within a tenth of a second (``impulse``), falling at once or lasting (``decay``,
        ``continuant``), after a sudden (``attack``) or a gradual (``graduated``) onset.
    sustain
        Share of the time after the attack within 6 dB of the greatest level, 0–1.
    slope_db_per_s
        Course of the level after the attack, negative where it falls.
    iteration_hz
        How often the level swells and falls while the sound lasts, 2 to 20 Hz; 0 where it does not.
    termination
        ``joined`` where the next sound begins before this one has gone, ``cut`` where it stops within 30 ms, else
        ``decay``.
    decay_s
        Seconds a fall of 60 dB would take at the rate of the fall; None where too little of it is heard.
    """

    start_s: float
    end_s: float
    attack_s: float
    shape: Shape
    sustain: float
    slope_db_per_s: float
    iteration_hz: float
    termination: Termination
    decay_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """How one quantity moves, on a scale of octaves.

    Parameters
    ----------
    extent_octaves
        From the 5th to the 95th percentile over the sound.
    speed_octaves_per_s
        Mean speed over spans of a tenth of a second, up or down.
    overall
        The motion of the sound as one gesture.
    plane, ascent, descent, reciprocal, cyclic
        Shares of the time, in spans of 3 s, that move so; sum 1. Ascent and descent are Smalley's unidirectional
        motions.
    cycle_hz
        Median rate of the cyclic spans; None without any.
    """

    extent_octaves: float
    speed_octaves_per_s: float
    overall: MotionKind
    plane: float
    ascent: float
    descent: float
    reciprocal: float
    cyclic: float
    cycle_hz: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a sound is made of, on Smalley's continuum from note to noise; shares of the magnitude, sum 1.

    Parameters
    ----------
    note
        In partials that belong to harmonic series of up to four pitches.
    node
        In partials that belong to none: bells, cymbals, clusters.
    noise
        In no partials.
    dominant
        The largest of the three.
    """

    note: float
    node: float
    noise: float
    dominant: MatterKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """Grains: sounds shorter than a tenth of a second.

    Parameters
    ----------
    grains
        How many there are.
    density_per_s
        Grains a second from the first to the last sound, those that fell together with others put back.
    duration_s
        Median length between the points 10 dB below the peak; None without grains.
    fill
        Density times duration (Roads's fill factor): the mean number of grains at a time.
    regularity
        0 (independent instants) to 1 (even spacing); None below 3 grains.
    kind
        ``sparse`` below a fill of 0.5, ``covered`` up to 1, ``packed`` above; None below 3 grains.
    """

    grains: int
    density_per_s: float
    duration_s: float | None
    fill: float
    regularity: float | None
    kind: CloudKind | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeScales:
    """On which of Roads's time scales the level of a sound changes; shares, sum 1, 0 where it does not change.

    Parameters
    ----------
    meso
        Slower than 8 s: phrases and sections.
    sound_object
        From 0.1 to 8 s: notes and gestures.
    micro
        Faster than 0.1 s: grains, roughness.
    """

    meso: float
    sound_object: float
    micro: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Where a piece might stand on Emmerson's language grid: two indices, heuristics by their nature.

    Parameters
    ----------
    aural
        0 (mimetic discourse) to 1 (aural discourse): the mean of the parts named in ``aural_parts``.
    abstract
        0 (abstracted syntax) to 1 (abstract syntax): the mean of those in ``abstract_parts``.
    aural_parts
        Pitch (share of notes in the matter), pulse (confidence of the tempo), tonality (confidence of the key).
    abstract_parts
        Grid (share of onsets on beats or their simple parts), tonality, recurrence (share of the time in sections
        that return).
    """

    aural: float
    abstract: float
    aural_parts: dict[str, float]
    abstract_parts: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Morphology:
    """The shapes of a sound and its parts.

    Parameters
    ----------
    events
        In order of time.
    centroid, spread, pitch
        Motion of the spectral centre, of its width, and of the melody; None where there is nothing that could move.
    matter
        None for silence.
    cloud, scales, language
        Microsound, time scales and language.
    """

    events: tuple[SoundEvent, ...]
    centroid: Motion | None
    spread: Motion | None
    pitch: Motion | None
    matter: Matter | None
    cloud: Cloud
    scales: TimeScales
    language: Language

    @property
    def shapes(self) -> dict[str, float]:
        """Share of the events that has each shape, in the order of `Shape`; empty without events."""
        shapes = [event.shape for event in self.events]
        return {name: shapes.count(name) / len(shapes) for name in get_args(Shape) if shapes}
