"""An analysed recording drawn for people: what a musician asks first, in a few lines."""

from collections.abc import Iterator
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from grym.cli.panels import SECTION_COLOURS, facts_table, outcome_panel
from grym.domain.harmony.progressions import progression

Result = dict[str, Any]

TIMELINE_CHARACTERS = 60
LEAST_RIVAL = 0.5
MOST_RIVALS = 2
SAME_TEMPO = 0.04
"""A tempo within 4 % of the first is the same tempo; one that scores less than half of it is no rival."""

MOST_KEYS = 6
LEAST_TUNING_CENTS = 5.0
CONCERT_PITCH_HZ = 440.0
CENTS = 1_200.0
MINUTES_FROM_S = 100.0
NOTE_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def recording_panel(result: Result) -> RenderableType:
    """Return the panel of an analysis, whatever became of it."""
    if result["outcome"] != "completed" or result["quality"] is None:  # an import may have left the result behind
        return outcome_panel(result)
    parts: list[RenderableType] = [facts_table(list(_facts(result)))]
    if result["sections"]:
        parts.append(_timeline(result["sections"], duration_s=result["duration_s"]))
    parts.append(_checks(result["quality"]["checks"]))
    if result["patterns"]:
        parts.append(_matches(result["patterns"]))
    return Panel(Group(*parts), title=str(result.get("file", "")), title_align="left", expand=False)


def _facts(result: Result) -> Iterator[tuple[str, str]]:
    layout = {1: "mono", 2: "stereo"}.get(result["channels"], f"{result['channels']} channels")
    yield "length", f"{result['duration_s']:.1f} s, {result['sample_rate_hz']} Hz, {layout}"
    yield "tempo", _tempo(result)
    yield "metre", _metre(result)
    yield "key", _key(result)
    yield from _harmony(result)
    yield "onsets", str(len(result["onsets_s"]))
    yield from _voices(result)
    yield "loudness", _loudness(result)
    yield "true peak", _peak(result)
    yield from _matter(result)
    for name in ("midi", "plot"):
        if result.get(name):
            yield name, str(result[name])
    yield "request", result["request_id"]


def _tempo(result: Result) -> str:
    """Return the tempo, how sure it is, and its rivals."""
    tempo = result["tempo_bpm"]
    if not tempo:
        return "none found"
    rivals = [
        f"{other['tempo_bpm']:.1f}"
        for other in result.get("tempo_hypotheses") or ()
        if other["score"] >= LEAST_RIVAL and abs(other["tempo_bpm"] / tempo - 1.0) > SAME_TEMPO
    ]
    instead = f"; or {', '.join(rivals[:MOST_RIVALS])}" if rivals else ""
    return f"{tempo:.1f} bpm (confidence {result['tempo_confidence'] or 0.0:.2f}{instead})"


def _metre(result: Result) -> str:
    metre, bars = result.get("metre"), len(result["downbeats_s"])
    counted = f"{len(result['beats_s'])} beats, {bars} {'bar' if bars == 1 else 'bars'}"
    return f"{metre['beats']}/{metre['unit']}, {counted}" if metre else counted


def _key(result: Result) -> str:
    """Return the key of the whole, where it changes, and a tuning that is not the usual one."""
    key = result["key"]
    if not key:
        return "none found"
    told = f"{key['tonic']} {key['mode']} (confidence {key['confidence']:.2f})"
    spans = result.get("keys") or ()
    if len(spans) > 1:
        moves = [f"{span['tonic']} {span['mode']} {clock(span['start_s'], result)}" for span in spans[:MOST_KEYS]]
        told += f": {' → '.join(moves)}{' …' if len(spans) > MOST_KEYS else ''}"
    cents = result.get("tuning_cents") or 0.0
    if abs(cents) >= LEAST_TUNING_CENTS:
        told += f", a = {CONCERT_PITCH_HZ * 2.0 ** (cents / CENTS):.0f} Hz"
    return told


def _harmony(result: Result) -> Iterator[tuple[str, str]]:
    """Return the chords of each kind of section where it first comes."""
    chords = [chord for chord in result.get("chords") or () if chord["root"] is not None]
    if not chords:
        return
    told, labels = [], set()
    for section in result["sections"]:
        names = [chord["name"] for chord in chords if section["start_s"] <= chord["start_s"] < section["end_s"]]
        if names and section["label"] not in labels:
            labels.add(section["label"])
            told.append(f"{section['label']}: {progression(names)}")
    yield "chords", "\n".join(told)


