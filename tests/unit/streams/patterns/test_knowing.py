"""What memory knows of the person a piece is for."""

from grym.adapters.memory import open_memory
from grym.domain.sessions.folding import with_preferences
from grym.domain.sessions.person import person_entry
from grym.domain.sessions.values import Session
from streams.patterns.knowing import person_of
from tests.contract.fakes import EPOCH, LoopClock, run_virtual
from tests.unit.grym.domain.sessions.attempts import attempt

SESSION = with_preferences(
    Session(attempts=(attempt(1, stars=5, parameters={"pace": 0.1, "minor": 1.0, "strings": 0.9}),)),
    "synth",
    {"room_db": 3.0},
)


def test_a_known_person_is_told_with_suggestions_for_the_style() -> None:
    """And somebody else, the same name in another tenant, and nobody are unknown."""

    async def ask() -> None:
        entries = open_memory(LoopClock()).entries
        await entries.store(person_entry(SESSION, "rosa", tenant="acme", at=EPOCH))
        told = await person_of(entries, "rosa", tenant="acme", style="waltz")
        assert told is not None
        assert told.settings == {"synth": {"room_db": 3.0}}
        assert (told.suggestions["pace"].value, told.suggestions["pace"].missing) == (0.1, "general")
        assert [profile.name for profile in told.profiles] == ["waltz-1"]
        assert await person_of(entries, "rosa", tenant="other", style="waltz") is None
        assert await person_of(entries, "bob", tenant="acme", style="waltz") is None
        assert await person_of(entries, "", tenant="acme", style="waltz") is None

    run_virtual(ask())


def test_a_person_of_whom_nothing_follows_is_none() -> None:
    """An attempt without a rating tells the next piece nothing."""

    async def ask() -> None:
        entries = open_memory(LoopClock()).entries
        await entries.store(person_entry(Session(attempts=(attempt(1),)), "rosa", tenant="acme", at=EPOCH))
        assert await person_of(entries, "rosa", tenant="acme", style="waltz") is None

    run_virtual(ask())
