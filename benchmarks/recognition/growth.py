"""How naming, telling apart and cost change as the memory grows.

The same questions among 200, 2,000 and 20,000 tunes. Up to 2,000 the others are real tunes of the same split, rendered;
beyond, grym also gets decoys made of those tunes' features (`contestants/decoys.py`), which are no easier to tell from
the right one than real tunes but cannot be kin to it. The peers, whose time grows with the memory, stop at 2,000.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import numpy as np

from benchmarks.recognition.asking import Learned, Taught, ask_all, content_of, teach
from benchmarks.recognition.conditions import BY_NAME
from benchmarks.recognition.contestants.decoys import decoy_of
from benchmarks.recognition.contestants.grym import Grym, Prepared, prepared
from benchmarks.recognition.playing import dice
from benchmarks.recognition.report import Result, as_rows, table
from benchmarks.recognition.scoring import named
from benchmarks.recognition.sounds import Sounds, Tune
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.taking import take_imprint

ASKED = ("clean", "pink +0 dB", "pink -5 dB", "mp3", "tempo -20 %", "transposed up", "other instruments")
LENGTH_S = 5.0
REAL = 2_000
SIZES = (200, REAL, 20_000)


def grow(
    sounds: Sounds, names: Sequence[str], *, processes: int, sizes: Sequence[int] = SIZES
) -> tuple[str, list[dict[str, Any]]]:
    """Return a table, and the same as rows."""
    questions = sounds.questions(conditions=[BY_NAME[name] for name in ASKED], lengths_s=[LENGTH_S], turns=2)
    lines, rows = [], []
    for name in names:
        for size in sizes:
            if name != "grym" and size > REAL:
                continue
            taught = _taught(name, sounds, size, processes=processes)
            answers = ask_all(taught, sounds, questions, processes=processes)
            result = Result(name=name, learned=taught.learned, answers=answers)
            lines.append([name, f"{size:,}", *_line(result)])
            rows += [{"size": size, **row} for row in as_rows([result])]
            print(table(_HEAD, lines[-1:]), flush=True)
    return table(_HEAD, lines), rows


_HEAD = ["", "tunes", "top-1", "TPR at 1 % false", "AUROC", "ECE", "CPU ms mean / p95", *ASKED]


def _taught(name: str, sounds: Sounds, size: int, *, processes: int) -> Taught:
    more = sounds.decoys[: max(min(size, REAL) - len(sounds.known), 0)]
    if name != "grym":
        return teach(name, sounds, processes=processes, more=more)
    tunes = [*sounds.known, *more]
    learned = Learned(cpu_ms=0.0, store_bytes=0.0)
    grym = Grym()
    grym.fill(_memory(sounds, tunes, size - len(tunes), processes=processes))
    return Taught(
        name=name,
        contestant=grym,
        learned=learned,
        content=content_of(name, [str(size), *(tune.name for tune in tunes)]),
    )


_SHARED: list[Any] = []
"""Sounds and tunes, inherited by the processes that a pool forks."""


def _memory(sounds: Sounds, tunes: Sequence[Tune], decoys: int, *, processes: int) -> Iterator[Prepared]:
    """Yield what is kept of each tune, and then of decoys of those that are never asked for."""
    _SHARED[:] = [sounds, tunes]
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        yield from pool.map(_real, range(len(tunes)), chunksize=4)
        sources = range(len(sounds.known), len(tunes)) if len(tunes) > len(sounds.known) else range(len(tunes))
        each = -(-decoys // len(sources))
        made = 0
        for several in pool.map(_decoys, sources, [each] * len(sources), chunksize=4):
            yield from several[: decoys - made]
            made += len(several[: decoys - made])


def _real(number: int) -> Prepared:
    sounds, tunes = _SHARED
    return prepared(tunes[number].name, _imprint(sounds, tunes[number]))


def _decoys(number: int, count: int) -> list[Prepared]:
    sounds, tunes = _SHARED
    if not count:
        return []
    name, imprint = tunes[number].name, _imprint(sounds, tunes[number])
    rngs = [dice("decoy", name, one) for one in range(count)]
    return [prepared(f"{name} decoy {one}", decoy_of(imprint, rng)) for one, rng in enumerate(rngs)]


def _imprint(sounds: Sounds, tune: Tune) -> Imprint:
    return take_imprint(sounds.learned(tune))


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
