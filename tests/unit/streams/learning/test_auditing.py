"""The audit: equal when nothing was changed, and told by request where something was."""

from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.commands import ProposeParameters
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, ParametersProposed
from streams.learning.auditing import audit
from streams.processor import envelopes_of
from tests.unit.streams.learning.lane import DEFAULTS, Lane, exposed


async def lived(event: Any, pieces: int = 12) -> list[Envelope]:
    """Return a log: questions, proposals, pieces and opinions of two listeners, one of them impossible."""
    lane, log = Lane(), []
    for number in range(pieces):
        user = "ann" if number % 3 else "bob"
        question = event(ProposeParameters(user=user, style="nocturne", defaults=DEFAULTS), subject=f"r{number}")
        decision = await lane.take(question)
        [(proposal, _)] = envelopes_of("learning", question, decision.outputs)
        settings = {**DEFAULTS, **proposal.body.parameters}
        told = [
            event(msgspec.structs.replace(exposed(settings), user=user, defaults=DEFAULTS), subject=f"r{number}"),
            event(FeedbackGiven(user=user, stars=1 + number % 5), subject=f"r{number}"),
        ]
        for one in told:
            await lane.take(one)
        log.extend([question, proposal, *told])
    return [*log, event(FeedbackGiven(user="ann", stars=9), subject="r1")]


async def test_an_untouched_log_is_equal(event: Any) -> None:
    """Every proposal is made again from the state it names; what was refused then is refused now."""
    log = await lived(event)
    found = audit(log)
    assert found.equal
    assert (found.proposals, found.refused) == (12, 1)
    assert found.proposals_sha256 == found.logged_sha256
    assert audit(log) == found


async def test_where_questions_lie_in_the_log_makes_no_difference(event: Any) -> None:
    """A proposal names its state, so all questions may stand before or behind all feedback."""
    log = await lived(event)
    asked = [one for one in log if isinstance(one.body, (ProposeParameters, ParametersProposed))]
    told = [one for one in log if one not in asked]
    assert audit([*told, *asked]) == audit([*asked, *told]) == audit(log)


async def test_a_proposal_that_was_changed_is_told(event: Any) -> None:
    """By its request, and nothing else is."""
    log = await lived(event)
    at = next(n for n, one in enumerate(log) if isinstance(one.body, ParametersProposed) and one.subject == "r7")
    log[at] = msgspec.structs.replace(log[at], body=msgspec.structs.replace(log[at].body, propensity=0.123))
    found = audit(log)
    assert (found.changed, found.equal) == (("r7",), False)
    assert found.proposals_sha256 != found.logged_sha256


async def test_a_log_that_begins_too_late_is_not_called_equal(event: Any) -> None:
    """Proposals from states that the log does not lead to are unknown."""
    log = await lived(event)
    late: Sequence[Envelope] = log[8:]
    found = audit(late)
    assert found.unknown
    assert not found.equal
