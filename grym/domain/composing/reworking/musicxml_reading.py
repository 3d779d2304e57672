"""Reading MusicXML: notes as they are written, partwise, plain or compressed, with every cap a foreign file needs.

Ties are joined, transposing instruments read as they sound, an upbeat fills the end of a bar of its own. Grace and cue
notes are left out, repeats are not played out, and the reader is told. A file has one metre here: its first.

References
----------
W3C Music Notation Community Group 2021, "MusicXML 4.0".
"""

import io
import zipfile
import zlib
from dataclasses import dataclass, field, replace

from grym.domain.composing.reworking.bounds import MOST_BYTES, is_countable, refusal, require_counts, require_size
from grym.domain.composing.reworking.midi_reading import playable_tempo, whole_bars
from grym.domain.composing.reworking.source import MOST_NOTES, Read
from grym.domain.composing.reworking.xml_tree import Element, number_of, parse_xml
from grym.domain.composing.score import TICKS_PER_QUARTER, Metre, Note, Part, Tonality
from grym.domain.composing.theory import SCALES

_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_UNITS = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25}
_TO_RELATIVE = {"major": 0, "minor": 9, "dorian": 2, "phrygian": 4, "lydian": 5, "mixolydian": 7, "locrian": 11}
_USUAL_TEMPO_BPM = 120.0
_USUAL_VELOCITY = 80
_PERCUSSION_CHANNEL = "10"
_UNKNOWN_DRUM = 38
_MOST_FILES = 64
_MOST_MEASURES = 3_000
_MOST_BAR_QUARTERS = 64.0


@dataclass(slots=True)
class _Player:
    """One part while it is read: place and length are in ticks from the start of the piece."""

    name: str
    program: int
    percussion: bool
    keys: dict[str, int]
    divisions: float = 1.0
    transpose: int = 0
    notes: list[Note] = field(default_factory=list)
    tied: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Told:
    """What the score says besides its notes."""

    tempo_bpm: float | None = None
    metre: Metre | None = None
    tonality: Tonality | None = None
    warnings: dict[str, None] = field(default_factory=dict)


def read_musicxml(data: bytes) -> Read:
    """Read a MusicXML document, plain or compressed (.mxl).

    Raises
    ------
    ContractError
        ``score.unreadable``, ``score.entities``, ``score.empty`` or ``score.too_large``.
    """
    require_size(data)
    root = parse_xml(unpacked(data))
    if root.tag != "score-partwise":
        raise refusal("unreadable", f"a document of kind {root.tag[:40]!r} is no partwise score", "Export MusicXML.")
    told = _Told()
    players = _players(root)
    bodies = {part.attributes.get("id", ""): part.all("measure") for part in root.all("part")}
    if max((len(measures) for measures in bodies.values()), default=0) > _MOST_MEASURES:
        raise refusal("too_large", f"there are more than {_MOST_MEASURES} measures", "Send a part of the piece.")
    end = _read_measures(players, bodies, told)
    parts = tuple(_part(player) for player in players.values() if player.notes)
    require_counts(notes=sum(len(part.notes) for part in parts), parts=len(parts))
    metre = told.metre or Metre(beats=4, unit=4)
    tempo = told.tempo_bpm or _USUAL_TEMPO_BPM
    before = tempo
    parts, tempo, more = playable_tempo(parts, tempo)
    stated = {"tempo": told.tempo_bpm, "metre": told.metre, "key": told.tonality}
    return Read(
        made_of="musicxml",
        title=(root.word("work", "work-title") or root.word("movement-title"))[:120],
        tempo_bpm=tempo,
        metre=metre,
        tonality=told.tonality,
        parts=parts,
        length_ticks=whole_bars(round(end * tempo / before), metre),
        stated=frozenset(name for name, value in stated.items() if value),
        warnings=(*told.warnings, *more),
    )


def unpacked(data: bytes) -> bytes:
    """Return the document of a compressed file; plain ones as they are."""
    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            names = packed.infolist()
            if len(names) > _MOST_FILES:
                raise refusal("too_large", "the packed file holds too many files", "Export the score again.")
            chosen = _document(packed, names)
            with packed.open(chosen) as file:
                plain = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, EOFError, ValueError) as error:
        raise refusal("unreadable", "the packed file is broken", "Export the score again.") from error
    require_size(plain)
    return plain


