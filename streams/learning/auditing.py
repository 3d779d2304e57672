"""Proof that the learner decides the same again: the feedback lane is folded anew, and every proposal asked for again.

A proposal names the state it was made from by its digest, so it is made again from that very state, however questions
and feedback lay in time. What differs is told by request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from grym.errors import PermanentError
from schemas.commands import ProposeParameters
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, OpinionCredited, ParametersExposed, ParametersProposed
from schemas.sessions import ErasePerson, RestorePerson
from streams.learning.answering import proposed
from streams.learning.processor import decide
from streams.learning.state import LearnerState, state_key_of

FOLDED = (ParametersExposed, FeedbackGiven, OpinionCredited, ErasePerson, RestorePerson)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found.

    Parameters
    ----------
    proposals
        How many were made again.
    changed
        Requests whose proposal came out otherwise.
    unknown
        Requests whose proposal was made from a state that the log does not lead to: it begins too late, or the state
        was made by an older learner.
    refused
        Events that cannot be folded, as the learner said then.
    proposals_sha256, logged_sha256
        Digest of all proposals as they came out now, and as they are in the log, in the order of the log.
    states_sha256
        Digest of what is known of all listeners at the end.
    """

    proposals: int
    changed: tuple[str, ...]
    unknown: tuple[str, ...]
    refused: int
    proposals_sha256: str
    logged_sha256: str
    states_sha256: str

    @property
    def equal(self) -> bool:
        """Whether everything came out as it is in the log."""
        return not self.changed and not self.unknown


def audit(envelopes: Sequence[Envelope]) -> Audit:
    """Fold a log's feedback anew and make each of its proposals again.

    Parameters
    ----------
    envelopes
        Events of the feedback lane in its order, with questions and proposals anywhere among them; others are ignored.
    """
    questions = {one.id: one for one in envelopes if isinstance(one.body, ProposeParameters)}
    told = [one for one in envelopes if isinstance(one.body, ParametersProposed) and one.causation_id in questions]
    wanted = {one.body.state_sha256 for one in told}
    past, last, refused = _folded([one for one in envelopes if isinstance(one.body, FOLDED)], wanted)
    nothing = LearnerState()
    beginning = nothing.sha256()
    changed, unknown, again = [], [], []
    for one in told:
        question = questions[one.causation_id]
        key = state_key_of(question.body.user, tenant=question.tenant)
        state = nothing if one.body.state_sha256 == beginning else past.get((key, one.body.state_sha256))
        if state is None:
            unknown.append(one.subject)
            continue
        made = proposed(question.subject, question.body, state)
        again.append(made)
        if made != one.body:
            changed.append(one.subject)
    return Audit(
        proposals=len(again),
        changed=tuple(changed),
        unknown=tuple(unknown),
        refused=refused,
        proposals_sha256=_digest(again),
        logged_sha256=_digest([one.body for one in told]),
        states_sha256=_digest(sorted((key, state.sha256()) for key, state in last.items())),
    )


_States = dict[str, LearnerState]


def _folded(events: Sequence[Envelope], wanted: set[str]) -> tuple[dict[tuple[str, str], LearnerState], _States, int]:
    """Return the states that are wanted by listener and digest, the last one of each listener, and what was refused."""
    past: dict[tuple[str, str], LearnerState] = {}
    last: _States = {}
    refused = 0
    for event in events:
        key = state_key_of(event.body.user, tenant=event.tenant)
        try:
            state = decide(event, last.get(key)).state
        except PermanentError:
            refused += 1
            continue
        if state is None:
            continue
        last[key] = state
        digest = state.sha256()
        if digest in wanted:
            past[key, digest] = state
    return past, last, refused


def _digest(values: Sequence[object]) -> str:
    return sha256(b"\n".join(msgspec.json.encode(value, order="sorted") for value in values)).hexdigest()
