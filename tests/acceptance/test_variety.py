"""Different wishes give different music: 20 sentences with 3 seeds each share few melodic figures.

A figure is a run of five pitches of the melody, and apart from that a run of five intervals, which also finds figures
that were transposed. Two pieces share what both sets hold, as a share of the smaller set.
"""

import itertools
from collections.abc import Callable, Sequence

import mido
import pytest

from grym.domain.composing.compose import compose
from grym.domain.composing.plan import Wish
from grym.domain.composing.planner import plan
from tests.acceptance import oracles
from tests.acceptance.conftest import Measured
from tests.acceptance.harness import Grym

PROMPTS = (
    "a calm piano nocturne in D minor, 70 bpm",
    "an upbeat jazz trio with swing",
    "dark ambient pads for a night in space",
    "a heroic orchestral march in B flat major",
    "techno 128 bpm in A minor",
    "a waltz for a music box",
    "sad cello and piano, slow",
    "a cheerful folk tune for acoustic guitar in G major",
    "lo-fi beats to study to",
    "a baroque fugue-like invention for harpsichord",
    "12-bar blues with harmonica in E",
    "synthwave drive at night, 100 bpm",
    "a lullaby in F major, very slow",
    "epic cinematic trailer with brass and strings",
    "bossa nova for nylon guitar",
    "a string quartet, allegro, in E minor",
    "rock song with electric guitar, 140 bpm",
    "a solemn chorale for organ and choir",
    "reggae groove in A major",
    "a mysterious piece in 5/4 for clarinet",
)
SEEDS = (1, 2, 3)
MOST_SHARED = 0.30

Melodies = dict[tuple[str, int], list[int]]


def closest(melodies: Melodies, figures: Callable[[Sequence[int]], Sequence[int]]) -> tuple[float, str]:
    """Return the largest overlap between any two pieces, and which two."""
    sets = {piece: oracles.ngrams(figures(pitches)) for piece, pitches in melodies.items()}
    worst, first, second = max(
        (oracles.overlap(sets[one], sets[other]), one, other) for one, other in itertools.combinations(sets, 2)
    )
    return worst, f"{first} and {second}"


def pitches_themselves(pitches: Sequence[int]) -> Sequence[int]:
    """Leave pitches as they are."""
    return pitches


def intervals(pitches: Sequence[int]) -> list[int]:
    """Return semitones from each note to the next."""
    return [second - first for first, second in itertools.pairwise(pitches)]


def require_variety(melodies: Melodies, measured: Measured, how: str) -> None:
    """Check the closest two pieces, by pitches and by intervals."""
    by_pitch, which_pitch = closest(melodies, pitches_themselves)
    by_interval, which_interval = closest(melodies, intervals)
    measured(f"variety, {how}: closest two by pitches", f"{by_pitch:.0%}", "≤ 30 %")
    measured(f"variety, {how}: closest two by intervals", f"{by_interval:.0%}", "≤ 30 %")
    assert by_pitch <= MOST_SHARED, which_pitch
    assert by_interval <= MOST_SHARED, which_interval


def test_no_two_planned_pieces_are_alike(measured: Measured) -> None:
    """60 pieces composed in this process share at most 30 % of their figures with any other."""
    melodies: Melodies = {}
    for prompt, seed in itertools.product(PROMPTS, SEEDS):
        score = compose(plan(Wish(prompt=prompt), seed=seed), seed=seed)
        melody = next(part for part in score.parts if part.role == "melody")
        melodies[prompt, seed] = [note.midi_pitch for note in melody.notes]
    assert min(map(len, melodies.values())) > 5
    require_variety(melodies, measured, "composed directly")


@pytest.mark.slow
def test_no_two_pieces_of_one_home_are_alike(grym: Grym, measured: Measured) -> None:
    """The same 60 wishes asked of one home, whose memory recalls motifs of earlier pieces, stay as different."""
    wishes = list(itertools.product(PROMPTS, SEEDS))
    helper = grym.start("up")  # keeps the database running between the many short commands
    for at, (prompt, seed) in enumerate(wishes):
        words = ("--seed", str(seed), "--backend", "score", "--no-wait", "--request-id", f"variety-{at}")
        assert grym.compose(prompt, *words)["outcome"] == "pending"
    helper.stop().require()
    grym.call("up", "--until-idle", timeout_s=600).require()
    melodies: Melodies = {}
    for at, wish in enumerate(wishes):
        told = grym.tell("status", f"variety-{at}")
        assert told["outcome"] == "completed", told
        melodies[wish] = melody_of(grym, told["midi"])
    require_variety(melodies, measured, "through one home")


def melody_of(grym: Grym, midi: str) -> list[int]:
    """Return the pitches of the first track with notes that are no drums: the melody, as pieces are written."""
    path = grym.work / midi
    assert len(mido.MidiFile(path).tracks) > 1
    notes = [note for note in oracles.played_notes(path) if not note.percussion]
    first = min(note.track for note in notes)
    return [note.pitch for note in notes if note.track == first]
