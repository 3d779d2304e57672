"""Repairing recordings: measure, choose what is needed, apply it block by block, measure again, keep the better.

Every stage *surveys* a sound first, block by block, and says in a few numbers what is wrong with it, or that nothing
is. What it found is a `grym.domain.enhancing.sound.Repair`: a function of the samples around a place and of the survey
alone, so the same sound comes out however it is cut into blocks, and memory does not grow with its length.
"""

from collections.abc import Sequence

STAGES = ("declip", "declick", "hum", "rumble", "denoise", "eq", "deess", "loudness")
"""The stages by name, in the order they are tried: what is damaged first, then what was added, then the tone."""

ASKED_ONLY = frozenset({"eq", "deess"})
"""Stages that are used only where they are named: a lone flute has no bass, and nothing is wrong with it."""


def stages_used(named: Sequence[str]) -> tuple[str, ...]:
    """Return the stages that may be used, in their order: those named, or all that need not be asked for."""
    return tuple(stage for stage in STAGES if (stage in named if named else stage not in ASKED_ONLY))
