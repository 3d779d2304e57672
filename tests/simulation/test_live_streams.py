"""Listeners die and freeze while streams are being sent; every window is told once, and nothing else."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import pytest

from consumers.live import writing
from consumers.live.folding import Folding
from consumers.live.hearings import Hearing
from consumers.transactions import transact
from grym.ports.feed import Mark
from schemas.records import Message, TopicPartition
from tests.simulation.live import replay_of, simulate
from tests.simulation.world import FORMS, Form

QUICK = 40
CHUNK = 20
LONG = 600
ENOUGH = 200
OFTEN = ("kills", "freezes", "graceful stops", "plain")
NOW_AND_THEN = ("clock jumps", "database away", "late", "long", "poison", "shared", "unclosed", "unopened", "broken")
IN_GROUPS = ("evictions", "log away", "rebalances", "sendings of unknown outcome")


def _live(form: Form, first: int, count: int) -> Counter[str]:
    faults: Counter[str] = Counter()
    for seed in range(first, first + count):
        broken, ledger = simulate(seed, form=form)
        assert broken == [], replay_of(seed, form)
        faults += ledger.faults
    return faults


@pytest.mark.parametrize("first", range(0, QUICK, CHUNK))
@pytest.mark.parametrize("form", FORMS)
def test_promises_hold(form: Form, first: int) -> None:
    """Nothing of a stream is missing, doubled, changed or out of order; and there was enough to survive."""
    faults = _live(form, first, CHUNK)
    assert all(faults[often] > CHUNK / 4 for often in OFTEN), faults
    assert all(faults[rarely] for rarely in NOW_AND_THEN), faults
    assert form == "embedded" or all(faults[also] for also in IN_GROUPS), faults
    assert faults["events told again"]


@pytest.mark.slow
@pytest.mark.parametrize("first", range(QUICK, LONG, CHUNK * 4))
@pytest.mark.parametrize("form", FORMS)
def test_promises_hold_for_long(form: Form, first: int) -> None:
    """Hundreds of afternoons more."""
    _live(form, first, CHUNK * 4)


def _finds(form: Form, sentence: str) -> bool:
    return any(sentence in what for seed in range(ENOUGH) for what in simulate(seed, form=form)[0])


def test_checkpoints_ahead_of_their_events_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener that saves how far a stream is before the log has what it heard loses windows, and it is noticed."""

    async def send(outlet: writing.LogElsewhere, messages: Sequence[Message]) -> None:
        del outlet, messages

    async def store(outlet: writing.LogElsewhere, load: writing.Load, marks: Mapping[TopicPartition, Mark]) -> bool:
        del marks
        await transact(outlet._work, None, partial(outlet._save, load))
        if load.messages:
            await outlet._sender.send(load.messages)
        return False

    monkeypatch.setattr(writing.LogElsewhere, "send", send)
    monkeypatch.setattr(writing.LogElsewhere, "store", store)
    assert _finds("kafka", "as sent")


@pytest.mark.parametrize("form", FORMS)
def test_marks_ahead_of_checkpoints_are_found(form: Form, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener that counts records as done once they are folded is noticed."""

    def save(folding: Folding, hearing: Hearing) -> None:
        folding._storing.leave(hearing.source, hearing.covered_to(hearing.folded))
        original(folding, hearing)

    original = Folding._save_if_due
    monkeypatch.setattr(Folding, "_save_if_due", save)
    assert _finds(form, "past its checkpoint")
