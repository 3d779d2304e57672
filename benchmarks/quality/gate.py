"""The gate before sounds with and without a fault: what it lets pass, what it stops, by which check."""

import time
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.quality.faults import FAULTS
from benchmarks.quality.sources import Take
from grym.domain.quality.gate import signal_checks
from grym.domain.quality.profiles import RECORDING
from grym.domain.signal import FloatArray, Signal
from grym.errors import InvalidAudioError

CLEAN = "clean"
COST_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the gate says of one sound.

    Parameters
    ----------
    label
        The fault it has, or `CLEAN`.
    failed
        Names of the checks that failed.
    """

    take: str
    real: bool
    label: str
    failed: tuple[str, ...]

    @property
    def named(self) -> bool:
        """Whether a check that names the fault has failed."""
        return any(part in name for name in self.failed for part in FAULTS[self.label].names)


def verdicts(takes: Sequence[Take], labels: Sequence[str], *, faulty: int, processes: int) -> list[Verdict]:
    """Return what the gate says of all sounds as they are, and of `faulty` of them with every fault."""
    spoilt_takes = takes[:: max(1, len(takes) // faulty)][:faulty]
    jobs = [(take, tuple(labels) if take in spoilt_takes else ()) for take in takes]
    with ProcessPoolExecutor(processes) as pool:
        return [verdict for some in pool.map(_of_one, jobs, chunksize=2) for verdict in some]


def _of_one(job: tuple[Take, tuple[str, ...]]) -> list[Verdict]:
    """Return the verdicts on one sound, without a fault and with each."""
    take, labels = job
    samples, rate_hz = take.heard()
    found = [Verdict(take=take.name, real=take.real, label=CLEAN, failed=failed_checks(samples, rate_hz))]
    for label in labels:
        chance = np.random.default_rng(zlib.crc32(f"{label} {take.name}".encode()))
        spoilt = FAULTS[label].make(samples, rate_hz, chance)
        if spoilt is not None:
            failed = failed_checks(spoilt, rate_hz)
            found.append(Verdict(take=take.name, real=take.real, label=label, failed=failed))
    return found


def failed_checks(samples: FloatArray, rate_hz: int) -> tuple[str, ...]:
    """Return the names of the checks that a sound fails as the recording of somebody."""
    try:
        checks = signal_checks(Signal(samples=samples, sample_rate_hz=rate_hz), profile=RECORDING)
    except InvalidAudioError as error:
        return (error.code,)
    return tuple(check.name for check in checks if not check.passed)


def cost_s(take: Take) -> float:
    """Return the processor seconds that checking 30 s of stereo takes; the least of three."""
    samples, rate_hz = take.heard()
    stereo = np.vstack([samples, samples])[:2]
    long = np.ascontiguousarray(np.tile(stereo, 3)[:, : round(COST_S * rate_hz)])
    took = []
    for _ in range(3):
        began_s = time.process_time()
        failed_checks(long, rate_hz)
        took.append(time.process_time() - began_s)
    return min(took)
