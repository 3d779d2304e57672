"""Sections, of pieces whose form is known."""

from itertools import pairwise

import numpy as np
import pytest

from grym.domain.chroma import chroma
from grym.domain.signal import FloatArray
from grym.domain.spectral import describe
from grym.domain.stft import framing_for
from grym.domain.structure import checkerboard_novelty, sections, self_similarity
from tests.unit.grym.domain.laboratory import Laboratory


def synthetic(form: str, *, seconds_each: float = 20.0, seed: int = 0) -> tuple[FloatArray, FloatArray, float]:
    """Harmony and timbre frames, ten a second, of a form such as ABA."""
    rng = np.random.default_rng(seed)
    kinds = {letter: (rng.random(12), rng.normal(0.0, 10.0, 20)) for letter in sorted(set(form))}
    count = round(seconds_each * 10)
    harmony = np.concatenate([np.tile(kinds[letter][0], (count, 1)) for letter in form])
    timbre = np.concatenate([np.tile(kinds[letter][1], (count, 1)) for letter in form])
    harmony = np.maximum(0.0, harmony + 0.1 * rng.standard_normal(harmony.shape))
    timbre = timbre + rng.standard_normal(timbre.shape)
    return harmony.astype(np.float32), timbre.astype(np.float32), len(form) * seconds_each


@pytest.mark.parametrize("form", ["AB", "ABA", "ABAC", "ABACA", "ABCABC"])
def test_the_form_is_found(form: str) -> None:
    """Borders lie within one second, and equal sections share their letter."""
    harmony, timbre, duration_s = synthetic(form)
    found = sections(harmony, timbre, duration_s=duration_s)
    assert "".join(section.label for section in found) == form
    for index, section in enumerate(found):
        assert section.start_s == pytest.approx(20.0 * index, abs=1.0)


def test_sections_cover_the_piece_without_gaps() -> None:
    """The first begins at 0, each begins where the last ended, the last ends at the end."""
    harmony, timbre, duration_s = synthetic("ABCA", seconds_each=17.3)
    found = sections(harmony, timbre, duration_s=duration_s)
    assert found[0].start_s == 0.0
    assert found[-1].end_s == duration_s
    assert all(before.end_s == after.start_s for before, after in pairwise(found))


def test_a_piece_that_never_changes_is_one_section() -> None:
    """One minute of the same gives one section."""
    harmony, timbre, duration_s = synthetic("A", seconds_each=60.0)
    assert [section.label for section in sections(harmony, timbre, duration_s=duration_s)] == ["A"]


def test_a_short_sound_is_one_section() -> None:
    """Below two shortest sections nothing is divided."""
    harmony, timbre, _ = synthetic("AB", seconds_each=1.0)
    found = sections(harmony, timbre, duration_s=2.0)
    assert [(s.start_s, s.end_s, s.label) for s in found] == [(0.0, 2.0, "A")]


def test_an_hour_keeps_the_matrix_small() -> None:
    """Long sounds get longer steps, and their form is found all the same."""
    harmony, timbre, duration_s = synthetic("ABA", seconds_each=1_200.0)
    found = sections(harmony, timbre, duration_s=duration_s)
    assert [section.label for section in found] == ["A", "B", "A"]
    assert found[1].start_s == pytest.approx(1_200.0, abs=5.0)


def test_rendered_form(lab: Laboratory) -> None:
    """C major plucked, F sharp minor sustained, C major plucked again: A B A."""
    times = [0.5 * index for index in range(40)]
    bright = lab.play([[60 + (0, 4, 7, 12)[i % 4]] for i in range(40)], times)[: 20 * 44_100]
    dark = lab.play([[42, 54, 57, 61]] * 40, times, sustained=True, attack_s=0.1)[: 20 * 44_100]
    sound = np.concatenate([bright, dark, bright])
    found = sections(
        chroma(sound, 44_100).weights, describe(sound, framing_for(44_100)).mfcc(), duration_s=len(sound) / 44_100
    )
    assert [section.label for section in found] == ["A", "B", "A"]
    assert found[1].start_s == pytest.approx(20.0, abs=1.0)
    assert found[2].start_s == pytest.approx(40.0, abs=1.0)


def test_similarity_is_symmetric_and_one_on_the_diagonal() -> None:
    """Every step resembles itself fully."""
    harmony, timbre, _ = synthetic("AB", seconds_each=3.0)
    likeness = self_similarity(harmony, timbre)
    np.testing.assert_allclose(np.diag(likeness), 1.0, atol=1e-5)
    np.testing.assert_allclose(likeness, likeness.T, atol=1e-5)


def test_novelty_of_two_blocks_peaks_at_their_border() -> None:
    """A perfect checkerboard reaches novelty 1 at its middle and 0 within a block."""
    likeness = np.kron(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.ones((20, 20))).astype(np.float32)
    novelty = checkerboard_novelty(likeness, half_width=6)
    assert novelty.argmax() == 20
    assert novelty[20] == pytest.approx(1.0, abs=1e-5)
    assert novelty[10] == pytest.approx(0.0, abs=1e-5)
