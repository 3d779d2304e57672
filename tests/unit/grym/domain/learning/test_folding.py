"""Folding into a taste: a union with bounds."""

from grym.domain.learning.folding import (
    HELD_OPINIONS,
    KEPT_PIECES,
    KEPT_PREFERENCES,
    credited,
    held,
    with_opinion,
    with_piece,
    with_preference,
)
from grym.domain.learning.values import Opinion, Preference, Taste
from tests.unit.grym.domain.learning.tastes import piece, rated, stamp


def test_the_newest_opinion_of_a_piece_counts_whatever_comes_first() -> None:
    """An older one that is read later changes nothing."""
    older, newer = (Opinion(piece_id="p1", stars=stars, stamp=stamp(9 + int(stars))) for stars in (1.0, 5.0))
    taste = with_piece(Taste(), piece(1))
    assert with_opinion(with_opinion(taste, newer), older) == with_opinion(with_opinion(taste, older), newer)
    assert [opinion.stars for _, opinion in credited(with_opinion(with_opinion(taste, newer), older))] == [5.0]


def test_an_opinion_waits_for_its_piece() -> None:
    """It is held, and counts once the piece is there."""
    waiting = with_opinion(Taste(), Opinion(piece_id="p1", stars=4.0, stamp=stamp(1)))
    assert (len(held(waiting)), credited(waiting)) == (1, ())
    arrived = with_piece(waiting, piece(1))
    assert (held(arrived), len(credited(arrived))) == ((), 1)


def test_a_flood_of_opinions_of_nothing_is_bounded() -> None:
    """The newest wait; opinions of pieces that are here are not pushed out."""
    taste = rated(Taste(), piece(0), 5.0)
    for number in range(3 * HELD_OPINIONS):
        taste = with_opinion(taste, Opinion(piece_id=f"none{number}", stars=1.0, stamp=stamp(100 + number)))
    assert len(held(taste)) == HELD_OPINIONS
    assert held(taste)[-1].piece_id == f"none{3 * HELD_OPINIONS - 1}"
    assert [one.piece_id for one, _ in credited(taste)] == ["p0"]


def test_old_pieces_are_forgotten_with_their_opinions() -> None:
    """The state is bounded, and what was pushed out stays out when it comes again."""
    taste = Taste()
    for number in range(KEPT_PIECES + 5):
        taste = rated(taste, piece(number), 3.0)
    assert len(taste.pieces) == KEPT_PIECES
    assert len(taste.opinions) <= KEPT_PIECES + HELD_OPINIONS
    assert taste.pieces[0].piece_id == "p5"
    assert with_piece(taste, piece(2)) == taste


def test_a_preference_turned_round_replaces_the_other() -> None:
    """Of one pair the newest counts; pairs are bounded."""
    first = Preference(better_id="a", worse_id="b", stamp=stamp(1))
    second = Preference(better_id="b", worse_id="a", stamp=stamp(2))
    assert with_preference(with_preference(Taste(), first), second).preferences == (second,)
    taste = Taste()
    for number in range(KEPT_PREFERENCES + 3):
        pair = Preference(better_id=f"a{number}", worse_id="b", stamp=stamp(number))
        taste = with_preference(taste, pair)
    assert len(taste.preferences) == KEPT_PREFERENCES
