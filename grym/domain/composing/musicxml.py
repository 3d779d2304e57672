"""MusicXML 4.0: a score as it is written, for notation programs.

Partwise, one part per player, the two hands of a keyboard on two staves, in concert
pitch; chord symbols, tempo and section marks stand over the first part.
What is played but not written (swing, humanised onsets, velocities) is left out; the MIDI file has it.

References
----------
W3C Music Notation Community Group 2021, "MusicXML 4.0".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from grym.domain.composing.notation import UNIT_TICKS, UNITS_PER_QUARTER, VALUES, Value, bars_of
from grym.domain.composing.score import ChordSpan, Part, Score, SectionSpan
from grym.domain.composing.spelling import Speller, Spelling
from grym.domain.composing.theory import key_fifths, name, spell

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_KINDS = {
    "": "major", "m": "minor", "dim": "diminished", "aug": "augmented", "7": "dominant", "maj7": "major-seventh",
    "m7": "minor-seventh", "m7b5": "half-diminished", "dim7": "diminished-seventh", "6": "major-sixth",
    "m6": "minor-sixth", "9": "dominant-ninth", "maj9": "major-ninth", "m9": "minor-ninth", "add9": "major",
    "madd9": "minor", "sus2": "suspended-second", "sus4": "suspended-fourth", "7sus4": "suspended-fourth", "5": "power",
}  # fmt: skip
# Where drum keys stand on a five-line staff (common drum notation): step, octave, and whether the head is a cross.
_DRUM_PLACES: dict[int, tuple[str, int, bool]] = {
    36: ("F", 4, False), 37: ("C", 5, True), 38: ("C", 5, False), 39: ("D", 5, True), 42: ("G", 5, True),
    44: ("D", 4, True), 45: ("A", 4, False), 46: ("G", 5, True), 47: ("D", 5, False), 49: ("A", 5, True),
    50: ("E", 5, False), 51: ("F", 5, True), 54: ("B", 5, True), 63: ("E", 5, False), 64: ("B", 4, False),
    70: ("B", 5, False), 81: ("C", 6, True),
}  # fmt: skip
_PERCUSSION_CHANNEL = 10
# Mean velocities below which a section is so loud (MIDI files of notation programs put p at 49 and f at 96).
_DYNAMICS = ((42, "pp"), (57, "p"), (71, "mp"), (85, "mf"), (103, "f"))
# More chords a bar than this are voices that move: symbols over them would hide the page.
_MOST_SYMBOLS = 2.5
_VIOLA = 41  # the one instrument of the alto clef
# Below this mean pitch a part is read in the bass clef.
_BASS_CLEF_BELOW = 57.0


def score_to_musicxml(score: Score) -> str:
    """Write a score as a MusicXML 4.0 document."""
    lines = [
        _HEADER + '<score-partwise version="4.0">',
        f"<work><work-title>{_clean(score.title)}</work-title></work>",
        "<identification><encoding><software>grym</software></encoding></identification>",
        "<part-list>",
        *(line for at, player in enumerate(players_of(score), 1) for line in _part_entry(player[0], at)),
        "</part-list>",
    ]
    for at, player in enumerate(players_of(score), 1):
        lines += [f'<part id="P{at}">', *_measures(score, player, at), "</part>"]
    return "\n".join([*lines, "</score-partwise>", ""])


def players_of(score: Score) -> tuple[tuple[Part, ...], ...]:
    """Return the parts by player: those of a keyboard's two hands together, upper staff first."""
    found: list[tuple[Part, ...]] = []
    for part in score.parts:
        together = [one for one in score.parts if part.hand and one.hand and one.program == part.program]
        both = {one.hand for one in together} == {"right", "left"}
        player = tuple(sorted(together, key=lambda one: one.hand != "right")) if both else (part,)
        if player not in found:
            found.append(player)
    return tuple(found)


def _clean(text: str) -> str:
    """Escape text and leave out what XML 1.0 cannot hold."""
    return escape("".join(char for char in text if char >= " " and char not in "\ufffe\uffff"), quote=True)


def _part_entry(part: Part, at: int) -> Iterator[str]:
    """Yield the entry of a part in the part list, with the sounds of its instruments."""
    yield f'<score-part id="P{at}"><part-name>{_clean(part.name)}</part-name>'
    keys = sorted({note.midi_pitch for note in part.notes}) if part.percussion else []
    for key in keys:
        yield f'<score-instrument id="P{at}-I{key}"><instrument-name>key {key}</instrument-name></score-instrument>'
    if not part.percussion:
        instrument = f"<instrument-name>{_clean(part.name)}</instrument-name>"
        yield f'<score-instrument id="P{at}-I1">{instrument}</score-instrument>'
        # Sixteen channels less the one of percussion.
        channel = (at - 1) % 15 + 1
        channel += channel >= _PERCUSSION_CHANNEL
        yield (
            f'<midi-instrument id="P{at}-I1"><midi-channel>{channel}</midi-channel>'
            f"<midi-program>{part.program + 1}</midi-program></midi-instrument>"
        )
    for key in keys:
        yield (
            f'<midi-instrument id="P{at}-I{key}"><midi-channel>{_PERCUSSION_CHANNEL}</midi-channel>'
            f"<midi-program>1</midi-program><midi-unpitched>{key + 1}</midi-unpitched></midi-instrument>"
        )
    yield "</score-part>"


