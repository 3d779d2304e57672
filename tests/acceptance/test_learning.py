"""A low rating changes the next piece of that user and style; the log tells the whole chain of causes."""

from typing import Any

import pytest

from tests.acceptance.harness import Grym, terminals

pytestmark = [pytest.mark.slow]

PROMPT = "a calm nocturne for piano"
FAST = ("--seconds", "12", "--backend", "score", "--seed", "5")


@pytest.fixture(scope="module")
def pieces(grym: Grym) -> dict[str, dict[str, Any]]:
    """Let Anna rate a nocturne with one star; then she, Bert, and Anna in another style get a piece each."""
    first = grym.compose(PROMPT, *FAST, "--user", "anna", "--request-id", "first")
    rated = grym.tell("rate", "first", "1", "--user", "anna")
    assert rated["accepted"] is True
    assert rated["event_id"]
    return {
        "first": first,
        "anna": grym.compose(PROMPT, *FAST, "--user", "anna", "--request-id", "anna"),
        "bert": grym.compose(PROMPT, *FAST, "--user", "bert", "--request-id", "bert"),
        "rock": grym.compose("a rock song", *FAST, "--user", "anna", "--request-id", "rock"),
    }


def sources(piece: dict[str, Any]) -> set[str]:
    """Return where the parameters of a piece came from."""
    return {parameter["source"] for parameter in piece["parameters"].values()}


def test_a_rating_changes_the_next_piece(grym: Grym, pieces: dict[str, dict[str, Any]]) -> None:
    """Anna's next nocturne has learned parameters that differ from the first, and other notes."""
    assert sources(pieces["first"]) == {"default", "request"}  # who plays is asked for
    assert pieces["anna"]["learning"]["arm"] == "trial"
    assert "learned" in sources(pieces["anna"])
    changed = {
        name: (pieces["first"]["parameters"][name]["value"], parameter["value"])
        for name, parameter in pieces["anna"]["parameters"].items()
        if parameter["source"] == "learned"
    }
    assert any(abs(before - after) > 0.01 for before, after in changed.values()), changed
    notes = {name: (grym.work / pieces[name]["midi"]).read_bytes() for name in ("first", "anna")}
    assert notes["first"] != notes["anna"]


def test_nobody_else_is_touched(pieces: dict[str, dict[str, Any]]) -> None:
    """Bert's nocturne and Anna's rock song keep the defaults, and Bert's values are those before the rating."""
    assert sources(pieces["bert"]) == {"default", "request"}
    assert "learned" not in sources(pieces["rock"])
    assert pieces["bert"]["parameters"] == pieces["first"]["parameters"]


def test_impossible_ratings_are_refused(grym: Grym, pieces: dict[str, dict[str, Any]]) -> None:
    """Zero, six and a half star, and an unknown request, are typed refusals."""
    del pieces
    for stars in ("0", "6", "2.5", "many"):
        assert grym.tell("rate", "first", stars, code=2)["error"]["hint"]
    assert grym.tell("rate", "nobody-asked-for-this", "3", code=2)["error"]["code"] == "feedback.not_ratable"


def test_every_event_follows_its_cause(grym: Grym, pieces: dict[str, dict[str, Any]]) -> None:
    """`events show` prints one chain: the request first, everything else after the event that caused it."""
    del pieces
    events = grym.events_of("anna")
    keys = "id type source subject time correlation_id causation_id topic partition position data"
    assert all(set(keys.split()) <= set(event) for event in events)
    assert events[0]["type"] == "grym.composition.request.v1"
    told: dict[str, str] = {}
    for event in events:
        if event is not events[0]:
            assert event["causation_id"] in told, f"{event['type']} comes before its cause"
            assert event["time"] >= told[event["causation_id"]]
        told[event["id"]] = event["time"]
        assert event["correlation_id"] == "anna"
    assert len(terminals(events, "anna")) == 1
    types = {event["type"] for event in events}
    assert {
        f"grym.{name}.v1" for name in ("request.accepted", "plan.made", "music.generated", "quality.rated")
    } <= types


def test_the_sentence_stays_in_the_request(grym: Grym) -> None:
    """A prompt is in its request event only: not in other events, in the plan, or in what is logged."""
    secret = "quicksilverlarkspur"
    words = (f"a tune for {secret}", *FAST, "--request-id", "private", "--log-level", "debug", "--json")
    call = grym.call("compose", *words).require()
    assert secret not in call.stderr
    assert secret not in call.stdout
    holding = [event["type"] for event in grym.all_events() if secret in str(event)]
    assert holding == ["grym.composition.request.v1"]
