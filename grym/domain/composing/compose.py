"""From plan to score: form, harmony, melody, accompaniment, performance, in this order.

Everything is decided by the plan and the seed; each purpose draws from its own stream of chance, so that changing
the drums leaves the melody as it was. What identifies a piece besides the seed is what a listener would call it by:
title, style, mood, metre and key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from grym.domain.composing.accompaniment import PlayedNote, write_chords, write_pad
from grym.domain.composing.bass import write_bass
from grym.domain.composing.character import character_of
from grym.domain.composing.chorale import LowerVoices
from grym.domain.composing.chorale_harmony import chorale_slots
from grym.domain.composing.chromatic import coloured
from grym.domain.composing.counter import write_counter
from grym.domain.composing.diminution import MANNERS, varied_tune
from grym.domain.composing.drums import write_drums
from grym.domain.composing.ensemble import LOWER, Section, lower_voices
from grym.domain.composing.form import Passage, material, passages
from grym.domain.composing.formal.applying import formalised
from grym.domain.composing.harmony import Slot, harmonise
from grym.domain.composing.holding import held, hold_ticks
from grym.domain.composing.instruments import Voice, voice_of_program
from grym.domain.composing.invention import leading
from grym.domain.composing.keys import in_keys
from grym.domain.composing.melody import MelodyNote, ornamented, write_melody
from grym.domain.composing.metrics import STEP_TICKS, bar_steps
from grym.domain.composing.performance import Player, perform
from grym.domain.composing.phrase import MelodyContext
from grym.domain.composing.plan import Instrument, Motif, Plan
from grym.domain.composing.right_hand import in_octaves
from grym.domain.composing.score import ChordSpan, Hand, Note, Part, Role, Score, SectionSpan
from grym.domain.composing.styles import Style
from grym.domain.composing.styles.finding import style_of
from grym.domain.composing.texture import Texture
from grym.domain.composing.theory import symbol_of

T = TypeVar("T")

_LONG_BAR_STEPS = 16
# Forms of repeated strains.
_STRAINS = frozenset({"binary", "march"})
# Themes of fewer notes are not varied; slower than this they are divided into sixteenths rather than eighths.
_FEWEST_TO_VARY = 4
_SLOW_BPM = 80.0
# General MIDI: pianos, harpsichord, clavinet, celesta, and organs.
_KEYBOARDS = frozenset({*range(9), *range(16, 24)})

_PAN: dict[Role, float] = {"melody": 0.0, "counter": 0.3, "chords": -0.25, "pad": 0.2, "bass": 0.0, "drums": 0.0}
_GAIN_DB: dict[Role, float] = {"melody": 0.0, "counter": -3.0, "chords": -3.0, "pad": -6.0, "bass": -1.0, "drums": -2.0}


def compose(plan: Plan, *, seed: int, motifs: Sequence[Motif] = ()) -> Score:
    """Compose a piece.

    Parameters
    ----------
    plan
        What is to be composed; unknown styles are played as the default style.
    seed
        Chooses among the pieces that the plan allows; equal arguments give equal scores.
    motifs
        Melodic ideas to build on, the most important first.

    Returns
    -------
    Score
        Parts in the order of the plan's instruments, notes sorted by start and pitch.
    """
    style, identity = style_of(plan), identity_of(plan)
    return performed(plan, _sections(plan, style, identity, seed=seed, motifs=motifs), seed=seed)


def identity_of(plan: Plan) -> str:
    """Return what a piece is called by besides its seed."""
    return "|".join((plan.title, plan.style, plan.mood, str(plan.metre), str(plan.tonality)))


def performed(plan: Plan, sections: Sequence[Section], *, seed: int) -> Score:
    """Write everybody's part against sections whose chords and melody are given.

    Parameters
    ----------
    sections
        One for each section of the plan, in order.
    """
    style, identity = style_of(plan), identity_of(plan)
    sections = tuple(sections)
    writer = _Writer(
        plan=plan,
        style=style,
        identity=identity,
        seed=seed,
        sections=_led(sections) if style.writing == "invention" else sections,
        lower=lower_voices(sections, style, plan.instruments, identity=identity, seed=seed),
    )
    end_ticks = sum(section.bars for section in plan.sections) * plan.metre.bar_ticks
    parts = [writer.part(instrument) for instrument in plan.instruments]
    extra_ticks = hold_ticks(plan.hold_s, plan.tempo_bpm)
    score = Score(
        title=plan.title,
        tempo_bpm=plan.tempo_bpm,
        metre=plan.metre,
        tonality=plan.tonality,
        parts=held(parts, end_ticks=end_ticks, extra_ticks=extra_ticks),
        chords=_chord_spans(plan, sections),
        sections=tuple(
            SectionSpan(
                name=section.passage.name,
                start_ticks=section.passage.start_bar * plan.metre.bar_ticks,
                duration_ticks=section.passage.bars * plan.metre.bar_ticks,
            )
            for section in sections
        ),
        length_ticks=end_ticks,
        hold_ticks=extra_ticks,
        loop=plan.loop,
    )
    return formalised(score, plan, seed=seed)


def _sections(plan: Plan, style: Style, identity: str, *, seed: int, motifs: Sequence[Motif]) -> tuple[Section, ...]:
    """Write the chords and the melody of every section."""
    lead = next((one for one in plan.instruments if one.role == "melody"), plan.instruments[0])
    voice = voice_of_program(lead.program, percussion=lead.percussion)
    character = character_of(style, identity=identity, seed=seed)
    found = []
    first: dict[str, tuple[MelodyNote, ...]] = {}
    for passage in in_keys(_passages(plan, style), plan, style, identity=identity, seed=seed):
        local = replace(plan, tonality=passage.tonality or plan.tonality)
        context = MelodyContext(
            plan=local, style=style, voice=voice, identity=identity, seed=seed, motifs=motifs, character=character
        )
        slots = harmonise(passage, local, style, identity=identity, seed=seed)
        plain = write_melody(passage, slots, context, model=first.get(material(passage.name), ()))
        first.setdefault(material(passage.name), plain)
        # What is quoted is left as it was.
        colour = 0.0 if motifs else character.colour * plan.parameters.get("complexity", 0.5) * 2
        melody = coloured(
            _again(plain, passage, slots, context),
            plan.metre,
            amount=colour,
            rng=context.stream("colour", material(passage.name)),
        )
        if style.satb and passage.name != "intro":
            slots = chorale_slots(melody, passage, local, style, identity=identity, seed=seed)
        found.append(Section(passage=passage, plan=local, slots=slots, melody=melody))
    return tuple(found)


def _led(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return sections whose melody makes way for the voice that imitates it."""
    return tuple(replace(one, melody=leading(one.melody, one.plan.metre, bars=one.passage.bars)) for one in sections)


