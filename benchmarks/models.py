"""Time of an encoder of the size of wav2vec2-base per second of sound, in float32 and bf16.

    .venv-ml/bin/python -m benchmarks.models --seconds 60 --out out/benchmarks

The weights are drawn, since time does not depend on them; the folder is built, saved and loaded as a user's would be.
Each number format hears the same noise in windows as in use; formats take turns, and the best of the rounds counts
besides the median. Real-time factors are wall time and process time over the length of the sound.
"""

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np

from grym.adapters.models.folders import mark_untrained, saved_model
from grym.adapters.models.speech import SpeechExtractor
from grym.adapters.models.torch_home import Place, has_fast_bf16, loaded_torch
from grym.domain.signal import Signal

TARGETS = {"f32": 0.11, "bf16": 0.06}
FORMATS: tuple[Literal["f32", "bf16"], ...] = ("f32", "bf16")
RATE_HZ = 16_000


def save_base(folder: Path) -> Path:
    """Save an encoder with the default geometry: 12 layers of 768, 94 million weights."""
    loaded_torch().manual_seed(0)
    import transformers  # noqa: PLC0415 (after torch was told to be quiet)

    transformers.Wav2Vec2Model(transformers.Wav2Vec2Config()).save_pretrained(str(folder))
    mark_untrained(folder, why="drawn for a measurement of time")
    return folder


def timed(extractor: SpeechExtractor, sound: Signal) -> tuple[float, float, np.ndarray]:
    """Return wall time and process time of one embedding, in seconds, and the vector."""
    wall_s, process_s = time.perf_counter(), time.process_time()
    vector = extractor.extract(sound).pooled
    return time.perf_counter() - wall_s, time.process_time() - process_s, vector


def measure(seconds: float, rounds: int) -> dict[str, Any]:
    """Return real-time factors by number format."""
    sound = Signal(
        samples=0.1 * np.random.default_rng(1).standard_normal((1, round(seconds * RATE_HZ)), dtype=np.float32),
        sample_rate_hz=RATE_HZ,
    )
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        saved = saved_model(save_base(Path(folder) / "base").parent, "base")
        asked = {name: SpeechExtractor(saved, place=Place(device="cpu", precision=name)) for name in FORMATS}
        vectors = {name: timed(extractor, sound)[2] for name, extractor in asked.items()}  # loads the weights
        walls: dict[str, list[float]] = {name: [] for name in asked}
        cpus: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(rounds):
            for name, extractor in asked.items():
                wall_s, process_s, _ = timed(extractor, sound)
                walls[name].append(wall_s / seconds)
                cpus[name].append(process_s / seconds)
    return {
        "factors": {
            name: {
                "best": round(min(walls[name]), 4),
                "median": round(statistics.median(walls[name]), 4),
                "process": round(statistics.median(cpus[name]), 4),
                "target": TARGETS[name],
            }
            for name in FORMATS
        },
        "cosine_bf16_f32": round(float(vectors["f32"] @ vectors["bf16"]), 6),
    }


def main() -> None:
    """Measure and print; with ``--out`` write it down too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the sound")
    parser.add_argument("--rounds", type=int, default=3, help="how often each format is timed")
    parser.add_argument("--out", type=Path, help="folder for models.json")
    options = parser.parse_args()
    torch = loaded_torch()
    before = os.getloadavg()
    found = measure(options.seconds, options.rounds)
    machine = {
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": str(torch.__version__),
        "machine": platform.machine(),
        "fast_bf16": has_fast_bf16(),
        "load_before": [round(value, 2) for value in before],
        "load_after": [round(value, 2) for value in os.getloadavg()],
    }
    report = {"seconds": options.seconds, "rounds": options.rounds, **found, "machine": machine}
    print(json.dumps(report, indent=2))
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "models.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
