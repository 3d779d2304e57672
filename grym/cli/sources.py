"""Files that pieces are made from, as commands take them: looked at, refused early, and stored."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from grym.errors import ContractError, InvalidAudioError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from schemas.body import ArtifactRef
    from schemas.reworking import ReworkData

MAX_SOUND_S = 900.0
_HEAD_BYTES = 64
_MIDI, _ZIP = b"MThd", b"PK"
_HINTS = {
    "audio.not_audio": "MIDI, MusicXML (.musicxml, .mxl), WAV, AIFF, FLAC, Ogg, Opus and MP3 can be read.",
    "audio.too_long": f"Cut the sound to at most {MAX_SOUND_S:g} s.",
}
"""What helps here; where sound alone is asked for, the hints are others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A file that a piece is made from, of an acceptable kind, and what is to be done with it."""

    path: Path
    media_type: str
    rework: "ReworkData"


def given(path: Path, rework: "ReworkData") -> Given:
    """Look at a file by its first bytes and its size.

    Raises
    ------
    ContractError
        ``score.missing``, ``score.empty`` or ``score.too_large``.
    InvalidAudioError
        Where it is neither a score nor a sound that can be read.
    """
    from grym.cli.recordings import MEDIA_TYPES, inspected

    head = _head(path)
    kind = _score_type(head)
    if kind:
        return Given(path=path, media_type=kind, rework=rework)
    try:
        inspected(path, max_seconds=MAX_SOUND_S)
    except InvalidAudioError as error:
        hint = _HINTS.get(error.code, error.hint)
        raise InvalidAudioError(error.message, code=error.code, hint=hint, details=error.details) from error
    return Given(path=path, media_type=MEDIA_TYPES.get(path.suffix.lower(), "audio/wav"), rework=rework)


def _head(path: Path) -> bytes:
    """Return the first bytes of a file."""
    from grym.domain.composing.reworking.bounds import MOST_BYTES

    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise ContractError(
            f"{path} cannot be read", code="score.missing", hint="Name a MIDI, MusicXML or sound file."
        ) from error
    if not head:
        raise ContractError(f"{path} is empty", code="score.empty", hint="Name a file that holds music.")
    if _score_type(head) and size > MOST_BYTES:
        raise ContractError(
            f"{path} has {size} bytes", code="score.too_large", hint=f"Send at most {MOST_BYTES} bytes."
        )
    return head


def _score_type(head: bytes) -> str:
    """Return the media type of a score by its first bytes; empty for anything else."""
    from grym.domain.composing.reworking.reading import is_score

    if head.startswith(_MIDI):
        return "audio/midi"
    if head.startswith(_ZIP):
        return "application/vnd.recordare.musicxml"
    return "application/vnd.recordare.musicxml+xml" if is_score(head) else ""


async def stored(runtime: "Runtime", source: Given) -> "ArtifactRef":
    """Put a file into the artifact store."""
    return await runtime.client.keep_file(source.path, media_type=source.media_type, name="source")
