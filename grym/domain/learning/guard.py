"""The guard: what was learned is served only while its lower confidence bound beats what the default is worth.

Two things must hold. There must be *evidence of a taste*: what was heard is twenty times likelier if settings make a
difference than if stars come by chance (`fitting`). And there must be candidates whose *lower bound of the gain over
the default* is above nothing; only among these is chosen (the safe set of Sui, Gotovos, Burdick and Krause 2015, "Safe
exploration for optimization with Gaussian processes", §3, with the default as its seed). Besides, what was served must
not have been rated clearly worse than the default was. While the guard is closed, a small share of requests is a
*trial* near the default, so that it can open again by itself.
"""

from dataclasses import dataclass

import numpy as np

from grym.domain.learning.folding import credited
from grym.domain.learning.kernel import Floats
from grym.domain.learning.posterior import Outlook
from grym.domain.learning.rewards import NEUTRAL_STARS, utility_of
from grym.domain.learning.values import DEFAULT_ARMS, Taste, Verdict

NEEDED_EVIDENCE = 3.0
"""The logarithm of twenty."""
CAUTION = 0.75
"""Standard deviations that the gain's lower bound lies below what is expected."""
CURIOSITY = 0.4
"""Standard deviations that are added to what is expected, where one is chosen among the safe ones."""
TRIAL_CAUTION = 1.0
TRIAL_LOSS = 0.15
"""What a trial may cost at the lower bound, in utility."""
EARLY_OPINIONS = 30
EARLY_TRIALS = 0.5
LATE_TRIALS = 0.15
"""Share of requests that are trials while the guard is closed; ratings by chance then cost under a twentieth."""
_RECENT = 20
_ENOUGH = 8
_CLEARLY = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What ratings themselves say of the newest pieces that were served as learned, beside those by default."""

    learned: float
    default: float
    deviation: float

    @property
    def clearly_worse(self) -> bool:
        """Whether what was learned was rated two standard errors lower."""
        return self.learned + _CLEARLY * self.deviation < self.default


def judged(outlook: Outlook, *, evidence: float, measured: Measured | None) -> Verdict:
    """Return whether the best of the candidates may be served, and why."""
    gains = lower_gains(outlook)
    lower = outlook.default + float(gains.max())
    serving, reason = _judgement(float(gains.max()), evidence=evidence, measured=measured)
    return Verdict(serving=serving, reason=reason, lower=lower, default=outlook.default, evidence=evidence)


def lower_gains(outlook: Outlook) -> Floats:
    """Return (n,) the lower bound of each candidate's gain over the default."""
    gains: Floats = outlook.means - CAUTION * outlook.deviations - outlook.default
    return gains


def chosen(outlook: Outlook) -> int:
    """Return the most promising of the candidates that are safe (GP-UCB: Srinivas et al. 2010, eq. 6)."""
    promise = outlook.means + CURIOSITY * outlook.deviations
    return int(np.argmax(np.where(lower_gains(outlook) > 0.0, promise, -np.inf)))


def tried(outlook: Outlook, *, near: int) -> int:
    """Return the most promising of the first `near` candidates that can cost little; where none can, the least."""
    loss = (outlook.default - (outlook.means - TRIAL_CAUTION * outlook.deviations))[:near]
    bearable = loss <= max(TRIAL_LOSS, float(loss.min()))
    promise = (outlook.means + CURIOSITY * outlook.deviations)[:near]
    return int(np.argmax(np.where(bearable, promise, -np.inf)))


def trial_share(opinions: int, *, disliked: bool) -> float:
    """Return the share 0–1 of requests that are trials while the guard is closed.

    Parameters
    ----------
    disliked
        Whether the newest opinion of the style is a bad one. Early on the next piece is another one then, for sure:
        who says that something is bad must not get it again, and the default has little to lose.
    """
    if opinions >= EARLY_OPINIONS:
        return LATE_TRIALS
    return 1.0 if disliked else EARLY_TRIALS


def disliked(taste: Taste, style: str) -> bool:
    """Return whether the newest opinion of a style is below three stars."""
    stars = [opinion.stars for piece, opinion in credited(taste) if piece.style == style]
    return bool(stars) and stars[-1] < NEUTRAL_STARS


def trust(evidence: float) -> float:
    """Return how sure it is that there is a taste, 0–1, where both are thought even at what is needed."""
    return float(1.0 / (1.0 + np.exp(np.clip(NEEDED_EVIDENCE - evidence, -50.0, 50.0))))


def measured(taste: Taste) -> Measured | None:
    """Return what ratings say of what was served lately; None below eight ratings of either kind."""
    rated = credited(taste)
    learned = [utility_of(o.stars, p.quality) for p, o in rated if p.arm == "learned"][-_RECENT:]
    default = [utility_of(o.stars, p.quality) for p, o in rated if p.arm in DEFAULT_ARMS][-_RECENT:]
    if min(len(learned), len(default)) < _ENOUGH:
        return None
    spread = np.var(learned, ddof=1) / len(learned) + np.var(default, ddof=1) / len(default)
    return Measured(learned=float(np.mean(learned)), default=float(np.mean(default)), deviation=float(np.sqrt(spread)))


def _judgement(gain: float, *, evidence: float, measured: Measured | None) -> tuple[bool, str]:
    if evidence < NEEDED_EVIDENCE:
        return False, "the opinions do not tell a taste from chance"
    if measured is not None and measured.clearly_worse:
        return False, "what was learned is rated lower than the default"
    if gain <= 0.0:
        return False, "nothing is surely better than the default"
    return True, "the lower bound of what was learned beats the default"
