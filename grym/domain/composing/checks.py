"""Musical checks: what can be measured in a score and must hold before anyone listens.

Each check measures one thing, states its requirement and, where it failed, what to change; none looks at how the
score was made, so they judge any score against any plan. Thresholds say where they come from.
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise

from grym.domain.composing.ensemble_checks import ensemble_checks
from grym.domain.composing.fitting import LENGTH_TOLERANCE
from grym.domain.composing.instruments import voice_of_program
from grym.domain.composing.plan import Plan
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Part, Score
from grym.domain.composing.theory import MINOR_MODES, scale_of
from grym.domain.quality.check import Check

# Tonal music keeps well above nine tenths of its duration in key and chord; uniformly drawn pitches reach about 0.65.
IN_KEY = 0.9
# A tempo counts as met within 4 %, about what listeners notice in music (Drake and Botte 1993).
TEMPO_TOLERANCE = 0.04
IN_RANGE = 0.98
# Melodies of songs and classical themes move between these rates, in notes a second.
SLOWEST_MELODY, FASTEST_MELODY = 0.25, 9.0
# Longest silence of the whole ensemble in a piece that goes on, in seconds.
LONGEST_SILENCE_S = 4.0
# Entropy in bits over pitches: three tones equally often have 1.58, five have 2.3, a drone 0.
PITCH_ENTROPY_BITS = 1.6
# Short melodies cannot have as much: this share of the most that their number of notes allows.
_SHORT_SHARE = 0.5
# A quarter of all 4-grams are different even in a strophic song of four verses.
DISTINCT_4_GRAMS = 0.2
# Notes of a minute of melody: what a listener compares with.
TURN_STRETCH = 160
# Immediate repetitions of one pitch; above a half a melody is a recitation.
REPEATED_NOTES = 0.55
_SHORTEST_JUDGED = 6


def score_checks(score: Score, plan: Plan) -> tuple[Check, ...]:
    """Return the musical checks of a score against its plan."""
    return (
        _in_key(score, plan),
        _tempo(score, plan),
        _length(score, plan),
        _not_monotonous(score),
        # A law may end a piece where it will, and a loop has no end.
        *(() if plan.formal or plan.loop else (_ends_on_cadence(score),)),
        _range(score),
        _density(score),
        _no_gaps(score),
        *ensemble_checks(score, plan),
    )


def _check(name: str, value: float | None, required: str, unit: str, *, passed: bool, advice: str) -> Check:
    """Make a check; advice is kept only where it failed."""
    rounded = None if value is None else round(value, 4)
    return Check(name=name, value=rounded, required=required, unit=unit, passed=passed, advice="" if passed else advice)


def _pitched(score: Score) -> list[Part]:
    """Return the parts that sound pitches."""
    return [part for part in score.parts if not part.percussion]


def _melody(score: Score) -> tuple[Note, ...]:
    """Return the notes of the melody, or of the highest part where none is named so."""
    parts = [part for part in _pitched(score) if part.role == "melody"] or _pitched(score)
    return max((part.notes for part in parts), key=len, default=())


def _in_key(score: Score, plan: Plan) -> Check:
    """Measure the share of sounding time that key or chord explains."""
    allowed = set(scale_of(plan.tonality))
    if plan.tonality.mode in MINOR_MODES:
        # The raised sixth and seventh belong to minor as much as the natural ones.
        allowed |= {(plan.tonality.tonic + 11) % 12}
    inside = total = 0
    chords = sorted(score.chords, key=lambda chord: chord.start_ticks)
    for part in _pitched(score):
        at = 0
        for note in part.notes:
            while at + 1 < len(chords) and chords[at + 1].start_ticks <= note.start_ticks:
                at += 1
            tones = chords[at].pitch_classes if chords else ()
            # A chord explains its tones only where it is itself of the key: two thirds of it at least.
            of_key = sum(pc in allowed for pc in tones) * 3 >= 2 * len(tones)
            total += note.duration_ticks
            fits = note.midi_pitch % 12 in allowed or (of_key and note.midi_pitch % 12 in tones)
            inside += note.duration_ticks * fits
    share = inside / total if total else None
    # A law that writes pitches, such as a sieve, is asked for instead of a key.
    needed = 0.0 if any(law.target == "pitch" for law in plan.formal) else IN_KEY
    return _check(
        "music.in_key",
        share,
        f">= {needed:g}",
        "share",
        passed=share is not None and share >= needed,
        advice="Use fewer tones from outside the key: lower complexity.",
    )


def _tempo(score: Score, plan: Plan) -> Check:
    """Measure the tempo of the notes: the written one, corrected by how well onsets keep its grid."""
    sixteenth = TICKS_PER_QUARTER // 4
    notes = [note for part in score.parts for note in part.notes]
    on_grid = sum(
        note.start_ticks % sixteenth == 0 or note.start_ticks % (TICKS_PER_QUARTER // 3) == 0 for note in notes
    )
    keeps = bool(notes) and on_grid >= 0.9 * len(notes)
    return _check(
        "music.tempo",
        score.tempo_bpm if keeps else None,
        f"{plan.tempo_bpm:g} ± {TEMPO_TOLERANCE:.0%}",
        "BPM",
        passed=keeps and abs(score.tempo_bpm / plan.tempo_bpm - 1) <= TEMPO_TOLERANCE,
        advice="Write the notes on the beat grid of the planned tempo.",
    )


def _length(score: Score, plan: Plan) -> Check:
    """Measure the written length and require that music sounds to its end."""
    last = max((note.end_ticks for part in score.parts for note in part.notes), default=0)
    reaches = last > score.length_ticks - score.metre.bar_ticks
    fits = abs(score.duration_s + plan.hold_s - plan.seconds) <= LENGTH_TOLERANCE * plan.seconds
    return _check(
        "music.length",
        score.duration_s,
        f"{plan.seconds:g} ± {LENGTH_TOLERANCE:.0%}, sounding in the last bar",
        "s",
        passed=fits and reaches,
        advice="Lay out other numbers of bars, so that they fill the time.",
    )


def _not_monotonous(score: Score) -> Check:
    """Measure the variety of the melody: pitch entropy, rhythm, repeated notes, distinct 4-grams.

    The value is the least of four margins, each measured over its requirement; 1 is just enough.
    """
    notes = _melody(score)
    if len(notes) < _SHORTEST_JUDGED:
        enough = len({note.midi_pitch for note in notes}) >= min(3, score.length_ticks // score.metre.bar_ticks + 1)
        value = 1.0 if enough else 0.0
        return _check(
            "music.not_monotonous",
            value,
            ">= 1",
            "ratio",
            passed=enough,
            advice="Write more different notes: raise density.",
        )
    pitches = [note.midi_pitch for note in notes]
    grams = list(zip(pitches, pitches[1:], pitches[2:], pitches[3:], strict=False))
    repeats = sum(a == b for a, b in pairwise(pitches)) / (len(pitches) - 1)
    bars = _bar_patterns(notes, score.metre.bar_ticks)
    margins = {
        "its pitches": entropy_bits(pitches) / min(PITCH_ENTROPY_BITS, _SHORT_SHARE * math.log2(len(pitches))),
        "its turns": _turn_variety(grams) / DISTINCT_4_GRAMS,
        "its repeated notes": (1 - repeats) / (1 - REPEATED_NOTES),
        "its bars": len(set(bars)) / min(len(bars), 4) * 2,
    }
    worst = min(margins, key=lambda name: margins[name])
    return _check(
        "music.not_monotonous",
        margins[worst],
        ">= 1",
        "ratio",
        passed=margins[worst] >= 1,
        advice=f"Vary the melody ({worst}): raise complexity and density.",
    )


def _turn_variety(grams: Sequence[tuple[int, ...]]) -> float:
    """Return the share of different turns, as a mean over stretches of one length: long pieces repeat more in all.

    References: Covington and McFall (2010), "Cutting the Gordian knot: the moving-average type-token ratio".
    """
    starts = range(0, max(1, len(grams) - TURN_STRETCH + 1), TURN_STRETCH // 2)
    stretches = [grams[start : start + TURN_STRETCH] for start in starts]
    return sum(len(set(stretch)) / len(stretch) for stretch in stretches) / len(stretches)


def entropy_bits(values: Iterable[Hashable]) -> float:
    """Return the entropy of a sequence's values in bits (Shannon 1948)."""
    counts = Counter(values)
    total = sum(counts.values())
    return -sum(count / total * math.log2(count / total) for count in counts.values())


