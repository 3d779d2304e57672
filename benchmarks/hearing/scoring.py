"""Answers against truth, by mir_eval: one number from 0 to 1 for each metric and work.

Tempo within 4 % (Acc2: or its double, triple, half or third); beats within 70 ms and onsets within 50 ms, beats from
the fifth second on, as mir_eval's defaults say; keys by the weighted score of MIREX; chords by duration; notes by onset
within 50 ms and pitch within 50 cents; borders of sections within 3 s and 0.5 s, first and last left out.
"""

from collections.abc import Callable
from typing import Any

import mir_eval
import numpy as np
from numpy.typing import NDArray

from benchmarks.hearing.answers import Answer
from benchmarks.hearing.performing import Truth

Scores = dict[str, float]
TEMPO_TOLERANCE = 0.04
RELATED_TEMPI = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)
MELODY_HOP_S = 0.01


def score(truth: Truth, answer: Answer, tasks: tuple[str, ...]) -> Scores:
    """Return every metric that truth and answer allow."""
    found: Scores = {}
    for task in tasks:
        found |= _JUDGES[task](truth, answer)
    return found


def has_truth(truth: Truth, task: str) -> bool:
    """Return whether a task can be judged on a work."""
    return bool(
        {
            "tempo": truth.tempo_bpm,
            "beats": truth.beats_s,
            "onsets": truth.onsets_s,
            "key": truth.key,
            "chords": truth.chords,
            "notes": truth.notes,
            "sections": truth.sections,
        }[task]
    )


def _tempo(truth: Truth, answer: Answer) -> Scores:
    if truth.tempo_bpm is None or answer.tempo_bpm is None:
        return {}
    ratio = answer.tempo_bpm / truth.tempo_bpm
    near = [abs(ratio / related - 1.0) <= TEMPO_TOLERANCE for related in RELATED_TEMPI]
    return {"tempo Acc1": float(near[0]), "tempo Acc2": float(any(near))}


def _beats(truth: Truth, answer: Answer) -> Scores:
    found = {}
    if truth.beats_s and answer.beats_s is not None:
        found["beat F"] = beat_f(truth.beats_s, answer.beats_s)
    if truth.downbeats_s and answer.downbeats_s is not None:
        found["downbeat F"] = beat_f(truth.downbeats_s, answer.downbeats_s)
    return found


def beat_f(truth_s: list[float], answer_s: list[float]) -> float:
    """Return the F measure of beats within 70 ms, from the fifth second on."""
    wanted, given = (mir_eval.beat.trim_beats(np.array(times_s, dtype=float)) for times_s in (truth_s, answer_s))
    return float(mir_eval.beat.f_measure(wanted, given)) if len(wanted) and len(given) else 0.0


def _onsets(truth: Truth, answer: Answer) -> Scores:
    if not truth.onsets_s or answer.onsets_s is None:
        return {}
    if not answer.onsets_s:
        return {"onset F": 0.0, "onset P": 0.0, "onset R": 0.0}
    f, precision, recall = mir_eval.onset.f_measure(np.array(truth.onsets_s), np.array(answer.onsets_s, dtype=float))
    return {"onset F": float(f), "onset P": float(precision), "onset R": float(recall)}


def _key(truth: Truth, answer: Answer) -> Scores:
    found = {}
    if truth.key and answer.key is not None:
        found["key"] = float(mir_eval.key.weighted_score(truth.key, answer.key)) if answer.key else 0.0
    if truth.keys and answer.keys:
        found["key segments"] = _key_segments(truth.keys, answer.keys)
    return found


def _key_segments(truth: list[tuple[float, float, str]], answer: list[tuple[float, float, str]]) -> float:
    """Return the weighted score of the key that rules at each moment."""
    total = covered = 0.0
    for start_s, end_s, wanted in truth:
        total += end_s - start_s
        for from_s, until_s, given in answer:
            common_s = min(end_s, until_s) - max(start_s, from_s)
            if common_s > 0 and given:
                covered += common_s * mir_eval.key.weighted_score(wanted, given)
    return float(covered / total) if total > 0 else 0.0


