"""The master, measured by other meters than its own."""

import numpy as np
import pyloudnorm
import pytest
import soxr

from grym.domain.mastering import Mastered, master
from grym.domain.signal import Signal
from grym.errors import InvariantError

RATE_HZ = 44_100
SECONDS = 12
TIMES_S = np.arange(SECONDS * RATE_HZ) / RATE_HZ


def signal(samples: np.ndarray) -> Signal:
    """Return mono samples as stereo sound."""
    return Signal(samples=np.broadcast_to(samples, (2, samples.shape[-1])).astype(np.float32), sample_rate_hz=RATE_HZ)


def plucks(*, every_s: float = 0.5, decay_s: float = 0.15, level: float = 0.2) -> np.ndarray:
    """Return decaying tones of changing pitch at a steady pulse."""
    since_s = TIMES_S % every_s
    hertz = 220.0 * 2 ** (np.floor(TIMES_S / every_s) % 5 / 5)
    return np.asarray(level * np.exp(-since_s / decay_s) * np.sin(2 * np.pi * hertz * since_s))


def lufs(mastered: Mastered) -> float:
    """Measure the integrated loudness with pyloudnorm."""
    return float(pyloudnorm.Meter(RATE_HZ).integrated_loudness(mastered.mix.samples.T.astype(np.float64)))


def true_peak_dbtp(mastered: Mastered) -> float:
    """Measure the true peak with another resampler at eight times the rate."""
    return float(20 * np.log10(np.abs(soxr.resample(mastered.mix.samples.T, 1, 8, quality="VHQ")).max()))


MATERIAL = {
    "dense": 0.2 * np.sin(2 * np.pi * 330.0 * TIMES_S) * (1 + 0.3 * np.sin(2 * np.pi * 3 * TIMES_S)),
    "plucks": plucks(),
    "sparse": plucks(every_s=3.0, decay_s=0.4),
    "quiet": plucks(level=0.0005),
    "loud": plucks(level=8.0),
    "percussive": plucks(every_s=0.25, decay_s=0.015),
    "noise": np.random.default_rng(0).normal(scale=0.05, size=TIMES_S.size),
}


@pytest.mark.parametrize("name", MATERIAL)
def test_loudness_and_true_peak_are_delivered(name: str) -> None:
    """Whatever comes in, −14 ± 0.3 LUFS and at most −1 dBTP come out by independent meters."""
    mastered = master([signal(MATERIAL[name])])
    assert lufs(mastered) == pytest.approx(-14.0, abs=0.3)
    assert true_peak_dbtp(mastered) <= -1.0
    assert mastered.loudness_lufs == pytest.approx(lufs(mastered), abs=0.1)


@pytest.mark.parametrize(("target_lufs", "ceiling_dbtp"), [(-23.0, -3.0), (-16.0, -1.5)])
def test_other_targets_are_met(target_lufs: float, ceiling_dbtp: float) -> None:
    """Broadcast levels work too."""
    mastered = master([signal(plucks())], target_lufs=target_lufs, ceiling_dbtp=ceiling_dbtp)
    assert lufs(mastered) == pytest.approx(target_lufs, abs=0.3)
    assert true_peak_dbtp(mastered) <= ceiling_dbtp


def test_stems_add_up_to_the_mix() -> None:
    """The sum of the finished stems nulls against the mix below −100 dB, and lengths do not change."""
    stems = [signal(MATERIAL[name]) for name in ("dense", "plucks", "percussive")]
    mastered = master(stems)
    total = np.sum([stem.samples for stem in mastered.stems], axis=0)
    assert float(np.abs(total - mastered.mix.samples).max()) < 1e-5
    assert {stem.length_samples for stem in (*mastered.stems, mastered.mix)} == {TIMES_S.size}


