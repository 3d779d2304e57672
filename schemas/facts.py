"""What an analysis says beyond single numbers: harmony, notes, loudness over time and dynamics.

Times are seconds from the start of the sound, ascending; what cannot be known is null. What each number means, how it
is found and how far it can be trusted stands in ``docs/hearing.md``.
"""

import msgspec


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
