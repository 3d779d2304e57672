"""Profiles of one's own as TOML: a name, a profile to begin with, and bounds by check.

name = "podcast"
base = "release"

[bounds]
"signal.loudness" = [-17.0, -15.0]
"signal.hum" = { most = 1.0 }
"""

import tomllib
from typing import Any

from grym.domain.quality.profiles import profile_from
from grym.errors import InvalidRequestError

MAX_CHARACTERS = 20_000
MAX_NAME_CHARACTERS = 80
ENDS = 2

Bounds = dict[str, tuple[float | None, float | None]]


def read_profile(text: str) -> tuple[str, str, Bounds]:
    """Return name, base and bounds of a profile file, checked.

    Raises
    ------
    InvalidRequestError
        ``quality.profile`` where it is no such file, ``quality.bounds`` where its bounds cannot hold.
    """
    try:
        found = tomllib.loads(text) if len(text) <= MAX_CHARACTERS else {}
    except tomllib.TOMLDecodeError as error:
        raise _refusal(f"the profile is no TOML: {error}") from error
    name, base, bounds = found.get("name"), found.get("base", "recording"), found.get("bounds", {})
    if not isinstance(name, str) or not 0 < len(name) <= MAX_NAME_CHARACTERS or not isinstance(base, str):
        raise _refusal(f"a profile has a name of up to {MAX_NAME_CHARACTERS} characters, and a base by name")
    if not isinstance(bounds, dict) or set(found) - {"name", "base", "bounds"}:
        raise _refusal("a profile holds name, base and a table of bounds, nothing else")
    read = {str(check): _bound(check, value) for check, value in bounds.items()}
    profile_from(name, base=base, bounds=read)
    return name, base, read


def _bound(check: str, value: Any) -> tuple[float | None, float | None]:
    """Return least and most of one check."""
    ends = (value.get("least"), value.get("most")) if isinstance(value, dict) else value
    listed = isinstance(ends, (list, tuple)) and len(ends) == ENDS
    if not listed or not all(end is None or (isinstance(end, int | float) and end is not True) for end in ends):
        raise _refusal(f"bounds are written as [least, most], or {{ least = … }} or {{ most = … }}: {check[:80]}")
    least, most = (None if end is None else float(end) for end in ends)
    return least, most


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError(message, code="quality.profile", hint="docs/quality.md shows one.")
