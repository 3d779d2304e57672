"""The fundamental frequency of one voice: the most probable path through what each frame may be.

Each frame offers a few periods (`grym.domain.pitch.yin`) and having none. A path pays for what is improbable in a
frame, for leaps, and for beginning or ceasing to have pitch. Frames are 10 ms apart, frame k centred on k·10 ms.

References
----------
Mauch and Dixon (2014), "pYIN", section 2.2: there the states are bins of pitch; here they are the candidates
themselves, which is the same path where only they have probability, at a hundredth of the work.
"""

import numpy as np

from grym.domain.pitch.values import Melody
from grym.domain.pitch.yin import HOP_S, WORKING_RATE_HZ, Candidates, at_working_rate, candidates
from grym.domain.signal import FloatArray, Signal
from grym.errors import InvalidAudioError

LOWEST_HZ = 55.0
HIGHEST_HZ = 1_760.0

VOICING_CHANGE = 0.01
"""Probability per frame that pitch begins or ceases (Mauch and Dixon 2014)."""

UNVOICED_SHARE = 0.1
"""Having no pitch has one state where the paper has one for every pitch; a tenth makes them even at d′ = 0.2."""

LEAP_SEMITONES = 4.0
"""Steps of up to four semitones in 10 ms cost by their size (35.9 octaves a second in the paper)."""

LEAST_LEAP = 1e-3
"""Further leaps are all equally rare: an instrument may jump without a gap."""


def melody_of(signal: Signal, *, lowest_hz: float = LOWEST_HZ, highest_hz: float = HIGHEST_HZ) -> Melody:
    """Follow the fundamental frequency of a single voice.

    Parameters
    ----------
    signal
        Any rate and channel count; channels are averaged.
    lowest_hz, highest_hz
        Where fundamentals are looked for, 20 ≤ lowest < highest ≤ 4,000.

    Returns
    -------
    Melody
        One value every 10 ms, from 0 to the end of the sound.

    Raises
    ------
    InvalidAudioError
        ``pitch.range``: the frequencies are not in order or outside 20 to 4,000 Hz.
    """
    if not 20.0 <= lowest_hz < highest_hz <= WORKING_RATE_HZ / 4:  # noqa: PLR2004 (the lowest that is heard as pitch)
        raise InvalidAudioError(
            f"no fundamentals between {lowest_hz} and {highest_hz} Hz can be looked for",
            code="pitch.range",
            hint="Give a lowest frequency from 20 Hz and a higher highest one up to 4000 Hz.",
        )
    sound = at_working_rate(signal.mono(), signal.sample_rate_hz)
    return most_probable(candidates(sound, lowest_hz=lowest_hz, highest_hz=highest_hz))


def most_probable(found: Candidates) -> Melody:
    """Choose the most probable path through the candidates of all frames."""
    path = _path(_chances(found), _moves(found))
    count = len(path)
    hz = np.concatenate([found.hz, np.zeros((count, 1), dtype=np.float32)], axis=1)
    f0_hz: FloatArray = hz[np.arange(count), path]
    return Melody(
        times_s=(np.arange(count) * HOP_S).astype(np.float32),
        f0_hz=f0_hz,
        voiced=np.minimum(found.probability.sum(axis=1), 1.0),
    )


def _chances(found: Candidates) -> FloatArray:
    """Return log probabilities of the states, shape (frames, candidates + 1); the last state has no pitch."""
    rest = np.maximum(1.0 - found.probability.sum(axis=1, keepdims=True), 0.0) * UNVOICED_SHARE
    chance = np.concatenate([found.probability, rest], axis=1)
    logs: FloatArray = np.log(np.maximum(chance, 1e-12)).astype(np.float32)
    return logs


def _moves(found: Candidates) -> FloatArray:
    """Return log probabilities of the steps from frame to frame, shape (frames − 1, to state, from state)."""
    pitch = 12.0 * np.log2(np.maximum(found.hz, 1.0))
    step = np.abs(pitch[1:, :, None] - pitch[:-1, None, :])
    states = found.hz.shape[1] + 1
    moves = np.full((len(step), states, states), np.log(VOICING_CHANGE), dtype=np.float32)
    moves[:, :-1, :-1] = np.log(np.maximum(1.0 - step / LEAP_SEMITONES, LEAST_LEAP))
    moves[:, -1, -1] = np.log(1.0 - VOICING_CHANGE)
    return moves


def _path(chances: FloatArray, moves: FloatArray) -> np.ndarray:
    """Return the state of each frame on the most probable path (Viterbi), shape (frames,)."""
    count, states = chances.shape
    came_from = np.empty((count, states), dtype=np.intp)
    score = chances[0]
    every = np.arange(states)
    for frame in range(1, count):
        options = moves[frame - 1] + score
        best = options.argmax(axis=1)
        came_from[frame] = best
        score = options[every, best] + chances[frame]
    path = np.empty(count, dtype=np.intp)
    path[-1] = int(score.argmax())
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = came_from[frame, path[frame]]
    return path
