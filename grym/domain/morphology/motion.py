"""How the centre, the width and the pitch of a sound move: motion and growth.

A quantity is followed in octaves, since that is how its changes are heard. A span of it stays on its plane, goes one
way, goes and comes back, or turns in cycles; the shares of the time tell what a piece is like, and the course of the
whole tells what it is as one gesture.

Reference: Smalley (1997), "Spectromorphology: explaining sound-shapes", section "Motion and growth processes"
(unidirectional, reciprocal and cyclic motion).
"""

from itertools import pairwise

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter1d

from grym.domain.morphology.values import Motion, MotionKind
from grym.domain.signal import FloatArray

RATE_HZ = 40.0
"""Values a second that are looked at: vibrato and flutter have up to some 12 cycles a second."""

SPAN_S = 3.0
"""What is heard as present at once takes 2 to 3 s (Fraisse 1984, "Perception and estimation of time")."""

LEAST_SPAN_S = 0.2
STILL_OCTAVES = 1.0 / 6.0
"""What stays within a whole tone is on its plane."""

STILL_PITCH_OCTAVES = 1.0 / 24.0
"""Pitch is heard finer than brightness: a quarter tone."""

DIRECTED = 0.6
"""Net course over extent from which a motion is one way: a straight line has 0.8 by fifths, an arch 0."""

CYCLIC = 0.6
LEAST_CYCLES = 2.5
FASTEST_CYCLE_HZ = 12.0
CYCLE_SHARE_OF_EXTENT = 0.5
"""Cycles upon a rise count when they span half of the extent: Smalley's spiral."""

OVERALL_SMOOTHING_S = 0.25
EDGE_FRAMES = 2
"""Half a window: a sound that starts within it looks like a click there."""

HEARD_SHARE = 0.5
SPEED_STEP_S = 0.1


def motion_of(
    values_hz: FloatArray, heard: np.ndarray, *, frame_rate_hz: float, still_octaves: float = STILL_OCTAVES
) -> Motion | None:
    """Describe how a quantity moves.

    Parameters
    ----------
    values_hz
        The quantity frame by frame, in Hz, shape (frames,).
    heard
        Which frames count, shape (frames,): sounding ones, or voiced ones for pitch.
    frame_rate_hz
        Frames per second.
    still_octaves
        Extent below which nothing moves.

    Returns
    -------
    Motion or None
        None where less than 0.2 s is heard.
    """
    usable = _inner(heard & (values_hz > 0.0), LEAST_SPAN_S * frame_rate_hz)
    where = np.flatnonzero(usable)
    if len(where) < LEAST_SPAN_S * frame_rate_hz:
        return None
    course, kept = _course(values_hz, usable, where, frame_rate_hz=frame_rate_hz)
    rate_hz = min(RATE_HZ, frame_rate_hz)
    kinds, cycles = _spans(course, kept, rate_hz=rate_hz, still=still_octaves)
    overall = gaussian_filter1d(course, OVERALL_SMOOTHING_S * rate_hz, mode="nearest")
    return Motion(
        extent_octaves=_extent(course[kept]),
        speed_octaves_per_s=_speed(course, kept, rate_hz=rate_hz),
        overall=_kind(overall, rate_hz=rate_hz, still=still_octaves)[0],
        plane=kinds.count("plane") / len(kinds),
        ascent=kinds.count("ascent") / len(kinds),
        descent=kinds.count("descent") / len(kinds),
        reciprocal=kinds.count("reciprocal") / len(kinds),
        cyclic=kinds.count("cyclic") / len(kinds),
        cycle_hz=float(np.median(cycles)) if cycles else None,
    )


def _inner(usable: np.ndarray, least: float) -> np.ndarray:
    """Leave out the frames half of whose window lies in silence, as long as enough remain."""
    inner: np.ndarray = binary_erosion(usable, iterations=EDGE_FRAMES)
    return inner if np.count_nonzero(inner) >= least else usable


