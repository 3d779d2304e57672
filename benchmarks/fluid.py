"""Notes played by FluidSynth: one synthesiser a process, SoundFont and rate, without reverb and chorus.

Loading a SoundFont takes longer than playing, hence one synthesiser for all that a process plays.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
Message = tuple[int, int, int, int]
"""A key going down or up: sample, velocity (0 is up), part, key. `DRUMS` as a part is the drum kit."""

GAIN = 0.3
PERCUSSION = 9
"""The MIDI channel that plays drums."""

DRUMS = -1
DRUM_BANK = 128


def played(
    messages: Sequence[Message], programs: Sequence[int], length: int, *, soundfont: Path, rate_hz: int
) -> FloatArray:
    """Return the sum of both channels, shape (length,).

    Parameters
    ----------
    messages
        By sample.
    programs
        General MIDI program of each part, counted from 0.
    length
        Samples.
    soundfont, rate_hz
        What plays, and at how many samples per second.
    """
    library, synth, font = _synth(soundfont, rate_hz)
    synth.system_reset()
    channels = [channel for channel in range(64) if channel % 16 != PERCUSSION]
    for part, program in enumerate(programs):
        synth.program_select(channels[part], font, 0, program)
    if any(part == DRUMS for _, _, part, _ in messages):
        synth.program_select(PERCUSSION, font, DRUM_BANK, 0)
    output = np.zeros((length, 2), dtype=np.float32)
    position = 0
    for at, velocity, part, key in messages:
        at = min(at, length)  # noqa: PLW2901 (what rings on is cut)
        _write(library, synth, output[position:at])
        position = max(position, at)
        channel = PERCUSSION if part == DRUMS else channels[part]
        if velocity:
            synth.noteon(channel, key, velocity)
        else:
            synth.noteoff(channel, key)
    _write(library, synth, output[position:])
    return np.asarray(output.sum(axis=1), dtype=np.float32)


def _write(library: ModuleType, synth: Any, output: FloatArray) -> None:
    """Let the synthesiser fill frames of two samples."""
    if len(output):
        pointer = output.ctypes.data_as(ctypes.c_void_p)
        library._fl.fluid_synth_write_float(ctypes.c_void_p(synth.synth), len(output), pointer, 0, 2, pointer, 1, 2)  # noqa: SLF001 (not wrapped)


@cache
def _synth(soundfont: Path, rate_hz: int) -> tuple[ModuleType, Any, int]:
    """Return the binding, this process's synthesiser, and the id of its SoundFont."""
    import fluidsynth  # noqa: PLC0415 (fails where the library is missing, which only rendering minds)

    for level in range(5):
        fluidsynth._fl.fluid_set_log_function(level, None, None)  # noqa: SLF001 (not wrapped)
    synth = fluidsynth.Synth(
        gain=GAIN,
        samplerate=float(rate_hz),
        channels=64,
        **{
            "synth.polyphony": 512,
            "synth.reverb.active": 0,
            "synth.chorus.active": 0,
            "synth.dynamic-sample-loading": 1,
            "synth.lock-memory": 0,
        },
    )
    font = synth.sfload(str(soundfont))
    return fluidsynth, synth, font
