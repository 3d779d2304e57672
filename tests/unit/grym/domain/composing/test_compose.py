"""Whole pieces."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from itertools import combinations, pairwise
from typing import Any

import music21
import pytest
from music21.analysis.discrete import AardenEssen, KrumhanslSchmuckler

from grym.domain.composing.compose import compose
from grym.domain.composing.instruments import voice_of_program
from grym.domain.composing.midi import score_to_midi
from grym.domain.composing.plan import Motif, Plan
from grym.domain.composing.score import PITCH_CLASS_NAMES, Score
from grym.domain.composing.styles import STYLES

Planned = Callable[..., Plan]
NOCTURNE = "a calm piano nocturne in D minor, 70 bpm"


def _pitched(score: Score) -> Any:
    stream: Any = music21.stream.Stream()
    for part in score.parts:
        for note in part.notes if not part.percussion else ():
            one = music21.note.Note(note.midi_pitch)
            one.quarterLength = note.duration_ticks / 480
            stream.insert(note.start_ticks / 480, one)
    return stream


def _heard_keys(score: Score) -> set[tuple[int, str]]:
    """Estimate the key from the pitches by two analysers of music21."""
    stream = _pitched(score)
    analysers: tuple[Any, ...] = (KrumhanslSchmuckler, AardenEssen)
    keys = [analyser().getSolution(stream) for analyser in analysers]
    return {(key.tonic.pitchClass, key.mode) for key in keys}


@pytest.mark.parametrize("seed", range(8))
def test_the_nocturne_is_in_d_minor(planned: Planned, seed: int) -> None:
    """The key heard in the notes is the one asked for."""
    assert (2, "minor") in _heard_keys(compose(planned(NOCTURNE, seed=seed), seed=seed))


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("style", sorted(STYLES))
def test_every_style_sounds_in_its_key(planned: Planned, style: str, mode: str) -> None:
    """Either of two analysers hears the key asked for."""
    tonic = (len(style) * 5) % 12
    plan = planned("a piece", style=style, key=f"{PITCH_CLASS_NAMES[tonic]} {mode}", seed=tonic)
    assert (tonic, mode) in _heard_keys(compose(plan, seed=tonic))


@pytest.mark.parametrize("style", sorted(STYLES))
def test_pieces_are_well_formed(planned: Planned, style: str) -> None:
    """Sections and chords tile the piece; notes are sorted, in time, on the grid and in range."""
    plan = planned("a piece", style=style, seconds=45.0)
    score = compose(plan, seed=3)
    assert score.length_ticks == sum(section.bars for section in plan.sections) * plan.metre.bar_ticks
    for spans in (score.sections, score.chords):
        edges = [0, *(span.start_ticks + span.duration_ticks for span in spans)]
        assert [span.start_ticks for span in spans] == edges[:-1]
        assert edges[-1] == score.length_ticks
    assert [(part.role, part.program) for part in score.parts] == [(one.role, one.program) for one in plan.instruments]
    for part in score.parts:
        voice = voice_of_program(part.program, percussion=part.percussion)
        order = [(note.start_ticks, note.midi_pitch) for note in part.notes]
        assert order == sorted(order)
        assert all(note.end_ticks <= score.length_ticks and note.start_ticks % 120 == 0 for note in part.notes)
        assert all(note.start_ticks + note.onset_shift_ticks >= 0 for note in part.notes)
        assert all(voice.low <= note.midi_pitch <= voice.high for note in part.notes)


def test_bytes_do_not_depend_on_the_hash_seed() -> None:
    """Another process with another hash seed writes the same file."""
    code = (
        "from hashlib import sha256; from grym.domain.composing.plan import Wish;"
        "from grym.domain.composing.planner import plan; from grym.domain.composing.compose import compose;"
        "from grym.domain.composing.midi import score_to_midi;"
        "p = plan(Wish(prompt='jazz with drums'), seed=7);"
        "print(sha256(score_to_midi(compose(p, seed=7))).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},  # noqa: TID251  # a child needs the test's own environment
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def _grams(score: Score) -> tuple[set[tuple[int, ...]], set[tuple[int, ...]]]:
    """Return the melodic 5-grams of a piece: of pitches, and of five intervals."""
    pitches = [note.midi_pitch for note in score.parts[0].notes]
    moves = [b - a for a, b in pairwise(pitches)]
    return tuple(set(zip(*(line[at:] for at in range(5)), strict=False)) for line in (pitches, moves))  # type: ignore[return-value]


def test_no_two_pieces_are_alike(planned: Planned) -> None:
    """Of eight sentences and two seeds no two pieces share more than 30 % of their melodic 5-grams."""
    prompts = [NOCTURNE, "a happy folk song with fiddle", "dark techno", "jazz ballad with saxophone"]
    prompts += ["epic cinematic trailer", "a gentle lullaby", "a piano sonata", "blues in E with harmonica"]
    pieces = [_grams(compose(planned(prompt, seed=seed), seed=seed)) for prompt in prompts for seed in (0, 1)]
    for one, two in combinations(pieces, 2):
        for mine, other in zip(one, two, strict=True):
            assert len(mine & other) <= 0.3 * min(len(mine), len(other))


def test_sections_return_and_contrast(planned: Planned) -> None:
    """In AABA the second A has most of the first one's downbeats, B few of them."""
    plan = planned("a waltz in C major", seconds=60.0, tempo_bpm=128.0)
    score = compose(plan, seed=2)
    names = [section.name for section in score.sections]
    assert names[:4].count("A") >= 2
    bar_ticks = score.metre.bar_ticks
    downbeats = {
        note.start_ticks: note.midi_pitch for note in score.parts[0].notes if note.start_ticks % bar_ticks == 0
    }

    def material(at: int) -> list[int | None]:
        section = score.sections[at]
        return [downbeats.get(section.start_ticks + tick) for tick in range(0, section.duration_ticks, bar_ticks)]

    def alike(one: int, two: int) -> float:
        pairs = list(zip(material(one), material(two), strict=True))
        return sum(a == b for a, b in pairs) / len(pairs)

    places = [at for at, name in enumerate(names) if name == "A"]
    assert alike(places[0], places[1]) >= 0.6
    assert alike(places[0], names.index("B")) <= 0.3


