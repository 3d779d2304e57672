"""The report: means with bootstrap intervals by family of instruments, and the worst works."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from benchmarks.hearing.answers import Answer
from benchmarks.hearing.asking import Heard, Result
from benchmarks.hearing.performing import Truth
from benchmarks.hearing.sounds import Sound
from benchmarks.recognition.report import table

DRAWS = 2_000
COVERED = (2.5, 97.5)
FAMILIES = ("all", "percussive", "sustained")
WORST = 8
SHOWN = 12

ASIDE = ("onset P", "onset R", "f0 raw chroma", "section F 3 s with ends", "section F 0.5 s with ends")
"""In the JSON only."""

METRICS_OF = {
    "tempo": ("tempo Acc1", "tempo Acc2"),
    "beats": ("beat F", "downbeat F"),
    "onsets": ("onset F",),
    "key": ("key", "key segments"),
    "chords": ("chord root", "chord maj-min", "chord root (from notes)"),
    "notes": ("note F", "f0 raw pitch"),
    "sections": ("section F 3 s", "section F 3 s (repeats)"),
}


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the mean and its 95 % interval by a seeded bootstrap over works."""
    array = np.array(values, dtype=np.float64)
    means = array[np.random.default_rng(1).integers(len(array), size=(DRAWS, len(array)))].mean(axis=1)
    low, high = np.percentile(means, COVERED)
    return float(array.mean()), float(low), float(high)


def values_of(result: Result, metric: str, family: str = "all") -> list[float]:
    """Return a metric over the works of a family."""
    return [
        one.scores[metric] for one in result.heard if metric in one.scores and family in {"all", one.sound.work.family}
    ]


def metrics_of(results: Iterable[Result]) -> list[str]:
    """Return every metric that somebody reached, in the order of judging."""
    return list(dict.fromkeys(name for result in results for one in result.heard for name in one.scores))


def tables(results: Sequence[Result]) -> str:
    """Return one table: a row for each metric and family, a column for each contestant."""
    rows = []
    for metric in (name for name in metrics_of(results) if not name.startswith(ASIDE)):
        for family in FAMILIES:
            cells = [values_of(result, metric, family) for result in results]
            if any(cells):
                count = max(map(len, cells))
                rows.append([metric if family == "all" else f"… {family}", str(count), *map(_cell, cells)])
    costs = [sum(one.answer.cpu_s for one in result.heard) for result in results]
    length_s = sum(one.sound.truth.duration_s for one in results[0].heard) if results else 0.0
    spent = ", ".join(f"{result.name} {cost:.1f}" for result, cost in zip(results, costs, strict=True))
    head = ["", "works", *(result.name for result in results)]
    return f"{table(head, rows)}\n\nCPU seconds for {length_s:.0f} s of sound: {spent}."


def _cell(values: list[float]) -> str:
    if not values:
        return "–"
    mean, low, high = interval(values)
    return f"{mean:.3f} ({low:.2f}–{high:.2f})"


def rows_of(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return everything as plain values: means, intervals and every work's scores."""
    return [
        {
            "contestant": result.name,
            "metrics": {
                metric: {
                    family: dict(zip(("mean", "low", "high"), interval(values), strict=True)) | {"works": len(values)}
                    for family in FAMILIES
                    if (values := values_of(result, metric, family))
                }
                for metric in metrics_of([result])
            },
            "works": {one.sound.work.name: one.scores | {"cpu_s": one.answer.cpu_s} for one in result.heard},
        }
        for result in results
    ]


def listing(sounds: Sequence[Sound]) -> str:
    """Return the works as a table, and where they lie."""
    rows = [
        [
            work.name,
            work.source,
            str(truth.metre or ""),
            f"{truth.tempo_bpm:.0f}" if truth.tempo_bpm else "",
            f"{work.family}: {work.players}",
            truth.key or "",
            f"{truth.duration_s:.0f}",
            _manner(sound),
        ]
        for sound in sounds
        for work, truth in [(sound.work, sound.truth)]
    ]
    head = ["work", "score", "metre", "BPM", "players", "key", "s", "manner"]
    return f"{table(head, rows)}\n\nin {sounds[0].path.parent if sounds else '–'}"


def _manner(sound: Sound) -> str:
    work = sound.work
    said = [
        f"swing {work.swing:.2f}" * (work.swing != 0.5),
        f"rubato ±{work.rubato:.0%}" * (work.rubato > 0),
        f"noise −{work.noise_db or 0:.0f} dB" * (work.noise_db is not None),
        "drums" * work.drums,
    ]
    return ", ".join(filter(None, said))


def failures(results: Sequence[Result], tasks: Sequence[str]) -> str:
    """Return the worst works of every metric, truth and answer beside each other."""
    parts = []
    for result in results:
        for task in tasks:
            for metric in METRICS_OF[task]:
                judged = sorted((one for one in result.heard if metric in one.scores), key=lambda o: o.scores[metric])
                worst = [one for one in judged[:WORST] if one.scores[metric] < 1.0]
                if worst:
                    lines = [_failure(one, metric, task) for one in worst]
                    parts.append(f"### {result.name}: {metric}\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def _failure(one: Heard, metric: str, task: str) -> str:
    work, truth = one.sound.work, one.sound.truth
    described = f"{work.players}, {truth.metre}, {truth.tempo_bpm or 0:.0f} BPM {_manner(one.sound)}"
    wanted, given = _said(truth, task), _said(one.answer, task)
    return (
        f"- {one.scores[metric]:.2f} **{work.name}** {work.source} ({described})\n  - truth {wanted}\n  - heard {given}"
    )


def _said(what: Truth | Answer, task: str) -> str:
    """Return what truth or answer says about a task, shortened."""
    notes = " ".join(f"{s:.2f}–{e:.2f}:{p:.1f}" for s, e, p in (what.notes or [])[:SHOWN])
    return {
        "tempo": f"{what.tempo_bpm}",
        "beats": f"beats {_times(what.beats_s)} downbeats {_times(what.downbeats_s)}",
        "onsets": _times(what.onsets_s),
        "key": f"{what.key}; {_spans(what.keys)}",
        "chords": _spans(what.chords),
        "notes": notes,
        "sections": _spans(what.sections),
    }[task]


def _times(times_s: Sequence[float] | None) -> str:
    return f"({len(times_s or [])}) " + " ".join(f"{at_s:.2f}" for at_s in (times_s or [])[:SHOWN])


def _spans(spans: Sequence[tuple[float, float, str]] | None) -> str:
    return " ".join(f"{start_s:.1f} {label}" for start_s, _, label in (spans or [])[: 2 * SHOWN])
