"""Settings of chords for four voices."""

from itertools import pairwise

import numpy as np
import pytest

from grym.domain.composing.score import Tonality
from grym.domain.composing.settings import CHOIR, STRINGS, Moment, cheapest_settings, motion_costs, settings
from grym.domain.composing.theory import chord_of
from grym.domain.composing.voicing import parallels

C_MAJOR = Tonality(tonic=0, mode="major")


def _moment(numeral: str, pitch: int, *, opens: bool = False) -> Moment:
    chord = chord_of(numeral, C_MAJOR)
    return Moment(chord=chord, first=pitch, last=pitch, lowest=pitch, leading_tone=11, opens=opens)


@pytest.mark.parametrize("ranges", [CHOIR, STRINGS])
def test_every_setting_is_ordered_and_in_range(ranges: object) -> None:
    """No voice lies above its upper neighbour, the bass has the chord's bass, all sing the chord."""
    assert ranges in {CHOIR, STRINGS}
    for numeral, pitch in (("I", 72), ("V7:1", 74), ("ii7:1", 69), ("V7/V:1", 66)):
        moment = _moment(numeral, pitch)
        found = settings(moment, CHOIR if ranges == CHOIR else STRINGS)
        assert len(found) > 3
        assert (np.diff(found, axis=1) <= 0).all()
        assert set(np.unique(found[:, 3] % 12)) == {moment.chord.bass}
        assert set(np.unique(found % 12)) <= {*moment.chord.pitch_classes, pitch % 12}


def test_a_very_low_top_voice_still_has_a_setting() -> None:
    """Under a top voice below the ranges of all others a setting is found."""
    assert len(settings(_moment("I", 40), CHOIR)) >= 1
    assert len(cheapest_settings([_moment("I", 12)], CHOIR)) == 1


def test_parallels_are_priced() -> None:
    """From C major to D minor in one block costs parallels; with voices moving against the bass it does not."""
    before = np.array([[72, 67, 64, 48]])
    block, contrary = np.array([[74, 69, 65, 50]]), np.array([[69, 65, 62, 50]])
    old, new = _moment("I", 72), _moment("ii", 74)
    assert (
        motion_costs(before, block, old, new)[0, 0] >= motion_costs(before, contrary, old, _moment("ii", 69))[0, 0] + 30
    )


def test_the_cheapest_path_makes_no_parallels() -> None:
    """A harmonised scale has complete chords, no parallels, and ends on its tonic chord."""
    steps = (("I", 72), ("V", 71), ("vi", 72), ("IV", 69), ("I:1", 67), ("ii:1", 65), ("V7", 65), ("I", 64))
    path = cheapest_settings([_moment(*step) for step in steps], CHOIR)
    assert sum(parallels(a, b) for a, b in pairwise(path)) == 0
    assert [setting[0] for setting in path] == [pitch for _, pitch in steps]
    assert {pitch % 12 for pitch in path[-1]} >= {0, 4}


def test_the_leading_tone_resolves() -> None:
    """Where V goes to I the voice on B goes to C."""
    before, after = cheapest_settings([_moment("V7", 74), _moment("I", 72)], CHOIR)
    voice = next(at for at, pitch in enumerate(before) if pitch % 12 == 11)
    assert after[voice] - before[voice] == 1


def test_lines_begin_afresh() -> None:
    """Leaps into the first chord of a line cost less than elsewhere."""
    one, far = np.array([[72, 67, 64, 48]]), np.array([[76, 72, 67, 60]])
    usual = motion_costs(one, far, _moment("I", 72), _moment("I", 76))
    afresh = motion_costs(one, far, _moment("I", 72), _moment("I", 76, opens=True))
    assert afresh[0, 0] < usual[0, 0]