def test_motifs_are_heard(planned: Planned) -> None:
    """A remembered rhythm opens the piece."""
    motif = Motif(intervals=(2, 2, 1, -5), durations_beats=(0.5, 0.5, 0.5, 0.5, 2.0))
    plan = planned("a sonata in C major", metre="4/4", seconds=30.0)
    score = compose(plan, seed=1, motifs=(motif,))
    start = next(section.start_ticks for section in score.sections if section.name == "A")
    opening = [note for note in score.parts[0].notes if start <= note.start_ticks < start + score.metre.bar_ticks]
    assert [note.duration_ticks / 480 for note in opening] == list(motif.durations_beats)
    assert score != compose(plan, seed=1)


def test_swing_changes_the_playing_only(planned: Planned) -> None:
    """Parameters of performance leave the written notes alone."""
    plan = planned("a jazz tune", metre="4/4")
    straight = compose(replace(plan, parameters={**plan.parameters, "swing": 0.0}), seed=1)
    swung = compose(plan, seed=1)
    assert [(n.start_ticks, n.midi_pitch) for n in straight.parts[0].notes] == [
        (n.start_ticks, n.midi_pitch) for n in swung.parts[0].notes
    ]
    assert sha256(score_to_midi(straight)).digest() != sha256(score_to_midi(swung)).digest()


def test_unknown_styles_are_played_as_the_default(planned: Planned) -> None:
    """A plan of another planner with a style of its own still becomes music."""
    plan = replace(planned("a sonata"), style="polka")
    assert compose(plan, seed=1).parts[0].notes


def test_a_piece_without_a_melody_part_is_written(planned: Planned) -> None:
    """Chords alone are a piece."""
    plan = planned("a nocturne")
    score = compose(replace(plan, instruments=tuple(one for one in plan.instruments if one.role == "chords")), seed=1)
    assert [part.role for part in score.parts] == ["chords"]


@pytest.mark.parametrize("style", ["nocturne", "rock", "chorale", "string quartet"])
def test_the_last_chord_is_held_until_the_time_is_up(planned: Planned, style: str) -> None:
    """Where whole bars at the tempo asked do not fill the time, the piece sounds as long as was asked all the same."""
    plan = planned("a piece", style=style, metre="4/4", tempo_bpm=61.0, seconds=14.0)
    score = compose(plan, seed=3)
    end_ticks = max(note.end_ticks + note.ring_ticks for part in score.parts for note in part.notes)
    assert plan.hold_s > 1
    assert end_ticks / 480 * 60 / score.tempo_bpm == pytest.approx(14.0, rel=0.03)