def _course(
    values_hz: FloatArray, usable: np.ndarray, where: np.ndarray, *, frame_rate_hz: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the quantity in octaves at an even rate from its first to its last heard frame, gaps bridged."""
    rate_hz = min(RATE_HZ, frame_rate_hz)
    first, last = int(where[0]), int(where[-1])
    times = np.arange(first, last + 1e-9, frame_rate_hz / rate_hz)
    octaves = np.log2(values_hz[where].astype(np.float64))
    smooth = gaussian_filter1d(np.interp(np.arange(first, last + 1), where, octaves), 0.4 * frame_rate_hz / rate_hz)
    kept = usable[np.minimum(np.round(times).astype(int), last)]
    return np.interp(times, np.arange(first, last + 1), smooth), kept


def _spans(
    course: np.ndarray, kept: np.ndarray, *, rate_hz: float, still: float
) -> tuple[list[MotionKind], list[float]]:
    """Return the kind of motion of each span that is heard for half of its time, and the rates of the cyclic ones."""
    count = max(1, round(len(course) / (SPAN_S * rate_hz)))
    edges = np.linspace(0, len(course), count + 1).astype(int)
    kinds: list[MotionKind] = []
    cycles: list[float] = []
    for first, last in pairwise(edges):
        if np.mean(kept[first:last]) < HEARD_SHARE:
            continue
        kind, cycle_hz = _kind(course[first:last], rate_hz=rate_hz, still=still)
        kinds.append(kind)
        cycles += [cycle_hz] if kind == "cyclic" else []
    return kinds or ["plane"], cycles


def _kind(course: np.ndarray, *, rate_hz: float, still: float) -> tuple[MotionKind, float]:
    """Name a motion, and say how often it turns a second if it is cyclic."""
    extent = _extent(course)
    if extent < still:
        return "plane", 0.0
    fifth = max(1, len(course) // 5)
    net = float(course[-fifth:].mean() - course[:fifth].mean())
    times = np.arange(len(course)) - 0.5 * (len(course) - 1)
    rest = course - course.mean() - times * float(times @ course) / max(float(times @ times), 1e-12)
    cycle_hz = _cycle_hz(rest, rate_hz=rate_hz)
    if cycle_hz and _extent(rest) >= max(still, CYCLE_SHARE_OF_EXTENT * extent):
        return "cyclic", cycle_hz
    if abs(net) >= DIRECTED * extent:
        return ("ascent" if net > 0 else "descent"), 0.0
    return "reciprocal", 0.0


def _extent(course: np.ndarray) -> float:
    """Return the distance of the 5th and the 95th percentile."""
    low, high = np.percentile(course, (5.0, 95.0))
    return float(high - low)


def _cycle_hz(rest: np.ndarray, *, rate_hz: float) -> float:
    """Return the rate of the first lag at which a detrended course resembles itself, 0 without one."""
    longest = int(len(rest) / LEAST_CYCLES)
    shortest = max(2, int(rate_hz / FASTEST_CYCLE_HZ))
    if longest <= shortest:
        return 0.0
    size = 2 * len(rest)
    products = np.fft.irfft(np.abs(np.fft.rfft(rest, size)) ** 2, size)[: longest + 2]
    likeness = products / np.arange(len(rest), len(rest) - len(products), -1) / max(products[0] / len(rest), 1e-12)
    lags = np.arange(shortest, longest)
    peaks = lags[(likeness[lags] >= likeness[lags - 1]) & (likeness[lags] >= likeness[lags + 1])]
    strong = peaks[likeness[peaks] >= CYCLIC]
    return rate_hz / float(strong[0]) if len(strong) else 0.0


def _speed(course: np.ndarray, kept: np.ndarray, *, rate_hz: float) -> float:
    """Return the mean speed over tenths of a second that are heard at both ends."""
    step = max(1, round(SPEED_STEP_S * rate_hz))
    both = kept[step:] & kept[:-step]
    moved = np.abs(course[step:] - course[:-step])[both]
    return float(moved.mean()) * rate_hz / step if len(moved) else 0.0
