"""Tombstones: what they keep, and that nobody takes them in."""

from consumers.running.intake import Concern
from schemas.envelope import peek
from schemas.erased import is_erased, tombstone_headers
from schemas.events import FeedbackGiven
from schemas.records import Record
from streams.learning import Learning
from tests.contract.fakes import EPOCH, message

TOLD = message(FeedbackGiven(user="rosa", stars=5), subject="r1", key="rosa")


def test_a_tombstone_keeps_what_is_grym_s_own() -> None:
    """Ids, type and subject; headers of others may tell of a person."""
    headers = tombstone_headers((*TOLD.headers, ("x-user", b"rosa")))
    assert is_erased(headers)
    assert not is_erased(TOLD.headers)
    assert (peek(headers, "ce_type"), peek(headers, "ce_subject")) == (FeedbackGiven.TYPE, "r1")
    assert peek(headers, "x-user") == ""
    assert tombstone_headers(headers) == headers


def test_no_processor_takes_in_a_tombstone() -> None:
    """A reader that begins at the beginning is not stopped by what is gone."""

    def lies(headers: tuple[tuple[str, bytes], ...], value: bytes | None) -> Record:
        return Record(
            topic=TOLD.topic, partition=0, position=1, key=None, headers=headers, value=value, appended_at=EPOCH
        )

    concern = Concern(Learning())
    assert concern.covers(lies(TOLD.headers, TOLD.value))
    assert not concern.covers(lies(tombstone_headers(TOLD.headers), None))
