"""Real recordings: where librosa and essentia agree, does grym? ``python -m benchmarks.hearing.recordings``.

Nobody wrote down what is right about these, so two independent listeners that agree stand for it: on a tempo within
4 %, octave included, or on a key. The music is that of free games as Debian packages carry it; packages are downloaded
into the cache and unpacked there, never installed.
"""

import argparse
import hashlib
import json
import subprocess
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import mir_eval
import numpy as np
import soundfile
import soxr

from benchmarks.hearing.answers import Answer, FloatArray, from_row
from benchmarks.hearing.asking import contestant
from benchmarks.hearing.scoring import TEMPO_TOLERANCE
from benchmarks.hearing.sounds import HOME, RATE_HZ
from benchmarks.recognition.report import table

PACKAGES = {
    "asc-music": "GPL-2+",
    "extremetuxracer-data": "GPL-2+",
    "frozen-bubble-data": "GPL-2",
    "hyperrogue-music": "CC-BY-SA-3.0",
    "lincity-ng-data": "GPL-2+",
    "planetblupi-music-ogg": "GPL-3+",
    "singularity-music": "CC-BY-SA-3.0",
    "supertux-data": "GPL-2+",
    "warzone2100-music": "GPL-2+",
    "wesnoth-1.16-music": "GPL-2+",
}
"""Debian packages of main, with the licence that each gives its music."""

MOST_OF_A_PACKAGE = 7
SUFFIXES = frozenset({".ogg", ".mp3", ".oga", ".opus", ".flac"})
SHORTEST_S = 45.0
START_S = 10.0
HEARD_S = 60.0
"""What is heard of each: a minute, after ten seconds."""

