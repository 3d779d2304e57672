"""Who writes the voices under the melody where parts are written together: choirs, quartets, inventions."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grym.domain.composing.accompaniment import PlayedNote
from grym.domain.composing.chorale import LowerVoices, harmonised
from grym.domain.composing.form import Passage
from grym.domain.composing.harmony import Slot
from grym.domain.composing.instruments import voice_of_program
from grym.domain.composing.invention import answering
from grym.domain.composing.melody import MelodyNote
from grym.domain.composing.metrics import bar_steps
from grym.domain.composing.plan import Instrument, Plan
from grym.domain.composing.quartet import quartet_voices
from grym.domain.composing.scheme import scheme_of
from grym.domain.composing.score import Role
from grym.domain.composing.seeds import stream
from grym.domain.composing.settings import Setting
from grym.domain.composing.styles import Style

# Which roles have the lower voices, and which voice each.
LOWER: dict[Role, Callable[[LowerVoices], tuple[PlayedNote, ...]]] = {
    "counter": lambda voices: voices.alto,
    "chords": lambda voices: voices.tenor,
    "bass": lambda voices: voices.bass,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section with its chords and melody; its plan is that of the piece in the section's key."""

    passage: Passage
    plan: Plan
    slots: tuple[Slot, ...]
    melody: tuple[MelodyNote, ...]


def lower_voices(
    sections: Sequence[Section], style: Style, players: Sequence[Instrument], *, identity: str, seed: int
) -> tuple[LowerVoices, ...]:
    """Set the voices under the melody, section by section; nothing where style or players do not ask for it.

    Parameters
    ----------
    players
        Who plays in the piece: four parts for choir and quartet, a bass for an invention.
    """
    roles = {one.role for one in players}
    bass = next((one for one in players if one.role == "bass"), None)
    if style.writing == "invention" and bass is not None:
        return _inventions(sections, bass, identity=identity, seed=seed)
    write = _chorale if style.satb or style.writing == "chorale" else _quartet if style.writing == "quartet" else None
    if write is None or not set(LOWER) <= roles:
        return ()
    found: list[LowerVoices] = []
    for section in sections:
        last = found[-1].last if found else None
        found.append(write(section, style, last, identity=identity, seed=seed))
    return tuple(found)


def _inventions(sections: Sequence[Section], bass: Instrument, *, identity: str, seed: int) -> tuple[LowerVoices, ...]:
    """Write the voice that answers the melody; there is no other."""
    voice = voice_of_program(bass.program, percussion=bass.percussion)
    answers = (
        answering(
            section.melody,
            section.slots,
            section.plan.tonality,
            section.plan.metre,
            voice,
            bars=section.passage.bars,
            chance=stream(seed, "answer", identity, section.passage.name),
        )
        for section in sections
    )
    return tuple(LowerVoices(alto=(), tenor=(), bass=answer, last=None) for answer in answers)


def _chorale(section: Section, _: Style, last: Setting | None, *, identity: str, seed: int) -> LowerVoices:
    """Set a section for four voices; lines begin where its phrases do."""
    passage, metre = section.passage, section.plan.metre
    return harmonised(
        section.melody,
        section.slots,
        section.plan.tonality,
        metre,
        last,
        rng=stream(seed, "voices", identity, passage.name),
        openings={bar * bar_steps(metre) for bar in itertools.accumulate(passage.phrases, initial=0)},
    )


def _quartet(section: Section, style: Style, last: Setting | None, *, identity: str, seed: int) -> LowerVoices:
    """Write a section for four players."""
    passage = section.passage
    return quartet_voices(
        section.melody,
        section.slots,
        scheme_of(passage, style, identity=identity, seed=seed),
        section.plan.tonality,
        section.plan.metre,
        previous=last,
        rng=lambda purpose: stream(seed, "quartet", identity, passage.name, purpose),
    )
