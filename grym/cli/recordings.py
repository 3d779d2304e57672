"""Sound files as commands take them: looked at, decoded where their header does not say it all, and stored.

Nothing is published before every file has proved usable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grym.errors import AdapterError, InvalidAudioError, InvalidRequestError

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from schemas.body import ArtifactRef

MAX_LIMIT_S = 4 * 3600.0
"""Longest sound that `--max-seconds` may allow; four hours as float32 stereo are 5 GB, which no worker holds."""

MEDIA_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/opus",
    ".mp3": "audio/mpeg",
    ".aiff": "audio/aiff",
    ".aif": "audio/aiff",
}

PLAIN_FORMATS = frozenset({"WAV", "WAVEX", "AIFF"})
PLAIN_ENCODINGS = frozenset({"PCM_U8", "PCM_S8", "PCM_16", "PCM_24", "PCM_32"})

CHECK_START_S = 30.0
CHECK_S_PER_MINUTE = 4.0
"""Decoding a minute takes some 0.1 s; forty times that means that the decoder hangs."""

NO_SOUND_YET = f"artifact://sha256/{'0' * 64}"
"""Stands for the sound while the rest of a request is checked; the address of nothing, and never sent."""

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE…", readable=False, help="WAV, AIFF, FLAC, Ogg, Opus or MP3.")
]
MaxSecondsOption = Annotated[float, typer.Option("--max-seconds", help="Longest sound that is accepted, in seconds.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file whose kind, header and size are acceptable.

    Parameters
    ----------
    must_be_decoded
        Whether only decoding shows that the file is whole and holds numbers: true of everything but integer PCM,
        whose length in bytes says it all.
    """

    path: Path
    length_s: float
    must_be_decoded: bool
    request_id: str | None


def check_files(files: Sequence[Path], *, max_seconds: float) -> None:
    """Refuse a limit that no worker keeps, and a file that is named twice.

    Raises
    ------
    InvalidRequestError
        ``request.max_seconds``, ``request.files``.
    """
    if not 0 < max_seconds <= MAX_LIMIT_S:
        raise InvalidRequestError(
            f"--max-seconds lies between 0 and {MAX_LIMIT_S:g}",
            code="request.max_seconds",
            hint="Leave it out to accept a quarter of an hour.",
        )
    if len(set(files)) != len(files):
        raise InvalidRequestError("a file is named twice", code="request.files", hint="Name every file once.")


def check_plot(plot: Path | None) -> None:
    """Refuse a place where no picture can lie.

    Raises
    ------
    InvalidRequestError
        ``request.plot``.
    """
    if plot is not None and (plot.is_dir() or not plot.parent.exists()):
        raise InvalidRequestError(
            f"{plot} cannot become a picture", code="request.plot", hint="Name a file in a folder that exists."
        )


def check_midi(midi: Path | None, *, full: bool) -> None:
    """Refuse a transcription where none is made, and a place where none can lie.

    Raises
    ------
    InvalidRequestError
        ``request.midi``.
    """
    if midi is None:
        return
    if not full:
        raise InvalidRequestError(
            "--midi needs notes, which only a full analysis writes down", code="request.midi", hint="Add --full."
        )
    if midi.is_dir() or not midi.parent.exists():
        raise InvalidRequestError(
            f"{midi} cannot become a MIDI file", code="request.midi", hint="Name a file in a folder that exists."
        )


def numbered(plot: Path, number: int, count: int) -> Path:
    """Return the picture of one of several files."""
    return plot if count == 1 else plot.with_name(f"{plot.stem}-{number}{plot.suffix}")


def inspected(path: Path, *, max_seconds: float, request_id: str | None = None, least_samples: int = 1) -> Recording:
    """Return a recording by its header.

    Parameters
    ----------
    least_samples
        How long it must be, in samples per channel.

    Raises
    ------
    InvalidAudioError
        When it is no sound file, damaged, too long, or too short to be asked about.
    """
    from grym.adapters.audio_files import inspect

    info = inspect(path, max_seconds=max_seconds)
    if info.length_samples < least_samples:
        raise _too_short(path, length_samples=info.length_samples, needed_samples=least_samples)
    is_plain = info.format_name in PLAIN_FORMATS and info.encoding in PLAIN_ENCODINGS
    return Recording(path=path, length_s=info.duration_s, must_be_decoded=not is_plain, request_id=request_id)


def one_analysis_window(path: Path, *, max_seconds: float) -> int:
    """Return how many samples of a file are one analysis window."""
    from grym.adapters.audio_files import inspect
    from grym.domain.stft import framing_for

    return framing_for(inspect(path, max_seconds=max_seconds).sample_rate_hz).n_fft


def _too_short(path: Path, *, length_samples: int, needed_samples: int) -> InvalidAudioError:
    return InvalidAudioError(
        f"{path.name} has {length_samples} samples; {needed_samples} are one analysis window",
        code="audio.too_short",
        hint="Send at least a tenth of a second of sound.",
        details={"file": path.name, "length_samples": length_samples, "needed_samples": needed_samples},
    )


async def decode_once(runtime: "Runtime", recording: Recording, *, max_seconds: float) -> None:
    """Decode a file in a worker process, so that damage beyond the header is refused before anything is published."""
    if not recording.must_be_decoded:
        return
    path = recording.path
    timeout_s = CHECK_START_S + CHECK_S_PER_MINUTE * recording.length_s / 60.0
    try:
        await runtime.cpu.run(decodable, path, max_seconds, timeout_s=timeout_s)
    except AdapterError as error:
        raise InvalidAudioError(
            f"{path.name} could not be decoded: {error.message}",
            code="audio.unreadable",
            hint="Convert it to WAV or FLAC with another program first.",
            details={"file": path.name},
        ) from error


def decodable(path: Path, max_seconds: float) -> None:
    """Decode a file and keep nothing; runs in a worker process.

    Raises
    ------
    InvalidAudioError
        When the file cannot be used to its end.
    """
    from grym.adapters.audio_files import verify

    verify(path, max_seconds=max_seconds)


async def kept(runtime: "Runtime", recording: Recording) -> "ArtifactRef":
    """Put a recording into the artifact store."""
    media_type = MEDIA_TYPES.get(recording.path.suffix.lower(), "audio/*")
    return await runtime.client.keep_sound(recording.path, media_type=media_type)


def no_sound_yet() -> "ArtifactRef":
    """Return what stands for the sound until the rest of the request has proved possible."""
    from schemas.body import ArtifactRef

    return ArtifactRef(uri=NO_SOUND_YET, size_bytes=0, media_type="")


def id_of(request_id: str | None, number: int, count: int) -> str | None:
    """Return the id of one of several requests that were asked for under one id."""
    from producers.identity import variation_id

    return request_id if request_id is None or count == 1 else variation_id(request_id, number)
