"""What was followed is counted, and what was not is shown."""

from benchmarks.music.following.asking import rows_of, tables, verdict
from benchmarks.music.following.judging import Verdict
from benchmarks.music.following.requests import Request

WALTZ = Request(prompt="a waltz in C major", language="en", styles=frozenset({"waltz"}), tonic=0, mode="major")


def _verdict(*, key: bool, language: str = "en") -> Verdict:
    request = Request(prompt=f"{language} {key}", language=language, styles=frozenset())  # type: ignore[arg-type] # plain text
    met = {"style": True, "key by Krumhansl": False, "key by music21": key, "key": key}
    return Verdict(request=request, met=met, found={"key": "D major, asked C major"})


def test_an_analyser_that_errs_alone_does_not_count() -> None:
    """One of two analysers is enough: the request was followed."""
    assert _verdict(key=True).followed
    assert not _verdict(key=False).followed


def test_shares_are_told_by_language_and_failures_with_what_came_instead() -> None:
    """Two of three followed are 66.7 %; the third is shown with what was found."""
    found = [_verdict(key=True), _verdict(key=True, language="de"), _verdict(key=False, language="fr")]
    told = tables(found)
    assert "| **all** (goal 98%) | 3 | 2 | 66.7% |" in told
    assert "| all, fr | 1 | 0 | 0.0% |" in told
    assert "'fr False': key (D major, asked C major)" in told
    assert [row["followed"] for row in rows_of(found)] == [True, True, False]


def test_a_request_is_composed_and_judged() -> None:
    """A plain wish is answered; the verdict speaks of style and key."""
    found = verdict(WALTZ, seed=1)
    assert found.met["style"]
    assert {"key", "key by Krumhansl", "key by music21"} <= set(found.met)


def test_a_refusal_meets_nothing() -> None:
    """An impossible wish is told as not answered, and does not end the examination."""
    impossible = Request(prompt="a waltz at 900 bpm", language="en", styles=frozenset({"waltz"}), tempo_bpm=900.0)
    assert verdict(impossible, seed=1).met == {"answered": False}
