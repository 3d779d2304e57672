"""Numbers in sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grym.domain.composing.words import numbers
from grym.domain.composing.words.folding import folded


@pytest.mark.parametrize(("text", "hours"), [("a piece of 3 hours", 3.0), ("zwei Stunden", 2.0), ("une heure", 1.0)])
def test_hours_are_lengths_too(text: str, hours: float) -> None:
    """However impossible, so that the wish is refused and not overheard."""
    assert numbers.lengths_s(folded(text)) == (3600.0 * hours,)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("45 seconds", 45),
        ("a 30-second jingle", 30),
        ("1:30", 90),
        ("two minutes and thirty seconds", 150),
        ("1 min 20 s", 80),
        ("a minute and a half", 90),
        ("half a minute", 30),
        ("zwei Minuten", 120),
        ("anderthalb Minuten", 90),
        ("eine halbe Minute", 30),
        ("40 Sekunden", 40),
        ("1,5 Minuten", 90),
        ("deux minutes et demie", 150),
        ("une demi-minute", 30),
        ("1 min 30", 90),
        ("quarante-cinq secondes", 45),
    ],
)
def test_lengths(text: str, seconds: float) -> None:
    """Minutes and seconds, in figures and words."""
    assert numbers.lengths_s(folded(text)) == (seconds,)


@pytest.mark.parametrize("text", ["in As-Dur", "in a min key", "120 bpm", "3/4", "16 bars"])
def test_what_is_no_length(text: str) -> None:
    """Keys, tempi, metres and bars are no seconds."""
    assert numbers.lengths_s(folded(text)) == ()


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("16 bars", 16),
        ("a 4-bar loop", 4),
        ("sixteen measures", 16),
        ("acht Takte", 8),
        ("achttaktiger Loop", 8),
        ("8-taktig", 8),
        ("seize mesures", 16),
        ("vingt-quatre mesures", 24),
    ],
)
def test_bars(text: str, bars: int) -> None:
    """Bars, in figures and words."""
    assert numbers.lengths_bars(folded(text)) == (bars,)


def test_a_twelve_bar_blues_is_a_form() -> None:
    """It says how the chorus goes, not how long the piece is."""
    assert numbers.lengths_bars(folded("a twelve-bar blues")) == ()


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("120 bpm", 120),
        ("96 beats per minute", 96),
        ("100 Schläge pro Minute", 100),
        ("90 battements par minute", 90),
        ("tempo: 140", 140),
        ("Tempo von 96", 96),
        ("M.M. 72", 72),
        ("♩ = 80", 80),
        ("Viertel = 66", 66),
        ("noire = 72", 72),
        ("90 à la noire", 90),
        ("dotted quarter = 60", 90),
        ("half note = 60", 120),
        ("eighth = 120", 60),
    ],
)
def test_tempi_count_quarters(text: str, bpm: float) -> None:
    """Whatever note the sentence counts."""
    assert numbers.tempi_bpm(folded(text)) == (bpm,)


@pytest.mark.parametrize(
    ("text", "metre"), [("in 6 / 8", "6/8"), ("im 3/4-Takt", "3/4"), ("five beats to the bar", "5/4")]
)
def test_metres(text: str, metre: str) -> None:
    """In figures, or by the beats of a bar."""
    assert numbers.metres(folded(text)) == (metre,)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    """Nothing is raised, and what is found is positive or nought."""
    lower = folded(text)
    assert all(value >= 0 for value in (*numbers.lengths_s(lower), *numbers.tempi_bpm(lower)))
    assert all(value >= 1 for value in numbers.lengths_bars(lower))
    assert all("/" in metre for metre in numbers.metres(lower))
