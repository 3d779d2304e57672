"""Sound in the formats people exchange, with the piece's facts inside the file.

A WAV file is read in blocks, resampled where that is wanted, and written as WAV or FLAC (24 bits), MP3, Ogg Vorbis or
Opus. Facts go into the comments each format has: ``LIST INFO`` and ``bext`` in WAV (see `grym.adapters.wav_chunks`),
Vorbis comments in FLAC, Ogg and Opus, ID3 in MP3. A file has its name once it is whole, never before.
"""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from grym.adapters.wav_chunks import Broadcast, with_chunks
from grym.domain.metering import LoudnessMeter, PeakMeter
from grym.domain.reels import SIDES, Progress, nobody_asks
from grym.domain.signal import FloatArray
from grym.errors import AdapterError, InvalidRequestError

RATES_HZ = (44_100, 48_000)

EXPORT_START_S = 30.0

BLOCK_FRAMES = 1 << 15
"""Less than a second: encoders of libsndfile keep a block on the stack, and megabytes overflow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a format is called by libsndfile.

    Parameters
    ----------
    suffix
        Of file names, with its dot.
    container, encoding
        ``format`` and ``subtype``.
    compression
        0 (best) to 1 (smallest); None where nothing is lost and libsndfile's own choice is right.
    only_rate_hz
        The one rate the format knows; None for any.
    """

    suffix: str
    container: str
    encoding: str
    compression: float | None = None
    only_rate_hz: int | None = None


