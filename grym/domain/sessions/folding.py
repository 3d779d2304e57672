"""How a session grows: attempts, opinions and preferences, each harmless when told twice or in another order."""

from collections.abc import Mapping
from dataclasses import replace

from grym.domain.sessions.settings import checked_settings
from grym.domain.sessions.values import KEPT_ATTEMPTS, KEPT_EARLY, Account, Attempt, Opinion, Session

KEPT_ACCOUNTS = 200
"""More combinations of style, backend and model than anybody uses; the rest is counted under `OTHERS`."""
OTHERS = "others||"


def with_attempt(session: Session, attempt: Attempt) -> Session:
    """Return the session with one attempt more, and the opinion that waited for it.

    Of two ends of one request, which was driven again in between, the later counts; the same one told twice changes
    nothing.
    """
    known = next((one for one in session.attempts if one.request_id == attempt.request_id), None)
    if known is not None and known.order >= attempt.order:
        return session
    waiting = session.early.get(attempt.request_id) if known is None else known.opinion
    attempt = replace(attempt, opinion=waiting or attempt.opinion)
    early = {name: opinion for name, opinion in session.early.items() if name != attempt.request_id}
    others = (one for one in session.attempts if one is not known)
    attempts = sorted((*others, attempt), key=lambda one: one.order)
    return _within(replace(session, attempts=tuple(attempts), early=early))


def with_opinion(session: Session, request_id: str, opinion: Opinion) -> Session:
    """Return the session with an opinion; the last one of a piece counts, and one that is early waits."""
    if any(attempt.request_id == request_id for attempt in session.attempts):
        attempts = tuple(
            replace(attempt, opinion=_later(attempt.opinion, opinion)) if attempt.request_id == request_id else attempt
            for attempt in session.attempts
        )
        return replace(session, attempts=attempts)
    early = {**session.early, request_id: _later(session.early.get(request_id), opinion)}
    newest = sorted(early, key=lambda name: early[name].order)[-KEPT_EARLY:]
    return replace(session, early={name: early[name] for name in sorted(newest)})


def with_preferences(session: Session, backend: str, settings: Mapping[str, float | None]) -> Session:
    """Return the session with settings by hand; None takes one back.

    Raises
    ------
    InvalidRequestError
        As `checked_settings`.
    """
    checked_settings(backend, {name: value for name, value in settings.items() if value is not None}, names=settings)
    mine = {**session.preferences.get(backend, {}), **settings}
    kept = {name: value for name, value in sorted(mine.items()) if value is not None}
    others = {name: chosen for name, chosen in session.preferences.items() if name != backend}
    return replace(session, preferences={**others, backend: kept} if kept else others)


def _later(known: Opinion | None, new: Opinion) -> Opinion:
    return new if known is None or new.order >= known.order else known


def _within(session: Session) -> Session:
    """Return the session within its bounds; what goes is counted."""
    gone, kept = session.attempts[:-KEPT_ATTEMPTS], session.attempts[-KEPT_ATTEMPTS:]
    past = dict(session.past)
    for attempt in gone:
        name = account_name(attempt)
        name = name if name in past or len(past) < KEPT_ACCOUNTS else OTHERS
        past[name] = _counted(past.get(name, Account()), attempt)
    return replace(session, attempts=kept, past=past)


def account_name(attempt: Attempt) -> str:
    """Return under which name an attempt is counted."""
    return f"{attempt.style}|{attempt.backend}|{attempt.model}"


def _counted(account: Account, attempt: Attempt) -> Account:
    return Account(
        attempts=account.attempts + 1,
        successes=account.successes + attempt.succeeded,
        rated=account.rated + (attempt.stars is not None),
        stars=account.stars + (attempt.stars or 0.0),
        wall_s=account.wall_s + attempt.wall_s,
        cpu_s=account.cpu_s + (attempt.cpu_s or 0.0),
    )
