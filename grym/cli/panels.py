"""Results drawn for people: a composed piece, an analysed recording, a request."""

import shlex
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from schemas.commands import ANONYMOUS

SECTION_COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")
PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
MOST_PLACES = 4
"""Of a lent motif, named one by one."""
FILE_KEYS = ("audio", "midi", "score", "plot")


def piece_panel(result: dict[str, Any], *, user: str = "") -> RenderableType:
    """Return the panel of a composition, whatever became of it; `user` is who asked for it, where that is known."""
    if result["outcome"] != "completed" or result["plan"] is None:  # an import may have left the result behind
        return outcome_panel(result)
    plan = result["plan"]
    parts: list[RenderableType] = [facts_table(_piece_facts(result, plan)), _files(result)]
    if result.get("reference"):
        parts.append(facts_table(_reference_facts(result["reference"])))
    parts += [Text(_lent(pattern)) for pattern in result["patterns"] if isinstance(pattern, dict)]  # once mere ids
    if plan.get("notes"):
        parts.append(Text("\n".join(f"· {note}" for note in plan["notes"]), style="dim"))
    if not result.get("imported"):
        whose = f" --user {shlex.quote(user)}" if user not in {"", ANONYMOUS} else ""
        parts.append(Text(f"rate it: grym rate {result['request_id']} 5{whose}", style="dim"))
    return Panel(Group(*parts), title=plan["title"], title_align="left", border_style="green", expand=False)


def outcome_panel(result: dict[str, Any]) -> RenderableType:
    """Return the panel of a request that is not completed: what became of it, why, and what to do."""
    text = Text(f"{result['request_id']}: {result['outcome'].replace('_', ' ')}")
    fault = result.get("fault")
    if fault:
        text.append(f"\n{fault['message']} ({fault['code']})")
        text.append(f"\n{fault.get('hint', '')}", style="dim")
    if result.get("letter_id") and not result.get("imported"):
        text.append(f"\ngrym dlq show {result['letter_id']}", style="dim")
    if result.get("reason"):
        text.append(f"\nreason: {result['reason']}")
    if result["outcome"] == "pending":
        text.append(f"\ngrym status {result['request_id']} · grym up --until-idle", style="dim")
    style = {"completed": "green", "pending": "yellow", "unknown": "yellow"}.get(result["outcome"], "red")
    return Panel(text, border_style=style, expand=False)


def stream_panel(result: dict[str, Any]) -> RenderableType:
    """Return the panel of a live stream, whatever became of it."""
    if result["outcome"] != "completed":
        return outcome_panel(result)
    title = f"{result['request_id']}: {result['reason']}"
    return Panel(
        facts_table(_stream_facts(result)), title=title, title_align="left", border_style="green", expand=False
    )


def _stream_facts(result: dict[str, Any]) -> list[tuple[str, str]]:
    key, tempo, loudness = result["key"], result["tempo_bpm"], result["integrated_lufs"]
    rows = [
        ("sound", f"{result['duration_s']:.1f} s in {result['frames']} frames, {result['missing_s']:.2f} s missing"),
        ("beats", f"{result['beats']}" + (f", at last {tempo:.1f} bpm" if tempo else "")),
        ("key", f"{key['tonic']} {key['mode']} (confidence {key['confidence']:.2f})" if key else "none found"),
        ("loudness", "silent" if loudness is None else f"{loudness:.1f} LUFS"),
        ("patterns", str(result["patterns"])),
    ]
    alerts = ", ".join(f"{name.replace('_', ' ')} × {count}" for name, count in sorted(result["counts"].items()))
    return [*rows, ("alerts", alerts)] if alerts else rows


