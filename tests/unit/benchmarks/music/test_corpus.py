"""Movements are read with their repeats and belong to one work and one split."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.music.corpus import group_of, pieces, read, split_of

TUNE = """X:1
T:A tune
M:4/4
L:1/4
K:C
|: C D E F | G A B c | c B A G | F E D C :|
|: C E G c | c G E C | D F A d | c4 :|
"""


def test_works_are_grouped_by_what_their_names_say() -> None:
    """Movements of one quartet are one work, sections of a cantata too, sonatas beside the corpus by their number."""
    assert group_of("haydn/opus74no1/movement1.mxl") == group_of("haydn/opus74no1/movement2.mxl")
    assert group_of("bach/bwv269.mxl") == "bach/bwv269"
    assert group_of("bach/bwv244.10.mxl") == group_of("bach/bwv244.15.mxl")
    assert group_of("/somewhere/sonata01-1.krn") == group_of("/elsewhere/sonata01-3.krn")


def test_about_half_of_all_works_are_in_each_split() -> None:
    """The split follows from the name alone."""
    counts = Counter(split_of(f"work {number}") for number in range(1000))
    assert counts["dev"] == pytest.approx(500, abs=60)
    assert split_of("work 1") == split_of("work 1")


def test_a_chorale_has_four_voices_of_whole_bars(tmp_path: Path) -> None:
    """Bach's setting of BWV 269 is read once and kept; the soprano lies above the bass."""
    piece = read("bach/bwv269.mxl", "chorale", tmp_path)
    assert piece is not None
    assert len(piece.voices) == 4
    assert piece.voices[0][0].pitch > piece.voices[3][0].pitch
    assert piece == read("bach/bwv269.mxl", "chorale", tmp_path)
    assert len(list((tmp_path / "scores").iterdir())) == 1


def test_further_scores_are_read_with_their_repeats(tmp_path: Path) -> None:
    """Eight bars in two repeated halves are sixteen bars, the first four twice; only of the split they belong to."""
    folder = tmp_path / "more"
    folder.mkdir()
    names = [f"tune{number}.abc" for number in range(4)]
    for name in names:
        (folder / name).write_text(TUNE)
    found = [piece for split in ("dev", "test") for piece in pieces("ragtime", split, tmp_path, folder)]
    mine = [piece for piece in found if piece.name.startswith(str(folder))]
    assert sorted(Path(piece.name).name for piece in mine) == [f"{name}#0" for name in names]
    assert all(len(piece.bars) == 16 for piece in mine)
    line = mine[0].voices[0]
    assert [n.pitch for n in line if n.start < 16] == [n.pitch for n in line if 16 <= n.start < 32]
