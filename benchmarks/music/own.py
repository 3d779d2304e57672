"""grym's side of the examination: prompts by kind, planned and composed in process, read as pieces.

Prompts say what a person would ask for; metres are named about as often as the reference has them. The splits differ
in phrasing, key and seed. Of kinds of a single line only the part with the role of melody is compared.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmarks.music.corpus import MELODIES, Split
from benchmarks.music.pieces import Bar, Note, Piece

if TYPE_CHECKING:
    from grym.domain.composing.score import Part, Score

SECONDS = {"chorale": 64.0, "quartet": 80.0}
OTHER_SECONDS = 60.0
"""Long enough for sixteen bars at the usual tempo of each kind."""

PROMPTS: dict[str, dict[Split, tuple[str, ...]]] = {
    "chorale": {
        "dev": ("a chorale in {key}", "a Bach chorale in {key}", "a chorale in {key} in 3/4", "a hymn in {key}"),
        "test": ("a four-part chorale in {key}", "ein Choral in {key}", "a chorale in 3/4 in {key}", "{key} chorale"),
    },
    "folk": {
        "dev": (
            "a folk song in {key}",
            "a folk song in 3/4 in {key}",
            "a folk song in 2/4 in {key}",
            "a simple folk tune in {key}",
        ),
        "test": (
            "a folk song for solo violin in {key}",
            "a folk melody in 3/4 in {key}",
            "an old folk song in 2/4, {key}",
            "a folk ballad in {key}",
        ),
    },
    "dance": {
        "dev": (
            "an Irish reel in {key}",
            "a jig in 6/8 in {key}",
            "a hornpipe in {key} in 4/4",
            "a reel in 2/4, {key}",
        ),
        "test": ("a lively Irish reel in {key}", "an Irish jig in 6/8, {key}", "a folk dance in 4/4 in {key}"),
    },
    "march": {
        "dev": ("a march in {key}", "a march in 2/4 in {key}", "a military march in 4/4 in {key}"),
        "test": ("a parade march in {key}", "ein Marsch in {key}", "a quick march in {key}"),
    },
    "quartet": {
        "dev": ("a string quartet in {key}", "a string quartet in {key} in 3/4", "a classical string quartet in {key}"),
        "test": ("a movement for string quartet in {key}", "a string quartet in 2/4 in {key}", "{key} string quartet"),
    },
    "piano": {
        "dev": ("a classical piano piece in {key}", "a polonaise for piano in 3/4, {key}", "a piano sonata in {key}"),
        "test": ("a piano piece in {key}", "a sonatina for piano in {key}", "a piano minuet in 3/4 in {key}"),
    },
    "ragtime": {
        "dev": ("a piano rag in 2/4 in {key}", "a ragtime for piano in 2/4, {key}"),
        "test": ("a classic rag in 2/4 in {key}", "ragtime piano in 2/4 in {key}"),
    },
}

KEYS: dict[Split, tuple[str, ...]] = {
    "dev": ("G major", "A minor", "F major", "D major", "E minor", "C major", "B-flat major", "D minor", "A major"),
    "test": ("E-flat major", "G minor", "D major", "C minor", "G major", "B minor", "C major", "E minor", "A major"),
}
FIRST_SEED: dict[Split, int] = {"dev": 1, "test": 10_001}


def wishes(kind: str, split: Split, count: int) -> Iterator[tuple[str, float, int]]:
    """Yield so many prompts with length in seconds and seed; every prompt meets every key in turn."""
    prompts, keys = PROMPTS[kind][split], KEYS[split]
    for at in range(count):
        turn, place = divmod(at, len(prompts))
        key = keys[(turn + place) % len(keys)]
        yield prompts[place].format(key=key), SECONDS.get(kind, OTHER_SECONDS), FIRST_SEED[split] + at


def composed(prompt: str, seconds: float | None, seed: int) -> "Score":
    """Plan and compose a piece as the service does; without seconds as long as the sentence says."""
    from grym.domain.composing.compose import compose  # noqa: PLC0415 (the measures can be used without grym)
    from grym.domain.composing.plan import Wish  # noqa: PLC0415 (as above)
    from grym.domain.composing.planner import plan  # noqa: PLC0415 (as above)

    return compose(plan(Wish(prompt=prompt, seconds=seconds), seed=seed), seed=seed)


def pieces(kind: str, split: Split, count: int) -> list[Piece]:
    """Compose so many pieces of a kind."""
    return [
        piece_of(composed(prompt, seconds, seed), kind=kind, name=f"{prompt} #{seed}")
        for prompt, seconds, seed in wishes(kind, split, count)
    ]


def piece_of(score: "Score", *, kind: str, name: str) -> Piece:
    """Read a score as a piece: pitched parts, the melody first, the others from high to low."""
    from grym.domain.composing.score import TICKS_PER_QUARTER  # noqa: PLC0415 (as above)

    parts = [part for part in score.parts if not part.percussion and part.notes]
    parts.sort(key=lambda part: (part.role != "melody", -_mean_pitch(part)))
    if kind in MELODIES:
        parts = parts[:1]
    bar = score.metre.bar_ticks
    return Piece(
        name=name,
        kind=kind,
        group=name,
        voices=tuple(notes_of(part) for part in parts),
        bars=tuple(
            Bar(
                start=start / TICKS_PER_QUARTER,
                length=bar / TICKS_PER_QUARTER,
                beats=score.metre.beats,
                unit=score.metre.unit,
            )
            for start in range(0, score.length_ticks, bar)
        ),
    )


def _mean_pitch(part: "Part") -> float:
    return sum(note.midi_pitch for note in part.notes) / len(part.notes)


def notes_of(part: "Part") -> tuple[Note, ...]:
    """Return the written notes of a part in quarters, by start and pitch."""
    from grym.domain.composing.score import TICKS_PER_QUARTER as QUARTER  # noqa: PLC0415 (as above)

    return tuple(
        Note(start=note.start_ticks / QUARTER, length=note.duration_ticks / QUARTER, pitch=note.midi_pitch)
        for note in sorted(part.notes, key=lambda one: (one.start_ticks, one.midi_pitch))
    )
