"""Musical checks that look at all parts at once: dissonance, the bar, phrase endings, and whether the promised play.

As in `checks`, each measures one thing in the score, and thresholds say where they come from.
"""

from itertools import pairwise

from grym.domain.composing.plan import Plan
from grym.domain.composing.score import ChordSpan, Note, Part, Score
from grym.domain.quality.check import Check, advisory, made_check

SHARP_CLASSES = frozenset({1, 11})
"""Semitones, major sevenths and minor ninths: the roughest intervals in every scale of sensory dissonance."""
MOST_DISSONANCE = 0.12
"""300 pieces in 30 styles rub for at most 0.09 of their pairs, 0.02 in the mean; with pitches moved at random by up to
a tritone the median is 0.17."""
LED_BARS = 0.75
"""In all 60 pieces something begins with every bar; syncopation may leave some out."""
CLOSED_SECTIONS = 0.5
"""The least of those pieces; half of the pieces with moved pitches have a quarter. Few sections make it coarse, so it
is advice."""
PLAYING = 0.75


def ensemble_checks(score: Score, plan: Plan) -> tuple[Check, ...]:
    """Return the checks of what the parts make together; what a law of formal music writes may rub and sway."""
    promised = _promised_players(score, plan)
    if plan.formal:
        return (promised,)
    return (_metre(score, plan), _dissonance(score), advisory(_phrase_endings(score)), promised)


def _metre(score: Score, plan: Plan) -> Check:
    """Measure the share of bars, of those in which anything begins, that something begins with."""
    bar = score.metre.bar_ticks
    starts = [note.start_ticks for part in score.parts for note in part.notes]
    bars = {start // bar for start in starts}
    led = {start // bar for start in starts if start % bar == 0}
    share = len(led) / len(bars) if bars else None
    same = score.metre == plan.metre
    return made_check(
        "music.metre",
        share,
        f"{plan.metre}, >= {LED_BARS:g}",
        "share",
        passed=same and share is not None and share >= LED_BARS,
        advice="Write in the planned metre, and let something begin on most downbeats.",
    )


def _dissonance(score: Score) -> Check:
    """Measure the share of sounding pairs of notes that rub by a semitone which their chord does not hold."""
    sharp, total = 0.0, 0.0
    notes = sorted((note for part in _pitched(score) for note in part.notes), key=lambda note: note.start_ticks)
    sounding: list[Note] = []
    for note in notes:
        sounding = [other for other in sounding if other.end_ticks > note.start_ticks]
        for other in sounding:
            together = min(note.end_ticks, other.end_ticks) - note.start_ticks
            total += together
            if (note.midi_pitch - other.midi_pitch) % 12 in SHARP_CLASSES and not _held(score, note, other):
                sharp += together
        sounding.append(note)
    share = sharp / total if total else 0.0
    return made_check(
        "music.dissonance",
        share,
        f"<= {MOST_DISSONANCE:g}",
        "share",
        passed=share <= MOST_DISSONANCE,
        advice="Let the parts agree on chord tones where they sound together: lower complexity.",
    )


def _held(score: Score, note: Note, other: Note) -> bool:
    """Tell whether the chord of the moment holds both notes."""
    chord = _chord_at(score, note.start_ticks)
    return chord is not None and {note.midi_pitch % 12, other.midi_pitch % 12} <= set(chord.pitch_classes)


def _chord_at(score: Score, ticks: int) -> ChordSpan | None:
    return next((c for c in score.chords if c.start_ticks <= ticks < c.start_ticks + c.duration_ticks), None)


def _phrase_endings(score: Score) -> Check:
    """Measure the share of sections whose melody comes to rest on a tone of the chord."""
    melody = next((part for part in _pitched(score) if part.role == "melody"), None)
    closed = [_closes(score, ending) for ending in _endings(score, melody)] if melody else []
    share = sum(closed) / len(closed) if closed else None
    return made_check(
        "music.phrase_endings",
        share,
        f">= {CLOSED_SECTIONS:g}",
        "share",
        passed=share is None or share >= CLOSED_SECTIONS,
        advice="Let the melody come to rest on a chord tone where a section ends.",
    )


def _endings(score: Score, melody: Part) -> list[Note]:
    """Return the last note of the melody in each section."""
    edges = [section.start_ticks for section in score.sections] + [score.length_ticks]
    spans = [[n for n in melody.notes if low <= n.start_ticks < high] for low, high in pairwise(edges)]
    return [span[-1] for span in spans if span]


def _closes(score: Score, note: Note) -> bool:
    chord = _chord_at(score, note.start_ticks)
    after = _chord_at(score, max(note.start_ticks, note.end_ticks - 1))
    tones = set(chord.pitch_classes if chord else ()) | set(after.pitch_classes if after else ())
    return not tones or note.midi_pitch % 12 in tones


def _promised_players(score: Score, plan: Plan) -> Check:
    """Measure the share of planned instruments that play at all."""
    playing = {(part.program, part.percussion) for part in score.parts if part.notes}
    wanted = {(one.program, one.role == "drums") for one in plan.instruments}
    share = len(wanted & playing) / len(wanted) if wanted else 1.0
    return made_check(
        "music.players",
        share,
        f">= {PLAYING:g}",
        "share",
        passed=share >= PLAYING,
        advice="Give every instrument that was asked for something to play, or leave it out of the plan.",
    )


def _pitched(score: Score) -> list[Part]:
    return [part for part in score.parts if not part.percussion]
