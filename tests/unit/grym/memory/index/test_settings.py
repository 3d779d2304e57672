"""Settings that change while they are used: whole valid sets, and everyone concerned hears of it."""

import pytest

from grym.errors import InvalidRequestError
from grym.memory.index.settings import IndexSettings, LiveSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"recall": 1.01},
        {"recall": float("nan")},
        {"recall": "high"},
        {"keep": 0},
        {"keep": True},
        {"approximate": "magic"},
        {"delta_most": -5},
        {"shadow_share": None},
    ],
)
def test_what_makes_no_sense_changes_nothing(wrong: dict[str, object]) -> None:
    """The other value of the same change is refused with it, and nobody hears of it."""
    live = LiveSettings()
    heard: list[IndexSettings] = []
    live.listen(lambda _before, after: heard.append(after))
    with pytest.raises(InvalidRequestError) as refused:
        live.change(links=32, **wrong)
    assert refused.value.code == "settings.invalid"
    assert next(iter(wrong)) in refused.value.message
    assert live.now == IndexSettings()
    assert heard == []


def test_an_unknown_setting_is_named() -> None:
    """A slip of the pen is no silent wish."""
    with pytest.raises(InvalidRequestError, match="no setting remember") as refused:
        LiveSettings().change(remember=0.9)
    assert refused.value.code == "settings.unknown"


def test_listeners_hear_before_and_after_until_they_stop() -> None:
    """A change to what was there already is none."""
    live = LiveSettings()
    heard: list[tuple[float, float]] = []
    stop = live.listen(lambda before, after: heard.append((before.recall, after.recall)))
    live.change(recall=0.95)
    live.change(recall=0.95)
    stop()
    live.change(recall=0.9)
    assert heard == [(0.98, 0.95)]
    assert live.now.recall == 0.9


@pytest.mark.parametrize(
    ("count", "dim", "approximate", "kind"),
    [
        (0, 128, "ivf", "flat"),
        (9_999, 4, "hnsw", "flat"),
        (10_000, 8, "hnsw", "kdtree"),
        (10_000, 9, "ivf", "ivf"),
        (10_000, 9, "hnsw", "hnsw"),
    ],
)
def test_the_kind_follows_from_how_many_and_how_wide(count: int, dim: int, approximate: str, kind: str) -> None:
    """At each border."""
    chosen = IndexSettings(approximate=approximate)  # type: ignore[arg-type]
    assert chosen.recipe_for(count, dim=dim).kind == kind


def test_lists_grow_with_the_root() -> None:
    """Twice the root of a hundred thousand."""
    assert IndexSettings().recipe_for(100_000, dim=128).lists == 632
