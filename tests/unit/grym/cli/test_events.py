"""Records as JSON, and events in causal order."""

from datetime import UTC, datetime
from typing import Any

from grym.cli.event_rows import causal_order, event_json, gist, tree
from schemas.commands import CancelRequest
from schemas.envelope import Envelope, encode
from schemas.records import Record

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def _row(name: str, cause: str = "") -> dict[str, Any]:
    return {"id": name, "causation_id": cause}


def _record(value: bytes, headers: tuple[tuple[str, bytes], ...]) -> Record:
    return Record(
        topic="grym.cancels.v1", partition=1, position=7, key=b"r1", headers=headers, value=value, appended_at=AT
    )


def test_every_key_of_the_contract_is_there() -> None:
    """Id, type, source, subject, time, correlation, causation, place and data come from headers and body."""
    sent = encode(
        Envelope(
            id="e1",
            source="client",
            type=CancelRequest.TYPE,
            subject="r1",
            time=AT,
            body=CancelRequest(reason="tired"),
            correlation_id="r1",
            causation_id="e0",
        )
    )
    assert event_json(_record(sent.value or b"", sent.headers)) == {
        "id": "e1",
        "type": "grym.request.cancel.v1",
        "source": "client",
        "subject": "r1",
        "time": AT,
        "correlation_id": "r1",
        "causation_id": "e0",
        "run": 1,
        "topic": "grym.cancels.v1",
        "partition": 1,
        "position": 7,
        "data": {"reason": "tired"},
    }


def test_bytes_that_are_no_json_are_shown_as_bytes() -> None:
    """A record nobody can read is a line like any other, with its first bytes and the reason."""
    row = event_json(_record(b"\xff\x00", (("ce_id", b"e\xff"),)))
    assert (row["id"], row["subject"], row["data"]) == ("e\ufffd", "r1", {"hex": "ff00", "bytes": 2})
    assert row["error"]


def test_an_event_comes_after_its_cause() -> None:
    """An effect that was read before its cause is moved behind it; the rest keeps its order."""
    rows = [_row("c", "b"), _row("a"), _row("b", "a"), _row("d", "c")]
    assert [row["id"] for row in causal_order(rows)] == ["a", "b", "c", "d"]


def test_nothing_is_lost_in_a_circle() -> None:
    """Foreign events that name each other as causes are still shown."""
    rows = [_row("a", "b"), _row("b", "a"), _row("c", "c")]
    assert sorted(row["id"] for row in causal_order(rows)) == ["a", "b", "c"]


def test_a_tree_has_each_event_below_its_cause() -> None:
    """Branches of one cause stay together, whatever order the events came in."""
    rows = [_row("a"), _row("b", "a"), _row("c", "a"), _row("d", "b"), _row("e", "c"), _row("f")]
    assert [branch + row["id"] for branch, row in tree(rows)] == ["a", "├─ b", "│  └─ d", "└─ c", "   └─ e", "f"]


def test_a_tree_holds_every_event_once() -> None:
    """Circles, events that cause themselves and repeats are shown too."""
    rows = [_row("a", "b"), _row("b", "a"), _row("c", "c"), _row("d"), _row("d"), _row("e", "d")]
    assert sorted(row["id"] for _, row in tree(causal_order(rows))) == ["a", "b", "c", "d", "d", "e"]


def test_the_gist_of_a_body_is_what_tells_it_apart() -> None:
    """A few named values; no text of a user, nothing of a body that is no object."""
    assert gist({"step": "plan", "round": 2, "prompt": "secret"}) == "step=plan round=2"
    assert gist({"fault": {"code": "audio.empty"}, "plan": {"style": "waltz", "tempo_bpm": 71.25}}) == (
        "style=waltz tempo_bpm=71.2 code=audio.empty"
    )
    assert gist([1]) == gist(None) == ""


def test_a_run_that_is_no_number_is_run_one() -> None:
    """Whatever a header says, the record is shown."""
    assert event_json(_record(b"{}", (("ce_runno", b"x"),)))["run"] == 1
