"""A taste as numbers."""

from itertools import pairwise

import pytest

from grym.domain.learning.folding import with_piece, with_preference
from grym.domain.learning.observing import FITTED, WINDOW, defaults_of, observed, observed_to_anchor
from grym.domain.learning.values import Piece, Preference, Taste
from tests.unit.grym.domain.learning.tastes import DEFAULTS, NAMES, piece, rated, stamp


def test_a_piece_is_its_settings_and_their_distance_from_the_default() -> None:
    """In the order of the names; its value is its utility."""
    found = observed(rated(Taste(), piece(0, pace=0.2), 5.0))
    assert found.names == NAMES
    assert found.rows[0][0] == (0.5, 0.5, 0.2, 0.5)
    assert found.rows[0][1] == pytest.approx((0.0, 0.0, -0.3, 0.0))
    assert (found.first, found.second, found.values) == ((0,), (-1,), (1.0,))


def test_pieces_nobody_rated_are_no_observation() -> None:
    """Silence is no opinion."""
    assert len(observed(with_piece(Taste(), piece(0)))) == 0


def test_a_preference_compares_two_rows() -> None:
    """Of pieces that need no rating of their own; one that names a stranger is left out."""
    taste = with_piece(with_piece(Taste(), piece(0)), piece(1))
    taste = with_preference(taste, Preference(better_id="p1", worse_id="p0", stamp=stamp(9)))
    taste = with_preference(taste, Preference(better_id="p1", worse_id="nobody", stamp=stamp(10)))
    found = observed(taste)
    assert (found.first, found.second, found.values) == ((0,), (1,), (0.25,))
    assert len(found.rows) == 2


def test_the_newest_opinions_are_looked_at() -> None:
    """A window of them, and fewer for the kernel's shape."""
    taste = Taste()
    for number in range(WINDOW + 30):
        taste = rated(taste, piece(number), 3.0)
    assert len(observed(taste)) == WINDOW
    assert len(observed_to_anchor(taste)) == FITTED


def test_the_shape_is_found_anew_at_anchors_only() -> None:
    """Most further opinions change nothing of what the shape is found from, some do."""
    taste, seen = Taste(), []
    for number in range(60):
        taste = rated(taste, piece(number), 3.0)
        seen.append(observed_to_anchor(taste))
    changes = sum(before != after for before, after in pairwise(seen[10:]))
    assert 1 <= changes <= 20


def test_defaults_are_seen_where_the_default_was_served() -> None:
    """Means of what such pieces of the style had; learned ones say nothing about it."""
    pieces = [piece(0, arm="holdout", pace=0.2), piece(1, arm="default", pace=0.4), piece(2, arm="learned", pace=0.9)]
    assert defaults_of(pieces, style="waltz") == pytest.approx({**DEFAULTS, "pace": 0.3})
    assert defaults_of(pieces, style="tango") == {}


def test_a_setting_that_a_piece_lacks_is_its_default() -> None:
    """Pieces from before a setting was known lie where the default is."""
    old = Piece(piece_id="p0", style="waltz", parameters={"pace": 0.2}, defaults={"minor": 0.7}, stamp=stamp(0))
    taste = rated(rated(Taste(), old, 3.0), piece(1), 3.0)
    assert observed(taste).rows[0][0] == (0.5, 0.7, 0.2, 0.5)
