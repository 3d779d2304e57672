"""The workbench: a sound file is decoded onto a reel on disk, repaired block by block, and written where it is better.

Runs inside a worker process. Memory does not grow with the length of the file; disk does, three reels of float32.
"""

from collections.abc import Callable
from pathlib import Path

from grym.adapters.audio_files import decoded_blocks, inspect
from grym.adapters.reel_files import reels_in
from grym.adapters.wav_writing import wav_writer
from grym.domain.enhancing.loop import enhance_sound
from grym.domain.enhancing.sound import Sound
from grym.domain.reels import Reel, blocks_of
from grym.ports.enhancing import Enhanced

NAME = "enhanced.wav"


def enhance(
    source: Path,
    *,
    stages: tuple[str, ...],
    dry_run: bool,
    max_seconds: float,
    folder: Path,
    tell: Callable[[str, float], None],
) -> Enhanced:
    """Repair a file into a folder (see `grym.ports.enhancing.Workbench`).

    Parameters
    ----------
    tell
        Told stage and share done between blocks; what it raises passes through.
    """
    info = inspect(source, max_seconds=max_seconds)
    with reels_in(folder, sides=info.channels) as reels:
        reel, length = _spooled(source, reels, max_seconds=max_seconds)
        sound = Sound(reel=reel, channels=info.channels, sample_rate_hz=info.sample_rate_hz)
        better, report = enhance_sound(sound, lambda: reels(length), stages=stages, dry_run=dry_run, tell=tell)
        written = None if better is sound else _written(better, folder / NAME)
    return Enhanced(
        report=report,
        sound=written,
        length_samples=length,
        sample_rate_hz=info.sample_rate_hz,
        channels=info.channels,
    )


def _spooled(source: Path, reels: Callable[[int], Reel], *, max_seconds: float) -> tuple[Reel, int]:
    """Decode a file onto a reel; its length is counted first, since what a header says may be an estimate."""
    length = sum(block.shape[1] for block in decoded_blocks(source, max_seconds=max_seconds))
    reel, start = reels(length), 0
    for block in decoded_blocks(source, max_seconds=max_seconds):
        reel.write(start, block)
        start += block.shape[1]
    return reel, length


def _written(sound: Sound, path: Path) -> Path:
    with wav_writer(path, sample_rate_hz=sound.sample_rate_hz, channels=sound.channels) as writer:
        for start, end in blocks_of(sound.length_samples):
            writer.write(sound.reel.read(start, end))
    return path
