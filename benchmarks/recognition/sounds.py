"""A folder of rendered sounds: what is learned, what is asked, and how each question is made from them.

Performances are played once and kept by the hash of everything that decides how they sound, so that an interrupted
rendering goes on where it was; distortions cost little and are made when a question is asked.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from benchmarks.recognition.conditions import CONDITIONS, LENGTHS_S, Condition
from benchmarks.recognition.distortions import faster
from benchmarks.recognition.places import excerpt_start, same_places
from benchmarks.recognition.playing import AS_LEARNED, Manner, Performance, dice
from benchmarks.recognition.synth import RATE_HZ, RELEASE_S, play
from grym.domain.signal import FloatArray, Signal

RENDERING = "1"
EXCERPT_S = 10.4
"""The longest question, played 3 % faster, and a little."""

TURNS = 9
"""In how many conditions each stranger asks."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tune:
    """A tune of the folder.

    Parameters
    ----------
    name
        Short and unique here.
    source
        Which score it is.
    role
        ``known``, ``stranger`` or ``decoy``: learned, but never asked for.
    start_s
        Where its excerpt begins.
    """

    name: str
    source: str
    role: str
    voices: int
    players: str
    start_s: float
    performance: Performance

    @property
    def known(self) -> bool:
        """Whether it is learned and asked for."""
        return self.role == "known"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """An excerpt that is to be recognised.

    Parameters
    ----------
    answer
        Name of the known tune; None for a stranger.
    places_s
        Where the excerpt may be found in the tune, in seconds: the tune may have the same notes more than once.
    """

    tune: Tune
    condition: Condition
    length_s: float
    answer: str | None
    places_s: tuple[float, ...]


