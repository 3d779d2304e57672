"""The picture of a running stream: beats, tempo, key, level, pitch classes, patterns, what is wrong, how late it is."""

from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from grym.cli.panels import PITCH_NAMES
from grym.cli.streaming.rows import alert_words, lufs, pattern_words
from grym.cli.streaming.standing import Standing, quantile_ms
from schemas.live import BeatHeard

METER_CHARACTERS = 32
METER_LUFS = (-60.0, 0.0)
HOT_LUFS = -9.0
"""Louder than any delivery asks for."""
WARM_LUFS = -18.0
BLOCKS = " ▁▂▃▄▅▆▇█"
PATTERNS_SHOWN = 3


def picture(standing: Standing, *, name: str, at_s: float, length_s: float | None) -> RenderableType:
    """Return the picture of how a stream stands.

    Parameters
    ----------
    at_s
        How much was sent, in seconds.
    length_s
        How long the sound is; None where nobody knows.
    """
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right", min_width=8)
    table.add_column()
    table.add_row("beat", _beat(standing))
    table.add_row("key", _key(standing))
    table.add_row("loudness", _loudness(standing))
    table.add_row("pitch", _chroma(standing))
    for row in _patterns(standing):
        table.add_row("pattern", row)
    if standing.alert is not None:
        table.add_row("alert", Text(alert_words(standing.alert), style="yellow"))
    table.add_row("answers", _latency(standing))
    parts = [_position(at_s, length_s), Text(), table]
    return Panel(Group(*parts), title=f"♪ {name}", title_align="left", border_style="cyan", expand=False, width=76)


def clock_text(seconds: float) -> str:
    """Return minutes and seconds."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    return f"{minutes}:{rest:02}"


def _position(at_s: float, length_s: float | None) -> RenderableType:
    if length_s is None:
        return Text(f"  {clock_text(at_s)} live", style="bold")
    grid = Table.grid(padding=(0, 1))
    bar = ProgressBar(total=max(length_s, 1e-9), completed=min(at_s, length_s), width=48)
    grid.add_row(Text(f"  {clock_text(at_s)}", style="bold"), bar, Text(clock_text(length_s), style="dim"))
    return grid


def _beat(standing: Standing) -> Text:
    beat = standing.beat
    if beat is None:
        return Text("listening …", style="dim")
    text = _dots(beat)
    text.append(f"  {beat.tempo_bpm:.1f} BPM", style="bold")
    if standing.bar:
        text.append(f"   bar {standing.bar}")
    text.append(f"   sure {beat.confidence:.2f}", style="dim")
    return text


def _dots(beat: BeatHeard) -> Text:
    """Return a dot for each beat of the bar, the one that sounds filled; alternating ones where no bar is known."""
    count = beat.beats_per_bar or 2
    now = (beat.in_bar or beat.number % count + 1) - 1
    text = Text()
    for place in range(count):
        sounding = "bold magenta" if place == 0 and beat.in_bar else "magenta"
        text.append("● " if place == now else "○ ", style=sounding if place == now else "dim")
    return text


def _key(standing: Standing) -> Text:
    key = standing.key
    if key is None:
        return Text("–", style="dim")
    return Text.assemble((f"{key.tonic} {key.mode}", "bold"), (f"   sure {key.confidence:.2f}", "dim"))


def _loudness(standing: Standing) -> Text:
    window, loudness = standing.window, standing.loudness
    now = None if window is None else window.momentary_lufs
    text = _meter(now)
    text.append(f"  {lufs(now)}")
    if loudness is not None and loudness.integrated_lufs is not None:
        text.append(f"   {loudness.integrated_lufs:.1f} so far", style="dim")
    return text


def _meter(value: float | None) -> Text:
    low, high = METER_LUFS
    share = 0.0 if value is None else min(1.0, max(0.0, (value - low) / (high - low)))
    filled = round(share * METER_CHARACTERS)
    colour = "green" if value is None or value < WARM_LUFS else "yellow" if value < HOT_LUFS else "red"
    return Text.assemble(("━" * filled, colour), ("━" * (METER_CHARACTERS - filled), "grey23"))


def _chroma(standing: Standing) -> Text:
    chroma = standing.window.chroma if standing.window is not None else ()
    if not chroma:
        return Text("–", style="dim")
    top = max(chroma) or 1.0
    text = Text()
    for pitch, weight in zip(PITCH_NAMES, chroma, strict=True):
        height = BLOCKS[round(weight / top * (len(BLOCKS) - 1))]
        text.append(f"{pitch}", style="dim").append(f"{height} ", style="cyan")
    return text


def _patterns(standing: Standing) -> list[Text]:
    sounding = [Text(pattern_words(one), style="bold green") for one in standing.patterns.values()]
    return sounding[-PATTERNS_SHOWN:]


def _latency(standing: Standing) -> Text:
    middle, slow = (quantile_ms(standing.recent_s, share) for share in (0.5, 0.95))
    if middle is None or slow is None:
        return Text("none yet", style="dim")
    return Text(f"after {middle:.0f} ms, 95 % within {slow:.0f} ms", style="dim")


def summary_panel(result: dict[str, Any]) -> RenderableType:
    """Return the panel of a stream that is over, from its summary."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", justify="right")
    table.add_column()
    for name, text in _summary_rows(result):
        table.add_row(name, text)
    style = {"completed": "green", "pending": "yellow"}.get(result["outcome"], "red")
    title = f"{result['stream_id']}: {result['outcome'].replace('_', ' ')}"
    return Panel(table, title=title, title_align="left", border_style=style, expand=False)


def _summary_rows(result: dict[str, Any]) -> list[tuple[str, str]]:
    key, tempo = result["key"], result["tempo_bpm"]
    rows = [
        ("sound", f"{result['sent_s']:.1f} s in {result['frames_sent']} frames{_losses(result)}"),
        ("beats", f"{result['beats']}" + ("" if tempo is None else f", at last {tempo:.1f} BPM")),
        ("key", "unclear" if key is None else f"{key['tonic']} {key['mode']} ({key['confidence']:.2f})"),
        ("loudness", lufs(result["loudness_lufs"])),
        ("patterns", ", ".join(result["patterns"]) or "none that is known"),
    ]
    if result["alerts"]:
        alerts = (f"{name.replace('_', ' ')} × {count}" for name, count in sorted(result["alerts"].items()))
        rows.append(("alerts", ", ".join(alerts)))
    if result["latency_p50_ms"] is not None:
        rows.append(("answers", f"after {result['latency_p50_ms']:.0f} ms, 95 % within {result['latency_p95_ms']:.0f}"))
    if result["fault"]:
        rows.append(("because", f"{result['fault']['message']} ({result['fault']['code']})"))
    return rows


def _losses(result: dict[str, Any]) -> str:
    lost = []
    if result["frames_unsent"]:
        lost.append(f"{result['frames_unsent']} never arrived")
    if result["missing_s"]:
        lost.append(f"{result['missing_s']:.2f} s missing")
    if result["late_s"]:
        lost.append(f"{result['late_s']:.2f} s late")
    if result["left_over_bytes"]:
        lost.append(f"{result['left_over_bytes']} bytes left over")
    return "".join(f", {words}" for words in lost)
