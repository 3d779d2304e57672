"""The studio and the door cross into worker processes as small values."""

import pickle
import wave
from pathlib import Path

from grym.runtime.studio import DoorInWorker, StudioInWorker


def test_both_can_be_sent_to_a_worker() -> None:
    """Studio and door survive pickling and stay equal."""
    studio = StudioInWorker(soundfont=Path("/x.sf2"))
    assert pickle.loads(pickle.dumps(studio)) == studio
    assert pickle.loads(pickle.dumps(DoorInWorker())) == DoorInWorker()


def test_the_door_reads_a_file(tmp_path: Path) -> None:
    """A second of silence is read as such."""
    with wave.open(str(tmp_path / "s.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(16_000))
    signal = DoorInWorker().read_signal(tmp_path / "s.wav", max_seconds=2.0)
    assert (signal.sample_rate_hz, signal.length_samples) == (8_000, 8_000)
