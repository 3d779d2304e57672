"""What is told about a fold: the guard's news, and an answer to each event."""

from typing import Any

import numpy as np

from schemas.commands import ProposeParameters
from schemas.events import FeedbackFolded, FeedbackGiven, GuardChanged, ParametersProposed, PieceNoted
from tests.unit.streams.learning.lane import Lane, exposed

DEFAULTS = {"density": 0.5, "pace": 0.5}


async def lived(lane: Lane, event: Any, *, pieces: int, best: float, begin: int = 0) -> None:
    """Let Ann get pieces as proposed and rate each by how near its pace is to the best."""
    for number in range(begin, begin + pieces):
        await lane.take(event(ProposeParameters(user="ann", style="nocturne", defaults=DEFAULTS), subject=f"r{number}"))
        settings = {**DEFAULTS, **lane.last(ParametersProposed).parameters}
        await lane.take(event(exposed(settings), subject=f"r{number}"))
        stars = round(1 + 4 * float(np.exp(-((settings["pace"] - best) ** 2) / 0.08)))
        await lane.take(event(FeedbackGiven(user="ann", stars=stars), subject=f"r{number}"))


async def test_every_fold_is_answered(event: Any) -> None:
    """A piece is noted and an opinion told as folded, so that a replay knows when each was worked on."""
    lane = Lane()
    await lane.take(event(exposed()))
    assert lane.said == [PieceNoted(style="nocturne")]
    await lane.take(event(FeedbackGiven(user="ann", stars=4)))
    assert isinstance(lane.said[-1], FeedbackFolded)


async def test_the_guard_tells_when_it_opens_and_why(event: Any) -> None:
    """Who likes slow pieces is served what was learned, from an event on that names the style and both bounds."""
    lane = Lane()
    await lived(lane, event, pieces=40, best=0.1)
    news = [body for body in lane.said if isinstance(body, GuardChanged)]
    assert news
    assert news[0].serving
    assert (news[0].style, news[0].mood) == ("nocturne", "")
    assert news[0].lower > news[0].holdout
    assert "beats the default" in news[0].reason


async def test_the_guard_falls_back_when_ratings_turn_to_chance(event: Any) -> None:
    """A taste that is replaced by noise ends in the default, with an event that says so."""
    lane, chance = Lane(), np.random.default_rng(3)
    await lived(lane, event, pieces=30, best=0.1)
    for number in range(30, 170):
        settings = {name: float(chance.integers(0, 11)) / 10 for name in DEFAULTS}
        await lane.take(event(exposed(settings), subject=f"r{number}"))
        await lane.take(event(FeedbackGiven(user="ann", stars=int(chance.integers(1, 6))), subject=f"r{number}"))
    closed = [body for body in lane.said if isinstance(body, GuardChanged) and not body.serving]
    assert closed
    assert closed[-1].reason
    assert closed[-1] == [body for body in lane.said if isinstance(body, GuardChanged)][-1]
