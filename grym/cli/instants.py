"""Instants as people write them: ``2h`` ago, a date, or RFC 3339."""

import re
from datetime import UTC, datetime, timedelta

from grym.errors import InvalidRequestError

UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def instant(text: str | None, *, now: datetime | None = None, code: str = "usage.instant") -> datetime | None:
    """Return the instant that ``2h`` before `now` or an RFC 3339 text means; one without a zone is taken as UTC.

    Raises
    ------
    InvalidRequestError
        With the code given.
    """
    if text is None:
        return None
    ago = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if ago:
        return (now or datetime.now(UTC)) - timedelta(seconds=int(ago[1]) * UNITS_S[ago[2]])
    if text == "now":
        return now or datetime.now(UTC)
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError as error:
        raise InvalidRequestError(
            f"{text!r} is no instant", code=code, hint="Write 2h, 7d or 2026-01-31T12:00:00Z."
        ) from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
