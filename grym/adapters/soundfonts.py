"""Which SoundFont plays: where one may be found, what it is called, its digest and its licence.

grym ships no SoundFont. The first of these that exists is taken: the file the settings name, the system's General
MIDI default, the banks that Debian, Fedora, Arch and Homebrew install. Licences are those in the copyright files of
the Debian packages; a bank that is not known says so.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from grym.errors import UnavailableError

INSTALL_HINT = "Run: apt-get install --no-install-recommends libfluidsynth3 fluid-soundfont-gm"

SEARCH_PATHS = (
    Path("/usr/share/sounds/sf2/default-GM.sf2"),
    Path("/usr/share/sounds/sf3/default-GM.sf3"),
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf3/MuseScore_General.sf3"),
    Path("/usr/share/sounds/sf3/MuseScore_General_Lite.sf3"),
    Path("/usr/share/sounds/sf3/FluidR3Mono_GM.sf3"),
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
    Path("/usr/share/soundfonts/default.sf2"),
    Path("/usr/share/soundfonts/FluidR3_GM.sf2"),
    Path("/opt/homebrew/share/fluid-synth/sf2/VintageDreamsWaves-v2.sf2"),
    Path("/opt/homebrew/share/soundfonts/default.sf2"),
    Path("/usr/local/share/fluid-synth/sf2/VintageDreamsWaves-v2.sf2"),
    Path("/usr/local/share/soundfonts/default.sf2"),
)

LICENCES = {
    "FluidR3_GM": "MIT",
    "FluidR3_GS": "MIT",
    "FluidR3Mono_GM": "MIT",
    "MuseScore_General": "MIT",
    "MuseScore_General_Lite": "MIT",
    "MuseScore_General_Full": "MIT",
    "TimGM6mb": "GPL-2.0",
}

KNOWN_FILES = {
    "74594e8f4250680adf590507a306655a299935343583256f3b722c48a1bc1cb0": "MIT",
    "82475b91a76de15cb28a104707d3247ba932e228bada3f47bba63c6b31aaf7a1": "GPL-2.0",
}
"""By digest, whatever the file is called."""

UNKNOWN_LICENCE = "unknown: see its documentation before you publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFont:
    """A SoundFont on disk; `name` is that of the real file behind links."""

    path: Path
    name: str
    sha256: str
    licence: str

    def provenance(self) -> dict[str, str]:
        """Return what a listener of the result may want to know."""
        return {
            "soundfont": self.name,
            "soundfont_sha256": self.sha256,
            "soundfont_licence": self.licence,
            "soundfont_file": self.path.name,
        }

    def told(self) -> str:
        """Return name, file, licence and the beginning of the digest in one line."""
        return f"{self.name} ({self.path}), licence: {self.licence}, sha256: {self.sha256[:16]}"


def find_soundfont(configured: Path | None = None, *, search_paths: Sequence[Path] = SEARCH_PATHS) -> SoundFont:
    """Return the SoundFont to play with.

    Parameters
    ----------
    configured
        The file the settings name; where given, no other is looked for.
    search_paths
        Where to look otherwise, best first.

    Raises
    ------
    UnavailableError
        ``soundfont.missing`` with the command that installs one, or ``soundfont.unreadable``.
    """
    candidates = (configured,) if configured is not None else search_paths
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        raise UnavailableError(
            f"the SoundFont {configured} does not exist" if configured else "no General MIDI SoundFont is installed",
            code="soundfont.missing",
            hint="Correct GRYM_SOUNDFONT." if configured else INSTALL_HINT,
        )
    real = found.resolve()
    try:
        status = real.stat()
        digest = _digest(real, status.st_size, status.st_mtime_ns)
        with real.open("rb") as file:
            is_soundfont = file.read(12)[8:] == b"sfbk"
    except OSError as error:
        raise UnavailableError(
            f"the SoundFont {found} cannot be read: {error.strerror}",
            code="soundfont.unreadable",
            hint="Check its permissions, or name another by GRYM_SOUNDFONT.",
        ) from error
    if not is_soundfont:
        raise UnavailableError(
            f"{found} is not a SoundFont", code="soundfont.unreadable", hint="Name an .sf2 or .sf3 file."
        )
    licence = KNOWN_FILES.get(digest) or LICENCES.get(real.stem, UNKNOWN_LICENCE)
    return SoundFont(path=found, name=real.stem, sha256=digest, licence=licence)


def installed_soundfonts(search_paths: Sequence[Path] = SEARCH_PATHS) -> tuple[SoundFont, ...]:
    """Return every SoundFont that lies where one is looked for, each file once, best first, without broken ones."""
    found: dict[Path, SoundFont] = {}
    for path in search_paths:
        if path.is_file() and path.resolve() not in found:
            with suppress(UnavailableError):
                found[path.resolve()] = find_soundfont(path)
    return tuple(found.values())


@lru_cache(maxsize=8)
def _digest(path: Path, size_bytes: int, modified_ns: int) -> str:
    """Return the SHA-256 of a file; size and time of change are part of the key, so a changed file is read again."""
    del size_bytes, modified_ns
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