def _voices(result: Result) -> Iterator[tuple[str, str]]:
    """Return how many notes were written down, and their range; nothing where none were asked for."""
    if not result.get("transcription"):
        return
    kind = {"mono": "one voice", "poly": "several voices"}[result["transcription"]]
    pitches = [note["midi_pitch"] for note in result["notes"]]
    reach = f", {_pitch(min(pitches))} to {_pitch(max(pitches))}" if pitches else ""
    yield "notes", f"{len(pitches)}{reach}, heard as {kind}"


def _pitch(midi_pitch: int) -> str:
    return f"{NOTE_NAMES[midi_pitch % 12]}{midi_pitch // 12 - 1}"


def _loudness(result: Result) -> str:
    loudness = result["loudness_lufs"]
    if loudness is None:
        return "silent"
    reach, details = result.get("loudness_range_lu"), result.get("loudness") or {}
    told = f"{loudness:.1f} LUFS"
    told += f", range {reach:.1f} LU" if reach is not None else ""
    loudest = details.get("short_term_max_lufs")
    return told + (f", loudest 3 s {loudest:.1f} LUFS" if loudest is not None else "")


def _peak(result: Result) -> str:
    peak, dynamics = result["true_peak_dbtp"], result.get("dynamics") or {}
    if peak is None:
        return "silent"
    crest = dynamics.get("crest_factor_db")
    return f"{peak:.1f} dBTP" + (f", crest factor {crest:.1f} dB" if crest is not None else "")


def _matter(result: Result) -> Iterator[tuple[str, str]]:
    """Return what the energy is made of, and what the sound is made of where that was asked for."""
    shares = result.get("shares")
    if shares:
        held, struck, rest = (f"{100.0 * shares[name]:.0f} %" for name in ("harmonic", "percussive", "residual"))
        yield "energy", f"{held} lasts, {struck} strikes, {rest} does neither"
    matter = (result.get("morphology") or {}).get("matter")
    if matter:
        told = ", ".join(f"{100.0 * matter[name]:.0f} % {name}" for name in ("note", "node", "noise"))
        yield "matter", f"{told}; {result['morphology']['event_count']} sound events"


def clock(at_s: float, result: Result) -> str:
    """Return an instant as people say it: seconds of a short sound, minutes and seconds of a long one."""
    if result["duration_s"] < MINUTES_FROM_S:
        return f"{at_s:.0f} s"
    minutes, seconds = divmod(round(at_s), 60)
    return f"{minutes}:{seconds:02d}"


def _checks(checks: list[dict[str, Any]]) -> Table:
    table = Table("", "check", "value", "required", "advice", box=box.SIMPLE, pad_edge=False)
    for check in checks:
        mark = Text("✓", style="green") if check["passed"] else Text("✗", style="red")
        value = "–" if check["value"] is None else f"{check['value']:.4g} {check['unit']}".strip()
        table.add_row(mark, check["name"], value, check["required"], "" if check["passed"] else check["advice"])
    return table


def _timeline(sections: list[dict[str, Any]], *, duration_s: float) -> RenderableType:
    """Return the sections as a coloured bar, equal labels in equal colours."""
    labels = list(dict.fromkeys(section["label"] for section in sections))
    bar = Text()
    for section in sections:
        share = (section["end_s"] - section["start_s"]) / max(duration_s, 1e-9)
        width = max(1, round(share * TIMELINE_CHARACTERS))
        colour = SECTION_COLOURS[labels.index(section["label"]) % len(SECTION_COLOURS)]
        bar.append(section["label"][:width].ljust(width), style=f"black on {colour}")
    return Group(bar, Text(", ".join(_when(section, duration_s) for section in sections), style="dim"))


def _when(section: dict[str, Any], duration_s: float) -> str:
    """Return label and times of a section."""
    if duration_s < MINUTES_FROM_S:
        return f"{section['label']} {section['start_s']:.0f}–{section['end_s']:.0f} s"
    first, last = (clock(section[name], {"duration_s": duration_s}) for name in ("start_s", "end_s"))
    return f"{section['label']} {first}–{last}"


def _matches(matches: list[dict[str, Any]]) -> Table:
    table = Table("recognised", "confidence", "at", "why", box=box.SIMPLE, pad_edge=False)
    for match in matches:
        name = match["name"] or match["pattern_id"]
        at = f"{max(0.0, match.get('offset_s', 0.0)):.1f} s"
        table.add_row(name, f"{match['confidence']:.2f}", at, match.get("why", ""))
    return table
