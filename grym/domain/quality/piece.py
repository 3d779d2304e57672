"""Does the sound keep what its plan promised? Length and tempo as measured in the sound, not as written.

The tempo may be heard at half, double, a third or three times its rate: a listener taps a slow piece in eighths and a
waltz in bars, and so do beat trackers (Gouyon et al. 2006, "An experimental comparison of audio tempo induction
algorithms", accuracy 2).
"""

from grym.domain.composing.fitting import LENGTH_TOLERANCE, bar_seconds
from grym.domain.composing.plan import Plan
from grym.domain.quality.check import Check

SHORTEST_RING_S = 0.3  # the last note of even the shortest piece rings so long after the bar line
TEMPO_TOLERANCE = 0.04  # as tempo-induction contests take it
HEARD_RATIOS = (1.0, 2.0, 0.5, 3.0, 1 / 3)
COMPOUND_RATIOS = (2 / 3, 4 / 3)  # in 6/8 the beat is a dotted quarter, while tempo counts quarters
SURE_CONFIDENCE = 0.6  # below this the tracker wavers between pulses, and its doubt is not the piece's fault


def heard_length(plan: Plan, *, duration_s: float) -> Check:
    """Check that the sound is as long as was asked for, its last note's ring included.

    A piece is made of whole bars, so a very short one may miss by half a bar.
    """
    bar_s = bar_seconds(plan.metre, plan.tempo_bpm)
    tolerance_s = max(plan.seconds * LENGTH_TOLERANCE, bar_s / 2 + SHORTEST_RING_S)
    low, high = plan.seconds - tolerance_s, plan.seconds + tolerance_s
    passed = low <= duration_s <= high
    return Check(
        name="sound.length",
        value=round(duration_s, 3),
        required=f"{low:.1f} to {high:.1f}",
        unit="s",
        passed=passed,
        advice="" if passed else "Choose the number of bars that comes nearest to the length asked for.",
    )


def heard_tempo(plan: Plan, *, tempo_bpm: float | None, confidence: float) -> Check | None:
    """Check that the tempo can be heard; None where the tracker is not sure of any pulse."""
    if tempo_bpm is None or confidence < SURE_CONFIDENCE:
        return None
    compound = plan.metre.unit == 8 and plan.metre.beats % 3 == 0  # noqa: PLR2004 (eighths in threes)
    ratios = HEARD_RATIOS + (COMPOUND_RATIOS if compound else ())
    passed = any(abs(tempo_bpm / (plan.tempo_bpm * ratio) - 1) <= TEMPO_TOLERANCE for ratio in ratios)
    return Check(
        name="sound.tempo",
        value=round(tempo_bpm, 2),
        required=f"{plan.tempo_bpm:g} within 4 %, also halved, doubled or by three",
        unit="BPM",
        passed=passed,
        advice="" if passed else "Let the accompaniment mark the beats more clearly.",
    )
