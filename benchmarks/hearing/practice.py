"""What grym learns weights from: works of dev that the examination does not hear, as figures of their sound.

The rule that parts dev from test (`benchmarks.hearing.works`) leaves some thousand works of dev that nobody examines.
Of these, so many of each kind are played as works of dev are, half of them by instruments that no examination hears,
and kept as what hearing derives from them, with their truth. The works named in ``works.json`` are left out: what is
fitted here is judged there on music it has not heard.

``python -m benchmarks.hearing.practice`` plays and listens; half an hour of one core, and it goes on where it was
interrupted.
"""

import argparse
import json
import os
import pickle
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from itertools import chain, zip_longest
from pathlib import Path

from benchmarks.hearing import works
from benchmarks.hearing.manners import Work, drawn
from benchmarks.hearing.performing import Truth, perform
from benchmarks.hearing.scores import READING, Score, group_of
from benchmarks.hearing.sounds import HOME, RATE_HZ, RENDERING, FloatArray, prepared, sounded
from benchmarks.recognition.playing import dice
from grym.domain.chroma import Chroma, chroma
from grym.domain.rhythm.curves import Curves, beat_curves
from grym.domain.spectral import describe
from grym.domain.stft import framing_for

LISTENING = "1"
"""Version of what is derived from a sound: raise it with any change of pitch classes or curves."""

TRIED = {"ensemble": 160, "analysed": 18, "dance": 320, "melody": 480}
"""How many scores of each kind are read; many change their metre or are too short, and are left out."""

TIMES = {"ensemble": 3, "analysed": 4, "dance": 1, "melody": 2}
"""How often each is played, each time by others and at another tempo: kinds with few scores are heard more often."""

MOST_OF_A_GROUP = 2
"""Movements of one work; whoever parts the practice must keep a group together."""

MOST_OF_A_FOLDER = 0.3
"""Share of the ensembles that one folder may have: two thirds of them are chorales otherwise."""

OTHER_CHANCE = 0.5
OTHER_PROGRAMS = {
    "percussive": ((3,), (7,), (10,), (13,), (15,), (27,), (105,), (107,), (114,)),
    "sustained": ((20,), (22,), (41,), (69,), (44,), (49,), (54,), (60,), (74,), (75,), (109,), (110,)),
}
"""Honky-tonk to steel drums, reed organ to fiddle: General MIDI programs that neither dev nor test is played by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """A work as hearing derives it.

    Parameters
    ----------
    work, group, truth
        How it is played, what it belongs to, what is right.
    curves, pitch
        Reasons for beats, and pitch classes.
    duration_s
        Of the sound.
    """

    work: Work
    group: str
    truth: Truth
    curves: Curves
    pitch: Chroma
    duration_s: float


Job = tuple[str, str, int, Path]
"""Name, kind and place of a work, and where figures are kept."""


def practice(cache_folder: Path = HOME) -> list[Practised]:
    """Return what has been played and heard for practice; empty before `main` has run."""
    return _read(_folder(cache_folder))


def examined(cache_folder: Path = HOME) -> list[Practised]:
    """Return the works of dev themselves, heard in the same way."""
    folder = _folder(cache_folder) / "dev"
    folder.mkdir(parents=True, exist_ok=True)
    for sound in prepared("dev", cache_folder):
        path = folder / f"{sound.work.name}.pickle"
        if not path.exists():
            _keep(path, _heard(sound.work, sound.truth, sound.samples()))
    return _read(folder)


def chosen(kind: str) -> list[str]:
    """Return the names of works of a kind that may be practised, in the order of their hashes."""
    named = json.loads(works.NAMES.read_text())
    heard = {group_of(name) for split in named.values() for names in split.values() for name in names}
    folders: Counter[str] = Counter()
    groups: Counter[str] = Counter()
    found = []
    for name in works.names_of(kind):
        folder, group = name.split("/", maxsplit=1)[0], group_of(name)
        full = folders[folder] >= MOST_OF_A_FOLDER * TRIED[kind] and kind == "ensemble"
        if works.split_of(name, kind) != "dev" or group in heard or groups[group] == MOST_OF_A_GROUP or full:
            continue
        folders[folder] += 1
        groups[group] += 1
        found.append(name)
    return found[: TRIED[kind]]


def drawn_anew(score: Score, kind: str, place: int, turn: int = 0) -> Work:
    """Draw how a work is played this turn: as the examination would, half of them by other instruments."""
    named = replace(score, name=f"{score.name}{f' again {turn}' * bool(turn)}")
    work, rng = replace(drawn(named, kind, place + turn), source=score.name), dice("practice", named.name)
    others = OTHER_PROGRAMS[work.family]
    if rng.random() >= OTHER_CHANCE:
        return work
    programs = others[rng.integers(len(others))]
    return replace(work, programs=programs, players=f"program {programs[0]}")


def _folder(cache_folder: Path) -> Path:
    return cache_folder / f"practice-{READING}-{RENDERING}-{LISTENING}"


def _read(folder: Path) -> list[Practised]:
    paths = sorted(folder.glob("*.pickle"))
    return [Practised(**pickle.loads(path.read_bytes())) for path in paths]  # noqa: S301 (written here)


def _keep(path: Path, practised: Practised) -> None:
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(pickle.dumps({one.name: getattr(practised, one.name) for one in fields(practised)}))
    draft.replace(path)


def _heard(work: Work, truth: Truth, samples: FloatArray) -> Practised:
    """Derive from a sound what rhythm and key are judged by."""
    framing = framing_for(RATE_HZ)
    pitch = chroma(samples, RATE_HZ)
    curves = beat_curves(describe(samples, framing).mel_power, framing=framing, pitch=pitch)
    group, duration_s = group_of(work.source) if work.kind != "form" else work.name, len(samples) / RATE_HZ
    return Practised(work=work, group=group, truth=truth, curves=curves, pitch=pitch, duration_s=duration_s)


def _practise(job: Job) -> None:
    """Read, play and hear a work as often as its kind is, unless it has been or does not serve its kind."""
    name, kind, place, cache_folder = job
    folder = _folder(cache_folder)
    paths = [folder / f"{kind}-{name.replace('/', '-')}-{turn}.pickle" for turn in range(TIMES[kind])]
    if all(path.exists() for path in paths):
        return
    score = works.score_of(name, kind, cache_folder / "scores")
    for turn, path in enumerate(paths):
        if score is not None and not path.exists():
            work = drawn_anew(score, kind, place, turn)
            performance = perform(work, score)
            _keep(path, _heard(work, performance.truth, sounded(work, score, performance, "dev")))


def _interleaved(lists: Sequence[Sequence[Job]]) -> list[Job]:
    """Return jobs of all kinds in turns, so that an interrupted practice has some of each."""
    return [job for job in chain.from_iterable(zip_longest(*lists)) if job is not None]


def main() -> None:
    """Play and hear all works of practice that have not been."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hearing.practice", description=__doc__)
    parser.add_argument("--cache", type=Path, default=HOME, help="where scores and figures are kept")
    parser.add_argument("--processes", type=int, default=2)
    words = parser.parse_args()
    _folder(words.cache).mkdir(parents=True, exist_ok=True)
    jobs = [[(name, kind, place, words.cache) for place, name in enumerate(chosen(kind))] for kind in TRIED]
    with ProcessPoolExecutor(words.processes) as pool:
        list(pool.map(_practise, _interleaved(jobs)))
    print(f"{len(practice(words.cache))} works practised, {len(examined(words.cache))} of dev beside them")


if __name__ == "__main__":
    main()
