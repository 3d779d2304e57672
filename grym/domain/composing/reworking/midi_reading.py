"""Reading standard MIDI files: notes, tempo, metre and key, with every cap that a foreign file needs.

Ticks are scaled to 1/480 quarter and kept as they are played; grids are laid later, where something is decided. A
file has one tempo and one metre here: those that last longest; others are levelled, and the reader is told.

References
----------
MIDI Manufacturers Association 1996, "Standard MIDI Files 1.0".
"""

import io
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import mido

from grym.domain.composing.midi import midi_to_notes
from grym.domain.composing.plan import MAX_TEMPO_BPM, MIN_TEMPO_BPM
from grym.domain.composing.reworking.bounds import is_countable, refusal, require_counts, require_size
from grym.domain.composing.reworking.source import Read
from grym.domain.composing.score import TICKS_PER_QUARTER, Metre, Part, Tonality

T = TypeVar("T")

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_USUAL_TEMPO_BPM = 120.0
_LONGEST_TICKS = 3_000 * 12 * TICKS_PER_QUARTER


@dataclass(frozen=True, slots=True)
class _Meta:
    """What the conductor says: values with the share of the piece that each lasts, longest first."""

    tempi: tuple[float, ...]
    metres: tuple[Metre, ...]
    tonality: Tonality | None
    title: str


def read_midi(data: bytes) -> Read:
    """Read a standard MIDI file.

    Raises
    ------
    ContractError
        ``score.unreadable``, ``score.empty`` or ``score.too_large``.
    """
    require_size(data)
    file = _parsed(data)
    parts = tuple(part for part in midi_to_notes(data) if part.notes)
    require_counts(notes=sum(len(part.notes) for part in parts), parts=len(parts))
    end = max(note.end_ticks for part in parts for note in part.notes)
    if end > _LONGEST_TICKS:
        raise refusal("too_long", "the piece has more bars than any", "Send a part of it.")
    meta = _conductor(file, end)
    warnings = []
    if len(meta.tempi) > 1:
        warnings.append(f"The tempo changes; levelled to {meta.tempi[0]:g} BPM.")
    if len(meta.metres) > 1:
        warnings.append(f"The metre changes; counted in {meta.metres[0]} throughout.")
    tempo = meta.tempi[0] if meta.tempi else _USUAL_TEMPO_BPM
    parts, tempo, told = playable_tempo(parts, tempo)
    metre = meta.metres[0] if meta.metres else Metre(beats=4, unit=4)
    end = max(note.end_ticks for part in parts for note in part.notes)
    stated = {"tempo": meta.tempi, "metre": meta.metres, "key": meta.tonality}
    return Read(
        made_of="midi",
        title=meta.title,
        tempo_bpm=tempo,
        metre=metre,
        tonality=meta.tonality,
        parts=parts,
        length_ticks=whole_bars(_told_end(file, end), metre),
        stated=frozenset(name for name, value in stated.items() if value),
        warnings=(*warnings, *told),
    )


def whole_bars(ticks: int, metre: Metre) -> int:
    """Return the least whole number of bars that holds so many ticks, in ticks; at least one bar."""
    return max(1, -(-ticks // metre.bar_ticks)) * metre.bar_ticks


def playable_tempo(parts: tuple[Part, ...], tempo_bpm: float) -> tuple[tuple[Part, ...], float, tuple[str, ...]]:
    """Return parts and tempo so that the tempo can be planned: written twice as long or half as long where needed."""
    factor = 1.0
    while tempo_bpm * factor > MAX_TEMPO_BPM:
        factor /= 2
    while tempo_bpm * factor < MIN_TEMPO_BPM:
        factor *= 2
    if factor == 1.0:
        return parts, tempo_bpm, ()
    scaled = tuple(
        replace(
            part,
            notes=tuple(
                replace(
                    note,
                    start_ticks=round(note.start_ticks * factor),
                    duration_ticks=max(1, round(note.duration_ticks * factor)),
                )
                for note in part.notes
            ),
        )
        for part in parts
    )
    return scaled, tempo_bpm * factor, (f"Written at {tempo_bpm:g} BPM; read as {tempo_bpm * factor:g} BPM.",)


def _parsed(data: bytes) -> mido.MidiFile:
    """Parse a file, or say why not."""
    try:
        file = mido.MidiFile(file=io.BytesIO(data))
    except Exception as error:  # a hostile file fails in as many ways as there are bytes
        raise refusal(
            "unreadable", "these bytes are no standard MIDI file", str(error)[:120] or "Export it again."
        ) from error
    if file.type == 2:
        raise refusal("unreadable", "a MIDI file of type 2 holds several pieces", "Save it as type 0 or 1.")
    if not 0 < file.ticks_per_beat < 0x8000:
        raise refusal("unreadable", "the file counts frames instead of quarter notes", "Save it with ticks a quarter.")
    return file


def _told_end(file: mido.MidiFile, end: int) -> int:
    """Return where the piece ends by its tracks, where that is no more than a bar of silence beyond its notes."""
    told = max((sum(message.time for message in track) for track in file.tracks), default=0)
    scaled = round(told * TICKS_PER_QUARTER / file.ticks_per_beat)
    return scaled if end <= scaled <= end + 16 * TICKS_PER_QUARTER else end


def _conductor(file: mido.MidiFile, end: int) -> _Meta:
    """Collect what all tracks say of tempo, metre, key and title."""
    tempi: list[tuple[int, float]] = []
    metres: list[tuple[int, Metre]] = []
    tonality, title = None, ""
    for track in file.tracks:
        at = 0
        for message in track:
            at += message.time
            tick = round(at * TICKS_PER_QUARTER / file.ticks_per_beat)
            if message.type == "set_tempo" and message.tempo > 0:
                tempi.append((tick, mido.tempo2bpm(message.tempo)))
            elif message.type == "time_signature" and is_countable(message.numerator, message.denominator):
                metres.append((tick, Metre(beats=message.numerator, unit=message.denominator)))
            elif message.type == "key_signature" and tonality is None:
                tonality = _key(message.key)
            elif message.type == "track_name" and not title:
                title = message.name[:120]
    return _Meta(
        tempi=_longest([(at, _near(bpm)) for at, bpm in tempi], end),
        metres=_longest(metres, end),
        tonality=tonality,
        title=title,
    )


def _near(tempo_bpm: float) -> float:
    """Return a tempo without what microseconds a quarter add to it."""
    rounded = round(tempo_bpm, 3)
    return float(round(rounded)) if math.isclose(rounded, round(rounded), abs_tol=0.002) else rounded


def _longest(changes: Sequence[tuple[int, T]], end: int) -> tuple[T, ...]:
    """Return the different values, those that last longest first."""
    lasts: dict[T, int] = defaultdict(int)
    ordered = sorted(changes, key=lambda change: change[0])
    for at, (tick, value) in enumerate(ordered):
        until = ordered[at + 1][0] if at + 1 < len(ordered) else max(end, tick + 1)
        lasts[value] += max(0, min(until, max(end, 1)) - tick)
    return tuple(sorted(lasts, key=lambda value: -lasts[value]))


def _key(name: str) -> Tonality:
    """Read the name mido gives a key signature, ``F#m``."""
    minor = name.endswith("m")
    letter, signs = name[0], name[1:].rstrip("m")
    tonic = (_LETTERS[letter] + signs.count("#") - signs.count("b")) % 12
    return Tonality(tonic=tonic, mode="minor" if minor else "major")
