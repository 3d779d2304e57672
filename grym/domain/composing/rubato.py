"""Expressive timing: how the performance leans on the exact score.

Phrases hurry a little in their first half and take the time back in their second, and the piece slows into its last
note. Every part is bent by the same amount at the same place, bar lines between phrases stay where they are, and what
is lost at the end stays within what listeners take for the same length.

References
----------
Friberg, Bresin and Sundberg 2006 (phrase arch); Friberg and Sundberg 1999, "Does music performance allude to
locomotion?" (final ritardando as a stop of running: time lost grows with the square of the way).
"""

import math
from dataclasses import dataclass

from grym.domain.composing.form import Passage
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import TICKS_PER_QUARTER

# Largest lean inside a phrase and largest delay of the last note, in seconds, at full expression: a beat at 60 BPM
# moves by less than a tenth of itself, and the end comes later by no more than one hundredth of the piece.
_LEAN_S = 0.09
_DELAY_S = 0.5
_DELAY_SHARE = 0.01
# The slowing begins this many bars before the end.
_SLOWING_BARS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubato:
    """Timing of a section.

    Parameters
    ----------
    edges_ticks
        Where its phrases begin, and its end, from the start of the piece.
    lean_ticks
        How far a phrase leans at most.
    last_ticks, delay_ticks
        Where the last note of the piece begins and how late it comes; delay 0 where the section is not the last.
    slowing_ticks
        How long the slowing takes.
    """

    edges_ticks: tuple[int, ...]
    lean_ticks: float
    last_ticks: int = 0
    delay_ticks: float = 0.0
    slowing_ticks: int = 1

    def shift(self, ticks: int) -> int:
        """Return how much later (negative: earlier) than written a place is played, in ticks."""
        lean = 0.0
        for start, end in zip(self.edges_ticks, self.edges_ticks[1:], strict=False):
            if start <= ticks < end:
                # Early in the first half, back at the end: a sine that is never late inside the phrase.
                lean = -self.lean_ticks * math.sin(math.pi * (ticks - start) / (end - start)) ** 2
        way = (ticks - (self.last_ticks - self.slowing_ticks)) / self.slowing_ticks
        return round(lean + self.delay_ticks * max(0.0, min(1.5, way)) ** 2)


def rubato_of(passage: Passage, plan: Plan) -> Rubato:
    """Return the timing of a section: strict where drums, swing or a loop keep the time."""
    bar = plan.metre.bar_ticks
    edges = [passage.start_bar * bar]
    for bars in passage.phrases:
        edges.append(edges[-1] + bars * bar)
    strict = plan.loop or plan.parameters.get("swing", 0.0) > 0 or any(one.percussion for one in plan.instruments)
    if strict:
        return Rubato(edges_ticks=tuple(edges), lean_ticks=0.0)
    expression = plan.parameters.get("humanise", 0.5) * (0.4 + plan.parameters.get("dynamics", 0.5))
    per_second = plan.tempo_bpm / 60 * TICKS_PER_QUARTER
    total = sum(section.bars for section in plan.sections)
    ends = passage.start_bar + passage.bars == total and total > _SLOWING_BARS
    return Rubato(
        edges_ticks=tuple(edges),
        lean_ticks=_LEAN_S * expression * per_second,
        last_ticks=(total - 1) * bar,
        delay_ticks=min(_DELAY_S * expression, _DELAY_SHARE * plan.seconds) * per_second if ends else 0.0,
        slowing_ticks=min(_SLOWING_BARS, passage.bars - 1) * bar if ends and passage.bars > 1 else bar,
    )
