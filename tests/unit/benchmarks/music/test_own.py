"""grym's scores are read as pieces, and asked for by prompts that differ between the splits."""

import pytest

from benchmarks.music.corpus import KINDS, SPLITS
from benchmarks.music.own import KEYS, PROMPTS, piece_of, wishes
from grym.domain.composing.score import Metre, Note, Part, Score, Tonality


def _part(name: str, role: str, pitches: tuple[int, ...], *, percussion: bool = False) -> Part:
    notes = tuple(
        Note(start_ticks=480 * at, duration_ticks=480, midi_pitch=pitch, velocity=80)
        for at, pitch in enumerate(pitches)
    )
    return Part(name=name, role=role, program=0, notes=notes, percussion=percussion)  # type: ignore[arg-type] # plain text


def _score() -> Score:
    return Score(
        title="t",
        tempo_bpm=120,
        metre=Metre(beats=3, unit=4),
        tonality=Tonality(tonic=0, mode="major"),
        parts=(
            _part("drums", "drums", (36, 38, 42), percussion=True),
            _part("bass", "bass", (36, 43, 36)),
            _part("flute", "melody", (72, 74, 76)),
            _part("pad", "pad", (60, 62, 64)),
        ),
        chords=(),
        sections=(),
        length_ticks=3 * 480,
    )


def test_a_score_becomes_voices_with_the_melody_first_and_the_bass_last() -> None:
    """Drums are no voice; positions are quarters; three quarters are one bar of 3/4."""
    piece = piece_of(_score(), kind="quartet", name="x")
    assert [voice[0].pitch for voice in piece.voices] == [72, 60, 36]
    assert [note.start for note in piece.voices[0]] == [0, 1, 2]
    assert [(bar.start, bar.length, bar.beats, bar.unit) for bar in piece.bars] == [(0, 3, 3, 4)]


def test_of_a_song_only_the_melody_is_compared() -> None:
    """Kinds of a single line take the part with the role of melody."""
    assert [voice[0].pitch for voice in piece_of(_score(), kind="folk", name="x").voices] == [72]


@pytest.mark.parametrize("kind", KINDS)
def test_splits_share_neither_prompts_nor_seeds(kind: str) -> None:
    """No request of the last examination can have been seen before."""
    dev, test = ({(prompt, seed) for prompt, _, seed in wishes(kind, split, 30)} for split in SPLITS)
    assert not {prompt for prompt, _ in dev} & {prompt for prompt, _ in test}
    assert not {seed for _, seed in dev} & {seed for _, seed in test}


@pytest.mark.parametrize("kind", KINDS)
def test_every_phrasing_meets_many_keys(kind: str) -> None:
    """Among a hundred wishes each phrasing comes in at least five keys."""
    for phrasing in PROMPTS[kind]["dev"]:
        said = {prompt for prompt, _, _ in wishes(kind, "dev", 100)}
        assert sum(phrasing.format(key=key) in said for key in KEYS["dev"]) >= 5
