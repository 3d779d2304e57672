"""Performances played by FluidSynth on a General MIDI SoundFont, as 22,050 Hz mono.

One synthesiser a process, since loading the SoundFont takes longer than playing. Its reverb and chorus are off.
"""

import ctypes
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.recognition.playing import AS_LEARNED, Manner, Performance
from grym.adapters.soundfonts import find_soundfont

FloatArray = NDArray[np.float32]

RATE_HZ = 22_050
GAIN = 0.3
RELEASE_S = 1.0
LEAD_S = 2.0
"""Notes that began up to this long before an excerpt still sound in it; it covers any release and most decays."""

PERCUSSION = 9
"""The MIDI channel that plays drums."""


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
    sound = _sound(messages, performance.programs(manner), round((lead_s + length_s) * RATE_HZ))
    sound = sound[round(lead_s * RATE_HZ) :][: round(length_s * RATE_HZ)]
    peak = float(np.abs(sound).max(initial=0.0))
    return sound * np.float32(0.8 / peak) if peak > 0 else sound


def _messages(
    performance: Performance, manner: Manner, *, origin_s: float, length_s: float
) -> list[tuple[int, int, int, int]]:
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


def _sound(messages: list[tuple[int, int, int, int]], programs: list[int], length: int) -> FloatArray:
    """Return the sum of both channels, shape (length,)."""
    library, synth, font = _synth()
    synth.system_reset()
    channels = [channel for channel in range(64) if channel % 16 != PERCUSSION]
    for part, program in enumerate(programs):
        synth.program_select(channels[part], font, 0, program)
    output = np.zeros((length, 2), dtype=np.float32)
    position = 0
    for at, velocity, part, key in messages:
        at = min(at, length)  # noqa: PLW2901 (what rings on is cut)
        _write(library, synth, output[position:at])
        position = max(position, at)
        if velocity:
            synth.noteon(channels[part], key, velocity)
        else:
            synth.noteoff(channels[part], key)
    _write(library, synth, output[position:])
    return np.asarray(output.sum(axis=1), dtype=np.float32)


def _write(library: ModuleType, synth: Any, output: FloatArray) -> None:
    """Let the synthesiser fill frames of two samples."""
    if len(output):
        pointer = output.ctypes.data_as(ctypes.c_void_p)
        library._fl.fluid_synth_write_float(ctypes.c_void_p(synth.synth), len(output), pointer, 0, 2, pointer, 1, 2)  # noqa: SLF001 (not wrapped)


@cache
def _synth() -> tuple[ModuleType, Any, int]:
    """Return the binding, this process's synthesiser, and the id of its SoundFont."""
    import fluidsynth  # noqa: PLC0415 (fails where the library is missing, which only rendering minds)

    for level in range(5):
        fluidsynth._fl.fluid_set_log_function(level, None, None)  # noqa: SLF001 (not wrapped)
    synth = fluidsynth.Synth(
        gain=GAIN,
        samplerate=float(RATE_HZ),
        channels=64,
        **{
            "synth.polyphony": 512,
            "synth.reverb.active": 0,
            "synth.chorus.active": 0,
            "synth.dynamic-sample-loading": 1,
            "synth.lock-memory": 0,
        },
    )
    font = synth.sfload(str(Path(find_soundfont(None).path)))
    return fluidsynth, synth, font