FORMATS = {
    "wav": Format(suffix=".wav", container="WAV", encoding="PCM_24"),
    "flac": Format(suffix=".flac", container="FLAC", encoding="PCM_24"),
    "mp3": Format(suffix=".mp3", container="MP3", encoding="MPEG_LAYER_III", compression=0.1),
    "ogg": Format(suffix=".ogg", container="OGG", encoding="VORBIS", compression=0.3),
    "opus": Format(suffix=".opus", container="OGG", encoding="OPUS", only_rate_hz=48_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a file says about its piece; empty where it is not known.

    Parameters
    ----------
    title, artist, software, date
        As players show them; the date as 2026-11-21.
    rights
        The licence of what the sound was made with.
    comment
        Everything else in one line: tempo, key, seed, request.
    reference
        The request's id.
    """

    title: str = ""
    artist: str = ""
    software: str = ""
    date: str = ""
    rights: str = ""
    comment: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A file that was written: its format, rate and loudness; the loudness is None for silence."""

    path: Path
    format: str
    sample_rate_hz: int
    loudness_lufs: float | None
    true_peak_dbtp: float | None


def format_of(name: str) -> Format:
    """Return a format by its name.

    Raises
    ------
    InvalidRequestError
        ``export.format``.
    """
    if name not in FORMATS:
        raise InvalidRequestError(
            f"there is no format {name!r}", code="export.format", hint=f"Choose among: {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def rate_for(name: str, wanted_hz: int | None) -> int | None:
    """Return the rate a file of a format will have, None for that of its source.

    Raises
    ------
    InvalidRequestError
        ``export.sample_rate``: a rate that is not offered, or that the format does not know.
    """
    only_hz = format_of(name).only_rate_hz
    if wanted_hz is not None and (wanted_hz not in RATES_HZ or only_hz not in {None, wanted_hz}):
        offered = (only_hz,) if only_hz else RATES_HZ
        raise InvalidRequestError(
            f"{name} cannot be written at {wanted_hz} Hz",
            code="export.sample_rate",
            hint=f"Choose {' or '.join(str(rate) for rate in offered)}, or leave the rate out.",
        )
    return wanted_hz or only_hz


def export(
    source: Path,
    target: Path,
    *,
    format_name: str,
    sample_rate_hz: int | None = None,
    facts: Facts = Facts(),
    channels: int = SIDES,
    progress: Progress = nobody_asks,
) -> Exported:
    """Write a sound file in another format.

    Parameters
    ----------
    source
        A file that grym wrote, or has decoded to its end before.
    target
        Replaced where it exists.
    format_name
        One of `FORMATS`.
    sample_rate_hz
        44,100 or 48,000; None keeps that of the source. Opus always has 48,000.
    channels
        Of the source; one where two are asked for goes to both sides.

    Returns
    -------
    Exported
        Loudness and true peak are those of the samples before they are encoded.

    Raises
    ------
    InvalidRequestError
        As `format_of` and `rate_for`.
    AdapterError
        ``audio.write_failed``: no room, no rights; nothing half-written stays behind.
    """
    chosen, rate_hz = format_of(format_name), rate_for(format_name, sample_rate_hz)
    try:
        with _Becoming(target) as partial, soundfile.SoundFile(source) as reader:
            rate_hz = rate_hz or int(reader.samplerate)
            meters = LoudnessMeter(rate_hz, sides=channels), PeakMeter(sides=channels)
            with _opened(partial, chosen, rate_hz, facts, channels=channels) as writer:
                for block in _resampled(reader, rate_hz, progress, channels=channels):
                    for meter in meters:
                        meter.hear(block)
                    writer.write(block.T)
            exported = _told(target, format_name, rate_hz, meters)
            if chosen.container == "WAV":
                with_chunks(partial, _broadcast(facts, exported))
    except (OSError, soundfile.SoundFileError) as error:
        raise AdapterError(
            f"{target.name} could not be written: {error}",
            code="audio.write_failed",
            hint="Name a folder that exists, is writable and has room.",
        ) from error
    return exported


def export_whole(source: Path, target: Path, format_name: str) -> Exported:
    """Write a recording in another format with all its channels, at its own rate where the format knows it.

    Raises
    ------
    AdapterError
        As `export`.
    """
    with soundfile.SoundFile(source) as reader:
        channels, too_fast = int(reader.channels), format_name == "mp3" and reader.samplerate > RATES_HZ[-1]
    rate_hz = RATES_HZ[-1] if too_fast else None
    return export(source, target, format_name=format_name, sample_rate_hz=rate_hz, channels=channels)


def export_timeout_s(source: Path) -> float:
    """Return how long writing a recording in another format may take: encoders are far faster than sound."""
    with soundfile.SoundFile(source) as reader:
        return EXPORT_START_S + float(reader.frames / reader.samplerate)


@dataclass(slots=True)
class _Becoming:
    """A temporary neighbour of a file; it takes the name when all went well and is gone otherwise."""

    target: Path
    partial: Path | None = None

    def __enter__(self) -> Path:
        descriptor, name = tempfile.mkstemp(dir=self.target.parent, prefix=f".{self.target.name}.", suffix=".part")
        os.close(descriptor)
        self.partial = Path(name)
        return self.partial

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.partial is None:
            return
        if kind is not None:
            self.partial.unlink(missing_ok=True)
            return
        with self.partial.open("rb") as file:
            os.fsync(file.fileno())
        self.partial.chmod(0o644)
        self.partial.replace(self.target)


def _opened(path: Path, chosen: Format, sample_rate_hz: int, facts: Facts, *, channels: int) -> soundfile.SoundFile:
    """Open a new file and put the facts before the first sample, where every format takes them."""
    writer = soundfile.SoundFile(
        path,
        "w",
        samplerate=sample_rate_hz,
        channels=channels,
        format=chosen.container,
        subtype=chosen.encoding,
        compression_level=chosen.compression,
    )
    for name, text in (
        ("title", facts.title),
        ("artist", facts.artist),
        ("software", facts.software),
        ("date", facts.date),
        ("copyright", facts.rights),
        ("comment", facts.comment),
    ):
        if text:
            setattr(writer, name, text)
    return writer


def _resampled(reader: soundfile.SoundFile, rate_hz: int, progress: Progress, *, channels: int) -> Iterator[FloatArray]:
    """Yield the sound in blocks of shape (channels, n) at a rate."""
    resampler = None
    if rate_hz != reader.samplerate:
        resampler = soxr.ResampleStream(reader.samplerate, rate_hz, channels, dtype="float32", quality="HQ")
    done, length = 0, max(1, int(reader.frames))
    while True:
        block = reader.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        done += len(block)
        is_last = len(block) < BLOCK_FRAMES
        if block.shape[1] < channels:
            block = np.repeat(block, channels, axis=1)
        if resampler is not None:
            block = resampler.resample_chunk(block, last=is_last)
        if len(block):
            yield np.clip(block.T, -1.0, 1.0)
        progress(min(1.0, done / length))
        if is_last:
            return


def _told(target: Path, format_name: str, rate_hz: int, meters: tuple[LoudnessMeter, PeakMeter]) -> Exported:
    loudness, peak = meters[0].integrated_lufs(), meters[1].peak()
    return Exported(
        path=target,
        format=format_name,
        sample_rate_hz=rate_hz,
        loudness_lufs=loudness,
        true_peak_dbtp=20.0 * float(np.log10(peak)) if peak else None,
    )


def _broadcast(facts: Facts, exported: Exported) -> Broadcast:
    return Broadcast(
        description=" · ".join(filter(None, (facts.title, facts.comment))),
        originator=facts.software,
        reference=facts.reference,
        date=facts.date,
        loudness_lufs=exported.loudness_lufs,
        true_peak_dbtp=exported.true_peak_dbtp,
    )
