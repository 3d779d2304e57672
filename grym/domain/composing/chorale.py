"""Four-part writing: alto, tenor and bass under a given soprano.

Every chord is set for the three lower voices so that each keeps its range, none crosses, the chord is complete or
lacks only its fifth, tendency tones are not doubled, and from chord to chord no two voices move in parallel fifths
or octaves. The setting is the cheapest path through the best settings of each chord (beam search). Roots and bass
come from the harmony; a bass that leaps a third is filled with a passing tone.

References
----------
Huron 2001, "Tone and Voice: A Derivation of the Rules of Voice-Leading from Perceptual Principles"; Aldwell, Schachter
and Cadwallader 2011, ch. 6 (spacing, doubling, forbidden parallels).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.harmony import Slot
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import bar_steps, beat_steps
from grym.domain.composing.score import Metre, Tonality
from grym.domain.composing.theory import Chord, altered_scale
from grym.domain.composing.voicing import parallels

ALTO, TENOR, BASS = (55, 74), (48, 67), (40, 60)
SOPRANO_CENTRE = 70.0
# Paths kept from chord to chord: more than ten change the result rarely and cost time in proportion.
_BEAM = 10
_WIDEST_UPPER = 12
_WIDEST_LOWER = 19

_PARALLEL, _HIDDEN, _OVERLAP, _UNRESOLVED = 30.0, 2.0, 3.0, 4.0
_NO_FIFTH, _DOUBLED_LEADING, _DOUBLED_THIRD, _UNISON = 1.5, 12.0, 1.0, 2.0

Setting = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerVoices:
    """The three voices under the melody, section-relative."""

    alto: tuple[PlayedNote, ...]
    tenor: tuple[PlayedNote, ...]
    bass: tuple[PlayedNote, ...]
    last: Setting | None


def harmonised(
    melody: Sequence[MelodyNote], slots: Sequence[Slot], tonality: Tonality, metre: Metre, previous: Setting | None
) -> LowerVoices:
    """Set alto, tenor and bass under a section's melody.

    Parameters
    ----------
    previous
        The last setting of the section before, soprano first.
    """
    cells = [cell for slot in slots for cell in _cells(slot, metre)]
    sopranos = [_soprano(melody, cell) for cell in cells]
    path = _path(cells, sopranos, tonality, previous)
    voices: list[list[PlayedNote]] = [[], [], []]
    for at, (cell, setting) in enumerate(zip(cells, path, strict=True)):
        following = path[at + 1] if at + 1 < len(path) else None
        for voice in range(3):
            voices[voice].extend(
                _moved(
                    cell,
                    setting[voice + 1],
                    following[voice + 1] if following else None,
                    tonality,
                    metre,
                    passing=voice == 2,
                )
            )
    return LowerVoices(
        alto=tuple(voices[0]), tenor=tuple(voices[1]), bass=tuple(voices[2]), last=path[-1] if path else previous
    )


def _cells(slot: Slot, metre: Metre) -> Iterator[Slot]:
    """Cut a chord at the bar lines: what is longer than a bar is sung anew."""
    bar = bar_steps(metre)
    start = slot.start_steps
    while start < slot.end_steps:
        end = min(slot.end_steps, (start // bar + 1) * bar)
        yield Slot(start_steps=start, length_steps=end - start, chord=slot.chord)
        start = end


def _soprano(melody: Sequence[MelodyNote], cell: Slot) -> tuple[int, int]:
    """Return the melody's pitch at the start of a chord, and its lowest while the chord lasts."""
    sounding = [
        note.midi_pitch
        for note in melody
        if note.start_steps < cell.end_steps and note.start_steps + note.length_steps > cell.start_steps
    ]
    if not sounding:
        return round(SOPRANO_CENTRE), round(SOPRANO_CENTRE)
    return sounding[0], min(sounding)


def _path(
    cells: Sequence[Slot], sopranos: Sequence[tuple[int, int]], tonality: Tonality, previous: Setting | None
) -> list[Setting]:
    """Find the smoothest path through the settings of every chord."""
    beam: list[tuple[float, tuple[Setting, ...]]] = [(0.0, (previous,) if previous else ())]
    for cell, (soprano, lowest) in zip(cells, sopranos, strict=True):
        options = sorted(_settings(cell.chord, soprano, lowest, tonality))[: 2 * _BEAM]
        grown = [
            (cost + local + (_motion(path[-1], setting, tonality) if path else 0.0), (*path, setting))
            for cost, path in beam
            for local, setting in options
        ]
        best: dict[Setting, tuple[float, tuple[Setting, ...]]] = {}
        for entry in sorted(grown):
            best.setdefault(entry[1][-1], entry)
        beam = list(best.values())[:_BEAM]
    return list(beam[0][1][1 if previous else 0 :])


