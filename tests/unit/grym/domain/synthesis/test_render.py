"""Stems from scores."""

from collections.abc import Callable

import numpy as np
import pytest

from grym.domain.composing.score import Note, Part, Score
from grym.domain.synthesis.performance import perform
from grym.domain.synthesis.render import render_parts

RATE_HZ = 44_100
ScoreOf = Callable[..., Score]
PartOf = Callable[..., Part]
NoteAt = Callable[..., Note]


def rms(samples: np.ndarray) -> float:
    """Return the root mean square of all samples."""
    return float(np.sqrt(np.square(samples, dtype=np.float64).mean()))


def test_stems_are_stereo_and_equally_long(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """Each part gives one stereo stem of the length of the performance."""
    score = score_of(part_of(note_at()), part_of(note_at(beat=2, midi_pitch=36), percussion=True))
    stems = render_parts(score, seed=1)
    expected = round(perform(score).duration_s * RATE_HZ)
    assert [signal.samples.shape for _, signal in stems] == [(2, expected)] * 2


def test_a_note_sounds_where_and_as_high_as_written(
    score_of: ScoreOf, part_of: PartOf, note_at: NoteAt, pitch_hz: Callable[..., float]
) -> None:
    """An A4 on the third beat at 120 bpm is silent for a second, then 440 Hz."""
    ((_, signal),) = render_parts(score_of(part_of(note_at(beat=2, midi_pitch=69, beats=2), program=73)), seed=1)
    assert not signal.samples[:, : RATE_HZ - 1].any()
    sounding = signal.samples[0, RATE_HZ + 4_000 : RATE_HZ + 30_000]
    assert rms(sounding) > 0.01
    assert pitch_hz(sounding, sample_rate_hz=RATE_HZ) == pytest.approx(440.0, rel=0.005)


def test_a_released_note_falls_silent(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """Half a second after its release an organ note is gone."""
    ((_, signal),) = render_parts(score_of(part_of(note_at(beats=1), program=16)), seed=1)
    assert rms(signal.samples[:, 5_000:20_000]) > 0.01
    assert not signal.samples[:, RATE_HZ:].any()


def test_velocity_and_gain_are_loudness(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """Full velocity is louder than half by the power law, and −6 dB halves the samples."""
    loud, soft, trimmed = (
        rms(
            render_parts(score_of(part_of(note_at(velocity=velocity), program=16, gain_db=gain_db)), seed=1)[0][
                1
            ].samples
        )
        for velocity, gain_db in ((127, 0.0), (64, 0.0), (127, -6.02))
    )
    assert 20 * np.log10(loud / soft) == pytest.approx(1.7 * 20 * np.log10(127 / 64), abs=1.0)
    assert trimmed / loud == pytest.approx(0.5, rel=0.01)


def test_pan_places_a_part(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """A part panned hard left is silent on the right; the power is that of the centre."""
    left, centre = (
        render_parts(score_of(part_of(note_at(midi_pitch=60), program=73, pan=pan)), seed=1)[0][1].samples
        for pan in (-1.0, 0.0)
    )
    assert rms(left[1]) < 1e-6
    assert rms(left) == pytest.approx(rms(centre), rel=1e-3)


def test_one_seed_gives_one_rendering(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """The same seed gives the same samples, another seed other phases."""
    score = score_of(part_of(note_at(), note_at(beat=2, midi_pitch=67), program=48))
    first, again, other = (render_parts(score, seed=seed)[0][1].samples for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_repeated_note_sounds_twice_alike(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """Equal notes share one rendering: the second second equals the first."""
    notes = (note_at(beat=0, beats=0.5), note_at(beat=2, beats=0.5))
    ((_, signal),) = render_parts(score_of(part_of(*notes, program=24)), seed=1)
    assert np.allclose(signal.samples[:, :20_000], signal.samples[:, RATE_HZ : RATE_HZ + 20_000], atol=1e-6)


def test_a_closing_hat_silences_an_open_one(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """Half a second into an open hat a closed one chokes it."""
    alone = part_of(note_at(midi_pitch=46), percussion=True)
    choked = part_of(note_at(midi_pitch=46), note_at(beat=1, midi_pitch=42, velocity=1), percussion=True)
    ringing, silenced = (render_parts(score_of(part), seed=1)[0][1].samples for part in (alone, choked))
    later = slice(int(0.6 * RATE_HZ), int(0.7 * RATE_HZ))
    assert rms(silenced[:, later]) < 0.3 * rms(ringing[:, later])


def test_the_end_is_silent(score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """A crash in the last beat still ends at zero."""
    part = part_of(note_at(beat=7, midi_pitch=49), percussion=True)
    ((_, signal),) = render_parts(score_of(part), seed=1)
    assert not signal.samples[:, -1].any()


@pytest.mark.parametrize("rate_hz", [8_000, 48_000, 96_000])
def test_other_rates_keep_the_length(rate_hz: int, score_of: ScoreOf, part_of: PartOf, note_at: NoteAt) -> None:
    """The duration does not depend on the sample rate."""
    score = score_of(part_of(note_at()))
    ((_, signal),) = render_parts(score, sample_rate_hz=rate_hz, seed=1)
    assert signal.duration_s == pytest.approx(perform(score).duration_s, abs=1e-3)
