"""MusicXML 4.0: a score as it is written, for notation programs.

Partwise, one part per player, in concert pitch; chord symbols, tempo and section marks stand over the first part.
What is played but not written (swing, humanised onsets, velocities) is left out; the MIDI file has it.

References
----------
W3C Music Notation Community Group 2021, "MusicXML 4.0".
"""

from collections.abc import Iterator, Sequence
from html import escape

from grym.domain.composing.notation import UNIT_TICKS, UNITS_PER_QUARTER, VALUES, Value, bars_of
from grym.domain.composing.score import ChordSpan, Metre, Part, Score
from grym.domain.composing.theory import key_fifths, name, spell

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    '"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_LETTER_PITCH = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_LETTERS = "CDEFGAB"
_SHARPS = "FCGDAEB"
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_KINDS = {
    "": "major", "m": "minor", "dim": "diminished", "aug": "augmented", "7": "dominant", "maj7": "major-seventh",
    "m7": "minor-seventh", "m7b5": "half-diminished", "dim7": "diminished-seventh", "6": "major-sixth",
    "m6": "minor-sixth", "9": "dominant-ninth", "maj9": "major-ninth", "m9": "minor-ninth", "add9": "major",
    "madd9": "minor", "sus2": "suspended-second", "sus4": "suspended-fourth", "7sus4": "suspended-fourth", "5": "power",
}  # fmt: skip
# Letters above the root for a chord tone so many semitones above it (thirds are two letters, fifths four …).
_LETTER_STEPS = {0: 0, 1: 1, 2: 1, 3: 2, 4: 2, 5: 3, 6: 4, 7: 4, 8: 4, 9: 5, 10: 6, 11: 6}
# Where drum keys stand on a five-line staff (common drum notation): step, octave, and whether the head is a cross.
_DRUM_PLACES: dict[int, tuple[str, int, bool]] = {
    36: ("F", 4, False), 37: ("C", 5, True), 38: ("C", 5, False), 39: ("D", 5, True), 42: ("G", 5, True),
    44: ("D", 4, True), 45: ("A", 4, False), 46: ("G", 5, True), 47: ("D", 5, False), 49: ("A", 5, True),
    50: ("E", 5, False), 51: ("F", 5, True), 54: ("B", 5, True), 63: ("E", 5, False), 64: ("B", 4, False),
    70: ("B", 5, False), 81: ("C", 6, True),
}  # fmt: skip
_PERCUSSION_CHANNEL = 10
# Below this mean pitch a part is read in the bass clef.
_BASS_CLEF_BELOW = 57.0

Spelling = tuple[str, int, int]


def score_to_musicxml(score: Score) -> str:
    """Write a score as a MusicXML 4.0 document."""
    lines = [
        _HEADER + '<score-partwise version="4.0">',
        f"<work><work-title>{_clean(score.title)}</work-title></work>",
        "<identification><encoding><software>grym</software></encoding></identification>",
        "<part-list>",
        *(line for at, part in enumerate(score.parts, 1) for line in _part_entry(part, at)),
        "</part-list>",
    ]
    for at, part in enumerate(score.parts, 1):
        lines += [f'<part id="P{at}">', *_measures(score, part, at), "</part>"]
    return "\n".join([*lines, "</score-partwise>", ""])


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


def _measures(score: Score, part: Part, at: int) -> Iterator[str]:
    """Yield the measures of a part."""
    bars = bars_of(part.notes, score.metre, length_ticks=score.length_ticks, percussion=part.percussion)
    for number, voices in enumerate(bars, 1):
        yield f'<measure number="{number}">'
        if number == 1:
            yield from _attributes(score, part)
        if at == 1:
            yield from _marks(score, number)
        bar_start = (number - 1) * score.metre.bar_ticks
        spelled = _Speller(score, bar_start)
        accidentals = spelled.accidentals(voices) if not part.percussion else {}
        for index, voice in enumerate(voices):
            if index:
                yield f"<backup><duration>{score.metre.bar_ticks // UNIT_TICKS}</duration></backup>"
            for value in voice:
                yield from _notes(
                    value, index, spelled, accidentals, part_id=at, percussion=part.percussion, metre=score.metre
                )
        if number == len(bars):
            yield '<barline location="right"><bar-style>light-heavy</bar-style></barline>'
        yield "</measure>"


def _attributes(score: Score, part: Part) -> Iterator[str]:
    """Yield divisions, key, metre and clef."""
    mode = score.tonality.mode
    yield f"<attributes><divisions>{UNITS_PER_QUARTER}</divisions>"
    if not part.percussion:
        yield f"<key><fifths>{key_fifths(score.tonality)}</fifths><mode>{mode}</mode></key>"
    yield f"<time><beats>{score.metre.beats}</beats><beat-type>{score.metre.unit}</beat-type></time>"
    yield f"{_clef(part)}</attributes>"


def _clef(part: Part) -> str:
    """Choose the clef in which a part needs the fewest ledger lines."""
    if part.percussion:
        return "<clef><sign>percussion</sign></clef>"
    pitches = [note.midi_pitch for note in part.notes] or [60]
    mean = sum(pitches) / len(pitches)
    if mean < _BASS_CLEF_BELOW:
        return "<clef><sign>F</sign><line>4</line></clef>"
    return "<clef><sign>G</sign><line>2</line></clef>"