def _again(
    notes: tuple[MelodyNote, ...], passage: Passage, slots: Sequence[Slot], context: MelodyContext
) -> tuple[MelodyNote, ...]:
    """Return a section's melody as it is said this time: ornamented, or varied where it is a variation."""
    if passage.name != "variation" or len(notes) < _FEWEST_TO_VARY:
        return ornamented(notes, passage, slots, context)
    tonality, metre = context.plan.tonality, context.plan.metre
    rng = context.stream("variation", str(passage.occurrence))
    manner = MANNERS[passage.occurrence % len(MANNERS)]
    value = 1 if manner in {"running", "turning"} and context.plan.tempo_bpm < _SLOW_BPM else 2
    varied = varied_tune(notes, slots, tonality, metre, manner=manner, value_steps=value, rng=rng)
    fits = all(context.voice.low <= note.midi_pitch <= context.voice.high for note in varied)
    return varied if fits else ornamented(notes, passage, slots, context)


def _passages(plan: Plan, style: Style) -> tuple[Passage, ...]:
    """Place the sections; lines of a hymn are two bars where a bar has four beats."""
    short = style.satb and bar_steps(plan.metre) >= _LONG_BAR_STEPS
    found = passages(plan.sections, loop=plan.loop, phrase_bars=2 if short else 4)
    if style.form not in _STRAINS or plan.loop:
        return found
    # The strains of a dance or march are repeated as they are, with their close.
    return tuple(replace(one, closing="authentic") if one.closing == "half" else one for one in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Writes parts against the sections."""

    plan: Plan
    style: Style
    identity: str
    seed: int
    sections: tuple[Section, ...]
    lower: tuple[LowerVoices, ...]

    def part(self, instrument: Instrument) -> Part:
        """Write one instrument's part through the whole piece."""
        voice = voice_of_program(instrument.program, percussion=instrument.percussion)
        player = Player(role=instrument.role, percussion=instrument.percussion, rolls=voice.rings)
        solo = {one.program for one in self.plan.instruments if not one.percussion} == {instrument.program}
        notes: list[Note] = []
        for section, played in zip(self.sections, self._played(instrument.role, voice), strict=True):
            notes += perform(played, section.passage, self.plan, player, identity=self.identity, seed=self.seed)
        return Part(
            name=instrument.name,
            role=instrument.role,
            program=instrument.program,
            notes=tuple(sorted(notes, key=lambda note: (note.start_ticks, note.midi_pitch))),
            percussion=instrument.percussion,
            pan=0.0 if solo else _PAN[instrument.role],
            gain_db=_GAIN_DB[instrument.role],
            hand=hand_of(instrument, self.plan.instruments),
        )

    def _played(self, role: Role, voice: Voice) -> list[tuple[PlayedNote, ...]]:
        """Write the notes of a role, section by section."""
        if role == "melody":
            return [self._tune(section, voice) for section in self.sections]
        if self.lower and role in LOWER:
            return [LOWER[role](voices) for voices in self.lower]
        if role == "drums":
            return [write_drums(self._texture(at)) for at in range(len(self.sections))]
        if role == "counter":
            return [write_counter(self._texture(at), voice, section.melody) for at, section in enumerate(self.sections)]
        textures = [self._texture(at) for at in range(len(self.sections))]
        if role == "bass":
            return _carried(write_bass, textures, voice)
        return _carried(write_pad if role == "pad" else write_chords, textures, voice)

    def _tune(self, section: Section, voice: Voice) -> tuple[PlayedNote, ...]:
        """Write the melody as it is played: by the right hand of a rag in octaves, by all others as it is."""
        if self.style.rhythm == "rag" and voice.program in _KEYBOARDS:
            return in_octaves(section.melody, section.slots, self.plan.metre)
        return tuple(map(_melodic, section.melody))

    def _texture(self, at: int) -> Texture:
        """Return what an accompanying part sees of a section."""
        section = self.sections[at]
        coming = self.sections[at + 1 :] or (self.sections[:1] if self.plan.loop else ())
        following = coming[0].slots[0] if coming else None
        return Texture(
            plan=section.plan,
            style=self.style,
            passage=section.passage,
            slots=section.slots,
            following=following,
            identity=self.identity,
            seed=self.seed,
            has_bass=any(one.role == "bass" for one in self.plan.instruments),
        )


def hand_of(instrument: Instrument, players: Sequence[Instrument]) -> Hand:
    """Return which hand of one keyboard player a part is for: melody and counter melody right, the rest left."""
    mine = {one.role for one in players if one.program == instrument.program and not one.percussion}
    if instrument.percussion or instrument.program not in _KEYBOARDS or "melody" not in mine or len(mine) < 2:
        return ""
    return "right" if instrument.role in {"melody", "counter"} else "left"


def _carried(
    write: Callable[[Texture, Voice, T | None], tuple[tuple[PlayedNote, ...], T]],
    textures: Sequence[Texture],
    voice: Voice,
) -> list[tuple[PlayedNote, ...]]:
    """Write section after section with a writer that leads on from where it left off."""
    written = []
    last: T | None = None
    for texture in textures:
        notes, last = write(texture, voice, last)
        written.append(notes)
    return written


def _melodic(note: MelodyNote) -> PlayedNote:
    """Make a melody's note one to be played."""
    return PlayedNote(start_steps=note.start_steps, length_steps=note.length_steps, midi_pitch=note.midi_pitch)


def _chord_spans(plan: Plan, sections: Sequence[Section]) -> tuple[ChordSpan, ...]:
    """Return the harmony of the whole piece."""
    steps = bar_steps(plan.metre)
    return tuple(
        ChordSpan(
            start_ticks=(section.passage.start_bar * steps + slot.start_steps) * STEP_TICKS,
            duration_ticks=slot.length_steps * STEP_TICKS,
            symbol=symbol_of(slot.chord, plan.tonality),
            numeral=slot.chord.numeral,
            pitch_classes=slot.chord.pitch_classes,
        )
        for section in sections
        for slot in section.slots
    )
