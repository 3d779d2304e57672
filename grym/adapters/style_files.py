"""Style files of the user: read with a limit, found by name in the folder ``styles`` of GRYM_HOME."""

from pathlib import Path

from grym.domain.composing.styles import Style
from grym.domain.composing.styles.texts import MAX_CHARACTERS, read_style
from grym.errors import InvalidRequestError

SUFFIX = ".toml"
FOLDER = "styles"
# UTF-8 takes at most four bytes a character.
_MAX_BYTES = 4 * MAX_CHARACTERS


def read_style_file(path: Path) -> Style:
    """Read one style file.

    Raises
    ------
    InvalidRequestError
        ``style.not_found`` where it cannot be read, ``style.too_large``, ``style.not_toml`` and ``style.invalid``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise InvalidRequestError(
            f"The style {path} cannot be read: {error.strerror}.",
            code="style.not_found",
            hint="Name a TOML file; `grym styles show waltz` prints one to begin with.",
        ) from error
    if len(content) > _MAX_BYTES:
        raise InvalidRequestError(
            f"{path} is larger than {_MAX_BYTES} bytes.", code="style.too_large", hint="Give a style file."
        )
    try:
        return read_style(content.decode())
    except UnicodeDecodeError as error:
        raise InvalidRequestError(
            f"{path} is no text.", code="style.not_toml", hint="Write the file in UTF-8."
        ) from error


def style_files(folder: Path) -> dict[str, Path]:
    """Return the style files of a folder by their stem, sorted; none where there is no such folder."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except OSError:
        return {}
    return {path.stem: path for path in found}


def own_style(wanted: str, folder: Path) -> Style | None:
    """Return the style that a person means by a file or by the name of a file in `folder`; None: a style of grym.

    Raises
    ------
    InvalidRequestError
        As `read_style_file`, where a file is meant.
    """
    if wanted.endswith(SUFFIX):
        return read_style_file(Path(wanted).expanduser())
    path = style_files(folder).get(wanted)
    return None if path is None else read_style_file(path)