def test_direct_current_and_rumble_go() -> None:
    """An offset of 0.3 and a tone of 8 Hz, both stronger than the music, end far below it."""
    mastered = master([signal(0.3 + 0.2 * np.sin(2 * np.pi * 8.0 * TIMES_S) + plucks())])
    spectrum = np.abs(np.fft.rfft(mastered.mix.samples[0] * np.hanning(TIMES_S.size)))
    assert abs(float(mastered.mix.samples[:, RATE_HZ:].mean())) < 1e-3
    assert spectrum[8 * SECONDS] < 0.2 * spectrum[220 * SECONDS - 60 : 220 * SECONDS + 60].max()


def test_the_end_is_silent() -> None:
    """The last half second fades to zero."""
    mastered = master([signal(MATERIAL["dense"])])
    assert not mastered.mix.samples[:, -1].any()
    last = np.square(mastered.mix.samples[:, -RATE_HZ // 10 :]).mean()
    assert last < 0.05 * np.square(mastered.mix.samples).mean()


def test_full_band_noise_cannot_slip_past_the_ceiling() -> None:
    """White noise with clicks, the worst case for a detector of peaks, still ends below −1 dBTP."""
    rng = np.random.default_rng(1)
    noise = rng.normal(scale=0.02, size=TIMES_S.size) + (rng.uniform(size=TIMES_S.size) > 0.9999) * 0.9
    assert true_peak_dbtp(master([signal(noise)])) <= -1.0


def test_gentle_material_is_not_limited() -> None:
    """A steady tone reaches the target by gain alone."""
    assert master([signal(MATERIAL["dense"])]).reduction_db == 0.0


def test_sparse_notes_keep_their_shape() -> None:
    """Between sparse notes nothing is pumped up: the gap stays as far below the note as it was, within 6 dB."""
    raw = MATERIAL["sparse"]
    mastered = master([signal(raw)])
    note, gap = slice(int(3.05 * RATE_HZ), int(3.25 * RATE_HZ)), slice(int(4.0 * RATE_HZ), int(4.2 * RATE_HZ))
    before, after = (
        10 * np.log10(np.square(samples[note]).mean() / np.square(samples[gap]).mean())
        for samples in (raw, mastered.mix.samples[0])
    )
    assert after > before - 6.0


def test_silence_stays_silence() -> None:
    """Silence has no loudness to bring anywhere; it comes back as it is."""
    mastered = master([signal(np.zeros(RATE_HZ))])
    assert not mastered.mix.samples.any()
    assert mastered.loudness_lufs is None
    assert mastered.true_peak_dbtp is None


def test_a_mono_stem_becomes_stereo_with_a_wide_room() -> None:
    """The two sides of a mono stem differ by the room only, and correlate strongly."""
    mono = Signal(samples=plucks().astype(np.float32)[None], sample_rate_hz=RATE_HZ)
    left, right = master([mono]).mix.samples
    assert not np.array_equal(left, right)
    assert float(np.corrcoef(left, right)[0, 1]) > 0.8


def test_sends_decide_how_much_room_a_stem_gets() -> None:
    """With a send of −60 dB the sides of a mono stem are all but equal."""
    mono = Signal(samples=plucks().astype(np.float32)[None], sample_rate_hz=RATE_HZ)
    left, right = master([mono], sends_db=[-60.0]).mix.samples
    assert float(np.abs(left - right).max()) < 0.002


def test_stems_of_different_length_are_our_own_fault() -> None:
    """Stems that do not agree are refused, as is nothing at all."""
    for stems in ([], [signal(np.zeros(100)), signal(np.zeros(101))]):
        with pytest.raises(InvariantError) as raised:
            master(stems)
        assert raised.value.code == "master.stems"


def test_very_short_sound_is_left_at_its_level() -> None:
    """Below one gating block there is no loudness; the sound passes without a level change."""
    mastered = master([signal(0.1 * np.ones(1_000))])
    assert mastered.gain_db == 0.0
    assert mastered.loudness_lufs is None
