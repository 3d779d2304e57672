"""The keeper of sessions: attempts, opinions and preferences of a person become what the next piece knows of them.

One state for each person in each tenant, folded from the feedback lane so that order and repetition within it make no
difference. What follows from it is written as one entry of typed memory, in the same transaction; the recall step of
the next composition reads it there. Opinions that the learner refuses are passed over here: who gave them is told once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from grym.domain.learning import MAX_STARS, MIN_STARS, overall_stars
from grym.domain.sessions.folding import with_attempt, with_opinion, with_preferences
from grym.domain.sessions.person import is_telling, person_entry
from grym.domain.sessions.profiles import profile_near, profiles_of
from grym.domain.sessions.settings import settings_of
from grym.domain.sessions.values import Opinion, Session
from grym.errors import GrymError, InvalidRequestError
from grym.ports.effects import KeepEntry
from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven
from schemas.sessions import (
    AttemptEnded,
    ErasePerson,
    FeedbackNoted,
    PersonForgotten,
    PersonRestored,
    PreferSettings,
    RestorePerson,
    SettingsPreferred,
)
from streams.processor import Decision, Output, instant_of
from streams.sessions.attempts import attempt_of
from streams.sessions.snapshots import session_from
from streams.translate import fault_of

NAME = "sessions"
WINNER_STARS, LOSER_STARS = 4.0, 2.0
"""A preference says which was better, not how good: as the learner credits it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The session of a person, and up to when it knows: entries are dated by it, and never go back."""

    session: Session = field(default_factory=Session)
    as_of: datetime | None = None


Decided = Decision[Kept]


class Sessions:
    """Folds what happens to a person; pure."""

    name = NAME
    accepts: tuple[type[Body], ...] = (AttemptEnded, FeedbackGiven, PreferSettings, ErasePerson, RestorePerson)
    state_type = Kept

    def state_key(self, envelope: Envelope) -> str:
        """Return the person: tenant and user, neither of which can be taken for a part of the other."""
        return person_key(envelope.body.user, tenant=envelope.tenant)

    async def process(self, envelope: Envelope, state: Kept | None) -> Decided:
        """Fold one event of a person."""
        decide = _DECISIONS[type(envelope.body)]
        return decide(envelope, state or Kept())


def person_key(user: str, *, tenant: str) -> str:
    """Return under which key a person's session is kept; the length before the tenant says where the user begins.

    >>> person_key("rosa", tenant="acme")
    '4:acme/rosa'
    """
    return f"{len(tenant)}:{tenant}/{user}"


def person_of(key: str) -> tuple[str, str]:
    """Return tenant and user of a key.

    >>> person_of("4:acme/rosa")
    ('acme', 'rosa')
    """
    length, _, rest = key.partition(":")
    return rest[: int(length)], rest[int(length) + 1 :]


def _ended(envelope: Envelope, kept: Kept) -> Decided:
    attempt = attempt_of(envelope)
    session = with_attempt(kept.session, attempt)
    return Decision() if session is kept.session else _known(envelope, kept, session)


def _rated(envelope: Envelope, kept: Kept) -> Decided:
    given: FeedbackGiven = envelope.body
    session = kept.session
    for request_id, opinion in _opinions(envelope, given).items():
        session = with_opinion(session, request_id, opinion)
    if session is kept.session:
        return Decision()
    piece = next((one for one in session.attempts if one.request_id == envelope.subject), None)
    profile = "" if piece is None else profile_near(profiles_of(session.rated), piece.parameters)
    noted = FeedbackNoted(feedback_id=envelope.id, known=piece is not None, profile=profile)
    return _known(envelope, kept, session, noted)


def _opinions(envelope: Envelope, given: FeedbackGiven) -> dict[str, Opinion]:
    """Return what an opinion says of each piece; nothing where the learner will refuse it."""
    values = [*given.aspects.values(), *([] if given.stars is None else [given.stars])]
    if given.preferred_over == envelope.subject or not all(MIN_STARS <= value <= MAX_STARS for value in values):
        return {}
    stars = overall_stars(given.stars, given.aspects)
    at = instant_of(envelope)
    found: dict[str, float] = {} if given.preferred_over is None else {given.preferred_over: LOSER_STARS}
    if stars is not None or found:
        found[envelope.subject] = WINNER_STARS if stars is None else stars
    return {name: Opinion(stars=value, at=at, feedback_id=envelope.id) for name, value in found.items()}


def _preferred(envelope: Envelope, kept: Kept) -> Decided:
    wish: PreferSettings = envelope.body
    try:
        session = with_preferences(kept.session, wish.backend, wish.settings)
    except InvalidRequestError as error:
        return Decision(outputs=(Output(body=SettingsPreferred(backend=wish.backend, fault=fault_of(error))),))
    answer = SettingsPreferred(backend=wish.backend, settings=settings_of(session, wish.backend))
    return _known(envelope, kept, session, answer)


def _forgotten(envelope: Envelope, kept: Kept) -> Decided:
    if kept.session == Session():
        return Decision(outputs=(Output(body=PersonForgotten(by=NAME)),))
    return _known(envelope, kept, Session(), PersonForgotten(by=NAME, forgotten=counts_of(kept.session)))


def _restored(envelope: Envelope, kept: Kept) -> Decided:
    wish: RestorePerson = envelope.body
    if NAME not in wish.parts:
        return Decision()
    try:
        session = session_from(wish.parts[NAME])
    except GrymError as error:
        return Decision(outputs=(Output(body=PersonRestored(by=NAME, fault=fault_of(error))),))
    return _known(envelope, kept, session, PersonRestored(by=NAME, restored=counts_of(session)))


def counts_of(session: Session) -> dict[str, int]:
    """Return how much is known of a person, by kind."""
    return {
        "attempts": len(session.attempts) + sum(account.attempts for account in session.past.values()),
        "opinions": len(session.rated) + len(session.early),
        "preferences": sum(map(len, session.preferences.values())),
        "profiles": len(profiles_of(session.rated)),
    }


def _known(envelope: Envelope, kept: Kept, session: Session, *answers: Body) -> Decided:
    """Keep a session and tell what follows from it, or that nothing follows any more."""
    at = instant_of(envelope)
    at = at if kept.as_of is None else max(at, kept.as_of)
    entry = person_entry(session, envelope.body.user, tenant=envelope.tenant, at=at)
    tells = is_telling(session) or is_telling(kept.session)
    return Decision(
        state=replace(kept, session=session, as_of=at),
        outputs=tuple(Output(body=answer) for answer in answers),
        effects=(KeepEntry(entry=entry),) if tells else (),
    )


_DECISIONS: Mapping[type[Body], Callable[[Any, Kept], Decided]] = {
    AttemptEnded: _ended,
    FeedbackGiven: _rated,
    PreferSettings: _preferred,
    ErasePerson: _forgotten,
    RestorePerson: _restored,
}
