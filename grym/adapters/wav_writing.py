"""WAV files of 24 bits written block by block, each under its name only once it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import soundfile

from grym.domain.signal import FloatArray
from grym.errors import AdapterError

SIDES = 2


class WavWriter:
    """An open file."""

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file

    def write(self, samples: FloatArray) -> None:
        """Append samples of shape (channels, n); what is beyond full scale is clipped."""
        self._file.write(samples.T)


@contextmanager
def wav_writer(path: Path, *, sample_rate_hz: int, channels: int = SIDES) -> Iterator[WavWriter]:
    """Yield a writer for a new file of so many channels; it has its name once the block ends well.

    Raises
    ------
    AdapterError
        ``audio.write_failed``: the folder is missing, full or read-only.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        with soundfile.SoundFile(
            partial, "w", samplerate=sample_rate_hz, channels=channels, format="WAV", subtype="PCM_24"
        ) as file:
            yield WavWriter(file)
        partial.replace(path)
    except (OSError, soundfile.SoundFileError) as error:
        raise AdapterError(
            f"{path.name} could not be written: {error}",
            code="audio.write_failed",
            hint="Name a folder that exists, is writable and has room.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)
