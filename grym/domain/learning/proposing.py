"""The proposal: what the next piece of a listener is to be, and everything needed to judge that choice later."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from grym.domain.learning import guard
from grym.domain.learning.fitting import fitted
from grym.domain.learning.folding import credited
from grym.domain.learning.kernel import Floats
from grym.domain.learning.lots import HOLDOUT_FROM, HOLDOUT_SHARE, LEARNER, generator, lot
from grym.domain.learning.observing import MIDDLE, Observations, defaults_of, observed, observed_to_anchor
from grym.domain.learning.posterior import Outlook, aligned, posterior
from grym.domain.learning.region import candidates, digest, radius
from grym.domain.learning.values import Arm, Proposal, Question, Taste, Verdict

__all__ = ["LEARNER", "best_known", "propose"]

_NOTHING = Verdict(serving=False, reason="nothing was learned yet")
_NOTHING_OPEN = Verdict(serving=False, reason="the wish leaves nothing open")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """What was looked at for a question, and what is expected of it."""

    names: tuple[str, ...]
    settings: Floats
    near: int
    outlook: Outlook
    verdict: Verdict
    ratings: int
    disliked: bool


def propose(taste: Taste, question: Question) -> Proposal:
    """Return what to serve; the same for the same taste and question.

    By lot a tenth gets the default, once there are some opinions. The rest gets what was learned while the guard serves
    it; else the default, but for a share of trials, and a trial for sure where a first piece was disliked.
    """
    search = _searched(taste, question)
    if isinstance(search, Verdict):
        sources = _sources(question, arm="default", served={})
        return Proposal(
            parameters={}, sources=sources, arm="default", propensity=1.0, ratings=len(credited(taste)), verdict=search
        )
    arm, propensity, place = _drawn(search, question)
    served = {} if place is None else _served(search, question, place)
    outlook = search.outlook
    return Proposal(
        parameters=served,
        sources=_sources(question, arm=arm, served=served),
        arm=arm,
        propensity=round(propensity, 6),
        ratings=search.ratings,
        verdict=search.verdict,
        candidates_sha256=digest(search.names, search.settings),
        expected=_rounded(outlook.default if place is None else float(outlook.means[place])),
        expected_default=_rounded(outlook.default),
    )


def best_known(taste: Taste, question: Question) -> tuple[dict[str, float], Verdict]:
    """Return what pleases most by all that is known, whether or not it would be served, and what the guard says."""
    search = _searched(taste, question)
    if isinstance(search, Verdict):
        return {}, search
    return _served(search, question, int(np.argmax(search.outlook.means))), search.verdict


def _searched(taste: Taste, question: Question) -> _Search | Verdict:
    """Return what is expected of candidates; the guard's word alone where there is nothing to choose."""
    observations = observed(taste)
    if not len(observations):
        return _NOTHING
    names = observations.names
    if all(name in question.fixed for name in names):
        return _NOTHING_OPEN
    default = _default(taste, question, names)
    shaped = observed_to_anchor(taste)
    fit = fitted(shaped)
    known = posterior(observations, aligned(fit.hyper, names=shaped.names, wanted=names))
    settings, near = candidates(
        known,
        default,
        style=question.style,
        mood=question.mood,
        fixed={at: _within(question.fixed[name]) for at, name in enumerate(names) if name in question.fixed},
        reach=radius(_of_style(observations, question.style), trust=guard.trust(fit.evidence)),
        chance=generator(question.request_id, "candidates"),
    )
    outlook = known.outlook(settings, default, style=question.style, mood=question.mood)
    verdict = guard.judged(outlook, evidence=fit.evidence, measured=guard.measured(taste))
    return _Search(
        names=names,
        settings=settings,
        near=near,
        outlook=outlook,
        verdict=verdict,
        ratings=len(credited(taste)),
        disliked=guard.disliked(taste, question.style),
    )


def _drawn(search: _Search, question: Question) -> tuple[Arm, float, int | None]:
    """Return the arm, how likely it was, and which candidate it serves; None for the default."""
    held_out = HOLDOUT_SHARE if search.ratings >= HOLDOUT_FROM else 0.0
    if lot(question.request_id, "holdout") < held_out:
        return "holdout", held_out, None
    left = 1.0 - held_out
    if search.verdict.serving:
        return "learned", left, guard.chosen(search.outlook)
    share = guard.trial_share(search.ratings, disliked=search.disliked)
    if lot(question.request_id, "trial") < share:
        return "trial", left * share, guard.tried(search.outlook, near=search.near)
    return "fallback", left * (1.0 - share), None


def _default(taste: Taste, question: Question, names: tuple[str, ...]) -> Floats:
    """Return (d,) what the piece would have without the learner, by the question or by what was seen."""
    seen: Mapping[str, float] = {} if question.defaults else defaults_of(taste.pieces, style=question.style)
    told = {**seen, **question.defaults, **question.fixed}
    return np.array([_within(told.get(name, MIDDLE)) for name in names])


def _served(search: _Search, question: Question, place: int) -> dict[str, float]:
    """Return a candidate by name, without what the wish decides."""
    values = zip(search.names, search.settings[place].tolist(), strict=True)
    return {name: value for name, value in values if name not in question.fixed}


def _sources(question: Question, *, arm: Arm, served: Mapping[str, float]) -> dict[str, str]:
    """Return where each value comes from."""
    plain = "holdout" if arm == "holdout" else "default"
    sources = {name: "learned" if name in served else plain for name in {**question.defaults, **served}}
    return dict(sorted({**sources, **dict.fromkeys(question.fixed, "request")}.items()))


def _of_style(observations: Observations, style: str) -> int:
    return sum(row.style == style for row in observations.rows)


def _within(value: float) -> float:
    return min(1.0, max(0.0, value))


def _rounded(value: float) -> float:
    return round(value, 6)
