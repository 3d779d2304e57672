"""Profiles of one's own: what is read, and what is refused with a hint."""

import pytest

from grym.domain.quality.profile_texts import MAX_CHARACTERS, read_profile
from grym.errors import InvalidRequestError


def test_a_profile_is_read() -> None:
    """Name, base and bounds in both notations."""
    text = (
        'name = "podcast"\nbase = "release"\n[bounds]\n"signal.loudness" = [-17, -15.0]\n"signal.hum" = { most = 6.0 }'
    )
    assert read_profile(text) == (
        "podcast",
        "release",
        {"signal.loudness": (-17.0, -15.0), "signal.hum": (None, 6.0)},
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name = ",
        'name = ""',
        "name = 3",
        'name = "a"\nextra = 1',
        'name = "a"\nbounds = 3',
        'name = "a"\nbase = "nobody"\n[bounds]\n"signal.hum" = [0, 1]',
        'name = "a"\n[bounds]\n"signal.hum" = [1.0]',
        'name = "a"\n[bounds]\n"signal.hum" = ["low", "high"]',
        'name = "a"\n[bounds]\n"signal.hum" = [2.0, 1.0]',
        'name = "a"\n[bounds]\n"signal.hum" = [nan, 1.0]',
        'name = "a"\n[bounds]\n"signal.beauty" = [0.0, 1.0]',
        "#" * (MAX_CHARACTERS + 1),
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """No TOML, no name, unknown keys, bases and checks, bounds that are none, a file too large."""
    with pytest.raises(InvalidRequestError) as refused:
        read_profile(text)
    assert refused.value.code in {"quality.profile", "quality.bounds"}
    assert refused.value.hint
