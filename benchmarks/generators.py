"""What the adapter of AudioLDM 2 costs over calling diffusers directly, on a tiny saved pipeline.

    .venv-ml/bin/python -m benchmarks.generators --rounds 15 --out out/benchmarks

Both sides ask the same loaded pipeline the same question, in turn; the adapter adds seeds, a watch told at every step,
and the check of the sound. Process time of pairs is compared, since the machine may be busy. On a tiny pipeline the
overhead is largest: a real step takes a hundred times as long, what is added does not.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from grym.adapters.models.generating.loading import quiet
from grym.adapters.models.generating.opening import generator_of
from grym.adapters.models.generating.pipelines import PipelineGenerator
from grym.adapters.models.generating.shelf import chosen_generator
from grym.adapters.models.torch_home import Place, loaded_torch
from grym.ports.generating import Asked
from tests.support.generators import save_generator

ALLOWED = 1.05
ASKED = Asked(
    prompt="calm nocturne, piano, 72 BPM",
    negative_prompt="noise",
    seconds=5.12,
    tempo_bpm=72.0,
    key="D minor",
    metre="3/4",
    seed=5,
)


def through_adapter(generator: PipelineGenerator) -> float:
    """Return the process time of one sound by the adapter, in seconds."""
    shares: list[float] = []
    started = time.process_time()
    generator.generate(ASKED, shares.append)
    return time.process_time() - started


def directly(generator: PipelineGenerator) -> float:
    """Return the process time of one sound by the pipeline itself, in seconds."""
    torch = loaded_torch()
    arguments = generator.arguments(ASKED)
    with quiet(), torch.inference_mode():
        started = time.process_time()
        generator._pipeline(**arguments, generator=torch.Generator("cpu").manual_seed(ASKED.seed))  # noqa: SLF001
        return time.process_time() - started


def measure(rounds: int) -> dict[str, Any]:
    """Return the ratio of pairs, and the medians of both sides."""
    with tempfile.TemporaryDirectory(prefix="grym-bench-") as folder:
        save_generator(Path(folder) / "audioldm2", "audioldm2")
        saved = chosen_generator(Path(folder), "audioldm2")
        generator = generator_of(saved, Place(device="cpu", precision="f32"))
        through_adapter(generator)  # loads it
        directly(generator)
        ours, theirs = list[float](), list[float]()
        for number in range(rounds):
            sides = (ours, through_adapter), (theirs, directly)
            for times, run in sides if number % 2 else reversed(sides):
                times.append(run(generator))
    return {
        "adapter_s": round(statistics.median(ours), 4),
        "direct_s": round(statistics.median(theirs), 4),
        "ratio": round(statistics.median(one / other for one, other in zip(ours, theirs, strict=True)), 4),
        "allowed": ALLOWED,
    }


def main() -> None:
    """Measure and print; with ``--out`` write it down too."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15, help="how many pairs")
    parser.add_argument("--out", type=Path, help="folder for generators.json")
    options = parser.parse_args()
    loaded_torch().set_num_threads(1)
    report = {"rounds": options.rounds, **measure(options.rounds), "load": [round(one, 2) for one in os.getloadavg()]}
    print(json.dumps(report, indent=2))
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "generators.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
