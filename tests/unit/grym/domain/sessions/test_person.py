"""What the next piece needs to know, as an entry and back."""

from grym.domain.entries.checking import check_entry
from grym.domain.sessions.folding import with_preferences
from grym.domain.sessions.person import person_address, person_entry, read_person
from grym.domain.sessions.profiles import profiles_of
from grym.domain.sessions.values import Session
from tests.unit.grym.domain.sessions.attempts import NOON, attempt

VECTOR = {"pace": 0.1, "minor": 1.0, "strings": 0.9}


def test_a_person_comes_back_from_their_entry() -> None:
    """Settings, profiles and suggestions."""
    session = Session(attempts=tuple(attempt(n, stars=5, parameters=VECTOR) for n in range(3)))
    session = with_preferences(session, "synth", {"room_db": 3.0})
    entry = person_entry(session, "rosa", tenant="acme", at=NOON)
    check_entry(entry, now=NOON, store="s")
    person = read_person(entry.value)
    assert person.settings == {"synth": {"room_db": 3.0}}
    assert person.profiles == profiles_of(session.rated)
    assert person.suggested("waltz")["pace"].value == 0.1


def test_no_two_people_share_an_entry() -> None:
    """Tenant and user are apart, whatever they are called."""
    names = [
        ("rosa", "acme"),
        ("acme", "rosa"),
        ("rosa", "default"),
        ("rosa/default", "default"),
        ("r" * 300, "t" * 300),
    ]
    assert len({person_address(user, tenant=tenant) for user, tenant in names}) == len(names)


def test_the_largest_person_fits_into_an_entry() -> None:
    """Names of any length and control characters included."""
    pieces = [
        attempt(n, stars=5, style=f"style-{n}", parameters={f"p{m}": m / 32 for m in range(32)}) for n in range(100)
    ]
    entry = person_entry(Session(attempts=tuple(pieces)), "\x00" * 300, tenant="\x07" * 300, at=NOON)
    check_entry(entry, now=NOON, store="s")
