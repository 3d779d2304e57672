"""Performances played by FluidSynth on a General MIDI SoundFont, as 22,050 Hz mono."""

from pathlib import Path

import numpy as np

from benchmarks.fluid import FloatArray, Message, played
from benchmarks.recognition.playing import AS_LEARNED, Manner, Performance
from grym.adapters.soundfonts import find_soundfont

RATE_HZ = 22_050
RELEASE_S = 1.0
LEAD_S = 2.0
"""Notes that began up to this long before an excerpt still sound in it; it covers any release and most decays."""


def play(performance: Performance, manner: Manner = AS_LEARNED, *, start_s: float = 0.0, length_s: float) -> FloatArray:
    """Play a span of a piece.

    Parameters
    ----------
    performance
        The notes at the learned tempo.
    manner
        How to play them.
    start_s
        Where the span begins, in seconds of the learned tempo.
    length_s
        Length of the sound, in seconds as played.

    Returns
    -------
    FloatArray
        Shape (samples,), peak at 0.8 unless it is silent.
    """
    lead_s = min(LEAD_S, start_s / manner.tempo)
    origin_s = start_s / manner.tempo - lead_s
    messages = _messages(performance, manner, origin_s=origin_s, length_s=lead_s + length_s)
    length, soundfont = round((lead_s + length_s) * RATE_HZ), Path(find_soundfont(None).path)
    sound = played(messages, performance.programs(manner), length, soundfont=soundfont, rate_hz=RATE_HZ)
    sound = sound[round(lead_s * RATE_HZ) :][: round(length_s * RATE_HZ)]
    peak = float(np.abs(sound).max(initial=0.0))
    return sound * np.float32(0.8 / peak) if peak > 0 else sound


def _messages(performance: Performance, manner: Manner, *, origin_s: float, length_s: float) -> list[Message]:
    """Return keys going up (velocity 0) and down: sample, velocity, part, key; ups first at one moment."""
    starts_s, ends_s = performance.starts_s / manner.tempo - origin_s, performance.ends_s / manner.tempo - origin_s
    heard = (ends_s > 0) & (starts_s < length_s)
    if manner.leading_only:
        heard &= performance.parts == 0
    messages = []
    for note in np.flatnonzero(heard):
        key, part = int(performance.pitches[note]) + manner.semitones, int(performance.parts[note])
        if 0 <= key <= 127:
            down, up = round(max(starts_s[note], 0.0) * RATE_HZ), round(ends_s[note] * RATE_HZ)
            messages.append((down, int(performance.velocities[note]), part, key))
            messages.append((max(up, down + 1), 0, part, key))
    return sorted(messages, key=lambda message: (message[0], message[1] > 0, *message[2:]))