def _measures(score: Score, player: Sequence[Part], at: int) -> Iterator[str]:
    """Yield the measures of a player."""
    written = [
        bars_of(part.notes, score.metre, length_ticks=score.length_ticks, percussion=part.percussion) for part in player
    ]
    grand = len(player) > 1
    for number in range(1, len(written[0]) + 1):
        yield f'<measure number="{number}">'
        if number == 1:
            yield from _attributes(score, player)
        if at == 1:
            yield from _marks(score, number)
        spelled = Speller(score, (number - 1) * score.metre.bar_ticks)
        lines = [(part, voice) for part, bars in zip(player, written, strict=True) for voice in bars[number - 1]]
        for index, (part, voice) in enumerate(lines):
            if index:
                yield f"<backup><duration>{score.metre.bar_ticks // UNIT_TICKS}</duration></backup>"
            staff = (1 if part.hand == "right" else 2) if grand else 0
            beside = [other for one, other in lines if one.hand == part.hand]
            accidentals = spelled.accidentals(beside) if not part.percussion else {}
            yield from _voice(voice, _Place(part_id=at, voice=index + 1, staff=staff), part, spelled, accidentals)
        if number == len(written[0]):
            yield '<barline location="right"><bar-style>light-heavy</bar-style></barline>'
        yield "</measure>"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where notes are written: the part, its voice from 1, and its staff, 0 where there is one only."""

    part_id: int
    voice: int
    staff: int


def _voice(
    values: Sequence[Value], place: _Place, part: Part, spelled: Speller, accidentals: dict[tuple[int, int], str]
) -> Iterator[str]:
    """Yield the notes of a voice in a bar; one that is silent is a bar rest."""
    whole = sum(value.length for value in values)
    for value in values:
        if value.pitches:
            yield from _notes(value, place, spelled, accidentals, percussion=part.percussion)
        else:
            yield _rest(value, place, whole=value.length == whole)


def _attributes(score: Score, player: Sequence[Part]) -> Iterator[str]:
    """Yield divisions, key, metre, staves and clefs."""
    part = player[0]
    mode = score.tonality.mode
    yield f"<attributes><divisions>{UNITS_PER_QUARTER}</divisions>"
    if not part.percussion:
        yield f"<key><fifths>{key_fifths(score.tonality)}</fifths><mode>{mode}</mode></key>"
    yield f"<time><beats>{score.metre.beats}</beats><beat-type>{score.metre.unit}</beat-type></time>"
    if len(player) == 1:
        yield f"{_clef(player, '')}</attributes>"
        return
    hands = ([one for one in player if one.hand == hand] for hand in ("right", "left"))
    clefs = "".join(_clef(hand, f' number="{staff}"') for staff, hand in enumerate(hands, 1))
    yield f"<staves>2</staves>{clefs}</attributes>"


def _clef(parts: Sequence[Part], number: str) -> str:
    """Choose the clef that players of the instrument read, or the one with the fewest ledger lines."""
    if parts[0].percussion:
        return f"<clef{number}><sign>percussion</sign></clef>"
    if parts[0].program == _VIOLA:
        return f"<clef{number}><sign>C</sign><line>3</line></clef>"
    pitches = [note.midi_pitch for part in parts for note in part.notes] or [60]
    sign, line = ("F", 4) if sum(pitches) / len(pitches) < _BASS_CLEF_BELOW else ("G", 2)
    return f"<clef{number}><sign>{sign}</sign><line>{line}</line></clef>"


def _marks(score: Score, number: int) -> Iterator[str]:
    """Yield section marks, the tempo and the chord symbols of a bar."""
    start = (number - 1) * score.metre.bar_ticks
    end = start + score.metre.bar_ticks
    for at, section in enumerate(score.sections):
        if section.start_ticks == start:
            yield (
                f'<direction placement="above"><direction-type><rehearsal>{_clean(section.name)}</rehearsal>'
                "</direction-type></direction>"
            )
            loud = _dynamic(score, section)
            if loud and (at == 0 or loud != _dynamic(score, score.sections[at - 1])):
                yield (
                    f'<direction placement="below"><direction-type><dynamics><{loud}/></dynamics></direction-type>'
                    "</direction>"
                )
    if number == 1:
        yield (
            '<direction placement="above"><direction-type><metronome><beat-unit>quarter</beat-unit>'
            f"<per-minute>{score.tempo_bpm:g}</per-minute></metronome></direction-type>"
            f'<sound tempo="{score.tempo_bpm:g}"/></direction>'
        )
    if len(score.chords) * score.metre.bar_ticks > _MOST_SYMBOLS * score.length_ticks:
        return
    for chord in score.chords:
        if start <= chord.start_ticks < end:
            yield _harmony(chord, score, (chord.start_ticks - start) // UNIT_TICKS)


def _dynamic(score: Score, section: SectionSpan) -> str:
    """Return the dynamic mark of a section, by the mean velocity of what the first part plays in it."""
    end = section.start_ticks + section.duration_ticks
    played = [note.velocity for note in score.parts[0].notes if section.start_ticks <= note.start_ticks < end]
    if not played:
        return ""
    mean = sum(played) / len(played)
    return next((mark for most, mark in _DYNAMICS if mean < most), "ff")


def _harmony(chord: ChordSpan, score: Score, offset: int) -> str:
    """Write a chord symbol."""
    root = name(chord.pitch_classes[0], score.tonality)
    head, _, bass = chord.symbol.partition("/")
    quality = head[len(root) :]
    letter, alter = spell(chord.pitch_classes[0], score.tonality)
    text = f"<harmony><root><root-step>{letter}</root-step>{_alter('root-alter', alter)}</root>"
    text += f'<kind text="{escape(quality, quote=True)}">{_KINDS.get(quality, "other")}</kind>'
    if bass:
        shift = bass.count("#") - bass[1:].count("b")
        text += f"<bass><bass-step>{bass[0]}</bass-step>{_alter('bass-alter', shift)}</bass>"
    if quality in {"add9", "madd9"}:
        text += "<degree><degree-value>9</degree-value><degree-alter>0</degree-alter>"
        text += "<degree-type>add</degree-type></degree>"
    return text + (f"<offset>{offset}</offset>" if offset else "") + "</harmony>"


def _alter(tag: str, alter: int) -> str:
    """Write an alteration where there is one."""
    return f"<{tag}>{alter}</{tag}>" if alter else ""


def _rest(value: Value, place: _Place, *, whole: bool) -> str:
    """Write a rest."""
    rest = '<rest measure="yes"/>' if whole else "<rest/>"
    length = f"<duration>{value.length}</duration><voice>{place.voice}</voice>"
    return f"<note>{rest}{length}{_type(value, whole=whole)}{_staff(place)}</note>"


def _staff(place: _Place) -> str:
    """Write on which staff of two something stands."""
    return f"<staff>{place.staff}</staff>" if place.staff else ""


def _notes(
    value: Value, place: _Place, spelled: Speller, accidentals: dict[tuple[int, int], str], *, percussion: bool
) -> Iterator[str]:
    """Yield the note elements of a value: a note, or the notes of a chord."""
    for at, pitch in enumerate(value.pitches):
        yield "".join(
            (
                "<note>",
                "<chord/>" * (at > 0),
                _unpitched(pitch) if percussion else _pitch(spelled.spell(pitch, value.start)),
                f"<duration>{value.length}</duration>",
                '<tie type="stop"/>' * value.tied_from,
                '<tie type="start"/>' * value.tied_to,
                f'<instrument id="P{place.part_id}-I{pitch}"/>' * percussion,
                f"<voice>{place.voice}</voice>",
                _type(value, accidental=accidentals.get((value.start, pitch), "")),
                "<notehead>x</notehead>" * (percussion and _drum_place(pitch)[2]),
                _staff(place),
                *(f'<beam number="{level}">{state}</beam>' for level, state in enumerate(value.beams, 1) if at == 0),
                _notations(value),
                "</note>",
            )
        )


def _drum_place(key: int) -> tuple[str, int, bool]:
    """Return where a drum key stands; unknown keys stand on the middle line."""
    return _DRUM_PLACES.get(key, ("B", 4, False))


def _unpitched(key: int) -> str:
    """Write the place of a drum stroke."""
    step, octave, _ = _drum_place(key)
    return f"<unpitched><display-step>{step}</display-step><display-octave>{octave}</display-octave></unpitched>"


def _pitch(spelling: Spelling) -> str:
    """Write a pitch."""
    letter, alter, octave = spelling
    return f"<pitch><step>{letter}</step>{_alter('alter', alter)}<octave>{octave}</octave></pitch>"


def _type(value: Value, *, accidental: str = "", whole: bool = False) -> str:
    """Write note type, dots, accidental and triplet ratio; a bar rest has none."""
    if whole:
        return ""
    kind, dots, triplet = VALUES[value.length]
    ratio = "<actual-notes>3</actual-notes><normal-notes>2</normal-notes>"
    return "".join(
        (
            f"<type>{kind}</type>",
            "<dot/>" * dots,
            f"<accidental>{accidental}</accidental>" if accidental else "",
            f"<time-modification>{ratio}</time-modification>" if triplet else "",
        )
    )


def _notations(value: Value) -> str:
    """Write ties."""
    ties = '<tied type="stop"/>' * value.tied_from + '<tied type="start"/>' * value.tied_to
    return f"<notations>{ties}</notations>" if ties else ""
