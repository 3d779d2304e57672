"""Scores played by FluidSynth on a General MIDI SoundFont, one stem per part in a single pass.

Each part has a MIDI channel and an audio group of its own, so one run of the synthesiser fills all stems. Events are
put between stretches of exactly the samples in between; FluidSynth itself works in steps of 64 samples, so a note
starts at most 1.5 ms late. Every second and a half the stems go onto their reels, so a long piece needs no more memory
than a short one. Its reverb and chorus are off (the master adds a room), its random generators are not used, and
every rendering has a synthesiser of its own: the same score gives the same samples. Only the instruments a score
needs are read from the SoundFont, so none is kept in memory between renderings.
"""

import contextlib
import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grym.adapters.soundfonts import INSTALL_HINT, SoundFont, find_soundfont
from grym.domain.composing.score import Score
from grym.domain.reels import SIDES, Progress, Reels, in_memory, nobody_asks
from grym.domain.signal import FloatArray, Signal
from grym.domain.synthesis.performance import Performance, PlayedPart, perform
from grym.errors import UnavailableError
from grym.ports.sound import RenderedScore, SpooledScore

SAMPLE_RATE_HZ = 44_100

GAIN = 0.5
"""Loud enough to keep the noise of 16-bit samples down; the output is float, so nothing clips."""

POLYPHONY = 1_024
"""So many voices are never stolen in music for a dozen players; stealing would cut notes off."""

PERCUSSION_BANK = 128
"""Where a SoundFont keeps its drum kits."""

LOG_LEVELS = 5
"""FluidSynth's five levels, panic to debug: all silenced, since failures come back as return codes."""

CHANNELS_PER_PORT = 16
BLOCK_SAMPLES = 1 << 16
"""A second and a half: some 20 ms of work for six parts, after which a stop is noticed."""

LEVEL_CC = 7
PAN_CC = 10
EXPRESSION_CC = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """A key going down (`velocity` ≥ 1) or up (0) at a sample."""

    at_samples: int
    velocity: int
    channel: int
    key: int


