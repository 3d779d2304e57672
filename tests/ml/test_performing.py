"""Whole pieces by tiny generators: from a plan to a finished file, in segments, within the memory there is."""

import resource
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from grym.adapters.models.generating.opening import generator_of, opened_generator
from grym.adapters.models.generating.performing import perform
from grym.adapters.models.generating.piecewise import Piece, whole_piece
from grym.adapters.models.generating.segment_files import SegmentFiles
from grym.adapters.models.generating.shelf import chosen_generator
from grym.adapters.models.torch_home import Place, compute_widely
from grym.adapters.step_files import StepFiles
from grym.domain.loudness import measure_loudness, true_peak_dbtp
from grym.domain.signal import Signal
from grym.errors import AdapterError
from grym.ports.generating import SEGMENTS, Asked, Commission, Watch
from tests.support import plans

F32 = Place(device="cpu", precision="f32")


def commission(backend: str = "audioldm2") -> Commission:
    """Return an order of eight seconds: four bars of A, then B."""
    return Commission(backend=backend, plan=plans.short_plan(), seconds=8.0, seed=4)


def test_a_piece_becomes_a_finished_file(generator_shelf: Path, tmp_path: Path) -> None:
    """Made in segments, mastered like any other, at 44.1 kHz with the truth about what it holds."""
    made = perform(generator_shelf, commission(), tmp_path)
    samples, rate_hz = soundfile.read(made.mix, dtype="float32", always_2d=True)
    sound = Signal(samples=np.ascontiguousarray(samples.T), sample_rate_hz=rate_hz)
    assert (rate_hz, made.sample_rate_hz, made.backend, made.stems) == (44_100, 44_100, "audioldm2", ())
    assert sound.duration_s == pytest.approx(8.0, abs=0.01)
    loudness = measure_loudness(sound).integrated_lufs
    assert loudness is not None
    assert loudness == pytest.approx(-14.0, abs=0.5)
    assert (true_peak_dbtp(sound) or 0.0) <= -1.0
    told = made.provenance
    assert told["native_rate_hz"] == "16000"
    assert float(told["effective_bandwidth_hz"]) <= 8_000
    assert told["resampled"].startswith("from 16000 to 44100 Hz")
    assert (told["pretrained"], told["segments"], told["guide"]) == ("false", "4", "none")
    assert "piano" in told["prompt"]
    assert "smaller" not in told
    assert StepFiles(tmp_path).told() == ("mastering", 1.0)


def test_the_same_seed_gives_the_same_file(generator_shelf: Path, tmp_path: Path) -> None:
    """Performed twice, a piece is the same to the byte; by another seed it is another one."""
    files = []
    for name, seed in (("one", 4), ("two", 4), ("three", 5)):
        (tmp_path / name).mkdir()
        made = perform(generator_shelf, replace(commission("musicgen"), seed=seed), tmp_path / name)
        files.append(made.mix.read_bytes())
    assert files[0] == files[1]
    assert files[0] != files[2]


def test_a_stop_is_heard_between_two_steps(generator_shelf: Path, tmp_path: Path) -> None:
    """Whoever stops the work ends it before its next step, and nothing is written."""
    StepFiles(tmp_path).stop()
    with pytest.raises(AdapterError) as caught:
        perform(generator_shelf, commission(), tmp_path)
    assert caught.value.code == "work.stopped"
    assert not (tmp_path / "mix.wav").exists()


class Forgetful:
    """A real generator that has memory for so many seconds only."""

    def __init__(self, shelf: Path, most_s: float) -> None:
        self._inner = generator_of(chosen_generator(shelf, "musicgen"), F32)
        self._most_s = most_s
        self.longest_s = 8.0
        self.takes_guide = False
        self.provenance = self._inner.provenance

    def generate(self, asked: Asked, watch: Watch) -> Signal:
        """Make it, or say that it is too long."""
        if asked.seconds > self._most_s:
            raise MemoryError
        return self._inner.generate(asked, watch)


