"""What an analysis says beyond single numbers: harmony, notes, loudness over time, dynamics and sound shapes.

Times are seconds from the start of the sound, ascending; what cannot be known is null. What each number means, how it
is found and how far it can be trusted stands in ``docs/hearing.md``.
"""

from typing import Literal

import msgspec

EventShape = Literal["impulse", "attack-decay", "graduated-decay", "attack-continuant", "graduated-continuant"]
EventEnd = Literal["cut", "decay", "joined"]
MotionName = Literal["plane", "ascent", "descent", "reciprocal", "cyclic"]
MatterName = Literal["note", "node", "noise"]
CloudName = Literal["sparse", "covered", "packed"]


class TempoFact(msgspec.Struct, frozen=True, kw_only=True):
    """A tempo that was considered.

    Parameters
    ----------
    score
        How well it fits against the best one, which has 1.
    """

    tempo_bpm: float
    score: float


class ChordFact(msgspec.Struct, frozen=True, kw_only=True):
    """A chord; where none sounds, name and quality are ``N``.

    Parameters
    ----------
    name
        As players write it: ``C``, ``Am7``.
    root
        Pitch class 0–11, C = 0; null where no chord sounds.
    quality
        ``maj``, ``min``, ``dim``, ``aug``, ``7``, ``maj7``, ``min7``, ``hdim7``, ``dim7`` or ``N``.
    """

    start_s: float
    end_s: float
    name: str
    root: int | None
    quality: str
    confidence: float


class KeySpanFact(msgspec.Struct, frozen=True, kw_only=True):
    """A passage in one key.

    Parameters
    ----------
    tonic
        By name, such as ``Eb``.
    mode
        ``major`` or ``minor``.
    """

    start_s: float
    end_s: float
    tonic: str
    mode: str
    confidence: float


class NoteFact(msgspec.Struct, frozen=True, kw_only=True):
    """A note as it was heard.

    Parameters
    ----------
    midi_pitch
        0 to 127, 60 the middle C.
    velocity
        How strongly it is struck, 1 to 127; only relations within one sound mean anything.
    """

    start_s: float
    end_s: float
    midi_pitch: int
    velocity: int
    confidence: float


class MelodyFact(msgspec.Struct, frozen=True, kw_only=True):
    """The leading voice at even steps.

    Parameters
    ----------
    start_s
        Time of the first value, in seconds.
    step_s
        Seconds from one value to the next, at least 0.02.
    f0_hz
        Fundamental frequency in Hz; 0 where no pitch is heard.
    voiced
        How surely there is pitch, 0 to 1.
    """

    start_s: float
    step_s: float
    f0_hz: tuple[float, ...]
    voiced: tuple[float, ...]


class LoudnessFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Loudness after ITU-R BS.1770 and EBU Tech 3341/3342, LUFS and LU; curves only when all was asked for.

    Parameters
    ----------
    integrated_lufs
        Of the whole; null where silent or shorter than 0.4 s.
    range_lu
        Loudness range; null where silent or shorter than 3 s.
    momentary_max_lufs, short_term_max_lufs
        The loudest 0.4 s and 3 s; null where silent or too short.
    momentary_lufs, short_term_lufs
        Every 0.1 s, the first at the end of the first whole window; null where silent.
    """

    integrated_lufs: float | None = None
    range_lu: float | None = None
    momentary_max_lufs: float | None = None
    short_term_max_lufs: float | None = None
    momentary_lufs: tuple[float | None, ...] = ()
    short_term_lufs: tuple[float | None, ...] = ()


class SectionDynamicsFact(msgspec.Struct, frozen=True, kw_only=True):
    """How loud a section is.

    Parameters
    ----------
    loudness_lufs
        Mean loudness of its audible moments; null where there is none.
    spread_lu
        How far its quiet and its loud moments lie apart; null likewise.
    """

    start_s: float
    end_s: float
    loudness_lufs: float | None
    spread_lu: float | None


class DynamicsFact(msgspec.Struct, frozen=True, kw_only=True):
    """How a sound uses its range.

    Parameters
    ----------
    crest_factor_db
        Sample peak over root mean square.
    peak_to_loudness_lu
        True peak over integrated loudness (PLR).
    spread_lu
        Between the 10th and the 95th percentile of the audible momentary loudness.
    sections
        The same for each section, in order.
    """

    crest_factor_db: float | None
    peak_to_loudness_lu: float | None
    spread_lu: float | None
    sections: tuple[SectionDynamicsFact, ...]


class SharesFact(msgspec.Struct, frozen=True, kw_only=True):
    """Shares of the energy, sum 1.

    Parameters
    ----------
    harmonic
        Of what lasts: held tones.
    percussive
        Of what strikes: drums, attacks.
    residual
        Of what does neither: noise, breath.
    """

    harmonic: float
    percussive: float
    residual: float


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
