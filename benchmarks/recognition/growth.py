"""How naming, telling apart and cost change as the memory grows.

The same questions among 200, 2,000 and 20,000 tunes. Up to 2,000 the others are real tunes of the same split, rendered;
beyond, they are decoys made of those tunes' features, in blocks of 4 s out of order and transposed. That keeps what
real tunes share (scales, cadences, instruments), so they are no easier to tell from the right one than real tunes; it
cannot show tunes that are kin.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.recognition.asking import ask_all, teach
from benchmarks.recognition.conditions import BY_NAME
from benchmarks.recognition.report import Result, as_rows, table
from benchmarks.recognition.scoring import named
from benchmarks.recognition.sounds import Sounds

ASKED = ("clean", "pink +0 dB", "pink -5 dB", "mp3", "tempo -20 %", "transposed up", "other instruments")
LENGTH_S = 5.0
SIZES = (200, 2_000, 20_000)
LARGEST = {"chroma alignment": 2_000, "pooled cosine": 2_000}
"""Beyond this, a peer would take minutes a question, or has no features of which decoys could be made."""


def grow(sounds: Sounds, names: Sequence[str], *, processes: int) -> tuple[str, list[dict[str, Any]]]:
    """Return a table, and the same as rows."""
    questions = sounds.questions(conditions=[BY_NAME[name] for name in ASKED], lengths_s=[LENGTH_S], turns=2)
    lines, rows = [], []
    for name in names:
        for size in SIZES:
            if size > LARGEST.get(name, size):
                continue
            real = sounds.decoys[: max(min(size, 2_000) - len(sounds.known), 0)]
            disguised = max(size - len(sounds.known) - len(real), 0)
            taught = teach(name, sounds, processes=processes, more=real, disguised=disguised)
            answers = ask_all(taught, sounds, questions, processes=processes)
            result = Result(name=name, learned=taught.learned, answers=answers)
            lines.append([name, f"{size:,}", *_line(result)])
            rows += [{"size": size, **row} for row in as_rows([result])]
    head = ["", "tunes", "top-1", "TPR at 1 % false", "AUROC", "ECE", "CPU ms mean / p95", *ASKED]
    return table(head, lines), rows


def _line(result: Result) -> list[str]:
    costs_ms, overall = [answer.cpu_ms for answer in result.answers], result.overall
    return [
        f"{named(result.answers).top1:.3f}",
        f"{overall.told:.3f}",
        f"{overall.auroc:.3f}",
        f"{overall.calibration_error:.3f}",
        f"{np.mean(costs_ms):.0f} / {np.quantile(costs_ms, 0.95):.0f}",
        *(f"{named(result.of(condition)).top1:.3f}" for condition in ASKED),
    ]
