"""Sound whose answer is known: clicks, scales, cadences, plucked notes and sines, read by `grym analyze`."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import mir_eval
import numpy as np
import pytest

from tests.acceptance import oracles, sounds
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym

pytestmark = [pytest.mark.slow]

TEMPI_BPM = (50, 55, 60, 63.7, 70, 77, 84, 90, 96, 104, 111.5, 120, 128, 133.3, 140, 150, 160, 172, 185, 200)
TRIES = 6

Analyse = Callable[[Sequence[Path]], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def folder(grym: Grym) -> Path:
    """Give a place for the sounds."""
    return grym.work


@pytest.fixture(scope="module")
def analyse(grym: Grym) -> Analyse:
    """Give a function that analyses many files in one call."""

    def of(paths: Sequence[Path]) -> list[dict[str, Any]]:
        told = grym.tell("analyze", *map(str, paths), "--no-recognise", timeout_s=600)
        results = told["results"]
        assert [result["outcome"] for result in results] == ["completed"] * len(paths)
        return list(results)

    return of


def test_click_trains(folder: Path, analyse: Analyse, measured: Measured) -> None:
    """The tempo of a click train from 50 to 200 BPM is within 1 %, and beats lie on the clicks."""
    paths = [sounds.write(folder / f"clicks-{bpm}.wav", sounds.click_train(bpm)) for bpm in TEMPI_BPM]
    found = [told["tempo_bpm"] for told in analyse(paths)]
    errors = {bpm: abs(tempo / bpm - 1) for bpm, tempo in zip(TEMPI_BPM, found, strict=True)}
    measured("click trains 50 to 200 BPM: worst error", f"{max(errors.values()):.2%}", "≤ 1 %")
    assert {bpm: error for bpm, error in errors.items() if error > 0.01} == {}


@pytest.mark.parametrize(("name", "tones"), [("scale", sounds.scale), ("cadence", sounds.cadence)])
def test_keys(
    name: str,
    tones: Callable[[int, str], list[sounds.Tone]],
    folder: Path,
    analyse: Analyse,
    measured: Measured,
) -> None:
    """A scale, and a cadence, in each of the 24 keys is told exactly."""
    keys = [(tonic, mode) for tonic in range(12) for mode in ("major", "minor")]
    paths = [
        sounds.write(folder / f"{name}-{tonic}-{mode}.wav", sounds.sounded(tones(tonic, mode))) for tonic, mode in keys
    ]
    found = [oracles.same_key(told["key"]["tonic"], told["key"]["mode"]) for told in analyse(paths)]
    asked = [f"{oracles.NAMES[tonic]} {mode}" for tonic, mode in keys]
    right = sum(map(str.__eq__, found, asked))
    measured(f"key of a {name}, 24 keys", f"{right} right", "24")
    assert [pair for pair in zip(asked, found, strict=True) if pair[0] != pair[1]] == []


def test_onsets(folder: Path, analyse: Analyse, measured: Measured) -> None:
    """Onsets of clicks and of plucked melodies at uneven times reach F ≥ 0.95 at 50 ms (mir_eval)."""
    truths, paths = [], []
    for seed in range(TRIES):
        chance = random.Random(seed)
        onsets_s = np.cumsum([chance.uniform(0.15, 0.6) for _ in range(40)]).tolist()
        sound = sounds.clicks_at(onsets_s, seconds=onsets_s[-1] + 1)
        if seed % 2:
            steps = [*np.diff(onsets_s), 0.6]
            sound = sounds.sounded(
                [
                    sounds.Tone(pitch=chance.randint(52, 84), onset_s=onset_s, duration_s=step)
                    for onset_s, step in zip(onsets_s, steps, strict=True)
                ]
            )
        truths.append(np.asarray(onsets_s))
        paths.append(sounds.write(folder / f"onsets-{seed}.wav", sound))
    scores = [
        float(mir_eval.onset.f_measure(truth, np.asarray(told["onsets_s"]), window=0.05)[0])
        for truth, told in zip(truths, analyse(paths), strict=True)
    ]
    measured("onsets of clicks and plucked notes: worst F", f"{min(scores):.3f}", "≥ 0.95 at 50 ms")
    assert min(scores) >= 0.95, scores


def test_loudness(folder: Path, analyse: Analyse, measured: Measured) -> None:
    """A stereo sine of 1 kHz with peaks at −23 dBFS is −23 LUFS (EBU Tech 3341, case 1); others follow."""
    cases = {
        "stereo-48": (sounds.sine(level_dbfs=-23), 48_000, -23.0),
        "stereo-44": (sounds.sine(level_dbfs=-23, rate_hz=44_100), 44_100, -23.0),
        "stereo-96": (sounds.sine(level_dbfs=-23, rate_hz=96_000), 96_000, -23.0),
        "quiet": (sounds.sine(level_dbfs=-33), 48_000, -33.0),
        # One channel carries half the power of two: 3.01 dB less.
        "mono": (sounds.sine(level_dbfs=-23, channels=1), 48_000, -26.01),
    }
    paths = [
        sounds.write(folder / f"{name}.wav", sound, rate_hz=rate_hz, subtype="PCM_24")
        for name, (sound, rate_hz, _) in cases.items()
    ]
    found = dict(zip(cases, (told["loudness_lufs"] for told in analyse(paths)), strict=True))
    errors = {name: abs(found[name] - lufs) for name, (_, _, lufs) in cases.items()}
    measured("loudness of sines: worst error", f"{max(errors.values()):.3f} LU", "≤ 0.1 LU")
    assert max(errors.values()) <= 0.1, found


def test_what_is_no_music_does_not_pass(folder: Path, analyse: Analyse) -> None:
    """White noise, silence, a sine, clipping and a constant offset fail the checks of quality."""
    chance = np.random.default_rng(1)
    seconds = np.arange(10 * sounds.RATE_HZ) / sounds.RATE_HZ
    melody = sounds.sounded(sounds.cadence(0, "major", times=3))
    bad = {
        "noise": chance.uniform(-0.5, 0.5, len(seconds)),
        "silence": np.zeros(len(seconds)),
        "sine": 0.3 * np.sin(2 * np.pi * 440 * seconds),
        "clipping": np.clip(melody * 8, -1, 1),
        "offset": melody * 0.5 + 0.4,
    }
    paths = [sounds.write(folder / f"bad-{name}.wav", sound) for name, sound in bad.items()]
    passed = dict(zip(bad, (told["quality"]["passed"] for told in analyse(paths)), strict=True))
    assert passed == dict.fromkeys(bad, False)
