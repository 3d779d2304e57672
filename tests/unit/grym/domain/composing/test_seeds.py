"""Seeded chance."""

import numpy as np
import pytest

from grym.domain.composing.seeds import chance, pick, stream


def test_equal_purposes_draw_equal_numbers() -> None:
    """The same seed and purpose give the same stream."""
    assert np.array_equal(stream(7, "melody", "A").random(5), stream(7, "melody", "A").random(5))


def test_stream_is_pinned() -> None:
    """The first number of a stream never changes between versions, or old pieces would not come back."""
    assert stream(7, "melody").random() == pytest.approx(0.452271278165177, abs=0.0)


@pytest.mark.parametrize("purpose", [("bass",), ("melody", "A"), ("melodyA",)])
def test_other_purposes_draw_other_numbers(purpose: tuple[str, ...]) -> None:
    """Streams of different purposes are independent."""
    assert stream(7, "melody").random() != stream(7, *purpose).random()


def test_pick_follows_weights() -> None:
    """An option of weight zero is never drawn and one of three quarters three times in four."""
    rng = stream(1, "test")
    drawn = [pick(rng, "abc", (3.0, 1.0, 0.0)) for _ in range(4000)]
    assert "c" not in drawn
    assert drawn.count("a") / 4000 == pytest.approx(0.75, abs=0.03)


def test_pick_without_weights_reaches_every_option() -> None:
    """Equal chances reach all options."""
    rng = stream(2, "test")
    assert {pick(rng, "abcd") for _ in range(100)} == set("abcd")


def test_chance_at_the_ends() -> None:
    """Probability 0 never happens and 1 always."""
    rng = stream(3, "test")
    assert not any(chance(rng, 0.0) for _ in range(50))
    assert all(chance(rng, 1.0) for _ in range(50))
