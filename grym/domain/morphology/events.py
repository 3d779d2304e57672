"""Sound events: onset, continuant and termination of each sound in a sound.

An event begins at an onset, or where silence ends, and lasts until the next one or until it can no longer be heard.
Its shape is read from its level alone, so it means the same for a note, a word and a stone.

References: Smalley (1997), "Spectromorphology: explaining sound-shapes", section "Onset–continuant–termination" (the
archetypes attack, attack-decay and graduated continuant); Peeters (2004), "A large set of audio features", section 5
(attack between shares of the greatest amplitude).
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from grym.domain.morphology.level import Level
from grym.domain.morphology.values import Shape, SoundEvent, Termination
from grym.domain.signal import FloatArray

ATTACK_FROM_DB, ATTACK_TO_DB = -20.0, -0.92
"""A tenth and nine tenths of the greatest amplitude."""

SUDDEN_S = 0.05
"""Longer attacks are heard as gradual: Smalley's graduated onset. Bowed and blown notes take 50 ms and more."""

IMPULSE_S = 0.1
"""What is gone sooner is heard as one instant: the upper end of Roads's micro time scale."""

GONE_DB = -40.0
HELD_DB = -6.0
LASTING_SHARE = 0.5
"""A sound that spends half of its time within 6 dB of its greatest level lasts, others decay."""

JOINED_DB = -20.0
CUT_S, CUT_DB = 0.03, 24.0
"""A fall of 24 dB within 30 ms, 800 dB/s, is a cut: a dry room takes 0.2 s for 60 dB, 300 dB/s."""

LEAST_FALL_DB = 10.0
LEAST_PAUSE_S = 0.05
LEAST_EVENT_STEPS = 2
ENDED_STEPS = 7
ITERATION_HZ = (2.0, 20.0)
ITERATION_SPAN_S = 4.0
LEAST_ITERATION_DB = 1.0
LEAST_ITERATION = 0.5
"""Slower swells are phrases, faster ones roughness; the level must swing by 1 dB and resemble itself by half, in the
first 4 s: eight swells of the slowest."""


def sound_events(level: Level, onsets_s: FloatArray) -> tuple[SoundEvent, ...]:
    """Describe every sound event.

    Parameters
    ----------
    level
        Of the whole sound.
    onsets_s
        Where sounds begin, ascending; where silence ends is added.
    """
    heard = level.heard
    if not heard.any():
        return ()
    starts = _starts(level, heard, onsets_s)
    edges = [*(step for step in starts if not _only_an_end(level.db, step)), len(level.db)]
    return tuple(
        event for index, edge in enumerate(pairwise(edges)) for event in _event(level, *edge, index < len(edges) - 2)
    )


def _starts(level: Level, heard: np.ndarray, onsets_s: FloatArray) -> list[int]:
    """Return the steps where events begin: onsets, and ends of pauses that have none nearby."""
    onsets = np.round(onsets_s / level.step_s).astype(int)
    rises = np.flatnonzero(heard & ~np.concatenate([[False], heard[:-1]]))
    pause = round(LEAST_PAUSE_S / level.step_s)
    silent_before = np.array([not heard[max(0, rise - pause) : rise].any() for rise in rises], dtype=bool)
    alone = [rise for rise in rises[silent_before] if not len(onsets) or np.abs(onsets - rise).min() > pause]
    return sorted({int(step) for step in (*onsets, *alone) if 0 <= step < len(level.db)})


def _only_an_end(db: FloatArray, step: int) -> bool:
    """Return whether an onset is only the click of a sound that stops: no louder than before, and gone within 30 ms."""
    before, after = db[max(0, step - 4) : step], db[step : step + ENDED_STEPS]
    stops = len(after) < ENDED_STEPS or float(after[-1]) <= float(after.max()) + GONE_DB
    return stops and len(before) > 0 and float(after.max()) <= float(before.max()) + 1.0