CONTESTANTS = ("grym", "librosa", "essentia")
TASKS = ("tempo", "key")
OCTAVES = (0.25, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording, and what each contestant says."""

    package: str
    path: Path
    answers: dict[str, Answer]

    @property
    def name(self) -> str:
        """Package and file."""
        return f"{self.package}: {self.path.stem}"


def same_tempo(one_bpm: float | None, other_bpm: float | None) -> bool:
    """Return whether two tempi are the same within 4 %, octave included."""
    if not one_bpm or not other_bpm:
        return False
    return any(abs(one_bpm / other_bpm / octave - 1.0) <= TEMPO_TOLERANCE for octave in OCTAVES)


def same_key(one: str | None, other: str | None) -> bool:
    """Return whether two keys are the same, however spelt."""
    return bool(one) and bool(other) and mir_eval.key.weighted_score(one, other) == 1.0


def fetched(cache: Path) -> dict[str, list[Path]]:
    """Return the recordings of every package, downloading and unpacking what is not there."""
    return {package: _some(unpacked(package, cache)) for package in PACKAGES}


def unpacked(package: str, cache: Path) -> Path:
    """Return the folder of an unpacked package, downloading and unpacking it where it is not there."""
    folder = cache / "packages"
    place = folder / "x" / package
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        if not list(folder.glob(f"{package}_*.deb")):
            _run("apt-get", "download", package, folder=folder)
        place.mkdir(parents=True)
        archive = next(folder.glob(f"{package}_*.deb"))
        _run("dpkg-deb", "--extract", str(archive), str(place), folder=folder)
    return place


def _run(*command: str, folder: Path) -> None:
    """Run a tool of Debian in a folder."""
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _some(folder: Path) -> list[Path]:
    """Return some recordings of a package: by a hash of their names, long enough to have a tempo."""
    paths = [path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file()]
    ordered = sorted(paths, key=lambda path: zlib.crc32(path.name.encode()))
    return [path for path in ordered if soundfile.info(path).duration >= SHORTEST_S][:MOST_OF_A_PACKAGE]


def heard_of(path: Path) -> FloatArray:
    """Return the minute that is heard, mono at 44,100 Hz."""
    info = soundfile.info(path)
    start = round(min(START_S, max(0.0, info.duration - HEARD_S)) * info.samplerate)
    frames = round(HEARD_S * info.samplerate)
    samples = soundfile.read(path, start=start, frames=frames, dtype="float32", always_2d=True)[0].mean(axis=1)
    return np.asarray(soxr.resample(samples, info.samplerate, RATE_HZ), dtype=np.float32)


def _ask(job: tuple[str, Path, Path]) -> Answer:
    """Ask one contestant about one recording, unless its answer is kept."""
    name, path, cache = job
    asked = contestant(name)
    content = hashlib.sha256(f"{path.name} {path.stat().st_size} {asked.digest} {START_S} {HEARD_S}".encode())
    kept = cache / "answers" / "recordings" / f"{name}-{content.hexdigest()[:16]}.json"
    if not kept.exists():
        samples = heard_of(path)
        row: dict[str, object] = {}
        for group in dict.fromkeys(group for task in TASKS if (group := asked.group(task))):
            said = asked.answer(samples, RATE_HZ, group).as_row()
            row |= {key: said[key] for key in ("tempo_bpm", "key") if key in said}
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(row))
    return from_row(json.loads(kept.read_text()))


def ask(recordings: dict[str, list[Path]], cache: Path, *, processes: int) -> list[Recording]:
    """Ask every contestant about every recording."""
    places = [(package, path) for package, paths in recordings.items() for path in paths]
    jobs = [(name, path, cache) for _, path in places for name in CONTESTANTS]
    with ProcessPoolExecutor(processes) as pool:
        answers = iter(list(pool.map(_ask, jobs, chunksize=len(CONTESTANTS))))
    return [
        Recording(package=package, path=path, answers={name: next(answers) for name in CONTESTANTS})
        for package, path in places
    ]


def report(recordings: Sequence[Recording]) -> str:
    """Return in how many recordings the peers agree, in how many grym agrees with them, and every disagreement."""
    parts = [_summary(recordings)]
    tempo = [r for r in recordings if _peers_agree(r, "tempo") and not _grym_agrees(r, "tempo")]
    key = [r for r in recordings if _peers_agree(r, "key") and not _grym_agrees(r, "key")]
    if tempo:
        rows = [[r.name, *(f"{r.answers[n].tempo_bpm or 0:.1f}" for n in CONTESTANTS)] for r in tempo]
        parts.append("Tempo (BPM), where grym is alone:\n\n" + table(["recording", *CONTESTANTS], rows))
    if key:
        rows = [[r.name, *(r.answers[n].key or "none" for n in CONTESTANTS)] for r in key]
        parts.append("Key, where grym is alone:\n\n" + table(["recording", *CONTESTANTS], rows))
    return "\n\n".join(parts)


def _summary(recordings: Sequence[Recording]) -> str:
    rows = []
    for task in TASKS:
        agreed = [recording for recording in recordings if _peers_agree(recording, task)]
        with_them = sum(_grym_agrees(recording, task) for recording in agreed)
        share = f"{with_them / len(agreed):.1%}" if agreed else "–"
        rows.append([task, str(len(recordings)), str(len(agreed)), str(with_them), share])
    counted = "; ".join(
        f"{package} ({sum(r.package == package for r in recordings)}, {licence})"
        for package, licence in PACKAGES.items()
        if any(r.package == package for r in recordings)
    )
    head = ["", "recordings", "librosa and essentia agree", "grym agrees", "share"]
    return f"{len(recordings)} recordings, a minute of each, from the Debian packages {counted}.\n\n{table(head, rows)}"


def _peers_agree(recording: Recording, task: str) -> bool:
    one, other = recording.answers["librosa"], recording.answers["essentia"]
    return same_tempo(one.tempo_bpm, other.tempo_bpm) if task == "tempo" else same_key(one.key, other.key)


def _grym_agrees(recording: Recording, task: str) -> bool:
    one, other = recording.answers["grym"], recording.answers["essentia"]
    return same_tempo(one.tempo_bpm, other.tempo_bpm) if task == "tempo" else same_key(one.key, other.key)


def main() -> None:
    """Read the arguments, fetch, ask, report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing.recordings", description=__doc__)
    parser.add_argument("--cache", type=Path, default=HOME)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--all", action="store_true", help="show every answer")
    parser.add_argument("--out", type=Path, help="folder for the report")
    words = parser.parse_args()
    recordings = ask(fetched(words.cache), words.cache, processes=words.processes)
    told = report(recordings)
    if words.all:
        rows = [
            [r.name, *(f"{a.tempo_bpm or 0:.1f} {a.key}" for a in (r.answers[name] for name in CONTESTANTS))]
            for r in recordings
        ]
        told += "\n\n" + table(["recording", *CONTESTANTS], rows)
    print(told)
    if words.out:
        words.out.mkdir(parents=True, exist_ok=True)
        (words.out / "hearing-recordings.md").write_text(told + "\n")


if __name__ == "__main__":
    main()