def _document(packed: zipfile.ZipFile, names: list[zipfile.ZipInfo]) -> zipfile.ZipInfo:
    """Find the score inside a packed file: the one its container names, else the first that is no container."""
    by_name = {info.filename: info for info in names}
    container = by_name.get("META-INF/container.xml")
    if container is not None and container.file_size < 65_536:
        with packed.open(container) as file:
            root = parse_xml(file.read(65_536))
        path = root.find("rootfiles", "rootfile")
        if path is not None and path.attributes.get("full-path", "") in by_name:
            return by_name[path.attributes["full-path"]]
    found = [i for i in names if i.filename.endswith((".xml", ".musicxml")) and not i.filename.startswith("META-INF")]
    if not found:
        raise refusal("unreadable", "the packed file holds no score", "Export the score again.")
    return found[0]


def _players(root: Element) -> dict[str, _Player]:
    """Return the parts of the part list, by id."""
    found: dict[str, _Player] = {}
    listed = root.find("part-list")
    for entry in listed.all("score-part") if listed else []:
        sounds = entry.all("midi-instrument")
        keys = {
            sound.attributes.get("id", ""): int(sound.number("midi-unpitched")) - 1
            for sound in sounds
            if sound.find("midi-unpitched") is not None
        }
        program = int(sounds[0].number("midi-program", default=1)) - 1 if sounds else 0
        found[entry.attributes.get("id", "")] = _Player(
            name=entry.word("part-name")[:80] or f"part {len(found) + 1}",
            program=min(127, max(0, program)),
            percussion=bool(sounds) and sounds[0].word("midi-channel") == _PERCUSSION_CHANNEL,
            keys=keys,
        )
    return found


def _read_measures(players: dict[str, _Player], bodies: dict[str, list[Element]], told: _Told) -> int:
    """Read every part measure by measure, so that all bars begin together; return the end in ticks."""
    count = max((len(measures) for measures in bodies.values()), default=0)
    at = 0
    for number in range(count):
        length = 0
        for name, measures in bodies.items():
            if number < len(measures) and name in players:
                length = max(length, _measure(players[name], measures[number], at, told))
        bar = told.metre.bar_ticks if told.metre else 4 * TICKS_PER_QUARTER
        if number == 0 and 0 < length < bar:
            _push(players, bar - length)
            length = bar
        at += length or bar
    return at


def _push(players: dict[str, _Player], ticks: int) -> None:
    """Move an upbeat to the end of a bar of its own."""
    for player in players.values():
        player.notes = [replace(note, start_ticks=note.start_ticks + ticks) for note in player.notes]


def _measure(player: _Player, measure: Element, start: int, told: _Told) -> int:
    """Read one measure of a part and return how long it is, in ticks."""
    at = last = furthest = 0
    for item in measure.children:
        if item.tag == "attributes":
            _attributes(player, item, told)
        elif item.tag in {"direction", "sound"}:
            _direction(item, told)
        elif item.tag == "barline" and item.find("repeat") is not None:
            told.warnings["Repeats are not played out."] = None
        elif item.tag in {"backup", "forward"}:
            at = max(0, at + _ticks(player, item) * (1 if item.tag == "forward" else -1))
        elif item.tag == "note":
            length = _ticks(player, item)
            if item.find("grace") is not None or item.find("cue") is not None:
                told.warnings["Grace and cue notes were left out."] = None
                continue
            begins = last if item.find("chord") is not None else at
            _note(player, item, start + begins, length, told)
            if item.find("chord") is None:
                last, at = at, at + length
        furthest = max(furthest, at)
    return furthest


def _ticks(player: _Player, item: Element) -> int:
    """Return a duration in ticks, bounded."""
    quarters = item.number("duration") / player.divisions
    if not 0 <= quarters <= _MOST_BAR_QUARTERS:
        raise refusal("unreadable", "a duration is longer than any bar", "Export the score again.")
    return round(quarters * TICKS_PER_QUARTER)


