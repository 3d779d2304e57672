"""PNG pictures of pieces and recordings, drawn in a worker process: the drawing library is heavy."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from schemas.commands import GenerateMusic
from schemas.events import ImprintTaken
from schemas.music import Analysis, PlanData

if TYPE_CHECKING:
    from grym.runtime import Runtime
    from producers.status import RequestStatus

DRAWING_TIMEOUT_S = 120.0  # a quarter of an hour of sound is drawn in some ten seconds
PLOT = "plot.png"
CONCERT_PITCH_HZ, CENTS = 440.0, 1_200.0


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


async def draw_repair(runtime: "Runtime", source: Path, better: Path, result: dict[str, Any], target: Path) -> str:
    """Draw a recording before and after its repair and return the path."""
    await runtime.cpu.run(repair_picture, source, better, target, result, timeout_s=DRAWING_TIMEOUT_S)
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


def repair_picture(source: Path, better: Path, target: Path, result: dict[str, Any]) -> None:
    """Draw a repair; runs in a worker process."""
    from grym.adapters.audio_files import read_signal
    from grym.adapters.plots.repairs import draw_repair as draw

    limit_s = float(result["duration_s"]) + 1.0
    after = None if better == source else read_signal(better, max_seconds=limit_s)
    draw(read_signal(source, max_seconds=limit_s), after, result, target)


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
    from grym.adapters.plots.pieces import plot_sound
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
    import msgspec

    from grym.adapters.audio_files import read_signal
    from grym.adapters.plots.recordings import plot_recording

    facts = msgspec.convert({name: value for name, value in result.items() if value is not None}, Analysis)
    signal = read_signal(source, max_seconds=float("inf"))
    plot_recording(signal, target, facts, title=Path(result["file"]).name, about=headline(facts))


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


def headline(facts: Analysis) -> str:
    """Return tempo, metre, key, tuning and loudness of a recording in one line."""
    key, metre = facts.key, facts.metre
    parts = [
        f"{facts.tempo_bpm:.1f} bpm" if facts.tempo_bpm else "",
        f"{metre.beats}/{metre.unit}" if metre else "",
        f"{key.tonic} {key.mode}" if key else "",
        f"a = {CONCERT_PITCH_HZ * 2.0 ** (facts.tuning_cents / CENTS):.0f} Hz" if key else "",
        f"{facts.loudness_lufs:.1f} LUFS" if facts.loudness_lufs is not None else "",
    ]
    return " · ".join(filter(None, parts))
