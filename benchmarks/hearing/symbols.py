"""What people wrote beside the notes: keys, chord symbols, and the analyses in RomanText.

Chords are spelt in the syntax of Harte (2010); ``X`` stands where a symbol means no chord that the evaluation knows.
"""

import re
from pathlib import Path
from typing import Any

from benchmarks.hearing.scores import Note, Score, Span, corpus_root

PITCH_CLASSES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
UNKNOWN = "X"

QUALITIES = {
    frozenset({0, 4, 7}): "maj",
    frozenset({0, 4}): "maj",
    frozenset({0, 3, 7}): "min",
    frozenset({0, 3}): "min",
    frozenset({0, 3, 6}): "dim",
    frozenset({0, 4, 8}): "aug",
    frozenset({0, 4, 7, 10}): "7",
    frozenset({0, 4, 10}): "7",
    frozenset({0, 4, 7, 11}): "maj7",
    frozenset({0, 3, 7, 10}): "min7",
    frozenset({0, 3, 6, 10}): "hdim7",
    frozenset({0, 3, 6, 9}): "dim7",
}
LEAST_CHORD_TONES = 0.7
"""An analysis fits its score when at least this share of the sounding time lies on tones of its chords."""


def key_of(parsed: Any) -> str | None:
    """Return the first key that the source writes with its mode, as ``Bb major``."""
    for signature in parsed.recurse().getElementsByClass("KeySignature"):
        if "Key" in signature.classes and signature.mode in {"major", "minor"}:
            return key_name(signature.tonic.pitchClass, signature.mode)
        return None
    return None


def fifths_of(parsed: Any) -> int | None:
    """Return the first signature as a number of sharps, negative for flats."""
    signature = next(iter(parsed.recurse().getElementsByClass("KeySignature")), None)
    return int(signature.sharps) if signature is not None else None


def key_name(tonic: int, mode: str) -> str:
    """Return a key as mir_eval reads it."""
    return f"{PITCH_CLASSES[tonic % 12]} {mode}"


def chord_label(root: int, pitch_classes: set[int]) -> str:
    """Return a chord by its root and tones, ``X`` where the tones are no chord of `QUALITIES`."""
    quality = QUALITIES.get(frozenset((pitch - root) % 12 for pitch in pitch_classes))
    return f"{PITCH_CLASSES[root % 12]}:{quality}" if quality else UNKNOWN


def chord_symbols(parsed: Any, *, end: float) -> list[Span]:
    """Return the chord symbols of a lead sheet, each until the next."""
    part = parsed.parts[0]
    found = []
    for symbol in part.recurse().getElementsByClass("ChordSymbol"):
        tones = {pitch.pitchClass for pitch in symbol.pitches}
        label = chord_label(symbol.root().pitchClass, tones) if tones else UNKNOWN
        found.append((float(symbol.getOffsetInHierarchy(part)), label))
    return spans(found, end=end)


def spans(found: list[tuple[float, str]], *, end: float) -> list[Span]:
    """Return labels by position as spans to the next, equal neighbours joined."""
    joined: list[tuple[float, str]] = []
    for start, label in sorted(found, key=lambda one: one[0]):
        if joined and start <= joined[-1][0]:
            joined.pop()
        if not joined or joined[-1][1] != label:
            joined.append((start, label))
    ends = [start for start, _ in joined[1:]] + [end] * bool(joined)
    return [
        Span(start=start, end=until, label=label)
        for (start, label), until in zip(joined, ends, strict=True)
        if until > start
    ]


def analysis_of(source: str, score: Score) -> tuple[list[Span], list[Span]] | None:
    """Return the chords and keys of an analysis in RomanText, None where it does not fit the score.

    Parameters
    ----------
    source
        Path of the analysis below the corpus.
    score
        The score it was written for; bars are matched by number, since analyses leave out repeats.
    """
    from music21 import converter  # noqa: PLC0415 (slow to import)

    parsed: Any = converter.parse(corpus_root() / source)
    bars = {bar.number: bar for bar in reversed(score.bars)}
    chords, keys = [], []
    for measure in parsed.parts[0].getElementsByClass("Measure"):
        bar = bars.get(measure.number)
        if bar is None:
            continue
        for numeral in measure.recurse().getElementsByClass("RomanNumeral"):
            at = bar.start + float(numeral.getOffsetInHierarchy(measure))
            tones = {pitch.pitchClass for pitch in numeral.pitches}
            chords.append((at, chord_label(numeral.root().pitchClass, tones)))
            keys.append((at, key_name(numeral.key.tonic.pitchClass, numeral.key.mode)))
    named, ruled = spans(chords, end=score.end), spans(keys, end=score.end)
    return (named, ruled) if _chord_tones(named, score.notes) >= LEAST_CHORD_TONES else None


def _chord_tones(chords: list[Span], notes: list[Note]) -> float:
    """Return the share of the sounding time that lies on tones of the chords beside it."""
    inside = whole = 0.0
    for chord in chords:
        tones = tones_of(chord.label)
        for note in notes:
            common = min(chord.end, note.end) - max(chord.start, note.start)
            if tones and common > 0:
                whole += common
                inside += common * (note.pitch % 12 in tones)
    return inside / whole if whole else 0.0


def tones_of(label: str) -> set[int]:
    """Return the pitch classes of a chord label, none for ``X`` and ``N``."""
    name, _, quality = label.partition(":")
    steps = next((steps for steps, known in QUALITIES.items() if known == quality), frozenset())
    return {(PITCH_CLASSES.index(name) + step) % 12 for step in steps} if steps else set()


def analysed_scores() -> dict[str, str]:
    """Return each score that has an analysis in RomanText, with the path of the analysis."""
    root = corpus_root()
    found = {}
    for path in sorted((root / "bach/choraleAnalyses").glob("riemenschneider*.rntxt")):
        number = re.search(r"^BWV: *(\S+)", path.read_text(errors="replace"), re.MULTILINE)
        score = root / f"bach/bwv{number[1]}.mxl" if number else path
        if number and score.exists():
            found[_below(score, root)] = _below(path, root)
    for path in sorted((root / "monteverdi").glob("*.rntxt")):
        score = path.with_suffix(".mxl")
        if score.exists():
            found[_below(score, root)] = _below(path, root)
    return found


def _below(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def plain_chords(score: Score) -> list[Span]:
    """Return the chords that the notes of a score spell by themselves, ``X`` wherever that leaves a choice.

    A beat counts where everything sounding in it is a triad or a seventh chord, complete, and its lowest note belongs
    to it: no passing notes, no suspensions, no incomplete chords.
    """
    found = []
    for bar in score.bars:
        beats = max(1, round(bar.length / bar.beat))
        for number in range(beats):
            start = bar.start + number * bar.beat
            end = min(start + bar.beat, bar.start + bar.length)
            tones = {n.pitch % 12 for n in score.notes if min(n.end, end) - max(n.start, start) > 1e-6}
            found.append((start, _spelt(tones)))
    return spans(found, end=score.end)


def _spelt(tones: set[int]) -> str:
    """Return the one chord that has exactly these tones."""
    if len(tones) < 3:
        return UNKNOWN
    labels = {chord_label(root, tones) for root in tones} - {UNKNOWN}
    return labels.pop() if len(labels) == 1 else UNKNOWN
