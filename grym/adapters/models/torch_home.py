"""torch as grym uses it: offline, quiet, on the device that is there, in the number format that pays.

Loaded in the worker that runs models. A half-width float (bf16) halves the time of an encoder on a processor with
instructions for it and loses time on any other; it keeps the range of float32, so nothing overflows.
"""

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from grym.errors import AdapterError

# ruff: noqa: PLC0415  (torch is loaded when a model is)

Precision = Literal["auto", "f32", "bf16"]

_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_VERBOSITY": "error",
    # Threads that spin for each other make a small product sixty times slower where the machine has other work.
    "OMP_WAIT_POLICY": "passive",
}
CPU_INFO = Path("/proc/cpuinfo")
BF16_FLAGS = frozenset({"avx512_bf16", "amx_bf16"})
MOST_THREADS = 2
"""What an encoder of base size gains from; more workers share the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where and in which numbers a model computes: ``cpu`` or ``cuda``, ``f32`` or ``bf16``."""

    device: str
    precision: Literal["f32", "bf16"]

    @property
    def dtype(self) -> Any:
        """The number format as torch names it."""
        torch = loaded_torch()
        return torch.bfloat16 if self.precision == "bf16" else torch.float32


@lru_cache(maxsize=1)
def loaded_torch() -> Any:
    """Load torch once, told to stay offline and to wait without spinning.

    Raises
    ------
    AdapterError
        ``model.no_torch``.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)  # noqa: TID251 (told to libraries, which know no other way)
    try:
        import torch
    except ImportError as error:
        raise AdapterError(
            "neural models need torch, which is not installed here",
            code="model.no_torch",
            hint="Install grym with the extra ml: uv sync --extra ml.",
        ) from error
    torch.set_num_threads(max(1, min(MOST_THREADS, os.cpu_count() or 1)))
    torch.backends.cuda.matmul.allow_tf32 = False  # the same results on every device, within rounding
    torch.backends.cudnn.allow_tf32 = False
    return torch


def compute_widely(cores: int | None = None) -> int:
    """Let torch use half the cores of this process's machine, two at least where there are two; return how many.

    A generator works for minutes and alone in its process; composing, rendering and the database work beside it.
    """
    there = cores or os.cpu_count() or 1
    threads = min(there, max(MOST_THREADS, there // 2))
    loaded_torch().set_num_threads(threads)
    return threads


def chosen_place(precision: Precision = "auto", device: str | None = None) -> Place:
    """Return the device that is there, and bf16 where the processor multiplies it natively.

    Parameters
    ----------
    precision, device
        What the caller insists on; on a GPU ``auto`` stays at float32.
    """
    torch = loaded_torch()
    found = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if precision != "auto":
        return Place(device=found, precision=precision)
    return Place(device=found, precision="bf16" if found == "cpu" and has_fast_bf16() else "f32")


def has_fast_bf16(cpu_info: Path = CPU_INFO) -> bool:
    """Return whether this processor has instructions for bf16, as far as the system says."""
    try:
        text = cpu_info.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    flags = next((line for line in text.splitlines() if line.startswith("flags")), "")
    return not BF16_FLAGS.isdisjoint(flags.split())
