"""What the answers are worth.

Named
    Share of questions about known tunes whose first guess is right, with Wilson's 95 % interval.
Open set
    Over all conditions together. The threshold is the confidence that 1 % of the strangers' questions exceed. *Told*:
    share of the known tunes' questions that exceed it (the true positive rate); *told rightly*: those whose name is
    right too. AUROC: how often a known tune's confidence exceeds a stranger's, ties counting half.
Calibration
    Known tunes and strangers weigh the same. The expected calibration error sums, over 15 bins of equal width, the
    difference between mean confidence and share of right names, by weight; Brier is the mean squared difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata

from benchmarks.recognition.asking import Answered
from benchmarks.recognition.playing import dice

BINS = 15
FALSE_RATE = 0.01

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """How well known tunes are named in some questions.

    Parameters
    ----------
    top1, low, high
        Share that is right, and its interval.
    mrr
        Mean of 1/rank.
    near_tenth, near_half
        Of those named rightly, the share whose place is right within 0.1 and 0.5 s.
    """

    many: int
    top1: float
    low: float
    high: float
    mrr: float
    near_tenth: float
    near_half: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSet:
    """How well known tunes and strangers are told apart."""

    known: int
    strangers: int
    threshold: float
    told: float
    told_rightly: float
    auroc: float
    calibration_error: float
    brier: float


def named(answers: Sequence[Answered]) -> Named:
    """Return how well the known tunes among these are named."""
    known = [one for one in answers if one.answer is not None]
    right = [one for one in known if one.rank == 1]
    low, high = wilson(len(right), len(known))
    return Named(
        many=len(known),
        top1=len(right) / max(len(known), 1),
        low=low,
        high=high,
        mrr=float(np.mean([1 / one.rank if one.rank else 0.0 for one in known])) if known else 0.0,
        near_tenth=_share([one.away_s <= 0.1 for one in right]),
        near_half=_share([one.away_s <= 0.5 for one in right]),
    )


def wilson(right: int, many: int, *, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson, 1927)."""
    if many == 0:
        return 0.0, 1.0
    share = right / many
    middle = (share + z * z / (2 * many)) / (1 + z * z / many)
    reach = z * np.sqrt(share * (1 - share) / many + z * z / (4 * many * many)) / (1 + z * z / many)
    return float(middle - reach), float(middle + reach)


def open_set(answers: Sequence[Answered], confidences: Floats) -> OpenSet:
    """Return how well known tunes and strangers are told apart by these confidences."""
    known = np.array([one.answer is not None for one in answers])
    right = np.array([one.rank == 1 for one in answers])
    inside, outside = confidences[known], confidences[~known]
    threshold = float(np.quantile(outside, 1 - FALSE_RATE, method="higher")) if len(outside) else 0.0
    weights = np.where(known, 0.5 / max(known.sum(), 1), 0.5 / max((~known).sum(), 1))
    return OpenSet(
        known=int(known.sum()),
        strangers=int((~known).sum()),
        threshold=threshold,
        told=_share(inside > threshold),
        told_rightly=_share((confidences > threshold)[known] & right[known]),
        auroc=auroc(inside, outside),
        calibration_error=calibration_error(confidences, right, weights),
        brier=float((weights * (confidences - right) ** 2).sum() / weights.sum()),
    )


def auroc(inside: Floats, outside: Floats) -> float:
    """Return the share of pairs in which the first exceeds the second."""
    if not len(inside) or not len(outside):
        return 0.5
    ranks = rankdata(np.concatenate((inside, outside)))[: len(inside)]
    return float((ranks.sum() - len(inside) * (len(inside) + 1) / 2) / (len(inside) * len(outside)))


def calibration_error(confidences: Floats, right: NDArray[np.bool_], weights: Floats) -> float:
    """Return the expected calibration error over 15 bins of equal width."""
    bins = np.minimum((confidences * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights * (confidences - right), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def confidences_of(answers: Sequence[Answered]) -> Floats:
    """Return each answer's confidence: its own, or by a logistic model fitted on the other half of the tunes."""
    if all(one.confidence is not None for one in answers):
        return np.array([one.confidence for one in answers], dtype=np.float64)
    evidence = np.array([one.evidence for one in answers], dtype=np.float64)
    evidence = (evidence - evidence.mean(axis=0)) / (evidence.std(axis=0) + 1e-9)
    right = np.array([one.rank == 1 for one in answers])
    known = np.array([one.answer is not None for one in answers])
    weights = np.where(known, 0.5 / max(known.sum(), 1), 0.5 / max((~known).sum(), 1))
    halves = {tune: bool(dice("half", tune).integers(2)) for tune in {one.tune for one in answers}}
    first = np.array([halves[one.tune] for one in answers])
    confidences = np.zeros(len(answers))
    for half in (first, ~first):
        if half.any() and (~half).any():
            model = _fitted(evidence[~half], right[~half], weights[~half])
            confidences[half] = _logistic(evidence[half], model)
    return confidences


def _fitted(evidence: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    """Return the weights of a logistic model, lightly held back."""

    def loss(model: Floats) -> float:
        scores = _scores(evidence, model)
        losses = np.logaddexp(0, scores) - right * scores
        return float((weights * losses).sum() / weights.sum() + 1e-4 * (model**2).sum())

    return np.asarray(minimize(loss, np.zeros(2 * evidence.shape[1] + 1), method="L-BFGS-B").x)


def _scores(evidence: Floats, model: Floats) -> Floats:
    """Return log-odds; squares are in it too, so that the peers are not held back by a straight line."""
    many = evidence.shape[1]
    scores: Floats = model[0] + evidence @ model[1 : many + 1] + np.clip(evidence, -4, 4) ** 2 @ model[many + 1 :]
    return scores


def _logistic(evidence: Floats, model: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(_scores(evidence, model), -500, 500)))


def _share(flags: Sequence[bool] | NDArray[np.bool_]) -> float:
    return float(np.mean(flags)) if len(flags) else 0.0