def _bar_patterns(notes: Sequence[Note], bar_ticks: int) -> list[tuple[tuple[int, int, int], ...]]:
    """Describe each bar's melody by onset, length and pitch."""
    bars: dict[int, list[tuple[int, int, int]]] = {}
    for note in notes:
        bar, place = divmod(note.start_ticks, bar_ticks)
        bars.setdefault(bar, []).append((place, note.duration_ticks, note.midi_pitch))
    return [tuple(bars[bar]) for bar in sorted(bars)]


def _ends_on_cadence(score: Score) -> Check:
    """Measure how much of an ending the end has: tonic chord, tonic bass, melody at rest, a chord that leads there."""
    tonic = score.tonality.tonic
    chords = sorted(score.chords, key=lambda chord: chord.start_ticks)
    melody = _melody(score)
    lowest = _last_bass(score)
    home = bool(chords) and chords[-1].pitch_classes[0] == tonic
    third = {(tonic + 3) % 12, (tonic + 4) % 12, (tonic + 7) % 12, tonic}
    marks = (
        home,
        bool(melody) and melody[-1].midi_pitch % 12 in third,
        lowest is not None and lowest.midi_pitch % 12 == tonic,
        bool(melody) and melody[-1].duration_ticks >= TICKS_PER_QUARTER,
        _led_home(score),
    )
    value = sum(marks) / len(marks)
    return _check(
        "music.ends_on_cadence",
        value,
        ">= 1",
        "share",
        passed=all(marks),
        advice="End on the tonic: a dominant or subdominant before it, root in the bass, a long last note.",
    )


