"""Memory: what fits, what fits in narrower numbers, and what is refused before it is loaded."""

import pytest

from grym.adapters.models.generating.memory import fitting_place, free_bytes, is_out_of_memory
from grym.adapters.models.torch_home import Place
from grym.errors import AdapterError

F32 = Place(device="cpu", precision="f32")
BF16 = Place(device="cpu", precision="bf16")
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("free", "place", "smaller"),
    [(5 * MILLION, F32, ""), (5 * MILLION - 1, BF16, "weights in bf16"), (int(2.5 * MILLION), BF16, "weights in bf16")],
)
def test_weights_are_narrowed_where_they_do_not_fit(free: int, place: Place, smaller: str) -> None:
    """A million weights take 4 MB and a quarter for the work; half of it in bf16, which is told."""
    assert fitting_place("m", MILLION, F32, free=free) == (place, smaller)


def test_what_does_not_fit_at_all_is_refused() -> None:
    """The error names what is needed and what to do."""
    with pytest.raises(AdapterError, match="GiB") as caught:
        fitting_place("m", 1_000 * MILLION, BF16, free=MILLION)
    assert caught.value.code == "model.memory"
    assert "--backend auto" in caught.value.hint


def test_what_is_free_is_looked_up() -> None:
    """Without a number the machine is asked."""
    assert free_bytes(F32) > 0
    assert fitting_place("m", 1, F32)[0] == F32


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), True),
        (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"), True),
        (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"), True),
        (RuntimeError("mat1 and mat2 shapes cannot be multiplied"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_running_out_is_told_from_other_faults(error: Exception, *, told: bool) -> None:
    """The ways in which torch says so, and nothing else."""
    assert is_out_of_memory(error) is told
