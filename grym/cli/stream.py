"""``grym stream``: plays a file or raw sound from a pipe to the processors, and shows what they hear while it plays."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grym.cli.command import command
from grym.cli.leaving import while_read
from grym.cli.options import TimeoutOption
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

if TYPE_CHECKING:
    from grym.cli.streaming.sources import FileSource, PipeSource
    from producers.frames import StreamerSettings
    from schemas.frames import SampleFormat

PIPE = "-"
DEFAULT_RATE_HZ = 44_100

SourceArgument = Annotated[
    str, typer.Argument(metavar="FILE|-", help="WAV, AIFF, FLAC, Ogg, Opus or MP3; - reads raw samples from a pipe.")
]
RateOption = Annotated[
    int | None,
    typer.Option("--rate", help="Samples per second of raw sound; 44100 by default.", show_default=False),
]
ChannelsOption = Annotated[
    int | None, typer.Option("--channels", help="Interleaved channels of raw sound; 1 by default.", show_default=False)
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="s16le|f32le",
        help="Samples of raw sound, s16le by default; of a file, how they travel.",
        show_default=False,
    ),
]
SpeedOption = Annotated[
    float, typer.Option("--speed", help="1 is real time, 4 four times as fast, inf as fast as it is taken.")
]
StreamIdOption = Annotated[
    str | None, typer.Option("--stream-id", help="Id of the stream; made up by default.", show_default=False)
]
FrameOption = Annotated[float, typer.Option("--frame-ms", help="Length of a frame in milliseconds.")]
PlayOption = Annotated[bool, typer.Option("--play", help="Let the file be heard, too.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "stream")(stream)


async def stream(
    screen: Screen,
    *,
    source: SourceArgument,
    rate: RateOption = None,
    channels: ChannelsOption = None,
    sample_format: FormatOption = None,
    speed: SpeedOption = 1.0,
    stream_id: StreamIdOption = None,
    frame_ms: FrameOption = 100.0,
    play: PlayOption = False,
    timeout_s: TimeoutOption = None,
) -> int:
    """Send live sound; print beats, key, loudness, known patterns and what is wrong with it while it plays."""
    from grym.cli.streaming.playing import Order, interruptible, played
    from grym.cli.waiting import checked_timeout, opened

    checked_timeout(timeout_s)
    _require_audible(source, play=play, speed=speed)
    chosen = _checked_format(sample_format)
    sound = _pipe(rate, channels, chosen) if source == PIPE else _file(Path(source), rate, channels, chosen)
    order = Order(
        sound=sound,
        settings=_pace(sound, frame_ms=frame_ms, speed=speed),
        stream_id=stream_id,
        timeout_s=timeout_s,
        aloud=source if play else None,
    )
    async with opened(to_work=True) as runtime, while_read(sys.stdout):
        with interruptible() as interruption:
            return await played(screen, runtime, order, interruption)


def _pipe(rate: int | None, channels: int | None, sample_format: "SampleFormat | None") -> "PipeSource":
    from grym.cli.streaming.sources import PipeSource
    from producers.frames import StreamFormat

    form = StreamFormat(
        sample_rate_hz=DEFAULT_RATE_HZ if rate is None else rate,
        channels=1 if channels is None else channels,
        sample_format=sample_format or "s16le",
    )
    try:
        descriptor = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError) as error:  # it was closed, or is no file
        raise InvalidRequestError(
            "there is no standard input", code="usage.input", hint="Pipe sound into it, or name a file."
        ) from error
    return PipeSource(descriptor, form)


def _file(path: Path, rate: int | None, channels: int | None, sample_format: "SampleFormat | None") -> "FileSource":
    from grym.cli.streaming.sources import FileSource

    if rate is not None or channels is not None:
        raise InvalidRequestError(
            "--rate and --channels describe raw sound; a file says itself what it is",
            code="usage.stream",
            hint="Leave them out, or pipe raw samples into `grym stream -`.",
        )
    return FileSource(path, sample_format=sample_format)


def _pace(sound: "FileSource | PipeSource", *, frame_ms: float, speed: float) -> "StreamerSettings":
    """Return how frames are cut and paced, refusing what cannot be."""
    from producers.frames import StreamerSettings
    from producers.frames.cutting import frame_samples
    from producers.frames.pacing import checked_speed

    frame_samples(sound.form, frame_s=frame_ms / 1000.0)
    return StreamerSettings(frame_s=frame_ms / 1000.0, speed=checked_speed(speed))


def _checked_format(name: str | None) -> "SampleFormat | None":
    from schemas.frames import SAMPLE_BYTES

    if name is None:
        return None
    for known in SAMPLE_BYTES:
        if name == known:
            return known
    raise InvalidRequestError(f"there is no sample format {name!r}", code="usage.format", hint="Choose s16le or f32le.")


def _require_audible(source: str, *, play: bool, speed: float) -> None:
    if play and (source == PIPE or speed != 1.0):
        raise InvalidRequestError(
            "--play lets a file be heard in real time", code="usage.play", hint="Name a file, and leave --speed out."
        )
