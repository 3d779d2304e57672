"""Casts with more or fewer bowed strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.bowing import BOWED, expected_share, string_share, told_share, with_strings
from grym.domain.composing.plan import Instrument
from grym.domain.composing.score import Role
from grym.domain.composing.styles import STYLES

NOBODY: frozenset[str] = frozenset()
NO_ROLE: frozenset[Role] = frozenset()
BAND: dict[Role, str] = {"melody": "trumpet", "chords": "piano", "bass": "double bass", "drums": "drums"}


def _share(cast: dict[Role, str]) -> float:
    pitched = [name for role, name in cast.items() if role != "drums"]
    return sum(name in BOWED for name in pitched) / len(pitched)


@given(low=st.floats(0, 1), high=st.floats(0, 1), style=st.sampled_from(sorted(STYLES)))
def test_a_greater_share_never_means_fewer(low: float, high: float, style: str) -> None:
    """In every style, with a band and without."""
    few, many = (
        with_strings(BAND, STYLES[style], share, kept=NO_ROLE, without=NOBODY) for share in sorted((low, high))
    )
    assert _share(few) <= _share(many)


def test_the_rhythm_section_stays() -> None:
    """All strings leave bass and drums of a band."""
    assert with_strings(BAND, STYLES["jazz"], 1.0, kept=NO_ROLE, without=NOBODY) == {
        "melody": "violin",
        "chords": "strings",
        "bass": "double bass",
        "drums": "drums",
    }


def test_the_melody_becomes_a_string_first() -> None:
    """A third of three parts is one."""
    found = with_strings(BAND, STYLES["jazz"], 1 / 3, kept=NO_ROLE, without=NOBODY)
    assert found == {**BAND, "melody": "violin"}


def test_who_was_asked_for_stays() -> None:
    """The trumpet that was wished plays on, and strings that were refused do not come."""
    kept: frozenset[Role] = frozenset({"melody"})
    assert with_strings(BAND, STYLES["jazz"], 1.0, kept=kept, without=NOBODY)["melody"] == "trumpet"
    assert with_strings(BAND, STYLES["jazz"], 1.0, kept=NO_ROLE, without=BOWED) == BAND


def test_fewer_strings_are_the_styles_own_others() -> None:
    """A violin of a waltz becomes its piano; a string quartet has nobody else."""
    waltz: dict[Role, str] = {"melody": "violin", "counter": "cello", "chords": "piano"}
    fewer = with_strings(waltz, STYLES["waltz"], 0.0, kept=NO_ROLE, without=NOBODY)
    assert fewer == {"melody": "piano", "counter": "french horn", "chords": "piano"}
    quartet: dict[Role, str] = {"melody": "violin", "counter": "violin", "chords": "viola", "bass": "cello"}
    assert with_strings(quartet, STYLES["string quartet"], 0.0, kept=NO_ROLE, without=NOBODY) == quartet


def test_a_chorale_is_of_strings_as_a_whole_or_not_at_all() -> None:
    """Four voices of one body."""
    choir: dict[Role, str] = {"melody": "choir", "counter": "organ", "chords": "organ", "bass": "organ"}
    assert _share(with_strings(choir, STYLES["chorale"], 0.5, kept=NO_ROLE, without=NOBODY)) == 1.0
    assert with_strings(choir, STYLES["chorale"], 0.4, kept=NO_ROLE, without=NOBODY) == choir


@pytest.mark.parametrize(("names", "share"), [((), 0.0), (("violin", "piano"), 0.5), (("cello", "strings"), 1.0)])
def test_shares_are_counted_over_pitched_parts(names: tuple[str, ...], share: float) -> None:
    """Drums are no part of it."""
    drums = Instrument(role="drums", name="drums", program=0, percussion=True)
    players = [*(Instrument(role="melody", name=name, program=40) for name in names), drums]
    assert string_share(players) == share
    assert told_share(players) == f"strings in {round(share * len(names))} of {len(names)} parts"


def test_expected_shares_are_known() -> None:
    """A quartet is all strings, techno has none, and half of minimalism is."""
    found = tuple(expected_share(STYLES[name]) for name in ("string quartet", "techno", "minimalism"))
    assert found == (1.0, 0.0, 0.5)
