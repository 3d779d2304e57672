"""A spoilt score breaks its promise, and the unspoilt one does not."""

from benchmarks.quality.pieces import SPOILS, judged


def test_spoilt_scores_are_told_from_the_others() -> None:
    """Every kind of fault is there once for each piece."""
    found = judged("dev", seeds=1)
    pieces = [one for one in found if one.label == "clean"]
    assert [one.label for one in found] == ["clean", *SPOILS] * len(pieces)
    assert all(one.failed for one in found if one.label in {"another tempo", "another key"})