def _settings(chord: Chord, soprano: int, lowest: int, tonality: Tonality) -> Iterator[tuple[float, Setting]]:
    """Yield settings of a chord under a soprano with what each costs by itself."""
    tones = set(chord.pitch_classes)
    top = min(lowest, ALTO[1])
    altos = [pitch for pitch in range(min(ALTO[0], top - 4), top + 1) if pitch % 12 in tones]
    basses = [pitch for pitch in range(BASS[0], BASS[1] + 1) if pitch % 12 == chord.bass]
    for alto in altos:
        for tenor in range(max(TENOR[0], alto - _WIDEST_UPPER), min(TENOR[1], alto) + 1):
            if tenor % 12 not in tones:
                continue
            for bass in basses:
                if bass <= tenor and tenor - bass <= _WIDEST_LOWER:
                    setting = (soprano, alto, tenor, bass)
                    yield _local(setting, chord, tonality), setting


def _local(setting: Setting, chord: Chord, tonality: Tonality) -> float:
    """Weigh a setting by itself: completeness, doubling, spacing."""
    classes = [pitch % 12 for pitch in setting]
    root, third, fifth = chord.pitch_classes[:3]
    cost = 8.0 * (third not in classes) + 6.0 * (root not in classes) + _NO_FIFTH * (fifth not in classes)
    cost += 5.0 * sum(tone not in classes for tone in chord.pitch_classes[3:])
    cost += _DOUBLED_LEADING * (classes.count((tonality.tonic + 11) % 12) > 1)
    cost += _DOUBLED_THIRD * (classes.count(third) > 1)
    cost += (
        _UNISON * (setting[0] == setting[1])
        + _UNISON * (setting[1] == setting[2])
        + _UNISON * (setting[2] == setting[3])
    )
    cost += 4.0 * max(0, setting[0] - setting[1] - _WIDEST_UPPER)
    centres = (62.5, 56.5, 48.0)
    return cost + 0.12 * sum(abs(pitch - centre) for pitch, centre in zip(setting[1:], centres, strict=True))


def _motion(before: Setting, after: Setting, tonality: Tonality) -> float:
    """Weigh a move: small steps, no parallels, no overlap, leading tones up."""
    cost = 0.5 * sum(abs(a - b) for a, b in zip(before[1:3], after[1:3], strict=True))
    cost += 0.25 * abs(after[3] - before[3]) + 1.5 * (abs(after[3] - before[3]) in {6, 10, 11})
    cost += _PARALLEL * parallels(before, after)
    outer = (after[0] - after[3]) % 12 in {0, 7} and (after[0] - before[0]) * (after[3] - before[3]) > 0
    cost += _HIDDEN * (outer and abs(after[0] - before[0]) > 2)
    cost += _OVERLAP * sum(after[low] > before[low - 1] or after[low - 1] < before[low] for low in (1, 2, 3))
    leading = (tonality.tonic + 11) % 12
    for voice in (1, 2):
        home = after[voice] - before[voice]
        cost += _UNRESOLVED * (before[voice] % 12 == leading and after[3] % 12 == tonality.tonic and home != 1)
    return cost


def _moved(
    cell: Slot, pitch: int, following: int | None, tonality: Tonality, metre: Metre, *, passing: bool
) -> Iterator[PlayedNote]:
    """Yield a voice's note for a chord, with a passing tone on the last beat before a third."""
    beat = beat_steps(metre)
    between = _between(pitch, following, cell.chord, tonality) if passing and following is not None else None
    length = cell.length_steps
    if between is not None and length >= 2 * beat:
        length -= beat
        yield PlayedNote(start_steps=cell.start_steps + length, length_steps=beat, midi_pitch=between)
    yield PlayedNote(start_steps=cell.start_steps, length_steps=length, midi_pitch=pitch)


def _between(pitch: int, following: int, chord: Chord, tonality: Tonality) -> int | None:
    """Return the scale tone between two tones a third apart."""
    if abs(following - pitch) not in {3, 4}:
        return None
    low = min(pitch, following)
    scale = altered_scale(tonality, chord)
    return next((tone for tone in range(low + 1, low + abs(following - pitch)) if tone % 12 in scale), None)
