"""Who describes a sound here: the server of the settings, else the facts themselves, and why it was not the first."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grym.domain.describing import MODEL, described, told_facts
from grym.errors import AdapterError
from grym.ports.describing import Asked, Describer, Description
from grym.ports.sound import Task
from grym.settings import Settings

if TYPE_CHECKING:
    from grym.runtime.opening import Runtime

# ruff: noqa: PLC0415  (who writes from facts loads no server)

DEPENDENCY = "describer"
RATE_HZ = 16_000
MOST_S = 600.0
"""What models that hear whole pieces take; of a longer recording they hear the first ten minutes."""
DECODE_TIMEOUT_S = 120.0

WAV: "Task[bytes]" = Task("grym.runtime.describing", "wav_of")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A description, the facts beside it, and the error that kept a better describer from it."""

    description: Description
    facts: dict[str, Any]
    fallback: AdapterError | None = None


async def tell(
    runtime: "Runtime", path: Path, analysis: Mapping[str, Any], question: str, *, max_seconds: float
) -> Told:
    """Put a recording into words.

    Parameters
    ----------
    analysis
        The JSON of its analysis.
    """
    facts = told_facts(analysis)
    describer = _describer(runtime, runtime.settings)
    if describer is None:
        return Told(description=_from_facts(facts, question), facts=facts)
    try:
        wav = await runtime.cpu.run(WAV, path, max_seconds, timeout_s=DECODE_TIMEOUT_S)
        description = await describer.describe(Asked(wav=wav, facts=facts, question=question))
    except AdapterError as error:
        return Told(description=_from_facts(facts, question), facts=facts, fallback=error)
    return Told(description=description, facts=facts)


def wav_of(path: Path, max_seconds: float) -> bytes:
    """Return the beginning of a recording as a WAV file of 16 bits, 16 kHz, mono; runs in a worker process."""
    import numpy as np
    import soundfile
    import soxr

    from grym.adapters.audio_files import read_signal

    signal = read_signal(path, max_seconds=max_seconds)
    samples = signal.mono()[: round(MOST_S * signal.sample_rate_hz)]
    heard = np.asarray(soxr.resample(samples, signal.sample_rate_hz, RATE_HZ, quality="HQ"))
    file = io.BytesIO()
    soundfile.write(file, heard.clip(-1.0, 1.0), RATE_HZ, format="WAV", subtype="PCM_16")
    return file.getvalue()


def _from_facts(facts: Mapping[str, Any], question: str) -> Description:
    return Description(text=described(facts, question), model=MODEL)


def _describer(runtime: "Runtime", settings: Settings) -> Describer | None:
    if settings.describer is None:
        return None
    from grym.adapters.describing_server import ServerDescriber, ServerSettings

    key = settings.describer_key
    server = ServerSettings(
        url=settings.describer,
        model=settings.describer_model,
        key=None if key is None else key.get_secret_value(),
        timeout_s=settings.describer_timeout_s,
    )
    return ServerDescriber(server, runtime.safety.breakers.breaker(DEPENDENCY))