def _marks(score: Score, number: int) -> Iterator[str]:
    """Yield section marks, the tempo and the chord symbols of a bar."""
    start = (number - 1) * score.metre.bar_ticks
    end = start + score.metre.bar_ticks
    for section in score.sections:
        if section.start_ticks == start:
            yield (
                f'<direction placement="above"><direction-type><rehearsal>{_clean(section.name)}</rehearsal>'
                "</direction-type></direction>"
            )
    if number == 1:
        yield (
            '<direction placement="above"><direction-type><metronome><beat-unit>quarter</beat-unit>'
            f"<per-minute>{score.tempo_bpm:g}</per-minute></metronome></direction-type>"
            f'<sound tempo="{score.tempo_bpm:g}"/></direction>'
        )
    for chord in score.chords:
        if start <= chord.start_ticks < end:
            yield _harmony(chord, score, (chord.start_ticks - start) // UNIT_TICKS)


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


class _Speller:
    """Names pitches by the chord that sounds, and knows which accidentals a bar needs."""

    def __init__(self, score: Score, bar_start_ticks: int) -> None:
        self._score = score
        self._start = bar_start_ticks
        end = bar_start_ticks + score.metre.bar_ticks
        self._chords = [
            chord
            for chord in score.chords
            if chord.start_ticks < end and chord.start_ticks + chord.duration_ticks > bar_start_ticks
        ]
        fifths = key_fifths(score.tonality)
        marked = _SHARPS[:fifths] if fifths > 0 else _SHARPS[::-1][:-fifths] if fifths < 0 else ""
        self._signature = dict.fromkeys(marked, 1 if fifths > 0 else -1)

    def spell(self, midi_pitch: int, unit: int) -> Spelling:
        """Return letter, alteration and octave of a pitch at a place of the bar."""
        letter, alter = self._letter(midi_pitch % 12, self._start + unit * UNIT_TICKS)
        return letter, alter, (midi_pitch - alter - _LETTER_PITCH[letter]) // 12 - 1

    def _letter(self, pitch_class: int, tick: int) -> tuple[str, int]:
        """Name a pitch class as the chord's tone, otherwise by the key."""
        for chord in self._chords:
            sounds = chord.start_ticks <= tick < chord.start_ticks + chord.duration_ticks
            if sounds and pitch_class in chord.pitch_classes:
                root, _ = spell(chord.pitch_classes[0], self._score.tonality)
                above = (pitch_class - chord.pitch_classes[0]) % 12
                steps = 6 if above == 9 and chord.symbol.partition("/")[0].endswith("dim7") else _LETTER_STEPS[above]
                letter = _LETTERS[(_LETTERS.index(root) + steps) % 7]
                alter = (pitch_class - _LETTER_PITCH[letter] + 6) % 12 - 6
                if abs(alter) <= 1:
                    return letter, alter
        return spell(pitch_class, self._score.tonality)

    def accidentals(self, voices: Sequence[Sequence[Value]]) -> dict[tuple[int, int], str]:
        """Return the accidental to print by (unit, pitch), where the signature or an earlier one does not say it."""
        state: dict[tuple[str, int], int] = {}
        printed: dict[tuple[int, int], str] = {}
        values = sorted((value for voice in voices for value in voice), key=lambda value: value.start)
        for value in values:
            for pitch in value.pitches:
                letter, alter, octave = self.spell(pitch, value.start)
                valid = state.get((letter, octave), self._signature.get(letter, 0))
                if alter != valid and not value.tied_from:
                    printed[value.start, pitch] = _ACCIDENTALS[alter]
                if not value.tied_from:
                    state[letter, octave] = alter
        return printed


def _notes(
    value: Value,
    voice: int,
    spelled: _Speller,
    accidentals: dict[tuple[int, int], str],
    *,
    part_id: int,
    percussion: bool,
    metre: Metre,
) -> Iterator[str]:
    """Yield the note elements of a value: a rest, a note, or the notes of a chord."""
    if not value.pitches:
        whole = value.length == metre.bar_ticks // UNIT_TICKS
        rest = '<rest measure="yes"/>' if whole else "<rest/>"
        length = f"<duration>{value.length}</duration><voice>{voice + 1}</voice>{_type(value, whole=whole)}"
        yield f"<note>{rest}{length}</note>"
        return
    for at, pitch in enumerate(value.pitches):
        yield "".join(
            (
                "<note>",
                "<chord/>" * (at > 0),
                _unpitched(pitch) if percussion else _pitch(spelled.spell(pitch, value.start)),
                f"<duration>{value.length}</duration>",
                '<tie type="stop"/>' * value.tied_from,
                '<tie type="start"/>' * value.tied_to,
                f'<instrument id="P{part_id}-I{pitch}"/>' * percussion,
                f"<voice>{voice + 1}</voice>",
                _type(value, accidental=accidentals.get((value.start, pitch), "")),
                "<notehead>x</notehead>" * (percussion and _drum_place(pitch)[2]),
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
