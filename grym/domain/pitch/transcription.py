"""From sound to notes: the way for one voice or for several, whichever the sound asks for."""

import numpy as np
from numpy.typing import NDArray

from grym.domain.pitch.attack import short_spectrum
from grym.domain.pitch.f0 import HIGHEST_HZ, LOWEST_HZ, most_probable
from grym.domain.pitch.harmonics import activations
from grym.domain.pitch.notes import single_voice
from grym.domain.pitch.polyphony import several_voices
from grym.domain.pitch.values import Melody, Note, Transcription
from grym.domain.pitch.yin import HOP_S, Candidates, at_working_rate, candidates
from grym.domain.signal import FloatArray, Signal

SEVERAL_VOICES = 0.105
"""Mean aperiodicity, weighted by power, from which a sound has several voices. Of 58 songs, each on one of twenty
instruments, two have more: one on a church organ, whose stops sound octaves and fifths, and one of plucked notes of
70 ms that ring into each other. Of 52 works of several voices two have less, on vibraphone and on electric piano."""

NO_PITCH = 0.8
"""Noise, white, pink or in bursts, has 0.84 and more; four-part works in as much white noise have up to 0.68."""

PASSAGE_FRAMES = round(5.0 / HOP_S)
"""Noise is told from music passage by passage: loud drums may drown the pitch of one and leave it in the next."""

STRUCK = 0.7
"""Aperiodicity from which what begins is a drum and no note: of notes in six works without drums 0.3 % begin so."""

BEGINNING_FRAMES = round(0.1 / HOP_S)


def transcribe(signal: Signal) -> Transcription:
    """Find the notes of a sound.

    Parameters
    ----------
    signal
        Any rate and channel count; channels are averaged.

    Returns
    -------
    Transcription
        Empty where nothing has pitch. Of several voices the melody is the highest note that sounds ("skyline"); on
        piano it agrees with the written upper voice in 0.59 of the time, as notes that fade are left for lower ones.

    References
    ----------
    Uitdenbogerd and Zobel (1999), "Melodic matching techniques for large music databases", for the skyline.
    """
    sound = at_working_rate(signal.mono(), signal.sample_rate_hz)
    found = candidates(sound, lowest_hz=LOWEST_HZ, highest_hz=HIGHEST_HZ)
    spectrum = short_spectrum(sound)
    power = spectrum.sum(axis=1, dtype=np.float64)
    pitched = pitched_frames(power, found)
    if not is_polyphonic(power * pitched, found):
        notes = single_voice(spectrum, found)
        return Transcription(notes=notes, polyphonic=False, melody=most_probable(found))
    notes = tuple(
        note
        for note in several_voices(spectrum, activations(sound))
        if pitched[_frame(note.start_s, len(pitched))] and not is_struck(note, power, found)
    )
    return Transcription(notes=notes, polyphonic=True, melody=skyline(notes, frames=len(found.hz)))


def pitched_frames(power: FloatArray, found: Candidates) -> NDArray[np.bool_]:
    """Tell which frames lie in passages that are no noise.

    Parameters
    ----------
    power
        Power of each frame, shape (frames,).
    found
        Candidates of pitch of the same frames.
    """
    passages = [slice(at, at + PASSAGE_FRAMES) for at in range(0, len(power), PASSAGE_FRAMES)]
    told = [float(power[one] @ found.aperiodicity[one]) < NO_PITCH * float(power[one].sum()) for one in passages]
    return np.repeat(np.array(told, dtype=bool), PASSAGE_FRAMES)[: len(power)]


def is_polyphonic(power: FloatArray, found: Candidates) -> bool:
    """Tell whether several voices sound at once: then no one period explains the sound.

    Parameters
    ----------
    power
        Power of each frame, 0 in noise, shape (frames,).
    found
        Candidates of pitch of the same frames.
    """
    total = float(power.sum())
    return total > 0.0 and float(power @ found.aperiodicity) >= SEVERAL_VOICES * total


def is_struck(note: Note, power: FloatArray, found: Candidates) -> bool:
    """Tell whether what sounds where a note begins has no period: then it is a drum that was taken for a note.

    Parameters
    ----------
    note
        A note that was found.
    power
        Power of each frame, shape (frames,).
    found
        Candidates of pitch of the same frames.
    """
    first, last = _frame(note.start_s, len(power)), _frame(note.end_s, len(power))
    beginning = slice(first, min(max(last, first + 1), first + BEGINNING_FRAMES))
    return float(power[beginning] @ found.aperiodicity[beginning]) > STRUCK * float(power[beginning].sum())


def _frame(time_s: float, frames: int) -> int:
    return min(round(time_s / HOP_S), frames - 1)


def skyline(notes: tuple[Note, ...], *, frames: int) -> Melody:
    """Return the highest of the notes that sound, every 10 ms, at concert pitch.

    Parameters
    ----------
    notes
        By start.
    frames
        Number of values.
    """
    f0_hz = np.zeros(frames, dtype=np.float32)
    voiced = np.zeros(frames, dtype=np.float32)
    for note in sorted(notes, key=lambda note: note.pitch):
        span = slice(round(note.start_s / HOP_S), round(note.end_s / HOP_S))
        f0_hz[span] = 440.0 * 2.0 ** ((note.pitch - 69) / 12.0)
        voiced[span] = note.confidence
    return Melody(times_s=(np.arange(frames) * HOP_S).astype(np.float32), f0_hz=f0_hz, voiced=voiced)
