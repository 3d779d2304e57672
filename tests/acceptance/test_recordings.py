"""Real recordings: music packages of Debian, compared with what librosa hears. No score of them is known.

Two estimators that agree are no proof, and two that differ no fault: what is demanded are facts that any listener
could check (length, order, ranges), agreement on most pieces, and the promised time and memory.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import soundfile

from tests.acceptance import oracles
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Call, Grym

pytestmark = [pytest.mark.slow]

PACKAGES = {
    "asc-music": ("/usr/share/games/asc/music", "*.mp3"),
    "planetblupi-music-ogg": ("/usr/share/planetblupi/music", "*.ogg"),
    "singularity-music": ("/usr/share/games/singularity/music", "**/*.ogg"),
    "hyperrogue-music": ("/usr/share/hyperrogue/music", "*.ogg"),
}
EACH = 3
"""Pieces of each package, the shortest first: a spread of styles in minutes rather than hours."""
SHORTEST_S, LONGEST_S = 40.0, 610.0
SHARE_THAT_AGREES = 0.5
ROUNDING_S = 0.001
SHORTEST_SECTION_S = 8.0
"""On average: a section is some bars long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A recording, and what grym said of it."""

    path: Path
    seconds: float
    told: dict[str, Any]


def recordings(package: str) -> list[Path]:
    """Return pieces of a package; skip where it is not installed."""
    folder, pattern = PACKAGES[package]
    lengths = {path: soundfile.info(path).duration for path in Path(folder).glob(pattern)}
    if not lengths:
        pytest.skip(f"{package} is not installed: apt-get install {package}")
    fitting = sorted((seconds, path) for path, seconds in lengths.items() if SHORTEST_S <= seconds <= LONGEST_S)
    return [path for _, path in fitting[:EACH]]


def decoded_s(path: Path) -> float:
    """Return the length of a sound by decoding it: the header of an MP3 only estimates it."""
    with soundfile.SoundFile(path) as file:
        count = 0
        while samples := len(file.read(1 << 18)):
            count += samples
        return count / float(file.samplerate)


@pytest.fixture(scope="module", params=PACKAGES)
def heard(request: pytest.FixtureRequest, grym: Grym) -> list[Heard]:
    """Analyse some pieces of a package in one call."""
    paths = recordings(request.param)
    told = grym.tell("analyze", *map(str, paths), timeout_s=600)
    return [
        Heard(path=path, seconds=decoded_s(path), told=one) for path, one in zip(paths, told["results"], strict=True)
    ]


def test_the_facts_are_sane(heard: list[Heard]) -> None:
    """Every fact lies where it can lie, in order and inside the sound."""
    for one in heard:
        told = one.told
        assert told["outcome"] == "completed"
        assert told["file"] == str(one.path)
        assert told["duration_s"] == pytest.approx(one.seconds, abs=0.1)
        assert 30 <= told["tempo_bpm"] <= 260
        assert 0 <= told["tempo_confidence"] <= 1
        for name in ("beats_s", "downbeats_s", "onsets_s"):
            assert told[name] == sorted(told[name])
            assert all(0 <= at <= one.seconds + ROUNDING_S for at in told[name])
        assert len(told["onsets_s"]) > one.seconds / 10
        assert told["key"]["tonic"] in {*oracles.NAMES, *oracles.SPELLING}
        assert told["key"]["mode"] in {"major", "minor"}
        assert -60 < told["loudness_lufs"] < 0
        assert -60 < told["true_peak_dbtp"] < 6
        assert told["embedding"]["dim"] > 0
        assert told["features"]
        assert isinstance(told["quality"]["passed"], bool)


def test_the_sections_cover_the_piece(heard: list[Heard]) -> None:
    """Sections follow each other without gaps from the beginning to the end, a few of them, none tiny."""
    for one in heard:
        sections = one.told["sections"]
        assert 1 <= len(sections) <= 1 + one.seconds / SHORTEST_SECTION_S
        assert sections[0]["start_s"] == pytest.approx(0, abs=0.1)
        assert sections[-1]["end_s"] == pytest.approx(one.seconds, abs=0.5)
        for before, after in itertools.pairwise(sections):
            assert before["end_s"] == pytest.approx(after["start_s"], abs=0.05)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::FutureWarning")
def test_librosa_mostly_agrees(heard: list[Heard], measured: Measured) -> None:
    """Tempo up to octave, and key or a close relative among librosa's three best, agree for at least half."""
    tempi = keys = 0
    for one in heard:
        key = oracles.same_key(one.told["key"]["tonic"], one.told["key"]["mode"])
        theirs = oracles.key_by_chroma(one.path)
        their_bpm = oracles.tempo_by_librosa(one.path)
        same_tempo = oracles.octave_error(one.told["tempo_bpm"], their_bpm) < 0.04
        tempi, keys = tempi + same_tempo, keys + (key in theirs[:3])
        ours = f"{one.told['tempo_bpm']:.1f} BPM, {key}"
        measured(f"recording {one.path.name[:40]}", ours, f"librosa: {their_bpm:.1f} BPM, {theirs[0]}, {theirs[1]}")
    measured(f"recordings of {heard[0].path.parent.name}: agree", f"{tempi} tempi, {keys} keys", f"of {len(heard)}")
    assert tempi >= SHARE_THAT_AGREES * len(heard)
    assert keys >= SHARE_THAT_AGREES * len(heard)


@pytest.fixture(scope="module")
def three_minutes(ground: Path) -> Path:
    """Cut three minutes out of a real recording."""
    source = next((path for name in PACKAGES for path in _long_ones(name)), None)
    if source is None:
        pytest.skip("no recording of three minutes: apt-get install singularity-music")
    sound, rate_hz = soundfile.read(source, frames=180 * soundfile.info(source).samplerate)
    path = ground / "three-minutes.flac"
    soundfile.write(path, sound, rate_hz)
    return path


def _long_ones(package: str) -> list[Path]:
    folder, pattern = PACKAGES[package]
    return sorted(path for path in Path(folder).glob(pattern) if soundfile.info(path).duration > 200)


def test_three_minutes_take_seconds(new_grym: Callable[[str], Grym], three_minutes: Path, measured: Measured) -> None:
    """A 3-minute file is told within the promised time and memory; the first call of a home includes its set-up."""
    grym = new_grym("three-minutes")
    cold = grym.call("analyze", str(three_minutes), "--json", watch=True).require()
    warm: Call = grym.call("analyze", str(three_minutes), "--json", watch=True).require()
    measured("3-minute file: empty home", f"{cold.wall_s:.1f} s ({cold.cpu_s:.1f} s of CPU)", "–")
    measured("3-minute file: warm", f"{warm.wall_s:.1f} s ({warm.cpu_s:.1f} s of CPU)", "≤ 5 s on 2 idle cores")
    measured("3-minute file: largest process", f"{warm.largest_mib:.0f} MiB", "≤ 600 MB")
    measured("3-minute file: all processes, proportional", f"{warm.tree_mib:.0f} MiB", "≤ 600 MB")
    assert warm.largest_mib < 600
    assert warm.tree_mib < 600
    assert warm.wall_s < 60  # the promise is told above; only a time far beyond it fails, since machines differ
