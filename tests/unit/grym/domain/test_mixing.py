"""The balance of stems."""

import numpy as np
import pytest

from grym.domain.composing.score import Part, Role
from grym.domain.mixing import ACOUSTIC, MOST_CORRECTION_DB, Faders, balance, moved
from grym.domain.signal import Signal
from grym.errors import InvariantError

RATE_HZ = 44_100


def part(role: Role, *, program: int = 0, gain_db: float = 0.0) -> Part:
    """Return a part without notes."""
    return Part(name=role, role=role, program=program, notes=(), percussion=role == "drums", gain_db=gain_db)


def tone(level_db: float) -> Signal:
    """Return two seconds of 1 kHz at a level."""
    times_s = np.arange(2 * RATE_HZ) / RATE_HZ
    samples = 10 ** (level_db / 20) * np.sin(2 * np.pi * 1_000.0 * times_s)
    return Signal(samples=np.stack([samples, samples]).astype(np.float32), sample_rate_hz=RATE_HZ)


def test_stems_are_moved_three_quarters_of_the_way() -> None:
    """Melody and drums equally loud: 4.5 LU are wanted between them, three quarters of that come about."""
    melody_db, drums_db = balance([part("melody"), part("drums")], [tone(-20), tone(-20)]).gains_db
    assert melody_db - drums_db == pytest.approx(0.75 * 4.5, abs=0.01)
    assert melody_db + drums_db == pytest.approx(0.0, abs=0.01)


def test_a_listener_moves_faders_by_role() -> None:
    """More room for all, the melody in front, the bass back; without a wish nothing moves."""
    parts, faders = (
        [part("melody"), part("bass"), part("pad")],
        Faders(gains_db=(1.0, 2.0, 3.0), sends_db=(0.0, -8.0, 2.5)),
    )
    found = moved(faders, parts, {"room_db": 3.0, "front_db": 2.0, "bass_db": -1.0})
    assert found == Faders(gains_db=(3.0, 1.0, 3.0), sends_db=(3.0, -5.0, 5.5))
    assert moved(faders, parts, {}) == faders


def test_stems_in_their_place_stay_there() -> None:
    """A bass 3 LU below the melody is not touched."""
    stems = [tone(-20), tone(-20 + ACOUSTIC["bass"].loudness_lu)]
    assert balance([part("melody"), part("bass")], stems).gains_db == pytest.approx((0.0, 0.0), abs=0.02)


def test_the_gain_of_a_part_counts() -> None:
    """A part the composer set 6 dB lower is wanted 6 LU lower: already so, it stays."""
    stems = [tone(-20), tone(-26)]
    gains_db = balance([part("chords"), part("chords", gain_db=-6.0)], stems).gains_db
    assert gains_db == pytest.approx((0.0, 0.0), abs=0.02)


def test_corrections_are_bounded() -> None:
    """Stems 55 dB apart are moved towards each other by no more than the bound."""
    gains_db = balance([part("melody"), part("melody")], [tone(-10), tone(-65)]).gains_db
    assert gains_db == (-MOST_CORRECTION_DB, MOST_CORRECTION_DB)


def test_synthesisers_bring_drums_to_the_front() -> None:
    """With a synth lead the drums stand above the melody, with a piano below it."""
    electric, acoustic = (
        balance([part("melody", program=program), part("drums")], [tone(-20), tone(-20)]).gains_db
        for program in (81, 0)
    )
    assert electric[0] < electric[1]
    assert acoustic[0] > acoustic[1]


def test_silence_is_not_moved_and_moves_nobody() -> None:
    """A part that rests through the piece has no loudness and no say."""
    silent = Signal(samples=np.zeros((2, 2 * RATE_HZ), dtype=np.float32), sample_rate_hz=RATE_HZ)
    assert balance([part("melody"), part("pad")], [tone(-20), silent]).gains_db == (0.0, 0.0)


def test_basses_and_drums_get_less_room_than_pads() -> None:
    """The sends follow the roles."""
    sends = balance([part("pad"), part("bass"), part("drums")], [tone(-20)] * 3).sends_db
    assert sends[0] > sends[2] > sends[1]


def test_stems_and_parts_must_agree() -> None:
    """One stem for two parts is our own fault."""
    with pytest.raises(InvariantError):
        balance([part("melody"), part("bass")], [tone(-20)])
