"""The keeper of sessions: what it folds, what it answers, and whom it tells apart."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from grym.domain.sessions.person import person_address, read_person
from grym.domain.sessions.values import Session
from grym.ports.effects import KeepEntry
from schemas.body import Body
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven
from schemas.sessions import (
    AttemptEnded,
    ErasePerson,
    FeedbackNoted,
    PersonForgotten,
    PersonRestored,
    PreferSettings,
    RestorePerson,
    SettingsPreferred,
)
from streams.processor import Decision
from streams.sessions import Sessions
from streams.sessions.processor import Kept, person_key, person_of
from streams.sessions.snapshots import on_the_wire, pack, part_of, unpack

Event = Callable[..., Envelope]
VECTOR = {"pace": 0.1, "minor": 1.0, "strings": 0.9}
PIECE = AttemptEnded(
    user="rosa", outcome="completed", style="waltz", backend="synth", parameters=VECTOR, passed=True, rounds=1
)


class Desk:
    """Folds events as the runner would, one state a person."""

    def __init__(self) -> None:
        self.states: dict[str, Kept] = {}

    async def take(self, envelope: Envelope) -> list[Body]:
        """Fold one event and return the answers."""
        return [output.body for output in (await self.decide(envelope)).outputs]

    async def decide(self, envelope: Envelope) -> Decision[Kept]:
        """Fold one event; the state goes through its encoding."""
        sessions = Sessions()
        key = sessions.state_key(envelope)
        decision = await sessions.process(envelope, self.states.get(key))
        if decision.state is not None:
            self.states[key] = msgspec.json.decode(msgspec.json.encode(decision.state), type=Kept)
        return decision

    def session(self, user: str = "rosa") -> Session:
        """Return what is known of a user of the tenant of the tests."""
        return self.states[person_key(user, tenant="acme")].session


@pytest.fixture
def desk() -> Desk:
    """Return a desk that knows nobody."""
    return Desk()


async def test_an_attempt_is_kept_and_told_where_something_follows(desk: Desk, event: Event) -> None:
    """As one entry of the person, in the same transaction; of an unrated piece nothing follows."""
    assert (await desk.decide(event(PIECE))).effects == ()
    assert [one.request_id for one in desk.session().attempts] == ["r1"]
    await desk.take(event(FeedbackGiven(user="rosa", stars=5)))
    (effect,) = (await desk.decide(event(PIECE, subject="r2"))).effects
    assert isinstance(effect, KeepEntry)
    assert effect.entry.address == person_address("rosa", tenant="acme")


async def test_what_no_longer_follows_is_taken_back(desk: Desk, event: Event) -> None:
    """A rating that is corrected leaves an entry that says nothing."""
    await desk.take(event(PIECE))
    await desk.take(event(FeedbackGiven(user="rosa", stars=5)))
    (effect,) = (await desk.decide(event(FeedbackGiven(user="rosa", stars=1)))).effects
    assert isinstance(effect, KeepEntry)
    assert effect.entry.value == {"settings": {}, "profiles": [], "styles": {}}
    assert (await desk.decide(event(PIECE, subject="r2"))).effects == ()


async def test_a_rating_is_noted_with_its_profile(desk: Desk, event: Event) -> None:
    """And what was liked is in memory for the next piece."""
    await desk.take(event(PIECE))
    decision = await desk.decide(event(FeedbackGiven(user="rosa", stars=5), event_id="f1"))
    assert decision.outputs[0].body == FeedbackNoted(feedback_id="f1", known=True, profile="waltz-1")
    (effect,) = decision.effects
    assert isinstance(effect, KeepEntry)
    assert read_person(effect.entry.value).suggested("waltz")["pace"].value == 0.1


async def test_a_rating_before_its_piece_waits(desk: Desk, event: Event) -> None:
    """Two topics cross."""
    answers = await desk.take(event(FeedbackGiven(user="rosa", stars=5), event_id="f1"))
    assert answers == [FeedbackNoted(feedback_id="f1", known=False)]
    await desk.take(event(PIECE))
    assert desk.session().attempts[0].stars == 5


async def test_a_preference_rates_both_pieces(desk: Desk, event: Event) -> None:
    """One star above neutral, and one below."""
    await desk.take(event(PIECE))
    await desk.take(event(PIECE, subject="r2"))
    await desk.take(event(FeedbackGiven(user="rosa", preferred_over="r2")))
    assert {one.request_id: one.stars for one in desk.session().attempts} == {"r1": 4.0, "r2": 2.0}


@pytest.mark.parametrize(
    "given", [{"stars": 6}, {"stars": 0}, {"aspects": {"melody": 9}}, {"preferred_over": "r1"}, {}]
)
async def test_impossible_opinions_change_nothing(desk: Desk, event: Event, given: dict[str, Any]) -> None:
    """The learner refuses them by name; here they are passed over."""
    await desk.take(event(PIECE))
    before = desk.session()
    assert await desk.take(event(FeedbackGiven(user="rosa", **given))) == []
    assert desk.session() == before


async def test_what_is_no_number_is_left_out(desk: Desk, event: Event) -> None:
    """A hostile attempt is kept within bounds, and the state stays readable."""
    hostile = AttemptEnded(
        user="rosa",
        outcome="completed",
        style="w" * 10_000,
        parameters={"pace": 1e308, "minor": 0.5, "x" * 999: 0.1} | {f"n{n}": 0.5 for n in range(999)},
        metrics={"loudness_lufs": float("inf"), "ok": 1.0},
        rounds=-5,
        wall_s=-1.0,
    )
    await desk.take(event(hostile))
    (kept,) = desk.session().attempts
    assert len(kept.style) == 64
    assert len(kept.parameters) == 32
    assert "pace" not in kept.parameters
    assert (kept.metrics, kept.rounds, kept.wall_s) == ({"ok": 1.0}, 0, 0.0)


async def test_preferred_settings_are_answered_and_bad_ones_refused(desk: Desk, event: Event) -> None:
    """With what is in force now, or why not."""
    (answer,) = await desk.take(event(PreferSettings(user="rosa", backend="synth", settings={"room_db": 3.0})))
    assert answer == SettingsPreferred(backend="synth", settings={"room_db": 3.0})
    (refusal,) = await desk.take(event(PreferSettings(user="rosa", backend="synth", settings={"room_db": 99.0})))
    assert isinstance(refusal, SettingsPreferred)
    assert refusal.fault is not None
    assert refusal.fault.code == "settings.range"
    assert desk.session().preferences == {"synth": {"room_db": 3.0}}


async def test_another_person_knows_nothing_of_it(desk: Desk, event: Event) -> None:
    """Nor does the same name in another tenant, nor one that spells the key of another."""
    await desk.take(event(PIECE))
    foreign = msgspec.structs.replace(event(PIECE), tenant="other")
    await desk.take(foreign)
    assert len(desk.states) == 2
    assert person_key("a/b", tenant="c") != person_key("b", tenant="c/a")
    assert person_of(person_key("x/y:z", tenant="4:t/")) == ("4:t/", "x/y:z")


async def test_forgetting_leaves_nothing(desk: Desk, event: Event) -> None:
    """It is told how much it was; doing it again changes nothing."""
    await desk.take(event(PIECE))
    await desk.take(event(FeedbackGiven(user="rosa", stars=5)))
    (answer,) = await desk.take(event(ErasePerson(user="rosa"), subject="erasure"))
    assert answer == PersonForgotten(
        by="sessions", forgotten={"attempts": 1, "opinions": 1, "preferences": 0, "profiles": 1}
    )
    assert desk.session() == Session()
    again = await desk.decide(event(ErasePerson(user="rosa"), subject="erasure"))
    assert (again.state, again.effects) == (None, ())


async def test_a_saved_session_is_restored(desk: Desk, event: Event) -> None:
    """To what it was, whatever happened since."""
    await desk.take(event(PIECE))
    saved = pack(user="rosa", tenant="acme", saved_at=event(PIECE).time, parts={"sessions": part_of(desk.session())})
    before = desk.session()
    await desk.take(event(PIECE, subject="r2"))
    restore = RestorePerson(user="rosa", parts=on_the_wire(unpack(saved)))
    (answer,) = await desk.take(event(restore, subject="restoring"))
    assert isinstance(answer, PersonRestored)
    assert (answer.fault, answer.restored["attempts"]) == (None, 1)
    assert desk.session() == before


@pytest.mark.parametrize("part", ["", "no base64!", "bm8ganNvbg==", "eyJhdHRlbXB0cyI6IFsxXX0="])
async def test_a_poisoned_part_is_refused_and_changes_nothing(desk: Desk, event: Event, part: str) -> None:
    """By a fault, not by a crash."""
    await desk.take(event(PIECE))
    before = desk.session()
    (answer,) = await desk.take(event(RestorePerson(user="rosa", parts={"sessions": part}), subject="restoring"))
    assert isinstance(answer, PersonRestored)
    assert answer.fault is not None
    assert answer.fault.code == "snapshot.unreadable"
    assert desk.session() == before


async def test_a_restoring_without_this_part_is_for_others(desk: Desk, event: Event) -> None:
    """Nothing is answered and nothing changes."""
    assert await desk.take(event(RestorePerson(user="rosa", parts={"learning": "x"}), subject="restoring")) == []