def _note(player: _Player, item: Element, start: int, length: int, told: _Told) -> None:
    """Take in a note; one that is tied to the last of its pitch makes that one longer."""
    pitch = _pitch(player, item, told)
    if pitch is None or length <= 0:
        return
    if len(player.notes) >= MOST_NOTES:
        raise refusal("too_large", f"a part has more than {MOST_NOTES} notes", "Send a part of the piece.")
    ties = {tie.attributes.get("type") for tie in item.all("tie")}
    before = player.tied.pop(pitch, None) if "stop" in ties else None
    if before is not None:
        at, whole = before, player.notes[before]
        player.notes[at] = replace(whole, duration_ticks=start + length - whole.start_ticks)
    else:
        at = len(player.notes)
        player.notes.append(Note(start_ticks=start, duration_ticks=length, midi_pitch=pitch, velocity=_USUAL_VELOCITY))
    if "start" in ties:
        player.tied[pitch] = at


def _pitch(player: _Player, item: Element, told: _Told) -> int | None:
    """Return the sounding pitch of a note, the key of a drum stroke, or None for a rest."""
    if item.find("unpitched") is not None:
        player.percussion = True
        sound = item.find("instrument")
        key = player.keys.get(sound.attributes.get("id", "")) if sound else next(iter(player.keys.values()), None)
        if key is None:
            told.warnings["Some drum strokes do not say what is struck; read as snare."] = None
        return min(127, max(0, _UNKNOWN_DRUM if key is None else key))
    if item.find("pitch") is None:
        return None
    step = _STEPS.get(item.word("pitch", "step").upper())
    if step is None:
        raise refusal("unreadable", "a note has no step", "Export the score again.")
    octave, alter = item.number("pitch", "octave", default=4), item.number("pitch", "alter")
    sounding = round(12 * (octave + 1) + step + alter) + player.transpose
    return sounding if 0 <= sounding <= 127 else None


def _attributes(player: _Player, item: Element, told: _Told) -> None:
    """Take in divisions, metre, key and transposition."""
    divisions = item.number("divisions")
    if divisions > 0:
        player.divisions = divisions
    time, key, shift = item.find("time"), item.find("key"), item.find("transpose")
    if time is not None:
        _time(time, told)
    if key is not None and told.tonality is None and key.find("fifths") is not None:
        mode = key.word("mode") or "major"
        mode = mode if mode in SCALES else "major"
        tonic = round(key.number("fifths")) * 7 + _TO_RELATIVE[mode]
        told.tonality = Tonality(tonic=tonic % 12, mode=mode)
    if shift is not None:
        octaves = round(shift.number("octave-change"))
        player.transpose = max(-48, min(48, round(shift.number("chromatic")) + 12 * octaves))


def _time(time: Element, told: _Told) -> None:
    """Take in a metre; further ones are counted in the first."""
    beats, unit = (int(part) if part.isdigit() else 0 for part in (time.word("beats")[:3], time.word("beat-type")[:3]))
    if not is_countable(beats, unit):
        told.warnings["A metre that grym cannot count was passed over."] = None
        return
    metre = Metre(beats=beats, unit=unit)
    if told.metre is None:
        told.metre = metre
    elif told.metre != metre:
        told.warnings[f"The metre changes; counted in {told.metre} throughout."] = None


def _direction(item: Element, told: _Told) -> None:
    """Take in a tempo; further ones are levelled."""
    sound = item if item.tag == "sound" else item.find("sound")
    tempo = number_of(sound.attributes.get("tempo", "")) if sound is not None else 0.0
    marks = [kind.find("metronome") for kind in item.all("direction-type")]
    mark = next((mark for mark in marks if mark is not None), None)
    if not tempo and mark is not None and mark.word("per-minute").replace(".", "", 1).isdigit():
        dotted = 1.5 if mark.find("beat-unit-dot") is not None else 1.0
        tempo = mark.number("per-minute") * _UNITS.get(mark.word("beat-unit"), 1.0) * dotted
    if not 1.0 <= tempo <= 1000.0:
        return
    if told.tempo_bpm is None:
        told.tempo_bpm = tempo
    elif abs(told.tempo_bpm - tempo) > 0.01 * tempo:
        told.warnings[f"The tempo changes; levelled to {told.tempo_bpm:g} BPM."] = None


def _part(player: _Player) -> Part:
    """Return a part; its role is found later."""
    notes = {(note.start_ticks, note.midi_pitch): note for note in sorted(player.notes, key=lambda n: n.duration_ticks)}
    return Part(
        name=player.name,
        role="drums" if player.percussion else "melody",
        program=player.program,
        notes=tuple(notes[key] for key in sorted(notes)),
        percussion=player.percussion,
    )
