"""From a score to seconds: the tempo curve, the swing, the drummer, and the truth that follows from them.

The truth is what the score says at the moments at which it is played; the small unevenness of hands is in the notes
and in the truth about onsets, not in the beats.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.hearing.manners import Work
from benchmarks.hearing.scores import Bar, Score, Span
from benchmarks.recognition.playing import dice

LONGEST_S = 38.0
TAIL_S = 1.5
UNEVEN_S = 0.006
"""Standard deviation of a note's start."""

LEGATO = 0.95
LONGEST_REPEATS_S = 80.0
"""Works whose sections are judged are heard for longer."""

RULING = 0.5

MERGED_S = 0.03
"""Onsets closer than this are one to a listener, and to the truth."""

DRUMS_PART = -1
KICK, SNARE, HAT = 36, 38, 42

FloatArray = NDArray[np.float64]
Clock = Callable[[float], float]
Played = tuple[float, float, int, int, int]
"""Start and end in seconds, pitch, velocity, part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is right about a sound; None and empty where nobody can say.

    Parameters
    ----------
    tempo_bpm
        Median tempo of the notated beat; None where the metre is not judged.
    beats_s, downbeats_s, onsets_s
        Ascending.
    key
        Of the movement, or where there is an analysis the one that rules most of what is heard; ``Bb major``.
    keys, chords, sections
        Start and end in seconds, label. Chords in Harte's syntax, ``X`` where the truth leaves it open.
    chords_by
        ``person``, or ``notes`` where the notes spell them.
    notes
        Of melodies: start and end in seconds, MIDI pitch.
    """

    duration_s: float
    tempo_bpm: float | None = None
    metre: str | None = None
    beats_s: list[float] = field(default_factory=list)
    downbeats_s: list[float] = field(default_factory=list)
    onsets_s: list[float] = field(default_factory=list)
    key: str | None = None
    keys: list[tuple[float, float, str]] = field(default_factory=list)
    chords: list[tuple[float, float, str]] = field(default_factory=list)
    chords_by: str | None = None
    notes: list[tuple[float, float, int]] = field(default_factory=list)
    sections: list[tuple[float, float, str]] = field(default_factory=list)

    def as_row(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Notes in seconds and the truth about them."""

    notes: list[Played]
    truth: Truth


def perform(work: Work, score: Score, *, longest_s: float = LONGEST_S) -> Performance:
    """Play a score as its work says, the first `longest_s` seconds of it, cut at a bar line."""
    rng = dice("performance", work.name)
    lead_s = float(rng.uniform(0.0, 0.6))
    clock = _clock(work, score, rng, lead_s=lead_s)
    longest_s = LONGEST_REPEATS_S if work.kind == "repeats" else longest_s
    bars = [bar for bar in score.bars if clock(bar.start + bar.length) <= longest_s] or score.bars[:1]
    end = bars[-1].start + bars[-1].length
    notes = _notes(work, score, rng, clock=clock, end=end)
    if work.drums:
        notes += _drums(bars, rng, clock=clock)
    notes.sort()
    return Performance(notes=notes, truth=_truth(work, score, bars, notes, clock=clock))


def beats_of(bar: Bar) -> list[float]:
    """Return the positions of the beats of a bar; a pickup's are counted back from the next bar line."""
    end = bar.start + bar.length
    if bar.start == 0.0 and bar.length < bar.full:
        first = bar.length % bar.beat
        return list(np.arange(bar.start + first, end - 1e-6, bar.beat))
    return list(np.arange(bar.start, end - 1e-6, bar.beat))


def downbeats_of(bars: list[Bar]) -> list[float]:
    """Return where bars begin: neither a pickup, nor the second half of a bar that a repeat sign divides."""
    found = []
    for number, bar in enumerate(bars):
        before = bars[number - 1] if number else None
        short = bar.length < bar.full - 1e-6
        divided = before is not None and abs(before.length + bar.length - bar.full) < 1e-6
        if not (short and (before is None or divided)):
            found.append(bar.start)
    return found


def _clock(work: Work, score: Score, rng: np.random.Generator, *, lead_s: float) -> Clock:
    """Return when a position sounds: beats by the tempo curve, what lies between them by the swing."""
    beat = score.bars[0].beat
    grid = np.arange(0.0, score.end + 2 * beat, beat / 8)
    bars = grid / score.bars[-1].full
    waves = sum(
        np.sin(2 * np.pi * (bars / period + rng.random())) * weight for period, weight in ((4.3, 0.6), (9.7, 0.4))
    )
    seconds = 60.0 / work.tempo_bpm / beat * np.exp(work.rubato * waves)
    at_s = lead_s + np.concatenate(([0.0], np.cumsum((seconds[:-1] + seconds[1:]) / 2 * np.diff(grid))))
    phase = score.bars[0].length % beat if score.bars[0].length < score.bars[0].full else 0.0
    return lambda position: float(np.interp(_swung(position, beat=beat, phase=phase, swing=work.swing), grid, at_s))


def _swung(position: float, *, beat: float, phase: float, swing: float) -> float:
    """Return the position with its off-beat half moved to `swing` of the beat."""
    whole, part = divmod((position - phase) / beat, 1.0)
    half = 0.5
    moved = part * swing / half if part < half else swing + (part - half) * (1.0 - swing) / half
    return (whole + moved) * beat + phase if swing != half else position


def _notes(work: Work, score: Score, rng: np.random.Generator, *, clock: Clock, end: float) -> list[Played]:
    """Return the notes that begin before a position, downbeats and beats a little louder."""
    strong = {round(bar.start, 4) for bar in score.bars}
    beats = {round(beat, 4) for bar in score.bars for beat in beats_of(bar)}
    played: list[Played] = []
    for note in score.notes:
        uneven, loud = float(np.clip(rng.normal(0, UNEVEN_S), -0.015, 0.015)), rng.normal(0, 4)
        if note.start >= end - 1e-6:
            continue
        start_s = max(0.0, clock(note.start) + uneven)
        end_s = start_s + max(0.04, (clock(min(note.end, end)) - clock(note.start)) * LEGATO)
        accent = 10 * (round(note.start, 4) in strong) + 5 * (round(note.start, 4) in beats) + 6 * (note.part == 0)
        played.append((start_s, end_s, note.pitch, int(np.clip(70 + accent + loud, 30, 120)), note.part))
    return played + (
        _strummed(score.chords, rng, clock=clock, score=score, end=end) if work.kind == "leadsheet" else []
    )


def _strummed(chords: list[Span], rng: np.random.Generator, *, clock: Clock, score: Score, end: float) -> list[Played]:
    """Return an accompaniment for chord symbols: root in the bass and chord above, on each bar and change."""
    from benchmarks.hearing.symbols import PITCH_CLASSES, tones_of  # noqa: PLC0415 (only lead sheets need it)

    played: list[Played] = []
    for chord in chords:
        tones = tones_of(chord.label)
        starts = sorted({chord.start} | {bar.start for bar in score.bars if chord.start < bar.start < chord.end})
        for start, until in zip(starts, [*starts[1:], chord.end], strict=True):
            if not tones or start >= end - 1e-6:
                continue
            root = PITCH_CLASSES.index(chord.label.partition(":")[0])
            span_s = (clock(start), clock(min(until, end)))
            pitches = (36 + root, *(48 + tone for tone in sorted(tones)))
            played += [(span_s[0] + abs(rng.normal(0, 0.003)), span_s[1] - 0.02, pitch, 62, 1) for pitch in pitches]
    return played


def _drums(bars: list[Bar], rng: np.random.Generator, *, clock: Clock) -> list[Played]:
    """Return kick on the first beat (and the third of four), snare on the others or the last, hats in between."""
    played: list[Played] = []
    for bar in bars:
        if bar.length < bar.full:
            continue
        unit = bar.beat / (3 if bar.beat * bar.denominator / 4 == 3 else 2)
        beats = beats_of(bar)
        backs = {2: (1,), 3: (1, 2), 4: (1, 3)}.get(len(beats), ())
        hits = [(beat, SNARE if number in backs else KICK, 95) for number, beat in enumerate(beats)]
        hits += [(at, HAT, 60) for at in np.arange(bar.start, bar.start + bar.length - 1e-6, unit)]
        for at, key, velocity in hits:
            start_s = max(0.0, clock(at) + float(np.clip(rng.normal(0, UNEVEN_S / 2), -0.01, 0.01)))
            played.append((start_s, start_s + 0.1, key, int(velocity + rng.normal(0, 4)), DRUMS_PART))
    return played


def _truth(work: Work, score: Score, bars: list[Bar], notes: list[Played], *, clock: Clock) -> Truth:
    """Return what is right about the bars that are played."""
    end = bars[-1].start + bars[-1].length
    beats_s = [clock(beat) for bar in bars for beat in beats_of(bar)]
    downbeats_s = [clock(position) for position in downbeats_of(bars)]
    chords = _seconds(score.chords, clock=clock, end=end)
    keys = _seconds(score.keys, clock=clock, end=end)
    duration_s = clock(end) + TAIL_S
    return Truth(
        duration_s=duration_s,
        tempo_bpm=float(60.0 / np.median(np.diff(beats_s))) if len(beats_s) > 1 else None,
        metre=bars[-1].metre,
        beats_s=beats_s,
        downbeats_s=downbeats_s,
        onsets_s=merged([note[0] for note in notes]),
        key=ruling_key(keys) if keys else score.key,
        keys=keys,
        chords=chords,
        chords_by=("notes" if work.kind == "ensemble" else "person") if chords else None,
        notes=[(start, until, pitch) for start, until, pitch, _, part in notes if part != DRUMS_PART]
        if work.kind == "melody"
        else [],
        sections=covering(_seconds(score.sections, clock=clock, end=end), duration_s),
    )


def _seconds(spans: list[Span], *, clock: Clock, end: float) -> list[tuple[float, float, str]]:
    """Return spans in seconds, cut at the end of what is played."""
    return [(clock(s.start), clock(min(s.end, end)), s.label) for s in spans if s.start < end - 1e-6]


def ruling_key(keys: list[tuple[float, float, str]]) -> str | None:
    """Return the key that rules most of the time, None where no key does."""
    lengths_s: defaultdict[str, float] = defaultdict(float)
    for start_s, end_s, label in keys:
        lengths_s[label] += end_s - start_s
    longest = max(lengths_s, key=lambda label: lengths_s[label])
    return longest if lengths_s[longest] > RULING * sum(lengths_s.values()) else None


def covering(spans: list[tuple[float, float, str]], duration_s: float) -> list[tuple[float, float, str]]:
    """Return touching spans that reach from the beginning to the end of the sound."""
    starts = [0.0, *(start for start, _, _ in spans[1:])]
    ends = [*starts[1:], duration_s]
    return [(start, end, label) for start, end, (_, _, label) in zip(starts, ends, spans, strict=False)]


def merged(times_s: list[float], *, within_s: float = MERGED_S) -> list[float]:
    """Return ascending times of which those within so many seconds of the first of a group are left out."""
    kept: list[float] = []
    for at_s in sorted(times_s):
        if not kept or at_s - kept[-1] > within_s:
            kept.append(at_s)
    return kept