class FluidSynthRenderer:
    """The `Renderer` that plays a SoundFont.

    Library and SoundFont are looked for when a score is rendered, so the renderer itself can be sent to a worker.

    Parameters
    ----------
    soundfont
        The file the settings name; None takes what the system has.
    """

    def __init__(self, soundfont: Path | None = None) -> None:
        self._configured = soundfont

    def requirements(self) -> SoundFont:
        """Return the SoundFont that would play.

        Raises
        ------
        UnavailableError
            ``fluidsynth.missing``, ``soundfont.missing`` or ``soundfont.unreadable``, with the command that helps.
        """
        _load_library()
        return find_soundfont(self._configured)

    def render(self, score: Score, *, seed: int) -> RenderedScore:
        """Play a score.

        Parameters
        ----------
        score
            The piece.
        seed
            Not used: nothing here is left to chance.

        Returns
        -------
        RenderedScore
            Stereo stems at 44,100 Hz, each the length of the piece plus its release tail.

        Raises
        ------
        UnavailableError
            As `requirements`.
        """
        spooled = self.spool(score, seed=seed, reels=in_memory, progress=nobody_asks)
        stems = tuple(
            (name, Signal(samples=reel.read(0, reel.length_samples), sample_rate_hz=SAMPLE_RATE_HZ))
            for name, reel in spooled.stems
        )
        return RenderedScore(stems=stems, backend=spooled.backend, provenance=spooled.provenance)

    def spool(self, score: Score, *, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        """Play a score onto reels (see `grym.ports.sound.SpoolingRenderer`); `seed` is not used."""
        del seed
        library, soundfont = _load_library(), find_soundfont(self._configured)
        performance = perform(score)
        tape = _Tape(performance, reels, progress)
        missing = _play(library, soundfont, performance, tape)
        provenance = soundfont.provenance() | {"synthesiser": f"FluidSynth {_version(library)}"}
        if missing:
            provenance["programs_missing"] = ", ".join(missing)
        stems = tuple((part.name, reel) for part, reel in zip(performance.parts, tape.reels, strict=True))
        return SpooledScore(stems=stems, sample_rate_hz=SAMPLE_RATE_HZ, backend="soundfont", provenance=provenance)


class _Tape:
    """The reels of all parts, filled together block by block."""

    def __init__(self, performance: Performance, reels: Reels, progress: Progress) -> None:
        self.length = round(performance.duration_s * SAMPLE_RATE_HZ)
        self.reels = [reels(self.length) for _ in performance.parts]
        self._gains = [np.float32(10.0 ** (part.gain_db / 20.0)) for part in performance.parts]
        self._progress = progress
        # FluidSynth wants all left channels, then all right ones.
        self._block = np.zeros((SIDES, len(self.reels), min(self.length, BLOCK_SAMPLES)), dtype=np.float32)
        self._start = 0

    def advance(self, library: ModuleType, synth: Any, *, start: int, end: int) -> None:
        """Let the synthesiser write the samples from `start` to `end` of every stem."""
        while start < end:
            stop = min(end, self._start + self._block.shape[2])
            _write(library, synth, self._block, start=start - self._start, end=stop - self._start)
            start = stop
            if start == self.length or start == self._start + self._block.shape[2]:
                self._wind(start)

    def _wind(self, end: int) -> None:
        """Put the block that is full onto the reels and go on to the next."""
        for number, (reel, gain) in enumerate(zip(self.reels, self._gains, strict=True)):
            reel.write(self._start, self._block[:, number, : end - self._start] * gain)
        self._block[:] = 0.0
        self._start = end
        self._progress(end / self.length)


def _play(library: ModuleType, soundfont: SoundFont, performance: Performance, tape: _Tape) -> list[str]:
    """Fill the tape and return the instruments the SoundFont lacks."""
    if not performance.parts:
        return []
    with _synth(library, soundfont, parts=len(performance.parts)) as (synth, font_id):
        missing = [
            part.name
            for channel, part in enumerate(performance.parts)
            if not _prepare_channel(synth, font_id, channel, part)
        ]
        position = 0
        for message in _messages(performance, length=tape.length):
            tape.advance(library, synth, start=position, end=message.at_samples)
            position = message.at_samples
            if message.velocity:
                synth.noteon(message.channel, message.key, message.velocity)
            else:
                synth.noteoff(message.channel, message.key)
        tape.advance(library, synth, start=position, end=tape.length)
    return missing


@contextmanager
def _synth(library: ModuleType, soundfont: SoundFont, *, parts: int) -> Iterator[tuple[Any, int]]:
    """Yield a synthesiser with one channel and one audio group per part, and the id of its SoundFont."""
    synth = library.Synth(
        gain=GAIN,
        samplerate=float(SAMPLE_RATE_HZ),
        channels=-(-parts // CHANNELS_PER_PORT) * CHANNELS_PER_PORT,
        **{
            "synth.audio-channels": parts,
            "synth.audio-groups": parts,
            "synth.polyphony": POLYPHONY,
            "synth.reverb.active": 0,
            "synth.chorus.active": 0,
            "synth.dynamic-sample-loading": 1,
            "synth.lock-memory": 0,
        },
    )
    try:
        font_id = synth.sfload(str(soundfont.path))
        if font_id < 0:
            raise UnavailableError(
                f"FluidSynth cannot load the SoundFont {soundfont.path}",
                code="soundfont.unreadable",
                hint="Name another by GRYM_SOUNDFONT.",
            )
        yield synth, font_id
    finally:
        synth.delete()


def _load_library() -> ModuleType:
    """Import the binding, which looks for the shared library of the system as it is imported, and silence its log."""
    try:
        # The binding prints where it found the library when the environment says CI.
        with contextlib.redirect_stdout(sys.stderr):
            import fluidsynth  # noqa: PLC0415 (fails where the system library is missing, which is not an error elsewhere)
    except (ImportError, OSError) as error:
        raise UnavailableError(
            f"the FluidSynth library cannot be loaded: {error}", code="fluidsynth.missing", hint=INSTALL_HINT
        ) from error
    library: ModuleType = fluidsynth
    if not hasattr(library._fl, "fluid_synth_nwrite_float"):  # noqa: SLF001 (the binding does not wrap this function)
        raise UnavailableError("this FluidSynth is older than 2.0", code="fluidsynth.missing", hint=INSTALL_HINT)
    for level in range(LOG_LEVELS):
        library._fl.fluid_set_log_function(level, None, None)  # noqa: SLF001 (nor this one)
    return library


def _version(library: ModuleType) -> str:
    """Return the version of the shared library."""
    numbers = [ctypes.c_int() for _ in range(3)]
    library._fl.fluid_version(*(ctypes.byref(number) for number in numbers))  # noqa: SLF001 (the wrapper returns nothing)
    return ".".join(str(number.value) for number in numbers)


def _prepare_channel(synth: Any, font_id: int, channel: int, part: PlayedPart) -> bool:
    """Choose the instrument of a channel, place it, and tell whether the SoundFont has it; a piano stands in if not."""
    bank, preset = (PERCUSSION_BANK, 0) if part.percussion else (0, part.program)
    is_there = bool(synth.program_select(channel, font_id, bank, preset) == 0)
    if not is_there:
        synth.program_select(channel, font_id, 0, 0)
    synth.cc(channel, LEVEL_CC, 100)
    synth.cc(channel, EXPRESSION_CC, 127)
    synth.cc(channel, PAN_CC, int(np.clip(round(64 + 63 * part.pan), 0, 127)))
    return is_there


def _messages(performance: Performance, *, length: int) -> list[_Message]:
    """Return keys going down and up in order of time; at one moment keys go up before others go down.

    A key struck again while it is down is let go first, else the earlier release would silence the later note.
    """
    messages = []
    for channel, part in enumerate(performance.parts):
        next_onset: dict[int, int] = {}
        for note in reversed(part.notes):
            start = round(note.onset_s * SAMPLE_RATE_HZ)
            end = round((note.onset_s + note.duration_s) * SAMPLE_RATE_HZ)
            end = min(end, next_onset.get(note.midi_pitch, length), length)
            next_onset[note.midi_pitch] = start
            if end > start:
                messages.append(
                    _Message(at_samples=start, velocity=note.velocity, channel=channel, key=note.midi_pitch)
                )
                messages.append(_Message(at_samples=end, velocity=0, channel=channel, key=note.midi_pitch))
    return sorted(
        messages, key=lambda message: (message.at_samples, message.velocity > 0, message.channel, message.key)
    )


def _write(library: ModuleType, synth: Any, output: FloatArray, *, start: int, end: int) -> None:
    """Let the synthesiser write the samples from `start` to `end` of every stem, without its effect busses."""
    lefts, rights = (
        (ctypes.c_void_p * output.shape[1])(*(stem[start:].ctypes.data for stem in side)) for side in output
    )
    write = library._fl.fluid_synth_nwrite_float  # noqa: SLF001 (not wrapped by the binding)
    write(ctypes.c_void_p(synth.synth), end - start, lefts, rights, None, None)
