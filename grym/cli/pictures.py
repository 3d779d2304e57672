"""PNG pictures of pieces and recordings, drawn in a worker process: the drawing library is heavy."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.commands import GenerateMusic
from schemas.events import ImprintTaken
from schemas.music import PlanData

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus

DRAWING_TIMEOUT_S = 120.0  # a quarter of an hour of sound is drawn in some ten seconds
PLOT = "plot.png"


async def draw_piece(runtime: "Runtime", status: "RequestStatus", folder: Path) -> str:
    """Draw a completed composition into its folder and return the path: its sound, and its score as a piano roll."""
    command = await _command(runtime, status)
    target = folder / PLOT
    sound = folder / "piece.wav" if status.result.get("audio") else None
    await runtime.cpu.run(piece_picture, sound, target, command, timeout_s=DRAWING_TIMEOUT_S)
    return str(target)


async def draw_recording(runtime: "Runtime", source: Path, result: dict[str, Any], target: Path) -> str:
    """Draw a recording with what was found in it and return the path."""
    await runtime.cpu.run(recording_picture, source, target, result, timeout_s=DRAWING_TIMEOUT_S)
    return str(target)


async def draw_match(runtime: "Runtime", result: dict[str, Any], target: Path) -> dict[str, Any]:
    """Draw a sound upon the surest match and return the path as ``plot``; nothing where nothing was recognised."""
    from streams.patterns.cutting import start_of

    if not result.get("matches"):
        return {}
    match = result["matches"][0]
    taken = [event.body for event in await runtime.client.story(result["request_id"])]
    imprint = next(body.imprint for body in taken if isinstance(body, ImprintTaken))
    found = await runtime.backend.book.load([match["pattern_id"]])
    if not found:  # forgotten since
        return {}
    match = {**match, "offset_s": match["offset_s"] - start_of(found[0].facts.tags)}  # within the part
    sound = await runtime.artifacts.get(imprint)
    file = Path(result["file"]).name
    await runtime.cpu.run(match_picture, sound, found[0].imprint, target, match, file, timeout_s=DRAWING_TIMEOUT_S)
    return {"plot": str(target)}


async def _command(runtime: "Runtime", status: "RequestStatus") -> GenerateMusic:
    """Return the command of the round that was kept: plan, seed and motifs make the same score again."""
    commands = [event.body for event in await runtime.client.story(status.request_id)]
    made = [body for body in commands if isinstance(body, GenerateMusic)]
    kept = _plan(status.result["plan"])
    return next((body for body in reversed(made) if body.plan == kept), made[-1])


def _plan(value: dict[str, Any]) -> PlanData:
    import msgspec

    return msgspec.convert(value, PlanData)


def piece_picture(sound: Path | None, target: Path, command: GenerateMusic) -> None:
    """Write the picture of a piece; runs in a worker process."""
    import numpy as np

    from grym.adapters.audio_files import read_signal
    from grym.adapters.plots import plot_sound
    from grym.domain.composing.compose import compose
    from grym.domain.signal import Signal
    from streams.translate import motifs_from_wire, plan_from_wire

    score = compose(plan_from_wire(command.plan), seed=command.seed, motifs=motifs_from_wire(command.motifs))
    if sound is None:
        length = round(score.duration_s * 44_100)
        signal = Signal(samples=np.zeros((1, length), dtype=np.float32), sample_rate_hz=44_100)
    else:
        signal = read_signal(sound)
    plot_sound(signal, target, score=score)


def recording_picture(source: Path, target: Path, result: dict[str, Any]) -> None:
    """Write the picture of a recording; runs in a worker process."""
    from grym.adapters.audio_files import read_signal
    from grym.adapters.plots import plot_analysis

    plot_analysis(
        read_signal(source, max_seconds=float("inf")),
        target,
        beats_s=result["beats_s"],
        downbeats_s=result["downbeats_s"],
        onsets_s=result["onsets_s"],
        sections=spans(result["sections"]),
        title=Path(result["file"]).name,
        subtitle=headline(result),
    )


def match_picture(sound: bytes, piece: bytes, target: Path, match: dict[str, Any], file: str) -> None:
    """Write the picture of a match; runs in a worker process."""
    from grym.adapters.match_plots import plot_match
    from grym.domain.recognition.codec import decode
    from grym.domain.recognition.kinship import Place

    place = Place(
        offset_s=match["offset_s"],
        transposition_semitones=match["transposition_semitones"],
        tempo_ratio=match["tempo_ratio"],
    )
    title = f"{file} in {match['name'] or match['pattern_id']}"
    subtitle = f"confidence {match['confidence']:.2f} · {match['why']}"
    plot_match(decode(sound), decode(piece), place, target, title=title, subtitle=subtitle)


def spans(sections: Sequence[dict[str, Any]]) -> list[tuple[float, float, str]]:
    """Return sections as start, end (seconds) and label."""
    return [(section["start_s"], section["end_s"], section["label"]) for section in sections]


def headline(result: dict[str, Any]) -> str:
    """Return tempo, key and loudness of a recording in one line."""
    key = result["key"]
    parts = [
        f"{result['tempo_bpm']:.1f} bpm" if result["tempo_bpm"] else "",
        f"{key['tonic']} {key['mode']}" if key else "",
        f"{result['loudness_lufs']:.1f} LUFS" if result["loudness_lufs"] is not None else "",
    ]
    return " · ".join(filter(None, parts))
