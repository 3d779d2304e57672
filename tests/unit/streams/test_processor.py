"""What every processor shares: stable output ids, kept correlation, times from the log only."""

from typing import Any

from schemas.commands import CancelRequest, RequestComposition
from schemas.events import FeedbackGiven, RequestCancelled, StepStarted
from streams.learning import Learning
from streams.processor import Output, envelopes_of, known_types, topics_of

OUTPUTS = (
    Output(body=StepStarted(step="a")),
    Output(body=StepStarted(step="b")),
    Output(body=RequestCancelled(reason="asked"), key="elsewhere", subject="other", run_no=4),
)


def test_outputs_keep_correlation_cause_and_tenant(event: Any) -> None:
    """Everything that identifies the chain comes from the cause."""
    cause = event(CancelRequest())
    for envelope, _ in envelopes_of("coordinator", cause, OUTPUTS):
        assert envelope.correlation_id == cause.correlation_id
        assert envelope.causation_id == cause.id
        assert envelope.tenant == "acme"
        assert envelope.time == cause.logged_at
        assert envelope.source == "grym/coordinator"


def test_output_ids_are_stable_and_distinct(event: Any) -> None:
    """Doing the work again names the outputs again; two of one type differ."""
    cause = event(CancelRequest())
    first = [envelope.id for envelope, _ in envelopes_of("coordinator", cause, OUTPUTS)]
    again = [envelope.id for envelope, _ in envelopes_of("coordinator", cause, OUTPUTS)]
    assert first == again
    assert len(set(first)) == len(first)


def test_another_processor_names_its_outputs_otherwise(event: Any) -> None:
    """The processor is part of the name."""
    cause = event(CancelRequest())
    ours = {envelope.id for envelope, _ in envelopes_of("a", cause, OUTPUTS)}
    theirs = {envelope.id for envelope, _ in envelopes_of("b", cause, OUTPUTS)}
    assert not ours & theirs


def test_subject_run_and_key_can_differ_from_the_cause(event: Any) -> None:
    """An output may belong to another request, run and key."""
    *_, (envelope, key) = envelopes_of("coordinator", event(CancelRequest()), OUTPUTS)
    assert (envelope.subject, envelope.run_no, key) == ("other", 4, "elsewhere")


def test_the_key_is_the_subject_by_default(event: Any) -> None:
    """Records of one request share a key."""
    (_, key), *_ = envelopes_of("coordinator", event(RequestComposition(prompt="x"), subject="r9"), OUTPUTS)
    assert key == "r9"


def test_topics_and_types_follow_from_what_a_processor_accepts() -> None:
    """The learner reads feedback and its own questions, old majors included."""
    assert topics_of(Learning()) == ("grym.feedback.v1", "grym.learning.v1")
    types = known_types(Learning())
    assert FeedbackGiven.TYPE in types
    assert "grym.feedback.given.v0" in types
    assert StepStarted.TYPE not in types