def _piece_facts(result: dict[str, Any], plan: dict[str, Any]) -> list[tuple[str, str]]:
    metre, tonality = plan["metre"], plan["tonality"]
    form = " ".join(f"{section['name']}({section['bars']})" for section in plan["sections"])
    checks = result["quality"]["checks"]
    failed = [check for check in checks if not check["passed"]]
    quality = f"{len(checks) - len(failed)} of {len(checks)} checks passed"
    if failed:
        quality += ": " + ", ".join(f"{check['name']} ({check['advice']})" for check in failed)
    return [
        ("style", f"{plan['style']}, {plan['mood']}"),
        ("tempo", f"{plan['tempo_bpm']:g} bpm, {metre['beats']}/{metre['unit']}"),
        ("key", f"{PITCH_NAMES[tonality['tonic']]} {tonality['mode']}"),
        ("form", form),
        ("played by", ", ".join(instrument["name"] for instrument in plan["instruments"])),
        ("length", f"{result['duration_s']:.1f} s"),
        ("sound", f"{result['backend']} {result['provenance'].get('soundfont', '')}".strip()),
        ("seed", str(result["seed"])),
        ("quality", quality),
        ("rounds", str(result["attempts"])),
        ("request", result["request_id"]),
    ]


def _reference_facts(reference: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a piece took of the file it was made from, and how like it is."""
    rows = [
        ("made from", f"{reference['made_of']} {reference['source_sha256'][:12]} ({reference['verb']})"),
        ("taken", "; ".join(f"{name}: {text}" for name, text in reference["taken"].items())),
        ("because", "; ".join(reference.get("reasons", ()))),
        ("likeness", _likeness(reference)),
        ("kept bars", ", ".join(f"{first}–{last}" for first, last in reference.get("kept_bars", ()))),
        ("warnings", " ".join(reference.get("warnings", ()))),
    ]
    return [row for row in rows if row[1]]


def _likeness(reference: dict[str, Any]) -> str:
    """Return how much of the melody the source has too, and how much it may."""
    share, limit = reference.get("likeness"), reference.get("likeness_limit")
    if share is None:
        return ""
    allowed = "" if limit is None else f" (at most {limit:.0%}{'' if reference.get('unlike', True) else ': not kept'})"
    return f"{share:.0%} of its turns{allowed}, {reference.get('longest_run', 0)} notes in a row"


def _lent(pattern: dict[str, Any]) -> str:
    """Return what became of a pattern that was lent to a piece."""
    places = ", ".join(f"{use['part']} {use['start_s']:.1f} s" for use in pattern["uses"][:MOST_PLACES])
    more = len(pattern["uses"]) - MOST_PLACES
    shown = f"{places}{f' and {more} more' if more > 0 else ''}" or "nowhere: it does not fit this piece"
    return f"♪ {pattern['name'] or pattern['pattern_id']} ({pattern['why']}): {shown}"


def facts_table(rows: list[tuple[str, str]]) -> Table:
    """Return names and values in two columns."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return table


def _files(result: dict[str, Any]) -> Table:
    rows = [(name, str(result[name])) for name in FILE_KEYS if result.get(name)]
    rows += [("page", page) for page in result.get("pages", ())]
    if result.get("stems"):
        folders = {stem.rpartition("/")[0] for stem in result["stems"]}
        place = folders.pop() if len(folders) == 1 else "the artifact store (copy them out with --out)"
        rows.append(("stems", f"{len(result['stems'])} in {place}"))
    return facts_table(rows)


def steps_table(value: dict[str, Any]) -> RenderableType:
    """Return the steps of a request, with seconds where they ended."""
    marks = {
        "done": Text("✓", style="green"),
        "running": Text("…", style="cyan"),
        "skipped": Text("–"),
        "waiting": Text("·"),
    }
    heading = f"{value['request_id']}  {value['kind']}  {value['state'].replace('_', ' ')}  run {value['run']}"
    heading += "  (imported)" if value.get("imported") else ""
    table = Table(box=None, show_header=False, pad_edge=False)
    for step in value["steps"]:
        took = ""
        if step["ended_at"] is not None and step["started_at"] is not None:
            took = f"{(step['ended_at'] - step['started_at']).total_seconds():.2f} s"
        table.add_row(marks[step["state"]], step["name"], step["state"], took)
    return Group(Text(heading, style="italic"), table)  # a title would be broken to the width of the table
