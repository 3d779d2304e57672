"""Who plays."""

import pytest

from grym.domain.composing.orchestration import choose_instruments
from grym.domain.composing.reading import read
from grym.domain.composing.seeds import stream
from grym.domain.composing.styles import STYLES


def _cast(prompt: str, style: str, mood: str = "bright") -> dict[str, str]:
    players = choose_instruments(STYLES[style], read(prompt), mood, [], rng=stream(1, "players"))
    return {player.role: player.name for player in players}


@pytest.mark.parametrize(
    ("prompt", "style", "expected"),
    [
        ("piano and violin", "classical", {"melody": "violin", "chords": "piano"}),
        ("guitar", "folk", {"melody": "acoustic guitar", "chords": "acoustic guitar"}),
        ("flute and oboe", "classical", {"melody": "flute", "counter": "oboe"}),
        ("string quartet", "classical", {"counter": "violin", "chords": "viola", "bass": "cello"}),
        ("with drums", "lullaby", {"drums": "drums"}),
        ("with strings", "nocturne", {"pad": "strings", "melody": "piano"}),
        ("synth bass", "rock", {"bass": "synth bass"}),
    ],
)
def test_wishes_get_roles(prompt: str, style: str, expected: dict[str, str]) -> None:
    """Instruments asked for play the role that suits them."""
    assert _cast(prompt, style).items() >= expected.items()


def test_solo_of_a_chordal_instrument_accompanies_itself() -> None:
    """A pianist alone plays tune and chords, a flautist the tune."""
    assert _cast("solo piano", "jazz") == {"melody": "piano", "chords": "piano"}
    assert _cast("solo flute", "jazz") == {"melody": "flute"}


@pytest.mark.parametrize("prompt", ["for organ", "solo organ", "only organ"])
def test_one_organ_plays_the_four_voices_of_a_chorale(prompt: str) -> None:
    """Alone, and in four parts."""
    assert _cast(prompt, "chorale") == dict.fromkeys(("melody", "counter", "chords", "bass"), "organ")


def test_no_guitar_means_no_guitar() -> None:
    """Refusing an instrument refuses its family, not the bass."""
    cast = _cast("no guitar", "rock")
    assert not any("guitar" in name for role, name in cast.items() if role != "bass")
    assert cast["bass"] == "bass guitar"


def test_calm_folk_leaves_the_drums_at_home() -> None:
    """Optional percussion stays away from quiet moods."""
    assert "drums" in _cast("a tune", "folk")
    assert "drums" not in _cast("a tune", "folk", mood="calm")
