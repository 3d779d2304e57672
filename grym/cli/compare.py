"""``grym compare``: how far sounds are from a reference, one by one, or as a set from a folder of sounds."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from grym.cli.command import command
from grym.cli.recordings import MEDIA_TYPES, MaxSecondsOption, check_files
from grym.cli.screen import Screen
from grym.errors import InvalidRequestError

START_S, S_PER_SECOND = 60.0, 2.0
"""Two sounds of a minute take some 2 s, an analysis as much; far more means that something hangs."""

WORDS = {
    "delay_s": "later by (s)",
    "gain_db": "louder by (dB)",
    "snr_db": "SNR (dB)",
    "si_sdr_db": "SI-SDR (dB)",
    "log_spectral_distance_db": "log spectra (dB)",
    "mel_ssim": "mel SSIM",
    "tonal_balance_db": "tonal balance (dB)",
    "loudness_difference_lu": "loudness (LU)",
    "side_difference_db": "width (dB)",
}

ReferenceArgument = Annotated[
    Path, typer.Argument(metavar="REFERENCE", readable=False, help="The sound to compare with, or a folder of sounds.")
]
OthersArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE…", readable=False, help="WAV, AIFF, FLAC, Ogg, Opus or MP3.")
]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "compare")(compare)


async def compare(
    screen: Screen, *, reference: ReferenceArgument, files: OthersArgument, max_seconds: MaxSecondsOption = 900.0
) -> int:
    """Compare versions of a sound with it, delays taken out, or sounds as a set with those of a folder."""
    from grym.adapters.cpu_pool import ProcessCpuPool

    check_files(files, max_seconds=max_seconds)
    timeout_s = START_S + S_PER_SECOND * max_seconds
    async with ProcessCpuPool(workers=1) as cpu:
        if reference.is_dir():
            found = await cpu.run(sets_compared, _sounds_in(reference), files, max_seconds, timeout_s=timeout_s)
            result = {"reference": str(reference), "files": [str(path) for path in files], **found}
        else:
            rows = [
                {
                    "file": str(path),
                    **await cpu.run(versions_compared, reference, path, max_seconds, timeout_s=timeout_s),
                }
                for path in files
            ]
            result = {"reference": str(reference), "results": rows}
    _show(screen, result)
    return 0


def versions_compared(reference: Path, path: Path, max_seconds: float) -> dict[str, Any]:
    """Decode and compare two files; runs in a worker process."""
    from grym.adapters.audio_files import read_signal
    from grym.domain.quality.comparing import compare as compared

    sounds = (read_signal(one, max_seconds=max_seconds) for one in (reference, path))
    return asdict(compared(*sounds))


def sets_compared(reference: Sequence[Path], files: Sequence[Path], max_seconds: float) -> dict[str, Any]:
    """Decode, embed and compare two sets of files; runs in a worker process."""
    import numpy as np

    from grym.adapters.audio_files import read_signal
    from grym.domain.analysis import analyse
    from grym.domain.embedding import EMBEDDING_NAME
    from grym.domain.quality.distances import LEAST_SOUNDS, kernel_distance

    if min(len(reference), len(files)) < LEAST_SOUNDS:  # before any is decoded
        raise InvalidRequestError(
            f"{min(len(reference), len(files))} sounds are too few for a distance between sets",
            code="quality.too_few",
            hint=f"Give {LEAST_SOUNDS} files or more, and a folder that holds as many.",
        )
    ours, theirs = (
        np.stack([analyse(read_signal(path, max_seconds=max_seconds)).embedding.vector for path in paths])
        for paths in (reference, files)
    )
    distance = kernel_distance(ours.astype(np.float64), theirs.astype(np.float64), embedding=EMBEDDING_NAME)
    return {"kernel_distance": asdict(distance)}


def _sounds_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in MEDIA_TYPES and path.is_file())


def _show(screen: Screen, result: dict[str, Any]) -> None:
    if screen.json:
        screen.emit(result)
        return
    if "kernel_distance" in result:
        found = result["kernel_distance"]
        screen.show(
            f"kernel distance {found['value']:.3f} ({found['low']:.3f} to {found['high']:.3f}), "
            f"{found['counts'][1]} sounds against {found['counts'][0]}, embedding {found['embedding']}"
        )
        return
    from rich import box
    from rich.table import Table

    table = Table("", *(Path(row["file"]).name for row in result["results"]), box=box.SIMPLE, pad_edge=False)
    for name, words in WORDS.items():
        table.add_row(words, *(_told(row[name]) for row in result["results"]))
    table.add_row("polarity", *("flipped" if row["flipped"] else "same" for row in result["results"]))
    screen.show(table)


def _told(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}".rstrip("0").rstrip(".")
