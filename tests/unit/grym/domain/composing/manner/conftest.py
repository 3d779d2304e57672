"""Traits that are known: means of styles, as they were heard."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from grym.domain.composing.manner.heard_styles import BRIGHTNESS_HZ, MEANS
from grym.domain.composing.manner.traits import COMPARED, Traits

Heard = Callable[..., Traits]


@pytest.fixture
def heard() -> Heard:
    """Return how to have the traits of the usual piece of a style, with some of them changed."""

    def traits(style: str, **changed: float) -> Traits:
        known = dict(zip(COMPARED, MEANS[style], strict=True))
        usual = Traits(**known, onsets_hz=4.0, brightness_hz=BRIGHTNESS_HZ[style], swing=0.0)
        return replace(usual, **changed)

    return traits