def test_what_was_finished_is_not_made_again(generator_shelf: Path, tmp_path: Path) -> None:
    """A second try takes the first one's segments, gives the same file, and never asks the model."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = perform(generator_shelf, commission("musicgen"), tmp_path / "one")
    (tmp_path / "one" / SEGMENTS).rename(tmp_path / "two" / SEGMENTS)
    again = perform(generator_shelf, commission("musicgen"), tmp_path / "two")
    assert again.mix.read_bytes() == first.mix.read_bytes()
    order = commission("musicgen")
    piece = Piece(plan=order.plan, seconds=order.seconds, seed=order.seed)
    asked_before, silent = opened_generator(generator_shelf, "musicgen")[0], Forgetful(generator_shelf, 0.0)
    silent.longest_s = asked_before.longest_s
    keeping = SegmentFiles(folder=tmp_path / "two" / SEGMENTS, provenance=asked_before.provenance)
    watched: list[float] = []
    whole = whole_piece(silent, piece, watched.append, lambda: None, keeping)
    assert watched == []
    assert whole.sound.duration_s == pytest.approx(8.0, abs=0.01)


def test_segments_shrink_until_they_fit(generator_shelf: Path, tmp_path: Path) -> None:
    """Out of memory: half as long, and half again; the result says so and is whole."""
    released: list[bool] = []
    keeping = SegmentFiles(folder=tmp_path / "kept", provenance={})
    other = SegmentFiles(folder=tmp_path / "other", provenance={})
    order = commission()
    piece = Piece(plan=order.plan, seconds=order.seconds, seed=order.seed)
    watched: list[float] = []
    whole = whole_piece(Forgetful(generator_shelf, 2.5), piece, watched.append, lambda: released.append(True), keeping)
    assert (whole.longest_s, whole.shortened, len(released)) == (2.0, True, 2)
    assert whole.sound.duration_s == pytest.approx(8.0, abs=0.01)
    assert watched[-1] == pytest.approx(1.0, abs=0.05)
    with pytest.raises(MemoryError):
        whole_piece(Forgetful(generator_shelf, 0.5), piece, watched.append, lambda: None, other)


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (3, 2), (16, 8)])
def test_half_the_cores_are_left_to_others(cores: int, threads: int) -> None:
    """Two threads where there are two cores, half of more; and that is what torch then uses."""
    before = torch.get_num_threads()
    try:
        assert compute_widely(cores) == torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


LIMITED = """
import resource, sys
from pathlib import Path
from grym.adapters.models.generating.opening import generator_of
from grym.adapters.models.generating.piecewise import Piece, whole_piece
from grym.adapters.models.generating.memory import release
from grym.adapters.models.generating.segment_files import SegmentFiles
from grym.adapters.models.generating.shelf import chosen_generator
from grym.adapters.models.torch_home import Place
from tests.support import plans

generator = generator_of(chosen_generator(Path(sys.argv[1]), "stableaudio3"), Place(device="cpu", precision="f32"))
watch = lambda share: None
keeping = SegmentFiles(folder=Path(sys.argv[4]), provenance=generator.provenance)
whole_piece(generator, Piece(plan=plans.short_plan(), seconds=1.5, seed=1), watch, release, keeping)
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
limit = used + int(sys.argv[2]) * 2**20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
piece = Piece(plan=plans.short_plan(), seconds=float(sys.argv[3]), seed=1)
whole = whole_piece(generator, piece, watch, release, keeping)
print(whole.longest_s, whole.shortened, whole.sound.duration_s)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_AS") or sys.platform != "linux", reason="limits of Linux")
def test_a_real_limit_on_memory_is_met(generator_shelf: Path, tmp_path: Path) -> None:
    """A process that may take no more memory makes shorter segments, by the errors torch really raises."""
    told = subprocess.run(
        [sys.executable, "-c", LIMITED, str(generator_shelf), "500", "24", str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    assert float(told[0]) < 24.0
    assert (told[1], float(told[2])) == ("True", 24.0)