class Sounds:
    """What one folder holds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        rows = json.loads((folder / "manifest.json").read_text())["tunes"]
        self.tunes = [_tune(folder, row) for row in rows]
        self.known = [tune for tune in self.tunes if tune.known]
        self.strangers = [tune for tune in self.tunes if tune.role == "stranger"]
        self.decoys = [tune for tune in self.tunes if tune.role == "decoy"]

    def learned(self, tune: Tune) -> Signal:
        """Return what is learned of a tune: all of it, 30 to 60 seconds."""
        length_s = tune.performance.duration_s + RELEASE_S
        return _signal(self._played(tune, AS_LEARNED, start_s=0.0, length_s=length_s))

    def questions(
        self,
        *,
        conditions: Sequence[Condition] = CONDITIONS,
        lengths_s: Sequence[float] = LENGTHS_S,
        turns: int = TURNS,
        every: int = 1,
    ) -> list[Question]:
        """Return the questions: known tunes in all conditions and lengths, each stranger in `turns` conditions.

        Of these, every n-th: 3 leaves each known tune in each condition, in one of three lengths by turns.
        """
        asked = [
            Question(
                tune=tune,
                condition=condition,
                length_s=length_s,
                answer=tune.name,
                places_s=same_places(tune.performance, start_s=tune.start_s, length_s=length_s),
            )
            for row, tune in enumerate(self.known)
            for column, condition in enumerate(conditions)
            for place, length_s in enumerate(lengths_s)
            if (row + column + place) % every == 0
        ]
        for number in range(0, len(self.strangers) * turns, every):
            tune = self.strangers[number // turns]
            condition = conditions[number % len(conditions)]
            length_s = lengths_s[number // len(conditions) % len(lengths_s)]
            asked.append(Question(tune=tune, condition=condition, length_s=length_s, answer=None, places_s=()))
        return asked

    def sound(self, question: Question) -> Signal:
        """Return what is asked, at a level between −12 and 0 dB of what was learned."""
        excerpt = self.excerpt(question.tune, question.condition.manner(question.tune.name))
        if question.condition.speed != 1.0:
            excerpt = faster(excerpt, question.condition.speed)
        cut = excerpt[: round(question.length_s * RATE_HZ)]
        rng = dice("question", question.tune.name, question.condition.name, question.length_s)
        level = np.float32(10 ** (rng.uniform(-12, 0) / 20))
        return _signal(question.condition.distort(cut, rng) * level)

    def excerpt(self, tune: Tune, manner: Manner) -> FloatArray:
        """Return the undistorted excerpt, 10.4 s: of what was learned itself where nothing is played differently."""
        if manner == AS_LEARNED and tune.role == "known":
            whole = self.learned(tune).samples[0]
            start = round(tune.start_s * RATE_HZ)
            return np.asarray(whole[start : start + round(EXCERPT_S * RATE_HZ)])
        return self._played(tune, manner, start_s=tune.start_s, length_s=EXCERPT_S)

    def render(self, tune: Tune, *, conditions: Sequence[Condition] = CONDITIONS) -> None:
        """Play everything that is learned or asked of a tune."""
        if tune.role != "stranger":
            self.learned(tune)
        if tune.role == "decoy":
            return
        for manner in {condition.manner(tune.name) for condition in conditions}:
            self.excerpt(tune, manner)

    def _played(self, tune: Tune, manner: Manner, *, start_s: float, length_s: float) -> FloatArray:
        """Return samples from the folder, or play and keep them."""
        path = self.folder / "sounds" / tune.name / f"{_content(tune, manner, start_s, length_s)}.wav"
        if path.exists():
            samples, _rate = soundfile.read(path, dtype="float32")
            return np.asarray(samples, dtype=np.float32)
        samples = play(tune.performance, manner, start_s=start_s, length_s=length_s)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        soundfile.write(draft, samples, RATE_HZ, subtype="PCM_16", format="WAV")
        draft.replace(path)
        return samples


def write_folder(folder: Path, *, split: str, tunes: Sequence[tuple[str, str, str, Performance]]) -> None:
    """Write what a folder holds: name, source, role and performance of each tune; sounds are played later."""
    (folder / "performances").mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    for name, source, role, performance in tunes:
        np.savez_compressed(
            folder / "performances" / f"{name}.npz",
            starts_s=performance.starts_s,
            ends_s=performance.ends_s,
            pitches=performance.pitches,
            velocities=performance.velocities,
            parts=performance.parts,
        )
        rows.append(
            {
                "name": name,
                "source": source,
                "role": role,
                "voices": performance.voices,
                "players": performance.players,
                "other_players": performance.other_players,
                "duration_s": round(performance.duration_s, 3),
                "start_s": round(excerpt_start(performance, dice("excerpt", source)), 4),
            }
        )
    draft = folder / "manifest.draft"
    draft.write_text(json.dumps({"split": split, "rendering": RENDERING, "tunes": rows}, indent=1))
    draft.replace(folder / "manifest.json")


def _tune(folder: Path, row: dict[str, Any]) -> Tune:
    with np.load(folder / "performances" / f"{row['name']}.npz") as notes:
        performance = Performance(**notes, players=row["players"], other_players=row["other_players"])
    return Tune(
        name=row["name"],
        source=row["source"],
        role=row["role"],
        voices=row["voices"],
        players=row["players"],
        start_s=row["start_s"],
        performance=performance,
    )


def _content(tune: Tune, manner: Manner, start_s: float, length_s: float) -> str:
    """Return a name that changes with everything that decides the sound."""
    performance = tune.performance
    content = hashlib.sha256(RENDERING.encode())
    for values in (performance.starts_s, performance.ends_s, performance.pitches, performance.velocities):
        content.update(values.tobytes())
    content.update(f"{performance.programs(manner)} {manner} {start_s} {length_s}".encode())
    return f"{manner.label}-{start_s:.2f}-{content.hexdigest()[:12]}"


def _signal(samples: FloatArray) -> Signal:
    return Signal(samples=np.asarray(samples[None], dtype=np.float32), sample_rate_hz=RATE_HZ)
