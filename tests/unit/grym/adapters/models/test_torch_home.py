"""Where models compute: bf16 only where the processor says that it multiplies it."""

from pathlib import Path

import pytest

from grym.adapters.models.torch_home import has_fast_bf16


@pytest.mark.parametrize(
    ("flags", "fast"),
    [("fpu avx512f avx512_bf16", True), ("fpu amx_bf16 amx_tile", True), ("fpu avx2 avx512f", False), ("", False)],
)
def test_half_width_needs_its_instructions(tmp_path: Path, flags: str, fast: bool) -> None:
    """The flags of the first processor decide."""
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor\t: 0\nflags\t\t: {flags}\n", encoding="utf-8")
    assert has_fast_bf16(info) is fast


def test_a_system_that_does_not_say_has_none(tmp_path: Path) -> None:
    """Without the file nothing is assumed."""
    assert not has_fast_bf16(tmp_path / "none")
