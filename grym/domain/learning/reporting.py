"""What the learner did for a listener, as far as the taste reaches back: utility beside the holdout, and what it cost.

Utilities are those of rated pieces, with bounds that may be read at any time (`comparing`). *Regret* is an estimate:
how much more the best that is known now would please, by the model, than each piece did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grym.domain.learning.comparing import Interval, difference_sequence, mean_sequence
from grym.domain.learning.fitting import fitted
from grym.domain.learning.folding import credited, held
from grym.domain.learning.observing import MIDDLE, defaults_of, observed, observed_to_anchor
from grym.domain.learning.posterior import aligned, posterior
from grym.domain.learning.proposing import best_known
from grym.domain.learning.rewards import utility_of
from grym.domain.learning.values import DEFAULT_ARMS, Opinion, Piece, Question, Taste, Verdict

ARMS = ("learned", "trial", "holdout", "fallback", "default")
_LEARNED = frozenset({"learned", "trial"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleReport:
    """What was done for one style, or for all of them.

    Parameters
    ----------
    style
        Empty for all.
    pieces, ratings
        How many there were, and how many of them were rated.
    coverage
        Share 0–1 of pieces that were rated.
    arms
        How many pieces by what was served.
    utility, holdout
        Mean utility 0–1 of rated pieces that were served as learned (trials included), and by default.
    gain
        The first less the second.
    regret
        Estimated utility lost against the best that is known now, summed over the pieces; None without ratings.
    fallback
        Share 0–1 of pieces that got the default from the guard.
    parameters
        What pleases most by all that is known, beside the usual mood of the style.
    """

    style: str
    pieces: int
    ratings: int
    coverage: float
    arms: Mapping[str, int]
    utility: Interval
    holdout: Interval
    gain: Interval
    regret: float | None
    fallback: float
    parameters: Mapping[str, float]
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole and its styles by name, and how many opinions wait for a piece."""

    whole: StyleReport
    styles: tuple[StyleReport, ...]
    held: int
    preferences: int


def report(taste: Taste) -> Report:
    """Return what a taste tells of the learner's work."""
    names = sorted({piece.style for piece in taste.pieces})
    styles = tuple(_of_style(taste, name) for name in names)
    lost = [one.regret for one in styles if one.regret is not None]
    whole = _told(taste, "", regret=sum(lost) if lost else None, parameters={}, verdict=_whole_verdict(styles))
    return Report(whole=whole, styles=styles, held=len(held(taste)), preferences=len(taste.preferences))


def _of_style(taste: Taste, style: str) -> StyleReport:
    pieces = [piece for piece in taste.pieces if piece.style == style]
    mood = _usual([piece.mood for piece in pieces])
    question = Question(
        request_id=f"report\n{style}", style=style, mood=mood, defaults=_usual_defaults(pieces, style=style)
    )
    parameters, verdict = best_known(taste, question)
    return _told(taste, style, regret=_regret(taste, pieces), parameters=parameters, verdict=verdict)


def _told(
    taste: Taste, style: str, *, regret: float | None, parameters: Mapping[str, float], verdict: Verdict
) -> StyleReport:
    pieces = [piece for piece in taste.pieces if not style or piece.style == style]
    rated = [(piece, opinion) for piece, opinion in credited(taste) if not style or piece.style == style]
    learned, default = _utilities(rated, _LEARNED), _utilities(rated, DEFAULT_ARMS)
    arms = {arm: sum(piece.arm == arm for piece in pieces) for arm in ARMS}
    return StyleReport(
        style=style,
        pieces=len(pieces),
        ratings=len(rated),
        coverage=len(rated) / len(pieces) if pieces else 0.0,
        arms=arms,
        utility=mean_sequence(learned),
        holdout=mean_sequence(default),
        gain=difference_sequence(learned, default),
        regret=regret,
        fallback=arms["fallback"] / len(pieces) if pieces else 0.0,
        parameters=parameters,
        verdict=verdict,
    )


def _utilities(rated: Sequence[tuple[Piece, Opinion]], arms: frozenset[str]) -> list[float]:
    return [utility_of(opinion.stars, piece.quality) for piece, opinion in rated if piece.arm in arms]


def _regret(taste: Taste, pieces: Sequence[Piece]) -> float | None:
    """Return what pieces of one style are estimated to have lost against the best of them in their mood."""
    observations = observed(taste)
    if not len(observations):
        return None
    shaped = observed_to_anchor(taste)
    known = posterior(observations, aligned(fitted(shaped).hyper, names=shaped.names, wanted=observations.names))
    lost = 0.0
    for mood in {piece.mood for piece in pieces}:
        alike = [piece for piece in pieces if piece.mood == mood]
        usual = _usual_defaults(alike, style=alike[0].style)
        default = np.array([usual.get(name, MIDDLE) for name in observations.names])
        settings = np.array(
            [[piece.parameters.get(name, usual.get(name, MIDDLE)) for name in observations.names] for piece in alike]
        )
        means = known.outlook(settings, default, style=alike[0].style, mood=mood).means
        lost += float(np.sum(means.max() - means))
    return lost


def _usual_defaults(pieces: Sequence[Piece], *, style: str) -> dict[str, float]:
    """Return the means of the defaults that were told; of those that were seen where none was."""
    told = [piece.defaults for piece in pieces if piece.defaults]
    if not told:
        return defaults_of(pieces, style=style)
    names = sorted({name for one in told for name in one})
    return {name: float(np.mean([one[name] for one in told if name in one])) for name in names}


def _usual(names: Sequence[str]) -> str:
    return max(sorted(set(names)), key=names.count) if names else ""


def _whole_verdict(styles: Sequence[StyleReport]) -> Verdict:
    """Return the verdict of the style with the most evidence; none without a style."""
    if not styles:
        return Verdict(serving=False, reason="nothing was learned yet")
    return max((one.verdict for one in styles), key=lambda verdict: (verdict.serving, verdict.lower - verdict.default))
