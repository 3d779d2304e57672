"""One composition in a process of its own: from the sentence to WAV and stems, what it costs and how much it holds.

Run as ``python -m benchmarks.music.speed.rendering SECONDS ROUNDS BACKEND PROMPT``; it prints one line of JSON. It has
a process of its own, because the peak of memory is that of a process, and nothing else shall be in it.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

SIX_PARTS = "an epic cinematic piece for violin, flute, french horn, strings, cello and harp in D minor"
LONG = "a classical piece for violin, flute, clarinet, piano, viola and cello in G major"
MEBIBYTE_KIB = 1024


def measured(seconds: float, *, rounds: int, backend: str, prompt: str, timeout_s: float = 300.0) -> dict[str, Any]:
    """Compose and render in a fresh process.

    Returns
    -------
    dict
        ``parts``, ``seconds`` (written length), ``rounds`` (processor and wall seconds of each; the first one loads
        libraries and SoundFont), ``peak_mib``, ``backend``.
    """
    command = [sys.executable, "-m", "benchmarks.music.speed.rendering", str(seconds), str(rounds), backend, prompt]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=timeout_s)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Compose so often and print what it cost."""
    seconds, rounds, backend, prompt = float(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
    costs = []
    told: dict[str, Any] = {}
    for seed in range(1, rounds + 1):
        began_cpu, began = time.process_time(), time.perf_counter()
        told = _piece(prompt, seconds, seed, backend)
        costs.append((round(time.process_time() - began_cpu, 3), round(time.perf_counter() - began, 3)))
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({**told, "rounds": costs, "peak_mib": round(peak_kib / MEBIBYTE_KIB, 1)}))


def _piece(prompt: str, seconds: float, seed: int, backend: str) -> dict[str, Any]:
    """Plan, compose, write MIDI and MusicXML, perform and master with stems, as the worker does."""
    from benchmarks.music.own import composed  # noqa: PLC0415 (as above)
    from grym.domain.composing.midi import score_to_midi  # noqa: PLC0415 (loading counts to the first piece)
    from grym.domain.composing.musicxml import score_to_musicxml  # noqa: PLC0415 (as above)
    from grym.runtime.studio import StudioInWorker  # noqa: PLC0415 (as above)

    score = composed(prompt, seconds, seed)
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        score_to_midi(score)
        score_to_musicxml(score)
        recorded = StudioInWorker(soundfont=None).record(score, backend=backend, seed=seed, folder=Path(folder))
    return {"parts": len(score.parts), "seconds": round(score.duration_s, 2), "backend": recorded.backend}


if __name__ == "__main__":
    main()
