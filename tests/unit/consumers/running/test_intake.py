"""Which records concern a processor."""

import pytest

from consumers.running.intake import Concern
from schemas import frames
from schemas.catalogue import AUDIO_FRAMES
from schemas.imported import marked
from schemas.records import Record
from tests.contract.fakes import EPOCH
from tests.contract.probe import Probe


def record(type_name: bytes | None, *, topic: str = "grym.requests.v1") -> Record:
    """Return a record of a type."""
    headers = () if type_name is None else (("ce_type", type_name),)
    return Record(topic=topic, partition=0, position=1, key=b"r1", headers=headers, value=b"", appended_at=EPOCH)


class Second(Probe):
    """Reads topics whose first reader is somebody else."""

    name = "second"


@pytest.mark.parametrize(
    ("type_name", "concerned"),
    [
        (b"grym.composition.request.v1", True),  # taken in
        (b"grym.analysis.request.v1", False),  # known, but of no interest
        (frames.TYPE.encode(), True),  # known, though it has no body, and out of place
        (b"grym.request.completed.v1", True),  # known, and out of place
        (b"grym.composition.request.v99", True),  # unknown major: somebody must say so
        (b"\xff\xfe", True),
        (b"", True),
        (None, True),
    ],
)
def test_first_reader_answers_for_the_unknown(type_name: bytes | None, *, concerned: bool) -> None:
    """What nobody knows concerns the topic's first reader."""
    assert Concern(Probe()).covers(record(type_name)) is concerned


@pytest.mark.parametrize(
    ("type_name", "concerned"),
    [(b"grym.composition.request.v1", True), (b"grym.composition.request.v99", False), (None, False)],
)
def test_other_readers_leave_the_unknown_alone(type_name: bytes | None, *, concerned: bool) -> None:
    """One dead letter is enough."""
    assert Concern(Second()).covers(record(type_name)) is concerned


def test_first_reader_of_one_topic_is_not_that_of_another() -> None:
    """The coordinator comes second in the features topic."""
    assert not Concern(Probe()).covers(record(b"grym.x.y.v9", topic="grym.features.v1"))


@pytest.mark.parametrize("type_name", [b"grym.composition.request.v1", b"grym.composition.request.v99", None])
def test_what_an_import_brought_concerns_nobody(type_name: bytes | None) -> None:
    """It is history: neither worked on nor made a letter."""
    assert not Concern(Probe()).covers(marked(record(type_name)))


def test_frames_at_home_are_left_alone() -> None:
    """They have no body, and no processor works on them yet."""
    assert not Concern(Probe()).covers(record(frames.TYPE.encode(), topic=AUDIO_FRAMES))


@pytest.mark.parametrize("type_name", [b"grym.composition.request.v1", b"grym.feedback.given.v0"])
def test_what_is_out_of_place_concerns_no_other_reader(type_name: bytes) -> None:
    """Not even one that takes the type in where it belongs."""
    assert not Concern(Probe()).covers(record(type_name, topic="grym.features.v1"))
