"""What the end of a composition tells: nothing made up, and the same digest for the same wish of one person."""

from datetime import UTC, datetime, timedelta

import msgspec

from schemas.commands import RequestAnalysis, RequestComposition
from schemas.sessions import AttemptEnded
from streams.coordinator.attempts import attempt_of, input_digest
from streams.coordinator.run import Run
from tests.simulation.capabilities import PLAN, SOUND

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
WISH = RequestComposition(prompt="a waltz", user="rosa")
BEGUN = Run(
    request_id="r1", status="running", created_at=NOON, style="waltz", mode="minor", started=frozenset({"plan"})
)


def told(run: Run) -> AttemptEnded:
    """Return what is told of a run that is cancelled four seconds after it began."""
    (output,) = attempt_of(run, "cancelled", at=NOON + timedelta(seconds=4))
    assert output.key == run.request.user
    assert isinstance(output.body, AttemptEnded)
    return output.body


def test_what_was_not_made_has_no_numbers() -> None:
    """A plan alone is no piece: no parameters, no cost, no rounds."""
    body = told(msgspec.structs.replace(BEGUN.asking(WISH), plan=PLAN))
    assert (body.parameters, body.metrics, body.cpu_s, body.rounds, body.passed) == ({}, {}, None, 0, False)
    assert (body.wall_s, body.style, body.backend) == (4.0, "nocturne", "auto")


def test_only_compositions_that_were_begun_are_told() -> None:
    """A wish that was refused at once tried nothing, and an analysis is none."""
    assert attempt_of(msgspec.structs.replace(BEGUN.asking(WISH), started=frozenset()), "rejected", at=NOON) == ()
    assert attempt_of(BEGUN.asking(RequestAnalysis(audio=SOUND)), "cancelled", at=NOON) == ()


def test_equal_wishes_of_one_person_have_one_digest() -> None:
    """Deadline and priority say nothing of the piece; person and words do."""
    digest = input_digest(WISH, tenant="t")
    assert input_digest(msgspec.structs.replace(WISH, deadline_s=5.0, priority=3), tenant="t") == digest
    others = [
        input_digest(msgspec.structs.replace(WISH, **one), tenant="t") for one in ({"prompt": "a rag"}, {"user": "bob"})
    ]
    assert len({digest, *others, input_digest(WISH, tenant="other")}) == 4
