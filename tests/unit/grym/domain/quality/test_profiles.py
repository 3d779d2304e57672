"""Profiles: what holds, what is refused, and that a profile can travel."""

import pickle
from pathlib import Path

import pytest

from grym.domain.quality.catalogue import CATALOGUE
from grym.domain.quality.profiles import PROFILES, Bound, profile_from
from grym.errors import InvalidRequestError


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_travels_into_a_worker_process(name: str) -> None:
    """Every profile, and one that changes it, can be pickled."""
    changed = profile_from("mine", base=name, bounds={"signal.hum": (None, 3.0)})
    for profile in (PROFILES[name], changed):
        assert pickle.loads(pickle.dumps(profile)) == profile


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_bounds_only_what_is_measured(name: str) -> None:
    """No bound stands for a check that does not exist."""
    assert set(PROFILES[name].bounds) <= set(CATALOGUE)
    assert PROFILES[name].purpose


@pytest.mark.parametrize(
    ("bound", "value", "holds"),
    [
        (Bound(least=1.0), 1.0, True),
        (Bound(least=1.0), 0.9, False),
        (Bound(most=1.0), 1.1, False),
        (Bound(least=0.0, most=1.0), 0.5, True),
        (Bound(most=1.0), None, False),
        (Bound(), None, True),
    ],
)
def test_what_holds(bound: Bound, value: float | None, holds: bool) -> None:
    """Ends are inside, and what cannot be measured meets no requirement but none."""
    assert bound.holds(value) is holds
    assert bound.words


def test_a_profile_of_ones_own_changes_what_it_names() -> None:
    """The rest is that of its base."""
    mine = profile_from("mine", base="release", bounds={"signal.loudness": (-24.0, -22.0)})
    assert mine.bound("signal.loudness").words == "-24 to -22"
    assert mine.bound("signal.true_peak") == PROFILES["release"].bound("signal.true_peak")


@pytest.mark.parametrize(
    ("name", "base", "bounds", "code"),
    [
        ("nobody", "", {}, "quality.profile"),
        ("mine", "nobody", {}, "quality.profile"),
        ("mine", "draft", {"signal.beauty": (1.0, None)}, "quality.bounds"),
        ("mine", "draft", {"signal.hum": (2.0, 1.0)}, "quality.bounds"),
        ("mine", "draft", {"signal.hum": (float("nan"), None)}, "quality.bounds"),
    ],
)
def test_what_cannot_be_is_refused(
    name: str, base: str, bounds: dict[str, tuple[float | None, float | None]], code: str
) -> None:
    """An unknown base or check, ends in the wrong order, ends that are no numbers."""
    with pytest.raises(InvalidRequestError) as refused:
        profile_from(name, base=base, bounds=bounds)
    assert refused.value.code == code
    assert refused.value.hint


def test_the_page_tells_every_bound() -> None:
    """docs/quality.md holds one row a check, with the bounds of every profile as they are."""
    page = (Path(__file__).parents[5] / "docs" / "quality.md").read_text()
    for name, row in CATALOGUE.items():
        words = [profile.bound(name).words for profile in PROFILES.values()]
        told = " | ".join("" if word == "any" else word for word in words)
        assert f"| `{name}` | {row.unit} | {told} |" in page
