"""The balance of stems."""

import numpy as np
import pytest

from grym.domain.composing.score import Part, Role
from grym.domain.loudness import measure_loudness
from grym.domain.mixing import ACOUSTIC, MOST_CORRECTION_DB, balance
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


def distance_lu(first: Signal, second: Signal) -> float:
    """Return how much louder the first is."""
    loudness = [measure_loudness(signal).integrated_lufs for signal in (first, second)]
    assert loudness[0] is not None
    assert loudness[1] is not None
    return loudness[0] - loudness[1]


def test_stems_are_moved_three_quarters_of_the_way() -> None:
    """Melody and drums equally loud: 4.5 LU are wanted between them, three quarters of that come about."""
    melody, drums = balance([part("melody"), part("drums")], [tone(-20), tone(-20)]).stems
    assert distance_lu(melody, drums) == pytest.approx(0.75 * 4.5, abs=0.05)


def test_stems_in_their_place_stay_there() -> None:
    """A bass 3 LU below the melody is not touched."""
    stems = [tone(-20), tone(-20 + ACOUSTIC["bass"].loudness_lu)]
    melody, bass = balance([part("melody"), part("bass")], stems).stems
    assert np.allclose(melody.samples, stems[0].samples, rtol=2e-3)
    assert np.allclose(bass.samples, stems[1].samples, rtol=2e-3)


def test_the_gain_of_a_part_counts() -> None:
    """A part the composer set 6 dB lower is wanted 6 LU lower."""
    plain, soft = balance([part("chords"), part("chords", gain_db=-6.0)], [tone(-20), tone(-26)]).stems
    assert distance_lu(plain, soft) == pytest.approx(6.0, abs=0.05)


def test_corrections_are_bounded() -> None:
    """A stem 60 dB too quiet is brought up by no more than the bound."""
    stems = [tone(-10), tone(-65)]
    loud, quiet = balance([part("melody"), part("melody")], stems).stems
    assert distance_lu(quiet, stems[1]) == pytest.approx(MOST_CORRECTION_DB, abs=0.05)
    assert distance_lu(loud, stems[0]) == pytest.approx(-MOST_CORRECTION_DB, abs=0.05)


def test_synthesisers_bring_drums_to_the_front() -> None:
    """With a synth lead the drums stand above the melody, with a piano below it."""
    stems = [tone(-20), tone(-20)]
    electric, acoustic = (balance([part("melody", program=program), part("drums")], stems).stems for program in (81, 0))
    assert distance_lu(*electric) < 0.0 < distance_lu(*acoustic)


def test_silence_stays_silent_and_moves_nobody() -> None:
    """A part that rests through the piece has no loudness and no say."""
    silent = Signal(samples=np.zeros((2, 2 * RATE_HZ), dtype=np.float32), sample_rate_hz=RATE_HZ)
    melody, rest = balance([part("melody"), part("pad")], [tone(-20), silent]).stems
    assert np.allclose(melody.samples, tone(-20).samples, rtol=1e-3)
    assert rest is silent


def test_basses_and_drums_get_less_room_than_pads() -> None:
    """The sends follow the roles."""
    sends = balance([part("pad"), part("bass"), part("drums")], [tone(-20)] * 3).sends_db
    assert sends[0] > sends[2] > sends[1]


def test_stems_and_parts_must_agree() -> None:
    """One stem for two parts is our own fault."""
    with pytest.raises(InvariantError):
        balance([part("melody"), part("bass")], [tone(-20)])