def _event(level: Level, first: int, after: int, followed: bool) -> Iterator[SoundEvent]:  # noqa: FBT001 (private, one call)
    """Describe the event between two starts, if it can be heard at all."""
    heard = level.heard[first:after]
    first += int(heard.argmax())
    db = level.db[first:after].astype(np.float64)
    if len(db) < LEAST_EVENT_STEPS or not heard.any():
        return
    top = float(db.max())
    attacked = int(np.argmax(db >= top + ATTACK_TO_DB))
    low = np.flatnonzero(db[:attacked] <= top + ATTACK_FROM_DB)
    began = int(low[-1]) + 1 if len(low) else 0
    peak = int(db.argmax())
    gone = np.flatnonzero(db[peak:] <= top + GONE_DB)
    end = peak + int(gone[0]) if len(gone) else len(db)
    body, fall = db[attacked : max(end, attacked + 1)], db[peak : end + 1]
    sustain = float(np.mean(body >= top + HELD_DB))
    joined = followed and not len(gone) and db[-1] > top + JOINED_DB
    attack_s = (attacked - began) * level.step_s
    yield SoundEvent(
        start_s=first * level.step_s,
        end_s=(first + end) * level.step_s,
        attack_s=attack_s,
        shape=_shape(attack_s, _length_s(db, top, level.step_s), sustain, joined=joined),
        sustain=sustain,
        slope_db_per_s=_slope(body, level.step_s),
        iteration_hz=_iteration_hz(body, level.step_s),
        termination=_termination(
            fall, level.step_s, joined=joined, ended=not followed and not len(gone) and db[-1] > top + JOINED_DB
        ),
        decay_s=_decay_s(fall, level.step_s),
    )


def _length_s(db: np.ndarray, top: float, step_s: float) -> float:
    """Return how long an event is above a tenth of its greatest amplitude."""
    return float(np.count_nonzero(db > top + ATTACK_FROM_DB)) * step_s


def _shape(attack_s: float, length_s: float, sustain: float, *, joined: bool) -> Shape:
    """Name the archetype."""
    if length_s < IMPULSE_S and not joined:
        return "impulse"
    lasts = sustain >= LASTING_SHARE
    if attack_s < SUDDEN_S:
        return "attack-continuant" if lasts else "attack-decay"
    return "graduated-continuant" if lasts else "graduated-decay"


def _slope(body: np.ndarray, step_s: float) -> float:
    """Return the slope of the straight line through the level, dB/s; 0 for a single step."""
    if len(body) < LEAST_EVENT_STEPS:
        return 0.0
    times = np.arange(len(body)) * step_s
    times -= times.mean()
    return float(times @ body / (times @ times))


def _termination(fall: np.ndarray, step_s: float, *, joined: bool, ended: bool) -> Termination:
    """Name how an event ends; a sound that is loud until the recording ends is cut."""
    if joined or ended:
        return "joined" if joined else "cut"
    reach = max(1, round(CUT_S / step_s))
    drops = fall[:-reach] - fall[reach:] if len(fall) > reach else fall[:1] - fall[-1:]
    return "cut" if len(drops) and float(drops.max()) >= CUT_DB else "decay"


def _decay_s(fall: np.ndarray, step_s: float) -> float | None:
    """Return the seconds that 60 dB take, by the slope from 3 dB below the peak to the end of what is heard."""
    falling = np.flatnonzero(fall <= fall[0] - 3.0) if len(fall) else np.empty(0)
    if not len(falling):
        return None
    part = fall[int(falling[0]) :]
    slope = _slope(part, step_s)
    if float(part[0] - part[-1]) < LEAST_FALL_DB or slope >= 0.0:
        return None
    return -60.0 / slope


def _iteration_hz(body: np.ndarray, step_s: float) -> float:
    """Return how often the level swells and falls, by the autocorrelation of what remains beside its slope."""
    shortest, longest = (max(1, int(1.0 / (hz * step_s))) for hz in reversed(ITERATION_HZ))
    if len(body) < 2 * shortest + 2:
        return 0.0
    body = body[: round(ITERATION_SPAN_S / step_s)]
    times = np.arange(len(body)) * step_s
    rest = body - body.mean() - _slope(body, step_s) * (times - times.mean())
    if float(np.std(rest)) < LEAST_ITERATION_DB / np.sqrt(2.0):
        return 0.0
    return _rate(rest, shortest, min(longest, len(body) // 2)) / step_s


def _rate(rest: np.ndarray, shortest: int, longest: int) -> float:
    """Return one over the lag of the first strong peak of the autocorrelation, in cycles a step; 0 without one."""
    products = np.correlate(rest, rest, mode="full")[len(rest) - 1 :] / np.arange(len(rest), 0, -1)
    likeness = products / max(products[0], 1e-12)
    lags = np.arange(max(shortest, 1), longest)
    if not len(lags):
        return 0.0
    peaks = lags[(likeness[lags] >= likeness[lags - 1]) & (likeness[lags] >= likeness[lags + 1])]
    strong = peaks[likeness[peaks] >= LEAST_ITERATION]
    return 1.0 / float(strong[0]) if len(strong) else 0.0
