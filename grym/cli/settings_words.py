"""Settings as words of the command line: ``room_db=3``."""

from collections.abc import Sequence

from grym.errors import InvalidRequestError


def settings_from(words: Sequence[str]) -> dict[str, float | None]:
    """Return settings by name; a name without a value stands for None.

    Raises
    ------
    InvalidRequestError
        ``settings.words``.
    """
    found: dict[str, float | None] = {}
    for word in words:
        name, separator, value = word.partition("=")
        try:
            found[name] = float(value) if value else None
        except ValueError:
            separator = ""
        if not (name and separator):
            raise InvalidRequestError(
                f"{word[:80]!r} is no setting", code="settings.words", hint="Write it as room_db=3, a number."
            )
    return found
