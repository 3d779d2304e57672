"""The examination in quality; how to use it: `benchmarks.quality`."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.hearing.sounds import HOME
from benchmarks.quality import pieces
from benchmarks.quality.damages import DAMAGES
from benchmarks.quality.faults import FAULTS
from benchmarks.quality.gate import Verdict, cost_s, verdicts
from benchmarks.quality.pieces import Judged
from benchmarks.quality.repairs import Repaired, repaired
from benchmarks.quality.report import COST_S, Bar, bars_table, failures, gate_table, pieces_table, repairs_table
from benchmarks.quality.sources import Take, takes

PARTS = ("gate", "pieces", "cost", "repairs")
QUICK = {"gate": 3, "repairs": 1}
QUICK_FAULTS = tuple(name for name in FAULTS if name not in {"band-limited", "upsampled", "driven"})
QUICK_DAMAGES = ("cut, humming and hissing",)
SURE = ("false alarms", "detection", "scores", "worse", "clean")
"""What the quick form hears, and the beginnings of the bars it requires: rendered melodies have little treble to lose,
one repair makes no share, and a shared machine has no time of its own.
"""


def main() -> None:
    """Read the arguments, spoil, ask, judge, report."""
    words = _arguments()
    heard = takes(words.split, quick=words.quick, limit=words.limit, cache=words.cache)
    verdicts_, judged, repaired_ = [], [], []
    told, bars = [f"Split {words.split}: {len(heard)} sounds."], list[Bar]()
    if "gate" in words.only:
        few = heard[: QUICK["gate"]] if words.quick else heard
        labels = QUICK_FAULTS if words.quick else words.faults
        verdicts_ = verdicts(few, labels, faulty=words.faulty, processes=words.processes)
        _add(gate_table(verdicts_), told, bars)
    if "pieces" in words.only:
        judged = pieces.judged(words.split, seeds=1 if words.quick else 6)
        _add(pieces_table(judged), told, bars)
    if "cost" in words.only:
        took_s = cost_s(heard[0])
        bars.append(Bar(name=f"30 s of stereo ≤ {COST_S} s", said=f"{took_s:.2f} s of one core", held=took_s <= COST_S))
    if "repairs" in words.only:
        repaired_ = _repairs(heard, words)
        _add(repairs_table(repaired_), told, bars)
    report = "\n\n".join([*told, bars_table(bars)])
    print(report)
    if words.failures:
        print(f"\n{failures(verdicts_, judged, repaired_)}")
    if words.out:
        _write(words, report, [*verdicts_, *judged, *repaired_])
    if missed := [bar.name for bar in bars if not bar.held and (not words.quick or bar.name.startswith(SURE))]:
        sys.exit(f"missed: {'; '.join(missed)}")


def _add(part: tuple[str, list[Bar]], told: list[str], bars: list[Bar]) -> None:
    told.append(part[0])
    bars.extend(part[1])


def _repairs(heard: Sequence[Take], words: argparse.Namespace) -> list[Repaired]:
    """Damage real recordings and have them repaired; the quick form, which has none, takes scores."""
    real = [take for take in heard if take.real or words.quick]
    most = QUICK["repairs"] if words.quick else words.repaired
    chosen = real[:: max(1, len(real) // most)][:most]
    damages = QUICK_DAMAGES if words.quick else words.damages
    return repaired(chosen, damages, processes=words.processes)


def _write(words: argparse.Namespace, report: str, rows: Sequence[Verdict | Judged | Repaired]) -> None:
    words.out.mkdir(parents=True, exist_ok=True)
    (words.out / f"quality-{words.split}.md").write_text(report + "\n")
    (words.out / f"quality-{words.split}.json").write_text(json.dumps([asdict(row) for row in rows], indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--split", choices=("dev", "test"), default="dev")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--faults", nargs="*", choices=list(FAULTS), default=list(FAULTS), help="for the gate")
    parser.add_argument("--damages", nargs="*", choices=list(DAMAGES), default=list(DAMAGES), help="for repairs")
    parser.add_argument("--limit", type=int, help="so many sounds, spread over all")
    parser.add_argument("--faulty", type=int, default=40, help="of so many sounds every fault is made")
    parser.add_argument("--repaired", type=int, default=24, help="to so many recordings every damage is done")
    parser.add_argument("--failures", action="store_true", help="tell what went wrong, by name")
    parser.add_argument("--quick", action="store_true", help="a few rendered scores, in half a minute")
    parser.add_argument("--out", type=Path, help="folder for the report and the rows")
    parser.add_argument("--cache", type=Path, default=HOME, help="where packages, scores and sounds are kept")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
