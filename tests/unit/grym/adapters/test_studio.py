"""The studio: from a score to files, in blocks, told and stopped."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile

from grym.adapters.builtin_synth import BuiltinSynthRenderer
from grym.adapters.studio import RecordingStudio
from grym.domain.composing.score import Score
from grym.domain.mastering import master
from grym.domain.mixing import balance
from grym.domain.reels import Progress, Reels
from grym.errors import GrymError, InvalidRequestError, UnavailableError
from grym.ports.sound import SpooledScore

STUDIO = RecordingStudio(renderers={"synth": BuiltinSynthRenderer()})


@dataclass(frozen=True, kw_only=True)
class Absent:
    """A renderer that cannot be had."""

    code: str = "fluidsynth.missing"

    def spool(self, score: Score, *, seed: int, reels: Reels, progress: Progress) -> SpooledScore:
        """Refuse."""
        del score, seed, reels, progress
        raise UnavailableError("no library", code=self.code)


def test_the_files_are_those_of_a_master_in_memory(score: Score, tmp_path: Path) -> None:
    """Reels on disk give the same mix and stems as the whole in memory, to half a step of 24 bits."""
    recorded = STUDIO.record(score, backend="synth", seed=3, folder=tmp_path)
    stems = [signal for _, signal in BuiltinSynthRenderer().render(score, seed=3).stems]
    faders = balance(score.parts, stems)
    wanted = master(stems, gains_db=faders.gains_db, sends_db=faders.sends_db)
    for path, signal in zip(
        (recorded.mix, *(path for _, path in recorded.stems)), (wanted.mix, *wanted.stems), strict=True
    ):
        samples, _ = soundfile.read(path, dtype="float32")
        assert np.abs(samples.T - signal.samples).max() <= 2.0**-23
    assert recorded.length_samples == wanted.mix.length_samples
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mix.wav", "stem-0.wav", "stem-1.wav", "stem-2.wav"]


def test_the_mix_is_at_its_loudness(score: Score, tmp_path: Path) -> None:
    """−14 LUFS by pyloudnorm, from the file."""
    recorded = STUDIO.record(score, backend="synth", seed=3, folder=tmp_path)
    samples, rate_hz = soundfile.read(recorded.mix)
    assert pyloudnorm.Meter(rate_hz).integrated_loudness(samples) == pytest.approx(-14.0, abs=0.5)


def test_a_loop_is_exactly_as_long_as_its_bars_and_goes_round(score: Score, tmp_path: Path) -> None:
    """Nothing hangs over its end: what rings on is heard over its beginning, in the mix and in every stem."""
    loop = replace(score, loop=True)
    recorded = STUDIO.record(loop, backend="synth", seed=3, folder=tmp_path)
    plain = tmp_path / "plain"
    plain.mkdir()
    once = STUDIO.record(score, backend="synth", seed=3, folder=plain)
    length = round(score.duration_s * recorded.sample_rate_hz)
    assert recorded.length_samples == length < once.length_samples
    for path in (recorded.mix, *(path for _, path in recorded.stems)):
        assert soundfile.info(path).frames == length
    ringing, _ = soundfile.read(once.mix, start=length, dtype="float32")
    first, _ = soundfile.read(recorded.mix, frames=len(ringing), dtype="float32")
    alone, _ = soundfile.read(once.mix, frames=len(ringing), dtype="float32")
    # Both are mastered to one loudness, so they differ by a gain besides the tail.
    assert np.corrcoef(first.ravel(), (alone + ringing).ravel())[0, 1] > 0.999


def test_progress_rises_from_start_to_end(score: Score, tmp_path: Path) -> None:
    """Shares never fall and end at 1."""
    told: list[float] = []
    STUDIO.record(score, backend="synth", seed=3, folder=tmp_path, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1.0)


def stop_at(share: float) -> Callable[[float], None]:
    """Return a progress that ends the work once so much is done."""

    def progress(done: float) -> None:
        if done >= share:
            raise GrymError("nobody waits", code="work.stopped")

    return progress


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.8, 0.95])
def test_a_stop_leaves_nothing_behind(score: Score, tmp_path: Path, share: float) -> None:
    """Wherever it comes, the error passes through and no half-written file stays."""
    with pytest.raises(GrymError, match="nobody waits"):
        STUDIO.record(score, backend="synth", seed=3, folder=tmp_path, progress=stop_at(share))
    whole = [path for path in tmp_path.iterdir() if not path.name.endswith(".part")]
    assert [*tmp_path.iterdir()] == whole
    assert all(soundfile.info(path).frames for path in whole)


def test_auto_names_its_fallback_and_a_named_backend_is_never_replaced(score: Score, tmp_path: Path) -> None:
    """Without a SoundFont auto plays the synthesiser and says why; soundfont itself refuses for good, with a remedy."""
    studio = RecordingStudio(renderers={"soundfont": Absent(), "synth": BuiltinSynthRenderer()})
    recorded = studio.record(score, backend="auto", seed=3, folder=tmp_path)
    assert (recorded.backend, recorded.provenance["fallback"]) == ("synth", "soundfont: no library")
    with pytest.raises(InvalidRequestError) as refusal:
        studio.record(score, backend="soundfont", seed=3, folder=tmp_path)
    assert refusal.value.code == "fluidsynth.missing"
    assert "--backend auto" in refusal.value.hint


def test_an_outage_of_a_renderer_stays_one(score: Score, tmp_path: Path) -> None:
    """A plugin whose server is away may answer later, so its error is not made a refusal."""
    studio = RecordingStudio(renderers={"far": Absent(code="far.away")})
    with pytest.raises(UnavailableError):
        studio.record(score, backend="far", seed=3, folder=tmp_path)


def test_an_unknown_or_broken_backend_is_named(score: Score, tmp_path: Path) -> None:
    """Who asks for it learns what there is, or what is wrong with the package that should bring it."""
    studio = RecordingStudio(renderers={"synth": BuiltinSynthRenderer()}, broken={"chip": "no module named chip"})
    for backend, code in (("tape", "backend.unavailable"), ("chip", "renderer.broken")):
        with pytest.raises(GrymError) as raised:
            studio.record(score, backend=backend, seed=3, folder=tmp_path)
        assert raised.value.code == code
