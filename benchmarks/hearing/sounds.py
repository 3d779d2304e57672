"""The sounds of a split, played once and kept with their truths: ``NAME.wav`` (mono, 16 bit) and ``NAME.json``."""

import json
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from benchmarks import fluid
from benchmarks.hearing.forms import choose_forms, perform_form
from benchmarks.hearing.manners import Work
from benchmarks.hearing.performing import TAIL_S, Performance, Played, Truth, perform
from benchmarks.hearing.scores import READING, Score
from benchmarks.hearing.works import Chosen, choose
from benchmarks.recognition.distortions import pink_noise
from benchmarks.recognition.playing import dice

HOME = Path(tempfile.gettempdir()) / "grym-hearing"
RENDERING = "1"
"""Version of everything that decides what is heard: raise it with any change of works, performing or forms."""

RATE_HZ = 44_100
PEAK = 0.7

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A work as it sounds, and what is right about it."""

    work: Work
    truth: Truth
    path: Path

    def samples(self) -> FloatArray:
        """Return the sound, shape (samples,), at 44,100 Hz."""
        return np.asarray(soundfile.read(self.path, dtype="float32")[0], dtype=np.float32)


def prepared(split: str, cache_folder: Path = HOME, *, processes: int = 2, few: bool = False) -> list[Sound]:
    """Return the sounds of a split, playing what is not there yet.

    Parameters
    ----------
    split
        ``dev`` or ``test``.
    cache_folder
        Where scores, sounds and truths are kept.
    processes
        How many play at once.
    few
        Two works of each kind, for a quick look.
    """
    folder = cache_folder / (f"{split}-few" if few else split)
    manifest = folder / f"manifest-{READING}-{RENDERING}.json"
    if not manifest.exists():
        folder.mkdir(parents=True, exist_ok=True)
        chosen = choose(split, cache_folder / "scores", few=few)
        jobs: list[Sequence[Chosen]] = [[one] for one in chosen]
        jobs += choose_forms(chosen, split)
        with ProcessPoolExecutor(processes) as pool:
            rows = list(pool.map(_render, jobs, [split] * len(jobs), [folder] * len(jobs)))
        draft = manifest.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(rows, indent=1))
        draft.replace(manifest)
    return [_sound(row, folder) for row in json.loads(manifest.read_text())]


def soundfont_of(split: str) -> Path:
    """Return what plays a split: FluidR3 for dev, TimGM6mb, whose samples are others, for test."""
    if split == "dev":
        from grym.adapters.soundfonts import find_soundfont  # noqa: PLC0415 (only rendering needs it)

        return Path(find_soundfont(None).path)
    import pretty_midi  # noqa: PLC0415 (as above; it carries the SoundFont)

    return Path(pretty_midi.__file__).parent / "TimGM6mb.sf2"


def _render(parts: Sequence[Chosen], split: str, folder: Path) -> dict[str, Any]:
    """Play a work, or a form put together from several, and write down its truth."""
    work = parts[0][0]
    if work.kind == "form":
        performance, programs = perform_form(parts)
        samples = _with_noise(_played(performance, programs, split), work)
    else:
        performance = perform(*parts[0])
        samples = sounded(work, parts[0][1], performance, split)
    draft = folder / f"{work.name}.{os.getpid()}"
    soundfile.write(draft, samples, RATE_HZ, subtype="PCM_16", format="WAV")
    draft.replace(folder / f"{work.name}.wav")
    row = {"work": asdict(work), "truth": performance.truth.as_row()}
    (folder / f"{work.name}.json").write_text(json.dumps(row))
    return row


def sounded(work: Work, score: Score, performance: Performance, split: str) -> FloatArray:
    """Return a performance of a score as its work's instruments play it, with its noise, shape (samples,)."""
    return _with_noise(_played(performance, programs_of(work, score), split), work)


def programs_of(work: Work, score: Score) -> list[int]:
    """Return the General MIDI program of each part of a score, from the top."""
    voices = 1 + max(note.part for note in score.notes) + (work.kind == "leadsheet")
    return [work.programs[place * len(work.programs) // voices] for place in range(voices)]


def _played(performance: Performance, programs: Sequence[int], split: str) -> FloatArray:
    length = round(performance.truth.duration_s * RATE_HZ)
    samples = fluid.played(
        _messages(performance.notes), programs, length, soundfont=soundfont_of(split), rate_hz=RATE_HZ
    )
    fade = np.linspace(1.0, 0.0, round(0.3 * TAIL_S * RATE_HZ), dtype=np.float32)
    samples[-len(fade) :] *= fade
    return samples * np.float32(PEAK / max(float(np.abs(samples).max(initial=0.0)), 1e-9))


def _messages(notes: Sequence[Played]) -> list[fluid.Message]:
    """Return keys going down and up by sample, ups first at one moment."""
    messages: list[fluid.Message] = []
    for start_s, end_s, pitch, velocity, part in notes:
        down, up = round(start_s * RATE_HZ), round(end_s * RATE_HZ)
        messages += [(down, velocity, part, pitch), (max(up, down + 1), 0, part, pitch)]
    return sorted(messages, key=lambda message: (message[0], message[1] > 0, *message[2:]))


def _with_noise(samples: FloatArray, work: Work) -> FloatArray:
    """Return the sound with the noise that its work asks for, if any."""
    return samples if work.noise_db is None else _noisy(samples, work)


def _noisy(samples: FloatArray, work: Work) -> FloatArray:
    """Add pink noise so many decibels below the sound's own power."""
    hiss = pink_noise(len(samples), dice("noise", work.name), rate_hz=RATE_HZ)
    wanted = np.sqrt(np.mean(np.square(samples, dtype=np.float64))) * 10 ** (-(work.noise_db or 0.0) / 20)
    noisy = samples + hiss * (wanted / np.sqrt(np.mean(hiss**2)))
    return np.asarray(noisy * min(1.0, 0.99 / np.abs(noisy).max()), dtype=np.float32)


def _sound(row: dict[str, Any], folder: Path) -> Sound:
    work = Work(**{**row["work"], "programs": tuple(row["work"]["programs"])})
    truth = row["truth"]
    spans = {name: [tuple(span) for span in truth[name]] for name in ("keys", "chords", "notes", "sections")}
    return Sound(work=work, truth=Truth(**{**truth, **spans}), path=folder / f"{work.name}.wav")
