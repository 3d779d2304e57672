"""From what was read to a source: roles, key, chords, style, and how sure each is."""

from collections.abc import Mapping
from dataclasses import replace

from grym.domain.composing.plan import Instrument
from grym.domain.composing.reworking.chords import chord_spans, harmony_of
from grym.domain.composing.reworking.nearness import nearest_style
from grym.domain.composing.reworking.roles import with_roles
from grym.domain.composing.reworking.source import Read, Source, SourceFacts
from grym.domain.composing.reworking.tune import ideas_of, on_grid, tune_of
from grym.domain.composing.score import TICKS_PER_QUARTER, Score, SectionSpan, Tonality
from grym.domain.tonality import tonality_of_pitches

_KEPT_IDEAS = 3
_USUAL_KEY = Tonality(tonic=0, mode="major")


def study(read: Read, *, sure: Mapping[str, float] | None = None, energy: Mapping[str, float] | None = None) -> Source:
    """Find out what a source is made of.

    Parameters
    ----------
    sure
        How sure tempo, metre, key and notes are where they were heard; None where they were read.
    energy
        Of a sound: shares of its energy (`nearness.nearest_style`).
    """
    seconds = read.length_ticks / TICKS_PER_QUARTER * 60.0 / read.tempo_bpm
    tonality, key_sure = _tonality(read)
    score = Score(
        title=read.title,
        tempo_bpm=read.tempo_bpm,
        metre=read.metre,
        tonality=tonality,
        parts=with_roles(read.parts),
        chords=(),
        sections=(SectionSpan(name="A", start_ticks=0, duration_ticks=read.length_ticks),),
        length_ticks=read.length_ticks,
    )
    tune, bars = tune_of(score), read.length_ticks // read.metre.bar_ticks
    slots = harmony_of(score.parts, on_grid(tune), tonality, read.metre, bars=bars)
    score = replace(score, chords=chord_spans(slots, tonality))
    nearest = nearest_style(score, tune, hears_players=read.made_of != "sound", energy=energy)
    heard = {"tempo": 1.0, "metre": 1.0, "key": key_sure, "notes": 1.0} | {
        name: 0.0 for name in ("tempo", "metre") if name not in read.stated
    }
    return Source(
        score=score,
        facts=SourceFacts(
            made_of=read.made_of,
            tempo_bpm=read.tempo_bpm,
            metre=read.metre,
            tonality=tonality,
            bars=bars,
            seconds=round(seconds, 3),
            style=nearest.style,
            swing=nearest.swing,
            density=nearest.density,
            notes=sum(len(part.notes) for part in score.parts),
            players=_players(score),
            sure={**heard, **(sure or {}), "style": nearest.sure},
            reasons=nearest.reasons,
            warnings=read.warnings,
            motifs=ideas_of(tune, bar_ticks=read.metre.bar_ticks, limit=_KEPT_IDEAS),
        ),
    )


def _tonality(read: Read) -> tuple[Tonality, float]:
    """Return the key that is stated, or the one the notes speak for, and how sure it is.

    A signature of no accidentals is what programs write where nobody chose a key, so the notes may overrule it.
    """
    weights = [
        (note.midi_pitch, note.duration_ticks) for part in read.parts if not part.percussion for note in part.notes
    ]
    found = tonality_of_pitches(weights)
    stated = read.tonality
    if found is None:
        return stated or _USUAL_KEY, 1.0 if stated else 0.0
    heard = Tonality(tonic=found.tonic, mode=found.mode)
    if stated is None or (stated == _USUAL_KEY and heard != stated and found.confidence > 0.5):
        return heard, round(found.confidence, 2)
    return stated, 1.0


def _players(score: Score) -> tuple[Instrument, ...]:
    """Return who plays."""
    return tuple(
        Instrument(role=part.role, name=part.name, program=part.program, percussion=part.percussion)
        for part in score.parts
    )
