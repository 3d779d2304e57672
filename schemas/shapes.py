"""Sound shapes on the wire: events, motion, matter, grains, time scales and language.

Fields are those of `grym.domain.morphology.values`, where each is explained; rules and limits stand in
``docs/hearing.md``.
"""

from typing import Literal

import msgspec

EventShape = Literal["impulse", "attack-decay", "graduated-decay", "attack-continuant", "graduated-continuant"]
EventEnd = Literal["cut", "decay", "joined"]
MotionName = Literal["plane", "ascent", "descent", "reciprocal", "cyclic"]
MatterName = Literal["note", "node", "noise"]
CloudName = Literal["sparse", "covered", "packed"]


class SoundEventFact(msgspec.Struct, frozen=True, kw_only=True):
    """One sound from its onset to its end.

    Parameters
    ----------
    attack_s
        From a tenth to nine tenths of its greatest amplitude.
    shape
        Archetype by onset and continuation.
    sustain
        Share of the time after the attack within 6 dB of the greatest level, 0 to 1.
    slope_db_per_s
        Course of the level after the attack; negative where it falls.
    iteration_hz
        How often it swells and falls a second; 0 where it does not.
    termination
        Whether the next sound begins before it has gone, it stops at once, or it dies away.
    decay_s
        Seconds a fall of 60 dB would take; null where too little of it is heard.
    """

    start_s: float
    end_s: float
    attack_s: float
    shape: EventShape
    sustain: float
    slope_db_per_s: float
    iteration_hz: float
    termination: EventEnd
    decay_s: float | None


class MotionFact(msgspec.Struct, frozen=True, kw_only=True):
    """How one quantity moves, on a scale of octaves.

    Parameters
    ----------
    extent_octaves
        From the 5th to the 95th percentile.
    speed_octaves_per_s
        Mean speed, up or down.
    overall
        Motion of the whole as one gesture.
    plane, ascent, descent, reciprocal, cyclic
        Share of the time, in spans of 3 s, that moves so.
    cycle_hz
        Median rate of the cyclic spans; null without any.
    """

    extent_octaves: float
    speed_octaves_per_s: float
    overall: MotionName
    plane: float
    ascent: float
    descent: float
    reciprocal: float
    cyclic: float
    cycle_hz: float | None


class MatterFact(msgspec.Struct, frozen=True, kw_only=True):
    """What a sound is made of; shares of the magnitude, sum 1.

    Parameters
    ----------
    note, node, noise
        In partials of harmonic series, in partials of none, in no partials.
    dominant
        The largest of the three.
    """

    note: float
    node: float
    noise: float
    dominant: MatterName


class CloudFact(msgspec.Struct, frozen=True, kw_only=True):
    """Grains: sounds shorter than a tenth of a second.

    Parameters
    ----------
    grains
        How many were counted.
    density_per_s
        Grains a second, those that fell together with others put back.
    duration_s
        Median length of a grain in seconds; null without grains.
    fill
        Mean number of grains at a time.
    regularity
        0 (independent instants) to 1 (even spacing); null below 3 grains.
    kind
        By fill; null below 3 grains.
    """

    grains: int
    density_per_s: float
    duration_s: float | None
    fill: float
    regularity: float | None
    kind: CloudName | None


class TimeScalesFact(msgspec.Struct, frozen=True, kw_only=True):
    """On which time scales the level changes; shares, sum 1, or all 0 where it does not change.

    Parameters
    ----------
    meso, sound_object, micro
        Slower than 8 s, from there to a tenth of a second, faster.
    """

    meso: float
    sound_object: float
    micro: float


class LanguageFact(msgspec.Struct, frozen=True, kw_only=True):
    """Two heuristic indices after Emmerson's language grid, with their parts.

    Parameters
    ----------
    aural
        0 (mimetic discourse) to 1 (aural discourse).
    abstract
        0 (abstracted syntax) to 1 (abstract syntax).
    aural_parts, abstract_parts
        What the index is the mean of, by name.
    """

    aural: float
    abstract: float
    aural_parts: dict[str, float]
    abstract_parts: dict[str, float]


class MorphologyFact(msgspec.Struct, frozen=True, kw_only=True):
    """Sound shapes after Smalley, Roads and Emmerson (see ``docs/hearing.md``).

    Parameters
    ----------
    event_count
        How many sound events there are.
    shapes
        Share of the events that has each shape, by name.
    events
        The first 4,000 of them.
    centroid, spread, pitch
        Motion of the spectral centre, its width and the melody; null where there is nothing that could move.
    matter
        Null for silence.
    cloud, scales, language
        Microsound, time scales and language.
    """

    event_count: int
    shapes: dict[str, float]
    events: tuple[SoundEventFact, ...]
    centroid: MotionFact | None
    spread: MotionFact | None
    pitch: MotionFact | None
    matter: MatterFact | None
    cloud: CloudFact
    scales: TimeScalesFact
    language: LanguageFact
