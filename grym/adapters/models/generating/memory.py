"""Memory that a generator needs, memory there is, and how running out of it looks.

Weights are known beforehand, what a step takes on top is not: it grows with the length of the sound. So a model whose
weights do not fit is refused before it is loaded, and one that runs out while it works is asked for less at once.
"""

from typing import Any

import psutil

from grym.adapters.models.torch_home import Place, loaded_torch
from grym.adapters.process_memory import default_limit_bytes
from grym.errors import AdapterError

BYTES_A_WEIGHT = {"f32": 4, "bf16": 2}
WORKING_SHARE = 0.25
"""Room for what a step takes, which is not known beforehand; where it is too little, shorter segments are tried."""

_SIGNS = ("can't allocate memory", "out of memory", "cannot allocate memory", "failed to allocate", "std::bad_alloc")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error of a library means that memory ran out; torch says so in several ways.

    >>> is_out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"))
    True
    """
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def free_bytes(place: Place) -> int:
    """Return how much memory there is where a model would compute."""
    if place.device.startswith("cuda"):
        torch: Any = loaded_torch()
        return int(torch.cuda.mem_get_info()[0])
    machine = int(psutil.virtual_memory().available)
    own = default_limit_bytes() - int(psutil.Process().memory_info().rss)
    return max(0, min(machine, own))


def fitting_place(name: str, weights: int, place: Place, *, free: int | None = None) -> tuple[Place, str]:
    """Return where and in which numbers a model fits, and what had to give for it.

    Parameters
    ----------
    weights
        How many numbers it has.
    place
        Where it should be.
    free
        Bytes there; None looks.

    Returns
    -------
    The place, and in words what is smaller than was asked; empty where nothing is.

    Raises
    ------
    AdapterError
        ``model.memory``.
    """
    there = free_bytes(place) if free is None else free
    for smaller in dict.fromkeys((place, Place(device=place.device, precision="bf16"))):
        if weights * BYTES_A_WEIGHT[smaller.precision] * (1 + WORKING_SHARE) <= there:
            return smaller, "" if smaller == place else "weights in bf16"
    needed = weights * BYTES_A_WEIGHT["bf16"] * (1 + WORKING_SHARE)
    raise no_memory(name, f"it needs {needed / 1024**3:.1f} GiB on {place.device} and {there / 1024**3:.1f} are free")


def no_memory(name: str, why: str) -> AdapterError:
    """Return the error of a model that does not fit."""
    return AdapterError(
        f"there is not enough memory for the saved model {name}: {why}",
        code="model.memory",
        hint="End other programs, ask for a shorter piece, or take a smaller model; --backend auto needs none.",
        details={"model": name},
    )


def release() -> None:
    """Give memory that nobody uses any more back to the system."""
    import gc  # noqa: PLC0415 (rare)

    gc.collect()
    torch: Any = loaded_torch()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
