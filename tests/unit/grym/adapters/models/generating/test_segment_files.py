"""Finished segments as files: found by all that decides them, whole or not at all."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grym.adapters.models.generating.segment_files import SegmentFiles, digest
from grym.domain.signal import Signal
from grym.ports.generating import Asked

ASKED = Asked(prompt="a waltz", negative_prompt="", seconds=2.0, tempo_bpm=90.0, key="C major", metre="3/4", seed=1)
MODEL = {"model": "tiny", "steps": "2"}


def sound(value: float = 0.5) -> Signal:
    """Return a short sound."""
    return Signal(samples=np.full((1, 100), value, dtype=np.float32), sample_rate_hz=16_000)


def files(folder: Path, **provenance: str) -> SegmentFiles:
    """Return the segments of the usual model with some settings changed."""
    return SegmentFiles(folder=folder / "segments", provenance=MODEL | provenance)


def test_what_was_kept_is_found_to_the_bit(tmp_path: Path) -> None:
    """Samples and rate come back; nothing half-written stays behind."""
    assert files(tmp_path).kept(ASKED) is None
    files(tmp_path).keep(ASKED, sound())
    found = files(tmp_path).kept(ASKED)
    assert found is not None
    assert np.array_equal(found.samples, sound().samples)
    assert found.sample_rate_hz == 16_000
    assert [path.name for path in (tmp_path / "segments").iterdir()] == [f"{digest(MODEL, ASKED)}.segment"]


@pytest.mark.parametrize(
    "changed", [{"prompt": "a march"}, {"seconds": 3.0}, {"seed": 2}, {"key": "D minor"}, {"guide": sound()}]
)
def test_another_question_has_another_segment(tmp_path: Path, changed: dict[str, object]) -> None:
    """Whatever decides the sound decides the name, and so do the model's settings."""
    files(tmp_path).keep(ASKED, sound())
    assert files(tmp_path).kept(replace(ASKED, **changed)) is None  # type: ignore[arg-type] # one of each type
    assert files(tmp_path, steps="4").kept(ASKED) is None


def test_another_guide_has_another_segment() -> None:
    """A guide decides by its samples."""
    assert digest(MODEL, replace(ASKED, guide=sound(0.1))) != digest(MODEL, replace(ASKED, guide=sound(0.2)))


@pytest.mark.parametrize("broken", [b"", b"no archive", b"PK\x03\x04broken"])
def test_a_broken_file_is_no_segment(tmp_path: Path, broken: bytes) -> None:
    """It is made again, and takes the broken one's place."""
    kept = files(tmp_path)
    kept.keep(ASKED, sound())
    (path,) = (tmp_path / "segments").iterdir()
    path.write_bytes(broken)
    assert kept.kept(ASKED) is None
    kept.keep(ASKED, sound(0.25))
    assert kept.kept(ASKED) is not None
