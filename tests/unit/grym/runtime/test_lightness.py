"""What a worker loads: only what its processor needs, so that it starts soon and stays small."""

import subprocess
import sys

import pytest

HEAVY = ("scipy", "matplotlib", "soundfile", "soxr", "pyloudnorm", "verovio", "fluidsynth", "faiss", "obstore", "torch")
"""Libraries of sound, pictures and stores."""

COMMANDS = (
    "import grym.cli.main, grym.cli.running, grym.cli.waiting, grym.runtime, grym.runtime.crew, grym.runtime.kafka"
)
LOADED = "import sys; print(*(name for name in sys.argv[1:] if name in sys.modules))"


def loaded(imports: str, *names: str) -> list[str]:
    """Return which of the libraries are loaded after some imports, in a process of their own."""
    command = [sys.executable, "-c", f"{imports}; {LOADED}", *names]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.parametrize("processor", ["coordinator", "learning", "generation"])
def test_a_worker_that_makes_no_sound_loads_no_library_of_sound(processor: str) -> None:
    """Neither the command line nor the runtime nor these processors load what only sound needs."""
    assert loaded(f"{COMMANDS}, streams.{processor}", *HEAVY) == []


def test_the_runtime_itself_does_without_numpy() -> None:
    """Who touches no vector loads no numpy: the processor decides."""
    assert loaded(COMMANDS, "numpy") == []


def test_the_embedded_runtime_loads_no_client_of_kafka() -> None:
    """Kafka is loaded where brokers are named."""
    assert loaded("import grym.cli.main, grym.cli.waiting, grym.runtime, grym.runtime.crew", "aiokafka", "redis") == []
