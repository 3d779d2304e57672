"""Preset files of the user: read with a limit, found by name in the folder ``formal`` of GRYM_HOME."""

from pathlib import Path

from grym.domain.composing.formal.choice import FormalChoice, refusal
from grym.domain.composing.formal.presets import Preset, choices_in, choices_named
from grym.domain.composing.formal.texts import MAX_CHARACTERS, read_preset

SUFFIX = ".toml"
FOLDER = "formal"
# UTF-8 takes at most four bytes a character.
_MAX_BYTES = 4 * MAX_CHARACTERS


def read_preset_file(path: Path) -> Preset:
    """Read one preset file.

    Raises
    ------
    InvalidRequestError
        ``formal.invalid`` or ``formal.sieve`` where it cannot be read or breaks a rule.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        return read_preset(content.decode())
    except OSError as error:
        raise refusal(f"{path} cannot be read: {error.strerror}", hint="Name a TOML file.") from error
    except UnicodeDecodeError as error:
        raise refusal(f"{path} is no text", hint="Write the file in UTF-8.") from error


def preset_files(folder: Path) -> dict[str, Path]:
    """Return the preset files of a folder by their stem, sorted; none where there is no such folder."""
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix == SUFFIX)
    except OSError:
        return {}
    return {path.stem: path for path in found}


def wanted_choices(text: str, folder: Path) -> tuple[FormalChoice, ...]:
    """Return what a person asks for: a file, the name of one in `folder`, or what grym knows (`choices_named`).

    Raises
    ------
    InvalidRequestError
        As `read_preset_file` and `choices_named`.
    """
    if text.endswith(SUFFIX):
        return choices_in(read_preset_file(Path(text).expanduser()))
    path = preset_files(folder).get(text)
    return choices_named(text) if path is None else choices_in(read_preset_file(path))
