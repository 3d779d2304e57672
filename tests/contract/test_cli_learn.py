"""`grym learn` keeps the contract: what was learned is told, drawn, compared and proven."""

from pathlib import Path

from matplotlib.image import imread

from tests.contract.cli_world import QUICK, CommandLine

REPORT = {"utility", "holdout", "regret", "parameters", "fallback", "coverage", "pieces", "rated", "arms", "styles"}
PROOF = {"proposals_sha256", "equal", "proposals", "differences"}


def _rated(grym: CommandLine, user: str, stars: int) -> str:
    """Let somebody rate a piece and return its request."""
    told = grym("compose", "a waltz", "--user", user, *QUICK, "--json").ok().told
    assert grym("rate", told["request_id"], str(stars), "--user", user, "--json").ok().told["accepted"] is True
    return str(told["request_id"])


def test_a_listener_who_never_rated_has_an_empty_report(grym: CommandLine) -> None:
    """Every key is there, nothing is made up."""
    told = grym("learn", "report", "--user", "nobody-at-all", "--json").ok().told
    assert told.keys() >= REPORT
    assert (told["pieces"], told["rated"], told["utility"], told["holdout"]) == (0, 0, None, None)
    assert "no piece" in grym("learn", "report", "--user", "nobody-at-all").ok().out


def test_a_rating_is_in_the_report(grym: CommandLine, tmp_path: Path) -> None:
    """One piece, one rating, its utility and its regret, as an object, as tables and as a picture."""
    _rated(grym, "mia", 4)
    told = grym("learn", "report", "--user", "mia", "--style", "waltz", "--json").ok().told
    assert (told["pieces"], told["rated"], told["regret"]) == (1, 1, 0.25)
    (style,) = told["styles"]
    assert (style["user"], style["style"], style["utility"]) == ("mia", "waltz", 0.75)
    picture = tmp_path / "course.png"
    shown = grym("learn", "report", "--user", "mia", "--plot", str(picture)).ok().out
    assert "waltz" in shown
    assert imread(picture)[..., :3].min() < 0.3
    assert grym("learn", "report", "--user", "mia", "--style", "march", "--json").ok().told["pieces"] == 0


def test_a_replay_proves_itself(grym: CommandLine) -> None:
    """Two audits of one span have one digest, which is that of the log."""
    _rated(grym, "noa", 5)
    grym("compose", "a waltz", "--user", "noa", *QUICK, "--json").ok()
    end = grym("learn", "replay", "--json").ok().told["to"]
    audits = [grym("learn", "replay", "--to", end, "--audit", "--json").ok().told for _ in range(2)]
    read = grym("learn", "replay", "--to", end, "--json").ok().told
    assert all(told.keys() >= PROOF and told["equal"] for told in audits), audits[0]["differences"]
    assert {told["proposals_sha256"] for told in (*audits, read)} == {read["logged_sha256"]}
    assert read["proposals"] >= 2
    assert "decides the same" in grym("learn", "replay", "--audit").ok().out


def test_a_blind_pair_is_compared(grym: CommandLine, tmp_path: Path) -> None:
    """Two takes that nothing tells apart; the preference is counted once what was learned was among them."""
    _rated(grym, "pia", 1)
    words = ("compose", "a waltz", "--variations", "2", "--blind", "--out", str(tmp_path), "--user", "pia", *QUICK)
    first, second = grym(*words, "--json").ok().told["results"]
    assert [first["blind"], second["blind"]] == ["A", "B"]
    assert not {"parameters", "plan", "learning"} & first.keys()
    assert "learned" not in (tmp_path / "A" / "piece.json").read_text().lower()
    grym("rate", first["request_id"], "--prefer", second["request_id"], "--user", "pia", "--json").ok()
    told = grym("learn", "ab", "--user", "pia", "--experiment", "waltzes", "--json").ok().told
    served = grym("learn", "report", "--user", "pia", "--json").ok().told["arms"]
    assert told["pairs"]["compared"] == int(served["learned"]["pieces"] > 0)
    assert sum(told["experiment"]["users"].values()) == 1
    assert "blind pairs" in grym("learn", "ab", "--user", "pia").ok().out


def test_a_pair_of_three_is_refused(grym: CommandLine) -> None:
    """By name, before anything is published."""
    refused = grym("compose", "a waltz", "--variations", "3", "--blind", *QUICK, "--json").ok(2)
    assert refused.told["error"]["code"] == "request.blind"


def test_a_piece_without_taste_says_so(grym: CommandLine) -> None:
    """Nothing of it was learned, whatever the ratings said."""
    _rated(grym, "uma", 1)
    told = grym("compose", "a waltz", "--no-taste", "--user", "uma", *QUICK, "--json").ok().told
    assert {fact["source"] for fact in told["parameters"].values()} == {"default"}
    assert told["learning"]["arm"] == "default"


def test_impossible_spans_are_refused(grym: CommandLine) -> None:
    """An end before its beginning, and words that are no instant."""
    assert grym("learn", "replay", "--from", "1h", "--to", "2h", "--json").ok(2).told["error"]["code"] == "replay.span"
    assert grym("learn", "replay", "--from", "soon", "--json").ok(2).told["error"]["code"] == "usage.instant"


def test_who_did_not_ask_for_a_piece_cannot_rate_it(grym: CommandLine) -> None:
    """The opinion is held, says so with a code, and changes nothing of either listener."""
    told = grym("compose", "a waltz", "--user", "iris", *QUICK, "--json").ok().told
    foreign = grym("rate", told["request_id"], "1", "--user", "mallory", "--json").ok(3).told
    assert (foreign["accepted"], foreign["outcome"], foreign["code"]) == (False, "held", "feedback.unknown")
    for user in ("iris", "mallory"):
        assert grym("learn", "report", "--user", user, "--json").ok().told["rated"] == 0
    assert "no effect" in grym("rate", told["request_id"], "1", "--user", "mallory").ok(3).out