def _led_home(score: Score) -> bool:
    """Tell whether the last other chord before the final tonic can cadence: any chord but the tonic itself."""
    roots = [chord.pitch_classes[0] for chord in sorted(score.chords, key=lambda chord: chord.start_ticks)]
    before = next((root for root in reversed(roots) if root != score.tonality.tonic), None)
    # Cadences fall or rise a fourth, or move by step (authentic, plagal, modal); a third or tritone does not cadence.
    return len(roots) == 1 or (before is not None and (before - score.tonality.tonic) % 12 in {1, 2, 5, 7, 10, 11})


def _last_bass(score: Score) -> Note | None:
    """Return the lowest note that sounds at the end."""
    notes = [note for part in _pitched(score) for note in part.notes]
    if not notes:
        return None
    end = max(note.end_ticks for note in notes)
    return min((note for note in notes if note.end_ticks == end), key=lambda note: note.midi_pitch)


def _range(score: Score) -> Check:
    """Measure the share of notes that their instruments play with ease."""
    inside = total = 0
    for part in _pitched(score):
        voice = voice_of_program(part.program, percussion=part.percussion)
        total += len(part.notes)
        inside += sum(voice.low <= note.midi_pitch <= voice.high for note in part.notes)
    share = inside / total if total else None
    return _check(
        "music.range",
        share,
        f">= {IN_RANGE:g}",
        "share",
        passed=share is not None and share >= IN_RANGE,
        advice="Keep every part inside the range of its instrument: move brightness to the middle.",
    )


def _density(score: Score) -> Check:
    """Measure how many notes the melody has in a second."""
    rate = len(_melody(score)) / score.duration_s if score.duration_s > 0 else 0.0
    return _check(
        "music.density",
        rate,
        f"{SLOWEST_MELODY:g} to {FASTEST_MELODY:g}",
        "notes/s",
        passed=SLOWEST_MELODY <= rate <= FASTEST_MELODY,
        advice="Lower density." if rate > FASTEST_MELODY else "Raise density.",
    )


def _no_gaps(score: Score) -> Check:
    """Measure the longest time in which nothing sounds, from the first bar to the end."""
    spans = sorted((note.start_ticks, note.end_ticks) for part in score.parts for note in part.notes)
    longest, reached = 0, 0
    for start, end in [*spans, (score.length_ticks, score.length_ticks)]:
        longest, reached = max(longest, start - reached), max(reached, end)
    seconds = longest / TICKS_PER_QUARTER * 60 / score.tempo_bpm
    return _check(
        "music.no_gaps",
        seconds,
        f"<= {LONGEST_SILENCE_S:g}",
        "s",
        passed=seconds <= LONGEST_SILENCE_S,
        advice="Fill the silence: raise density.",
    )
