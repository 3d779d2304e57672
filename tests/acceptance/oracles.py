"""Independent judges: what other libraries say about notes, pages and sound. Nothing of grym is imported here.

music21 estimates keys from bare pitches, librosa tempo and chroma, pyloudnorm loudness; mido, pretty_midi, music21 and
verovio open files. Judges that need a formula only (true peak, note grid, n-grams) have it here, with its source.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import librosa
import mido
import music21
import numpy as np
import numpy.typing as npt
import pyloudnorm
import soundfile
from scipy.signal import resample_poly

Floats = npt.NDArray[np.float64]

PERCUSSION_CHANNEL = 9
SPELLING = {"C#": "Db", "D#": "Eb", "G#": "Ab", "A#": "Bb", "Gb": "F#", "Cb": "B", "Fb": "E", "E#": "F", "B#": "C"}
KEY_ANALYSERS: dict[str, Any] = {
    "Krumhansl-Schmuckler": music21.analysis.discrete.KrumhanslSchmuckler,
    "Temperley-Kostka-Payne": music21.analysis.discrete.TemperleyKostkaPayne,
}

# Krumhansl and Kessler 1982, "Tracing the dynamic changes in perceived tonal organization", probe-tone ratings.
MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedNote:
    """A note of a MIDI file, in ticks and seconds; `track` is the number of its track."""

    track: int
    onset_ticks: int
    onset_s: float
    duration_s: float
    pitch: int
    percussion: bool


def played_notes(path: Path) -> list[PlayedNote]:
    """Read the notes of a MIDI file of one tempo, by mido, sorted by onset."""
    file = mido.MidiFile(path)
    s_per_tick = written_tempo_us(file) / 1e6 / file.ticks_per_beat
    found = []
    for number, track in enumerate(file.tracks):
        at, begun = 0, dict[tuple[int, int], int]()
        for message in track:
            at += message.time
            if message.type == "note_on" and message.velocity > 0:
                begun[message.channel, message.note] = at
            elif message.type in {"note_on", "note_off"} and (message.channel, message.note) in begun:
                start = begun.pop((message.channel, message.note))
                found.append(
                    PlayedNote(
                        track=number,
                        onset_ticks=start,
                        onset_s=start * s_per_tick,
                        duration_s=(at - start) * s_per_tick,
                        pitch=message.note,
                        percussion=message.channel == PERCUSSION_CHANNEL,
                    )
                )
    return sorted(found, key=lambda one: (one.onset_ticks, one.pitch))


def written_tempo_us(file: mido.MidiFile) -> int:
    """Return the one tempo that a MIDI file sets, in microseconds per quarter note."""
    tempi = {message.tempo for track in file.tracks for message in track if message.type == "set_tempo"}
    assert len(tempi) == 1, f"one tempo expected, found {tempi}"
    return int(tempi.pop())


def keys_by_pitches(notes: Iterable[PlayedNote]) -> dict[str, str]:
    """Return what each analyser of music21 makes of the sounding pitches, without any key signature."""
    bare: Any = music21.stream.Stream()
    for one in notes:
        if not one.percussion:
            pitched = music21.note.Note(one.pitch)
            pitched.duration.quarterLength = max(0.05, round(one.duration_s, 3))
            bare.insert(round(one.onset_s, 3), pitched)
    return {name: key_name(analyser().getSolution(bare)) for name, analyser in KEY_ANALYSERS.items()}


def key_name(key: Any) -> str:
    """Name a key of music21 as `D minor`."""
    return same_key(key.tonic.name.replace("-", "b"), key.mode)


def same_key(tonic: str, mode: str) -> str:
    """Name a key by one spelling, so that C# minor and Db minor are equal."""
    return f"{SPELLING.get(tonic, tonic)} {mode}"


def mono(path: Path, *, seconds: float) -> tuple[Floats, int]:
    """Return the beginning of a sound as librosa likes it: one channel at 22,050 Hz."""
    rate_hz = soundfile.info(path).samplerate
    sound, _ = soundfile.read(path, frames=int(seconds * rate_hz), always_2d=True)
    return librosa.resample(sound.mean(axis=1), orig_sr=rate_hz, target_sr=22_050), 22_050


def key_by_chroma(path: Path, *, seconds: float = 90.0) -> list[str]:
    """Return the keys that fit librosa's constant-Q chroma, best first, by correlation with the probe-tone profiles."""
    sound, rate_hz = mono(path, seconds=seconds)
    chroma = librosa.feature.chroma_cqt(y=librosa.effects.harmonic(sound), sr=rate_hz).mean(axis=1)
    fits = {
        f"{NAMES[tonic]} {mode}": float(np.corrcoef(np.roll(profile, tonic), chroma)[0, 1])
        for tonic, (mode, profile) in itertools.product(range(12), (("major", MAJOR_PROFILE), ("minor", MINOR_PROFILE)))
    }
    return sorted(fits, key=lambda name: -fits[name])


def tempo_by_librosa(path: Path, *, seconds: float = 90.0) -> float:
    """Return the tempo of a sound in BPM, from the slope of the beats that librosa tracks."""
    sound, rate_hz = mono(path, seconds=seconds)
    tempo, beats = librosa.beat.beat_track(y=sound, sr=rate_hz, hop_length=256, units="time")
    if len(beats) < 8:
        return float(np.atleast_1d(tempo)[0])
    return 60.0 / float(np.median(np.diff(beats)[1:-1]))


def octave_error(tempo_bpm: float, truth_bpm: float) -> float:
    """Return the relative error of a tempo, halves and doubles forgiven."""
    return min(abs(tempo_bpm * factor / truth_bpm - 1) for factor in (0.5, 1.0, 2.0))


def grid_tempo(onsets_s: Sequence[float], *, near_bpm: float, divisions: int = 4) -> tuple[float, float]:
    """Return the tempo near a guess whose grid the onsets lie on best, in BPM, and how well (1 is exactly).

    The measure is the length of the mean of unit vectors whose angles are the positions within a grid step (Mardia
    and Jupp 2000, "Directional Statistics", section 2.3).
    """
    onsets = np.asarray(onsets_s)
    tempi = near_bpm * np.linspace(0.94, 1.06, 4801)
    steps_s = 60.0 / tempi / divisions
    fit = np.abs(np.exp(2j * np.pi * onsets[None, :] / steps_s[:, None]).mean(axis=1))
    best = int(np.argmax(fit))
    return float(tempi[best]), float(fit[best])


def loudness_lufs(path: Path) -> float:
    """Return integrated loudness by pyloudnorm (ITU-R BS.1770-4), in LUFS."""
    sound, rate_hz = soundfile.read(path)
    return float(pyloudnorm.Meter(rate_hz).integrated_loudness(sound))


def true_peak_dbtp(path: Path) -> float:
    """Return the highest level after resampling by four, in dBTP (ITU-R BS.1770-4, annex 2)."""
    sound, _ = soundfile.read(path, always_2d=True)
    peak = max(float(np.abs(resample_poly(channel, 4, 1)).max()) for channel in sound.T)
    return float(20 * np.log10(max(peak, 1e-12)))


def ngrams(values: Sequence[int], n: int = 5) -> set[tuple[int, ...]]:
    """Return every run of `n` neighbours."""
    return {tuple(values[at : at + n]) for at in range(len(values) - n + 1)}


def overlap(first: set[tuple[int, ...]], second: set[tuple[int, ...]]) -> float:
    """Return which share of the smaller set lies in the other one."""
    smaller = min(len(first), len(second))
    return len(first & second) / smaller if smaller else 0.0
