"""Scores played by sampled instruments through FluidSynth, whose notes are known: keys and onsets as a listener hears.

The player is the `fluidsynth` program with the system's SoundFont, not grym's own renderer, and the music is written
here: chord progressions without a scale, and melodies at uneven times. Nothing of it was used to tune the analysis.
"""

import random
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import mido
import mir_eval
import numpy as np
import pytest

from tests.acceptance import oracles
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym
from tests.acceptance.sounds import Tone

pytestmark = [pytest.mark.slow]

SOUNDFONTS = ("/usr/share/sounds/sf2/FluidR3_GM.sf2", "/usr/share/sounds/sf2/default-GM.sf2")
INSTRUMENTS = {"piano": 0, "guitar": 24, "marimba": 12}
TICKS_PER_S = 960
MAJOR = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14), (0, 4, 7))
MINOR = ((0, 3, 7), (8, 12, 15), (5, 8, 12), (7, 11, 14), (0, 3, 7))


@pytest.fixture(scope="module")
def soundfont() -> str:
    """Find a SoundFont, and skip where there is none or no player."""
    found = next((path for path in SOUNDFONTS if Path(path).exists()), None)
    if found is None or shutil.which("fluidsynth") is None:
        pytest.skip("apt-get install fluidsynth fluid-soundfont-gm")
    return found


def play(tones: Sequence[Tone], path: Path, *, program: int, soundfont: str) -> Path:
    """Let FluidSynth play tones on an instrument of General MIDI, without reverb and chorus."""
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_S // 2)
    track = mido.MidiTrack([mido.Message("program_change", program=program)])
    events = [(round(tone.onset_s * TICKS_PER_S), "note_on", tone.pitch) for tone in tones]
    events += [(round((tone.onset_s + tone.duration_s) * TICKS_PER_S), "note_off", tone.pitch) for tone in tones]
    at = 0
    for tick, kind, pitch in sorted(events):
        track.append(mido.Message(kind, note=pitch, velocity=90 if kind == "note_on" else 0, time=tick - at))
        at = tick
    file.tracks.append(track)
    file.save(path.with_suffix(".mid"))
    options = ("-n", "-i", "-q", "-R", "0", "-C", "0", "-r", "44100", "-F", str(path))
    subprocess.run(["fluidsynth", *options, soundfont, str(path.with_suffix(".mid"))], check=True, capture_output=True)
    return path


def progression(tonic: int, mode: str) -> list[Tone]:
    """Return a progression in close position twice, bass an octave and more below."""
    chords = MAJOR if mode == "major" else MINOR
    return [
        Tone(pitch=57 + tonic + step, onset_s=0.1 + 0.8 * at, duration_s=0.78)
        for at, chord in enumerate(chords * 2)
        for step in (chord[0] - 12, *chord)
    ]


def test_keys_of_progressions(grym: Grym, soundfont: str, measured: Measured) -> None:
    """The key of I–vi–IV–V–I and i–VI–iv–V–i on a piano is told in all 24 keys."""
    keys = [(tonic, mode) for tonic in range(12) for mode in ("major", "minor")]
    paths = [
        play(progression(tonic, mode), grym.work / f"{tonic}-{mode}.wav", program=0, soundfont=soundfont)
        for tonic, mode in keys
    ]
    results = grym.tell("analyze", *map(str, paths), "--no-recognise", timeout_s=600)["results"]
    found = [oracles.same_key(told["key"]["tonic"], told["key"]["mode"]) for told in results]
    asked = [f"{oracles.NAMES[(tonic + 9) % 12]} {mode}" for tonic, mode in keys]
    measured("key of a progression on a sampled piano", f"{sum(map(str.__eq__, found, asked))} right", "24")
    assert [pair for pair in zip(asked, found, strict=True) if pair[0] != pair[1]] == []


def test_onsets_of_instruments(grym: Grym, soundfont: str, measured: Measured) -> None:
    """Onsets of uneven melodies on struck and plucked instruments reach F ≥ 0.95 at 50 ms."""
    truths, paths = [], []
    for number, (name, program) in enumerate(INSTRUMENTS.items()):
        chance = random.Random(100 + number)
        steps_s = [chance.uniform(0.18, 0.7) for _ in range(40)]
        onsets_s = np.cumsum([0.3, *steps_s[:-1]])
        tones = [
            Tone(pitch=chance.randint(55, 84), onset_s=float(onset_s), duration_s=step_s * 0.95)
            for onset_s, step_s in zip(onsets_s, steps_s, strict=True)
        ]
        truths.append(onsets_s)
        paths.append(play(tones, grym.work / f"{name}.wav", program=program, soundfont=soundfont))
    results = grym.tell("analyze", *map(str, paths), "--no-recognise", timeout_s=600)["results"]
    scores = {
        name: float(mir_eval.onset.f_measure(truth, np.asarray(told["onsets_s"]), window=0.05)[0])
        for name, truth, told in zip(INSTRUMENTS, truths, results, strict=True)
    }
    told = ", ".join(f"{name} {score:.3f}" for name, score in scores.items())
    measured("onsets of sampled instruments: F", told, "≥ 0.95 at 50 ms")
    assert min(scores.values()) >= 0.95, scores
