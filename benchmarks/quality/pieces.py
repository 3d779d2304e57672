"""Scores that break what their plan promised: another key, another tempo, another length, one note over and over."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from grym.domain.composing.checks import score_checks
from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Plan, Wish
from grym.domain.composing.planner import plan
from grym.domain.composing.score import Note, Score

PROMPTS = {
    "dev": (
        "a calm nocturne for piano in D minor",
        "a waltz in A major",
        "an upbeat pop song",
        "a string quartet",
        "a slow jazz ballad in 5/4",
    ),
    "test": (
        "a folk tune in G major",
        "a tense cinematic piece",
        "a march for brass",
        "a lullaby in 6/8",
        "a bossa nova",
        "an ambient piece in E minor",
    ),
}
SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the musical checks say of one score.

    Parameters
    ----------
    label
        What is wrong with it, or ``clean``.
    failed
        Names of the checks that failed.
    """

    name: str
    label: str
    failed: tuple[str, ...]


def judged(split: str, *, seeds: int) -> list[Judged]:
    """Return what is said of pieces as they were composed, and of each with every fault."""
    found = []
    for prompt in PROMPTS[split]:
        for seed in range(seeds):
            promised = plan(Wish(prompt=prompt, seconds=SECONDS), seed=seed)
            score = compose(promised, seed=seed)
            name = f"{prompt}, seed {seed}"
            found.append(Judged(name=name, label="clean", failed=_failed(score, promised)))
            for label, spoil in SPOILS.items():
                found.append(Judged(name=name, label=label, failed=_failed(spoil(score), promised)))
    return found


def _failed(score: Score, promised: Plan) -> tuple[str, ...]:
    return tuple(check.name for check in score_checks(score, promised) if not check.passed)


def _with_notes(score: Score, change: Callable[[Note], Note]) -> Score:
    """Return a score with every pitched note changed."""
    parts = tuple(
        part if part.percussion else replace(part, notes=tuple(map(change, part.notes))) for part in score.parts
    )
    return replace(score, parts=parts)


def _other_key(score: Score) -> Score:
    """Return the score a tritone away: five of seven notes are then foreign."""
    return _with_notes(
        score, lambda note: replace(note, midi_pitch=note.midi_pitch + (6 if note.midi_pitch < 64 else -6))
    )


def _other_tempo(score: Score) -> Score:
    return replace(score, tempo_bpm=score.tempo_bpm * 1.25)


def _one_note(score: Score) -> Score:
    return _with_notes(score, lambda note: replace(note, midi_pitch=60))


SPOILS: dict[str, Callable[[Score], Score]] = {
    "another key": _other_key,
    "another tempo": _other_tempo,
    "one note": _one_note,
}
NAMES = {"another key": ("key",), "another tempo": ("tempo",), "one note": ("monoton", "repetition", "range", "key")}
"""Parts of the names of checks that would name the fault."""
