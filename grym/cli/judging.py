"""What a sound is judged by, as commands take it: a profile of grym by name, or a TOML file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from schemas.body import ProfileData

SUFFIX = ".toml"
MAX_BYTES = 80_000
"""Four bytes for each character that a profile may have."""

ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME|FILE.toml",
        help="What the sound is judged by: recording, draft, release, stream, sample, or a file of yours.",
        show_default=False,
    ),
]


def profile_data(wanted: str | None) -> "ProfileData | None":
    """Return a profile as it travels; None where none is asked for.

    Raises
    ------
    InvalidRequestError
        ``quality.profile`` and ``quality.bounds``.
    """
    if wanted is None:
        return None
    from grym.domain.quality.profile_texts import read_profile
    from grym.domain.quality.profiles import profile_from
    from schemas.body import ProfileData

    if not wanted.endswith(SUFFIX):
        return ProfileData(name=profile_from(wanted).name)
    name, base, bounds = read_profile(_text(Path(wanted)))
    return ProfileData(name=name, base=base, bounds=bounds)


def _text(path: Path) -> str:
    """Return the text of a file, of which no more is read than a profile may have."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1).decode()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequestError(
            f"the profile {path} cannot be read", code="quality.profile", hint="Name a TOML file in UTF-8."
        ) from error
