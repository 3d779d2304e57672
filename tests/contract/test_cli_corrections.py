"""`grym patterns correct`, `relations`, `active` and `metrics` keep the contract: verdicts, told and taken back."""

from typing import Any

import pytest

from tests.contract.cli_world import CommandLine
from tests.contract.test_cli_patterns import excerpt, tune, written

WORDS = ("--collection", "judged")


@pytest.fixture(scope="module")
def match(grym: CommandLine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Learn a tune in a collection of its own and recognise a part of it; return the match and its request."""
    folder = tmp_path_factory.mktemp("judged")
    [one] = grym("patterns", "learn", written(folder / "judged.wav", tune(1)), *WORDS, "--json").ok().told["learned"]
    told = grym("patterns", "recognise", excerpt(folder / "part.wav"), *WORDS, "--json").ok().told
    assert told["matches"][0]["pattern_id"] == one["pattern_id"]
    return {"pattern_id": one["pattern_id"], "request_id": told["request_id"]}


def test_a_match_is_judged_and_taken_back(grym: CommandLine, match: dict[str, Any]) -> None:
    """By the request that told it; the pattern shows what was said with the person's words, and then nothing of it."""
    place = ("--type", "rhythmic", "--range", "3.5-7", "--confidence", "0.8", "--note", "it was another")
    told = grym("patterns", "correct", match["request_id"], "--wrong", *place, "--json").ok().told
    assert (told["outcome"], told["action"], told["pattern_ids"]) == ("completed", "judge", [match["pattern_id"]])
    shown = grym("patterns", "show", match["pattern_id"], "--json").ok().told
    [verdict] = shown["verdicts"]
    assert (verdict["verdict_id"], verdict["right"], verdict["weight"]) == (told["verdict_id"], False, 0.8)
    assert (verdict["start_s"], verdict["end_s"], verdict["note"]) == (3.5, 7.0, "it was another")
    assert (shown["category"], shown["denied"]) == ("rhythmic", 1)
    assert "another" in grym("patterns", "show", match["pattern_id"]).ok().out
    back = grym("patterns", "correct", match["request_id"], "--undo", "--json").ok().told
    assert back["withdrawn"] == [told["verdict_id"]]
    shown = grym("patterns", "show", match["pattern_id"], "--json").ok().told
    assert (shown["category"], shown["denied"], shown["verdicts"]) == ("", 0, [])
    again = grym("patterns", "correct", match["pattern_id"], "--undo", "--json").ok(3).told
    assert again["fault"]["code"] == "pattern.no_verdict"


def test_metrics_say_what_people_verified(grym: CommandLine, match: dict[str, Any]) -> None:
    """And nothing else: without verdicts there is no accuracy."""
    before = grym("patterns", "metrics", *WORDS, "--json").ok().told
    assert (before["verdicts"], before["accuracy"], before["curve"]) == (0, None, [])
    verdict = grym("patterns", "correct", f"{match['request_id']}#1", "--right", "--json").ok().told["verdict_id"]
    told = grym("patterns", "metrics", *WORDS, "--json").ok().told
    assert (told["verdicts"], told["people"], told["told"], told["told_right"]) == (1, 1, 1, 1)
    assert (told["accuracy"], told["corrections"], told["curve"]) == (1.0, 0, [1.0])
    assert told["contexts"]["landmarks"]["mastery"] == "novice"
    assert "novice" in grym("patterns", "metrics", *WORDS).ok().out
    grym("patterns", "correct", match["pattern_id"], "--undo", "--verdict", verdict).ok()


def test_relations_and_what_is_active(grym: CommandLine, match: dict[str, Any]) -> None:
    """Relations are looked for anew on demand; what was heard lately is active."""
    told = grym("patterns", "relations", match["pattern_id"], "--discover", "--json").ok().told
    assert (told["pattern_id"], told["relations"]) == (match["pattern_id"], [])
    assert "no relations" in grym("patterns", "relations", match["pattern_id"]).ok().out
    told = grym("patterns", "active", *WORDS, "--json").ok().told
    assert [one["pattern_id"] for one in told["patterns"]] == [match["pattern_id"]]
    assert 0.0 < told["patterns"][0]["activity"] <= 1.0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ID", "--wrong", "--undo"), "request.verdict"),
        (("ID", "--note", "why"), "request.verdict"),
        (("ID", "--right", "--name", "new"), "request.verdict"),
        (("ID", "--verdict", "x"), "request.verdict"),
        (("ID", "--right", "--range", "7-3"), "request.range"),
        (("ID", "--right", "--confidence", "1.5"), "request.certainty"),
        (("REQUEST#2", "--right"), "pattern.no_match"),
        (("REQUEST#0", "--right"), "pattern.no_match"),
        (("REQUEST#x", "--right"), "pattern.no_match"),
        (("REQUEST", "--right", "--user", "somebody else"), "pattern.foreign_match"),
        (("nobody at all", "--right"), "pattern.unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(
    grym: CommandLine, match: dict[str, Any], words: tuple[str, ...], code: str
) -> None:
    """Before anything is written, with a code."""
    known = {"ID": match["pattern_id"], "REQUEST": match["request_id"]}
    name, *rest = words
    head, sharp, number = name.partition("#")
    told = grym("patterns", "correct", known.get(head, head) + sharp + number, *rest, "--json").ok(2).told
    assert told["error"]["code"] == code


def test_an_unknown_kind_of_relation_is_refused(grym: CommandLine, match: dict[str, Any]) -> None:
    """With those that there are."""
    told = grym("patterns", "relations", match["pattern_id"], "--kind", "cousin", "--json").ok(2).told
    assert told["error"]["code"] == "request.kind"
    assert "variant" in told["error"]["hint"]
