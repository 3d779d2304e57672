"""What is kept of a listener, and under which key."""

from dataclasses import replace

import msgspec

from grym.domain.learning.folding import with_opinion, with_piece, with_preference
from grym.domain.learning.values import Opinion, Piece, Preference, Taste
from streams.learning.state import LearnerState, event_of, stamp_of, state_key_of, state_of, taste_of

PIECE = Piece(
    piece_id="r1",
    style="waltz",
    mood="calm",
    parameters={"pace": 0.2, "minor": 1.0},
    defaults={"pace": 0.5},
    arm="learned",
    propensity=0.9,
    expected=0.6,
    quality=0.95,
    stamp="2026-01-01T00:00:00.000000 e1",
)
TASTE = with_preference(
    with_opinion(with_piece(Taste(), PIECE), Opinion(piece_id="r1", stars=4.5, stamp="2026-01-01T00:00:01.000000 e2")),
    Preference(better_id="r1", worse_id="r0", stamp="2026-01-01T00:00:02.000000 e3"),
)


def test_a_taste_survives_the_store() -> None:
    """Written as JSON and read again it is the same, and so is its digest."""
    state = state_of(TASTE)
    again = msgspec.json.decode(msgspec.json.encode(state), type=LearnerState)
    assert again == state
    assert again.sha256() == state.sha256()
    assert taste_of(again) == TASTE


def test_names_are_kept_in_order() -> None:
    """Two tellings of one piece that differ in the order of names are one state."""
    other = replace(PIECE, parameters={"minor": 1.0, "pace": 0.2})
    turned = Taste(pieces=(other,), opinions=TASTE.opinions, preferences=TASTE.preferences)
    assert state_of(turned).sha256() == state_of(TASTE).sha256()


def test_position_and_newest_event() -> None:
    """How much it holds, and the id of what came last; nothing of nothing."""
    state = state_of(TASTE)
    assert (state.position, state.as_of) == (3, "e3")
    assert (LearnerState().position, LearnerState().as_of) == (0, "")


def test_what_is_stored_already_is_taken_over() -> None:
    """Reusing the state before gives what making it anew gives."""
    before = state_of(Taste(pieces=(PIECE,)))
    assert state_of(TASTE, before=before) == state_of(TASTE)
    assert state_of(TASTE, before=before).pieces[0] is before.pieces[0]


def test_no_two_listeners_share_a_key() -> None:
    """Whatever signs their names and tenants are made of."""
    names = ("ann", "acme/ann", "acme%2Fann", "", "/", "%")
    pairs = [(tenant, user) for tenant in ("default", *names) for user in names]
    assert len({state_key_of(user, tenant=tenant) for tenant, user in pairs}) == len(pairs)
    assert state_key_of("ann", tenant="default") == "user:ann"


def test_a_stamp_tells_its_event() -> None:
    """Ids may hold blanks of their own."""
    assert event_of(stamp_of("2026-01-01T00:00:00.000000", "an id")) == "an id"
