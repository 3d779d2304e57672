"""What a listener likes: a pure fold over opinions, and proposals that are only served while they are shown to please.

Everything here is a function of values: no clock, no hidden chance. A listener's *taste* is what is known of them: the
pieces that reached them, with the settings these really had, and their opinions. Folding is a union, so that duplicates
and another order change nothing (`folding`). A *question* asks for the next piece's settings; the *proposal* says what
is served, how likely that was, and what the guard made of it (`proposing`). Settings are numbers 0–1 by name.

- `with_piece`, `with_opinion`, `with_preference`: fold what happened into a `Taste`.
- `propose(taste, question) -> Proposal`: a Gaussian process with a kernel over settings, style and mood (`kernel`,
  `fitting`, `posterior`), candidates in a region of trust (`region`), the lot of the holdout (`lots`), the guard
  (`guard`).
- `snips`, `doubly_robust`: what another policy would have been worth, from logged propensities (`evaluation`).
- `side_of`, `mean_sequence`, `difference_sequence`: comparisons that may be looked at at any time (`comparing`).
- `utility_of`, `overall_stars`: what an opinion is worth (`rewards`).
"""

from grym.domain.learning.comparing import Interval, difference_sequence, mean_sequence, side_of
from grym.domain.learning.evaluation import Estimate, Logged, doubly_robust, snips
from grym.domain.learning.folding import credited, held, with_opinion, with_piece, with_preference
from grym.domain.learning.proposing import LEARNER, best_known, propose
from grym.domain.learning.rewards import ASPECTS, MAX_STARS, MIN_STARS, overall_stars, utility_of
from grym.domain.learning.values import Opinion, Piece, Preference, Proposal, Question, Taste, Verdict

__all__ = [
    "ASPECTS",
    "LEARNER",
    "MAX_STARS",
    "MIN_STARS",
    "Estimate",
    "Interval",
    "Logged",
    "Opinion",
    "Piece",
    "Preference",
    "Proposal",
    "Question",
    "Taste",
    "Verdict",
    "best_known",
    "credited",
    "difference_sequence",
    "doubly_robust",
    "held",
    "mean_sequence",
    "overall_stars",
    "propose",
    "side_of",
    "snips",
    "utility_of",
    "with_opinion",
    "with_piece",
    "with_preference",
]