def _chords(truth: Truth, answer: Answer) -> Scores:
    if not truth.chords or answer.chords is None:
        return {}
    wanted_spans, wanted = _intervals(truth.chords)
    given_spans, given = mir_eval.util.adjust_intervals(
        *_intervals(answer.chords), wanted_spans.min(), wanted_spans.max(), mir_eval.chord.NO_CHORD, "N"
    )
    spans, wanted, given = mir_eval.util.merge_labeled_intervals(wanted_spans, wanted, given_spans, given)
    lengths_s = mir_eval.util.intervals_to_durations(spans)
    judges: dict[str, Callable[..., Any]] = {
        "root": mir_eval.chord.root,
        "maj-min": mir_eval.chord.majmin,
        "sevenths": mir_eval.chord.sevenths,
    }
    by = "" if truth.chords_by == "person" else " (from notes)"
    results = {}
    for name, judge in judges.items():
        points = judge(wanted, given)
        points[[label == "X" for label in wanted]] = -1
        if (points >= 0).any():
            results[f"chord {name}{by}"] = float(mir_eval.chord.weighted_accuracy(points, lengths_s))
    return results


def _intervals(spans: list[tuple[float, float, str]]) -> tuple[NDArray[np.float64], list[str]]:
    """Return spans as mir_eval wants them: touching, none without length."""
    kept = [span for span in spans if span[1] - span[0] > 1e-6]
    if not kept:
        return np.array([[0.0, 1e-3]]), ["N"]
    starts = [span[0] for span in kept]
    ends = [*starts[1:], kept[-1][1]]
    return np.array([starts, ends]).T, [span[2] for span in kept]


def _notes(truth: Truth, answer: Answer) -> Scores:
    if not truth.notes:
        return {}
    found = {}
    if answer.notes is not None:
        wanted, given = (_note_arrays(notes) for notes in (truth.notes, answer.notes))
        judge = mir_eval.transcription.precision_recall_f1_overlap
        found["note F"] = float(judge(*wanted, *given, offset_ratio=None)[2]) if len(given[0]) else 0.0
        found["note F with ends"] = float(judge(*wanted, *given, offset_ratio=0.2)[2]) if len(given[0]) else 0.0
    if answer.f0_hz is not None and answer.f0_times_s is not None:
        found |= _melody(truth, answer.f0_times_s, answer.f0_hz)
    return found


def _note_arrays(notes: Any) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.array([note for note in notes if note[1] > note[0]], dtype=float).reshape(-1, 3)
    return table[:, :2], 440.0 * 2.0 ** ((table[:, 2] - 69.0) / 12.0)


def _melody(truth: Truth, times_s: list[float], f0_hz: list[float]) -> Scores:
    """Return how much of the sung time has the right pitch (50 cents), and how well voicing is told."""
    grid = np.arange(0.0, truth.duration_s, MELODY_HOP_S)
    wanted = np.zeros(len(grid))
    for start_s, end_s, pitch in truth.notes:
        wanted[(grid >= start_s) & (grid < end_s)] = 440.0 * 2.0 ** ((pitch - 69.0) / 12.0)
    parts = mir_eval.melody.to_cent_voicing(grid, wanted, np.array(times_s, dtype=float), np.array(f0_hz, dtype=float))
    recall, false_alarm = mir_eval.melody.voicing_measures(parts[0], parts[2])
    return {
        "f0 raw pitch": float(mir_eval.melody.raw_pitch_accuracy(*parts)),
        "f0 raw chroma": float(mir_eval.melody.raw_chroma_accuracy(*parts)),
        "f0 overall": float(mir_eval.melody.overall_accuracy(*parts)),
        "voicing recall": float(recall),
        "voicing false alarm": float(false_alarm),
    }


def _sections(truth: Truth, answer: Answer) -> Scores:
    if not truth.sections or not answer.sections:
        return {}
    wanted, wanted_labels = _intervals(truth.sections)
    given, given_labels = mir_eval.util.adjust_intervals(
        *_intervals(answer.sections), 0.0, wanted.max(), "none", "none"
    )
    found = {}
    for window_s in (3.0, 0.5):
        for trim, ends in ((True, ""), (False, " with ends")):
            f = mir_eval.segment.detection(wanted, given, window=window_s, trim=trim)[2]
            found[f"section F {window_s:g} s{ends}"] = float(f)
    found["section labels F"] = float(mir_eval.segment.pairwise(wanted, wanted_labels, given, given_labels)[2])
    by = " (repeats)" if truth.beats_s else ""
    return {name + by: value for name, value in found.items()}


_JUDGES: dict[str, Callable[[Truth, Answer], Scores]] = {
    "tempo": _tempo,
    "beats": _beats,
    "onsets": _onsets,
    "key": _key,
    "chords": _chords,
    "notes": _notes,
    "sections": _sections,
}
