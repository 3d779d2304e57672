"""What is compared: grym's cache with other policies, and with itself when a piece is left out."""

from benchmarks.caching.players import Outcome, bare, demanded, fixed, foreseen, play_of, reference
from benchmarks.caching.references import REFERENCES
from benchmarks.caching.traces import Trace
from grym.memory.caching.replacement import Replacement

OURS = "grym"


def policies(trace: Trace, budget_bytes: int) -> dict[str, Outcome]:
    """Return what each policy made of a trace, loading on demand only."""
    row = {OURS: demanded(play_of(trace), fixed(budget_bytes))}
    row.update((name, reference(name, trace, budget_bytes)) for name in (*REFERENCES, "Belady"))
    return row


def pieces(trace: Trace, budget_bytes: int) -> dict[str, Outcome]:
    """Return what grym's cache made of a trace with all pieces, and with one of them left out."""
    play = play_of(trace)
    return {
        "all pieces": foreseen(play, fixed(budget_bytes)),
        "no prefetch": demanded(play, fixed(budget_bytes)),
        "no prefetch, no balance": demanded(play, fixed(budget_bytes, adapt=False)),
        "favour 0": bare(play, Replacement(budget_bytes, favour=0.0)),
        "favour 0.25": bare(play, Replacement(budget_bytes, favour=0.25)),
        "favour 1": bare(play, Replacement(budget_bytes, favour=1.0)),
        "favour 3": bare(play, Replacement(budget_bytes, favour=3.0)),
        "favour 1, no ghosts": bare(play, Replacement(budget_bytes, favour=1.0, ghost_budgets=0)),
        "favour 3, no ghosts": bare(play, Replacement(budget_bytes, favour=3.0, ghost_budgets=0)),
    }


def behind(row: dict[str, Outcome]) -> float:
    """Return by how much the best reference hits more than grym; negative where grym is ahead."""
    return max(row[name].rate for name in REFERENCES) - row[OURS].rate


def line(title: str, row: dict[str, Outcome], *, detailed: bool = False) -> str:
    """Return a row of a table."""
    cells = [_detailed(one) if detailed else f"{one.rate:.3f} ({one.cpu_us:.1f} µs)" for one in row.values()]
    return f"{title}: " + " · ".join(f"{name} {cell}" for name, cell in zip(row, cells, strict=True))


def _detailed(one: Outcome) -> str:
    text = f"{one.rate:.3f}"
    if one.prefetch_hits:
        text += f" = {one.hits:.3f} + {one.prefetch_hits:.3f}, {one.loads:.3f} loads, {one.accuracy:.2f} used"
    return f"{text} ({one.cpu_us:.1f} µs)"
