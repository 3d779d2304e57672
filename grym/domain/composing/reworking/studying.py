"""From what was read to a source: roles, key, chords, style, and how sure each is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from grym.domain.composing.manner.telling import manner_of
from grym.domain.composing.manner.traits import Traits
from grym.domain.composing.plan import Instrument
from grym.domain.composing.reworking.chords import chord_spans, harmony_of
from grym.domain.composing.reworking.nearness import density_of, nearest_style
from grym.domain.composing.reworking.roles import with_roles
from grym.domain.composing.reworking.source import Read, Source, SourceFacts
from grym.domain.composing.reworking.tune import ideas_of, on_grid, tune_of
from grym.domain.composing.score import TICKS_PER_QUARTER, Note, Score, SectionSpan, Tonality
from grym.domain.composing.styles import DEFAULT_STYLE
from grym.domain.tonality import tonality_of_pitches

_KEPT_IDEAS = 3
_USUAL_KEY = Tonality(tonic=0, mode="major")


def study(read: Read, *, sure: Mapping[str, float] | None = None, traits: Traits | None = None) -> Source:
    """Find out what a source is made of.

    Parameters
    ----------
    sure
        How sure tempo, metre, key and notes are where they were heard; None where they were read.
    traits
        Of a sound, by which its style is told; that of a score is told by what is written.
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
    heard = {"tempo": 1.0, "metre": 1.0, "key": key_sure, "notes": 1.0} | {
        name: 0.0 for name in ("tempo", "metre") if name not in read.stated
    }
    facts = SourceFacts(
        made_of=read.made_of,
        tempo_bpm=read.tempo_bpm,
        metre=read.metre,
        tonality=tonality,
        bars=bars,
        seconds=round(seconds, 3),
        style=DEFAULT_STYLE,
        notes=sum(len(part.notes) for part in score.parts),
        players=_players(score),
        sure={**heard, **(sure or {})},
        warnings=read.warnings,
        motifs=ideas_of(tune, bar_ticks=read.metre.bar_ticks, limit=_KEPT_IDEAS),
    )
    styled = _by_eye(facts, score, tune) if traits is None else _by_ear(facts, score, tune, traits)
    return Source(score=score, facts=styled)


def _by_eye(facts: SourceFacts, score: Score, tune: Sequence[Note]) -> SourceFacts:
    """Add the style of a score."""
    found = nearest_style(score, tune)
    return replace(
        facts,
        style=found.style,
        swing=found.swing,
        density=found.density,
        sure={**facts.sure, "style": found.sure},
        reasons=found.reasons,
    )


def _by_ear(facts: SourceFacts, score: Score, tune: Sequence[Note], traits: Traits) -> SourceFacts:
    """Add the style of a sound."""
    found = manner_of(traits, tempo_bpm=facts.tempo_bpm, metre=facts.metre, mode=facts.tonality.mode)
    return replace(
        facts,
        style=found.style,
        styles=found.styles,
        definition=found.definition,
        traits={name: round(value, 4) for name, value in asdict(traits).items()},
        swing=round(traits.swing, 2),
        density=round(density_of(score, tune), 2),
        sure={**facts.sure, "style": found.sure},
        reasons=found.reasons,
    )


def _tonality(read: Read) -> tuple[Tonality, float]:
    """Return the key that is stated, or the one the notes speak for, and how sure it is.

    A signature of no accidentals is what programs write where nobody chose a key, so the notes may overrule it; a key
    that was heard in a sound rests on more than the notes that were written down from it.
    """
    weights = [
        (note.midi_pitch, note.duration_ticks) for part in read.parts if not part.percussion for note in part.notes
    ]
    found = tonality_of_pitches(weights)
    stated = read.tonality
    if found is None:
        return stated or _USUAL_KEY, 1.0 if stated else 0.0
    heard = Tonality(tonic=found.tonic, mode=found.mode)
    nobody_chose = stated == _USUAL_KEY and read.made_of != "sound"
    if stated is None or (nobody_chose and heard != stated and found.confidence > 0.5):
        return heard, round(found.confidence, 2)
    return stated, 1.0


def _players(score: Score) -> tuple[Instrument, ...]:
    """Return who plays."""
    return tuple(
        Instrument(role=part.role, name=part.name, program=part.program, percussion=part.percussion)
        for part in score.parts
    )
