"""The outcome as tables, with the bars."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.quality.damages import DAMAGES
from benchmarks.quality.faults import FAULTS
from benchmarks.quality.gate import CLEAN, Verdict
from benchmarks.quality.pieces import NAMES, Judged
from benchmarks.quality.repairs import Repaired
from benchmarks.recognition.report import table

DETECTED = 0.98
FALSE_ALARMS = 0.01
COST_S = 0.4
BETTER = 0.9
WORSE = 0.02
LEFT_ALONE = 0.95
"""The first five are those of the task; of clean sounds nineteen in twenty must stay as they are to the last bit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Something to be reached, and whether it is."""

    name: str
    said: str
    held: bool


def _share(some: int, all_: int) -> float:
    return some / all_ if all_ else float("nan")


def gate_table(verdicts: Sequence[Verdict]) -> tuple[str, list[Bar]]:
    """Return what was stopped and what was let pass, with the bars."""
    rows = []
    for label in dict.fromkeys(verdict.label for verdict in verdicts):
        some = [verdict for verdict in verdicts if verdict.label == label]
        stopped = sum(bool(verdict.failed) for verdict in some)
        named = "" if label == CLEAN else f"{_share(sum(v.named for v in some), len(some)):.3f}"
        rows.append([label, str(len(some)), str(stopped), f"{_share(stopped, len(some)):.3f}", named])
    clean = [verdict for verdict in verdicts if verdict.label == CLEAN]
    faulty = [verdict for verdict in verdicts if verdict.label != CLEAN and not FAULTS[verdict.label].beyond]
    alarms, found = sum(bool(v.failed) for v in clean), sum(bool(v.failed) for v in faulty)
    kinds = ", ".join(
        f"{name} {sum(bool(v.failed) for v in clean if v.real is real)} of {sum(v.real is real for v in clean)}"
        for name, real in (("recordings", True), ("scores", False))
    )
    bars = [
        Bar(
            name=f"false alarms ≤ {FALSE_ALARMS:.0%}",
            said=f"{_share(alarms, len(clean)):.3f}: {kinds}",
            held=alarms <= FALSE_ALARMS * len(clean),
        )
    ]
    if faulty:
        said = (
            f"{_share(found, len(faulty)):.3f}, by its own name {_share(sum(v.named for v in faulty), len(faulty)):.3f}"
        )
        bars.append(Bar(name=f"detection ≥ {DETECTED}", said=said, held=found >= DETECTED * len(faulty)))
    return table(["sound", "n", "stopped", "share", "by its name"], rows), bars


def pieces_table(judged: Sequence[Judged]) -> tuple[str, list[Bar]]:
    """Return what was said of scores, with the bars."""
    rows, found, all_ = [], 0, 0
    for label in dict.fromkeys(one.label for one in judged):
        some = [one for one in judged if one.label == label]
        stopped = [one for one in some if one.failed]
        named = sum(any(part in name for name in one.failed for part in NAMES.get(label, ())) for one in some)
        rows.append([label, str(len(some)), str(len(stopped)), str(named) if label in NAMES else ""])
        if label in NAMES:
            found, all_ = found + len(stopped), all_ + len(some)
    clean = [one for one in judged if one.label == "clean"]
    alarms = sum(bool(one.failed) for one in clean)
    bars = [
        Bar(
            name=f"scores: false alarms ≤ {FALSE_ALARMS:.0%}",
            said=f"{alarms} of {len(clean)}",
            held=alarms <= FALSE_ALARMS * len(clean),
        ),
        Bar(name=f"scores: detection ≥ {DETECTED}", said=f"{found} of {all_}", held=found >= DETECTED * all_),
    ]
    return table(["score", "n", "stopped", "by its name"], rows), bars


def repairs_table(repaired: Sequence[Repaired]) -> tuple[str, list[Bar]]:
    """Return what repairs achieved, with the bars."""
    rows = []
    for label in dict.fromkeys(one.label for one in repaired):
        some = [one for one in repaired if one.label == label]
        kept = [one for one in some if one.kept]
        level = label in DAMAGES and DAMAGES[label].level
        means = (
            ["", "", "", ""]
            if level
            else [
                f"{np.mean([pair[at] for pair in pairs]):.2f}"
                for pairs, at in (
                    ([one.sdr_db for one in some], 0),
                    ([one.sdr_db for one in some], 1),
                    ([one.lsd_db for one in some], 0),
                    ([one.lsd_db for one in some], 1),
                )
            ]
        )
        counts = [
            str(len(kept)),
            *(
                str(sum(flags))
                for flags in (
                    [one.better for one in some],
                    [one.in_both for one in some],
                    [one.worse for one in kept],
                )
            ),
        ]
        seconds = f"{np.mean([one.seconds for one in some]):.1f}"
        rows.append([label, str(len(some)), *counts, *means, seconds])
    head = ["damage", "n", "kept", "better", "in both", "worse"]
    head += ["SI-SDR before", "after", "LSD before", "after", "CPU s / 10 s"]
    return table(head, rows), _repair_bars(repaired)


def _repair_bars(repaired: Sequence[Repaired]) -> list[Bar]:
    damaged = [one for one in repaired if one.label != CLEAN]
    kept = [one for one in damaged if one.kept]
    clean = [one for one in repaired if one.label == CLEAN]
    better, worse = sum(one.better for one in damaged), sum(one.worse for one in kept)
    of_kept = f"of those kept {_share(sum(one.better for one in kept), len(kept)):.3f}"
    left = sum(not one.kept for one in clean)
    bars = [
        Bar(
            name=f"better ≥ {BETTER:.0%} of the damaged",
            said=f"{_share(better, len(damaged)):.3f}, {of_kept}",
            held=better >= BETTER * len(damaged),
        ),
        Bar(
            name=f"worse ≤ {WORSE:.0%} of those kept",
            said=f"{worse} of {len(kept)}",
            held=worse <= WORSE * len(kept),
        ),
    ]
    if clean:
        said = f"{left} of {len(clean)}"
        bars.append(Bar(name=f"clean left alone ≥ {LEFT_ALONE:.0%}", said=said, held=left >= LEFT_ALONE * len(clean)))
    return bars


def failures(verdicts: Sequence[Verdict], judged: Sequence[Judged], repaired: Sequence[Repaired]) -> str:
    """Return every false alarm, every fault passed over, every repair that did harm, and every clean sound touched."""
    lines = [f"false alarm: {v.take}: {', '.join(v.failed)}" for v in verdicts if v.label == CLEAN and v.failed]
    lines += [f"passed over: {v.label}: {v.take}" for v in verdicts if v.label != CLEAN and not v.failed]
    lines += [f"not by its name: {v.label}: {v.take}: {', '.join(v.failed)}" for v in verdicts if _misnamed(v)]
    lines += [
        f"score: {j.label}: {j.name}: {', '.join(j.failed)}" for j in judged if bool(j.failed) is (j.label == "clean")
    ]
    lines += [f"worse: {_repair(one)}" for one in repaired if one.kept and one.worse and one.label != CLEAN]
    lines += [
        f"no better: {_repair(one)}" for one in repaired if one.label != CLEAN and not one.better and not one.worse
    ]
    lines += [f"clean, yet touched: {_repair(one)}" for one in repaired if one.label == CLEAN and one.kept]
    return "\n".join(lines)


def _misnamed(verdict: Verdict) -> bool:
    return verdict.label != CLEAN and bool(verdict.failed) and not verdict.named


def _repair(one: Repaired) -> str:
    sdr, lsd = (f"{before:.2f} → {after:.2f}" for before, after in (one.sdr_db, one.lsd_db))
    return f"{one.label}: {one.take}: SI-SDR {sdr}, LSD {lsd}, by {', '.join(one.stages) or 'nothing'}"


def bars_table(bars: Sequence[Bar]) -> str:
    """Return the bars."""
    return table(["bar", "measured", ""], [[bar.name, bar.said, "held" if bar.held else "MISSED"] for bar in bars])
