"""Pieces in other formats: what the files say, where they lie, and what the result tells of them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grym import __version__

if TYPE_CHECKING:
    from grym.adapters.audio_export import Facts

MIX = "piece"
"""Name of the mix in its folder, without suffix."""

FormatOption = Annotated[
    list[str] | None,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="Write the sound also as wav, flac, mp3, ogg or opus, with its facts inside; may be repeated.",
        show_default=False,
    ),
]
SampleRateOption = Annotated[
    int | None,
    typer.Option("--sample-rate", help="44100 or 48000; without it that of the piece.", show_default=False),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The formats somebody wants besides WAV as it is, and their rate; None keeps that of the piece."""

    formats: tuple[str, ...] = ()
    sample_rate_hz: int | None = None

    def require_possible(self) -> None:
        """Refuse what cannot be written before anything is asked for.

        Raises
        ------
        InvalidRequestError
            ``export.format`` or ``export.sample_rate``.
        """
        if not self.formats and self.sample_rate_hz is None:
            return
        from grym.adapters.audio_export import rate_for

        for name in self.formats or ("wav",):
            rate_for(name, self.sample_rate_hz)


def wanted(formats: list[str] | None, sample_rate_hz: int | None) -> Wanted:
    """Return what the options ask for, each format once; a rate alone asks for WAV at that rate."""
    named = tuple(dict.fromkeys(formats or (["wav"] if sample_rate_hz else [])))
    found = Wanted(formats=named, sample_rate_hz=sample_rate_hz)
    found.require_possible()
    return found


async def export_piece(
    result: dict[str, Any], sources: dict[str, Path], folder: Path, wishes: Wanted
) -> list[dict[str, Any]]:
    """Write mix and stems of a piece in every format wanted.

    Parameters
    ----------
    result
        Of the composition, with ``request_id``, ``plan``, ``seed`` and ``provenance``.
    sources
        The WAV files to read, by their name in the folder without suffix: ``piece``, ``stems/violin``.
    folder
        Where ``piece.flac`` and ``stems/violin.flac`` go.

    Returns
    -------
    list of dict
        For each format ``format``, ``sample_rate_hz``, ``loudness_lufs``, ``true_peak_dbtp``, ``audio``, ``stems``.
    """
    if MIX not in sources:
        return []
    facts = facts_of(result)
    return [
        await asyncio.to_thread(_in_format, name, wishes.sample_rate_hz, sources, folder, facts)
        for name in wishes.formats
    ]


def delivered(paths: dict[str, Any]) -> dict[str, Path]:
    """Return the sources among the paths of a piece that was written into a folder."""
    if not paths.get("audio"):
        return {}
    return {MIX: Path(paths["audio"])} | {f"stems/{Path(stem).stem}": Path(stem) for stem in paths["stems"]}


def _in_format(
    name: str, sample_rate_hz: int | None, sources: dict[str, Path], folder: Path, facts: "Facts"
) -> dict[str, Any]:
    from grym.adapters.audio_export import FORMATS, Exported, export

    written: dict[str, Exported] = {}
    for place, source in sources.items():
        target = (folder / place).with_name(f"{Path(place).name}{FORMATS[name].suffix}")
        target.parent.mkdir(parents=True, exist_ok=True)
        written[place] = export(source, target, format_name=name, sample_rate_hz=sample_rate_hz, facts=facts)
    mix = written.pop(MIX)
    return {
        "format": name,
        "sample_rate_hz": mix.sample_rate_hz,
        "loudness_lufs": mix.loudness_lufs,
        "true_peak_dbtp": mix.true_peak_dbtp,
        "audio": str(mix.path),
        "stems": [str(stem.path) for stem in written.values()],
    }


def facts_of(result: dict[str, Any]) -> "Facts":
    """Return what the files of a piece say about it."""
    from grym.adapters.audio_export import Facts
    from grym.domain.composing.score import Tonality

    plan, provenance = result.get("plan") or {}, result.get("provenance") or {}
    tonality = plan.get("tonality") or {}
    soundfont, licence = provenance.get("soundfont"), provenance.get("soundfont_licence")
    rights = f"SoundFont {soundfont}, licence: {licence}" if soundfont else ""
    told = {
        "tempo": f"{plan['tempo_bpm']:g} BPM" if plan.get("tempo_bpm") else None,
        "key": str(Tonality(tonic=tonality["tonic"], mode=tonality["mode"])) if tonality else None,
        "style": plan.get("style"),
        "seed": result.get("seed"),
        "request": result.get("request_id"),
        "backend": result.get("backend"),
        "rights": rights or None,
    }
    return Facts(
        title=str(plan.get("title") or ""),
        artist=f"grym {__version__}",
        software=f"grym {__version__}",
        rights=rights,
        comment="; ".join(f"{name}: {value}" for name, value in told.items() if value is not None),
        reference=str(result.get("request_id") or ""),
    )
