"""Feature extraction: the real analysis of a synthesised sound, as it travels."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from grym.domain.recognition import imprint
from grym.domain.recognition.codec import decode
from grym.domain.signal import Signal
from grym.errors import AdapterError, GrymError, InvalidAudioError
from schemas.body import ArtifactRef
from schemas.commands import ExtractFeatures, TakeImprint
from schemas.events import AudioRefused, FeaturesExtracted, ImprintTaken
from streams.features import Features
from streams.features.processor import IMPRINT

T = TypeVar("T")
RATE_HZ = 44_100
SECONDS = 12
AUDIO = ArtifactRef(uri=f"artifact://sha256/{'0' * 64}", size_bytes=1, media_type="audio/wav")


class InlinePool:
    """Calls the work at once, in this process."""

    async def run(self, work: Callable[..., T], *args: object, timeout_s: float) -> T:
        """Call `work`."""
        assert timeout_s > 0
        return work(*args)


class FakeArtifacts:
    """Keeps payloads; every sound lies at one path."""

    def __init__(self) -> None:
        self.payloads: dict[str, bytes] = {}

    async def put(self, payload: bytes, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Keep a payload by its digest."""
        uri = f"artifact://sha256/{hashlib.sha256(payload).hexdigest()}"
        self.payloads[uri] = payload
        return ArtifactRef(uri=uri, size_bytes=len(payload), media_type=media_type, samples=samples, name=name)

    async def put_file(self, path: Path, *, media_type: str, samples: int | None = None, name: str = "") -> ArtifactRef:
        """Nobody stores files here."""
        raise NotADirectoryError(path, media_type, samples, name)

    async def get(self, ref: ArtifactRef) -> bytes:
        """Return a payload."""
        return self.payloads[ref.uri]

    async def local_path(self, ref: ArtifactRef) -> Path:
        """Return the one path."""
        return Path(ref.name or "sound")


class Door:
    """Plays clicks at 120 BPM over an A minor chord, or raises."""

    def __init__(self, error: GrymError | None = None) -> None:
        self.error = error

    def read_signal(self, path: Path, *, max_seconds: float) -> Signal:
        """Return the sound."""
        del path, max_seconds
        if self.error:
            raise self.error
        times = np.arange(RATE_HZ * SECONDS) / RATE_HZ
        beat = np.exp(-(times % 0.5) * 12)
        chord = sum(np.sin(2 * np.pi * pitch_hz * times) for pitch_hz in (220.0, 261.63, 329.63))
        sound = (0.2 * beat * chord).astype(np.float32)
        return Signal(samples=sound[np.newaxis], sample_rate_hz=RATE_HZ)


async def extract(event: Any, command: ExtractFeatures | TakeImprint, door: Door) -> tuple[Any, FakeArtifacts]:
    """Run the processor and return its answer and what it stored."""
    artifacts = FakeArtifacts()
    decision = await Features(artifacts=artifacts, cpu=InlinePool(), door=door).process(event(command), None)
    (output,) = decision.outputs
    return output.body, artifacts


async def test_facts_of_a_known_sound(event: Any) -> None:
    """Two beats a second, A as tonic, as long as it was made."""
    body, _ = await extract(event, ExtractFeatures(audio=AUDIO, round=2), Door())
    assert isinstance(body, FeaturesExtracted)
    found = body.analysis
    assert (found.duration_s, found.sample_rate_hz, found.channels, body.round) == (SECONDS, RATE_HZ, 1, 2)
    assert found.tempo_bpm == pytest.approx(120, rel=0.01)
    assert found.key is not None
    assert found.key.tonic in {"A", "C"}
    assert len(found.onsets_s) == pytest.approx(2 * SECONDS, abs=2)
    assert found.embedding is not None
    assert (found.embedding.name, found.embedding.pretrained) == ("dsp", False)
    assert sum(section.end_s - section.start_s for section in found.sections) == pytest.approx(SECONDS, abs=0.01)


async def test_imprints_travel_by_claim_check(event: Any) -> None:
    """What is stored is the encoded imprint of the very sound, and taking it alone gives the same one."""
    body, artifacts = await extract(event, ExtractFeatures(audio=AUDIO), Door())
    assert body.imprint is not None
    assert body.imprint.media_type == IMPRINT
    assert decode(await artifacts.get(body.imprint)).duration_s == SECONDS
    taken, _ = await extract(event, TakeImprint(audio=AUDIO), Door())
    assert isinstance(taken, ImprintTaken)
    assert (taken.imprint, taken.duration_s, taken.extractor) == (body.imprint, SECONDS, imprint.EXTRACTOR)


async def test_the_same_sound_gives_the_same_bytes(event: Any) -> None:
    """A repeated extraction stores the same artifact and says the same."""
    first, _ = await extract(event, ExtractFeatures(audio=AUDIO), Door())
    again, _ = await extract(event, ExtractFeatures(audio=AUDIO), Door())
    assert first == again


async def test_coefficients_come_only_when_all_is_wanted(event: Any) -> None:
    """The core set by default; everything with `full`."""
    core, _ = await extract(event, ExtractFeatures(audio=AUDIO), Door())
    full, _ = await extract(event, ExtractFeatures(audio=AUDIO, full=True), Door())
    assert "centroid_hz" in core.analysis.features
    assert "mfcc_1" not in core.analysis.features
    assert "mfcc_1" in full.analysis.features
    assert core.analysis.embedding.values == ()
    assert len(full.analysis.embedding.values) == full.analysis.embedding.dim


@pytest.mark.parametrize("command", [ExtractFeatures(audio=AUDIO), TakeImprint(audio=AUDIO)])
async def test_what_the_sender_got_wrong_is_answered(event: Any, command: ExtractFeatures | TakeImprint) -> None:
    """A broken sound is refused with its code; nothing is stored."""
    door = Door(InvalidAudioError("cut off", code="audio.truncated", hint="again"))
    body, artifacts = await extract(event, command, door)
    assert isinstance(body, AudioRefused)
    assert body.fault.code == "audio.truncated"
    assert artifacts.payloads == {}


async def test_what_grym_got_wrong_is_raised(event: Any) -> None:
    """A dead worker is no fault of the sound: the runner tries again."""
    with pytest.raises(AdapterError):
        await extract(event, ExtractFeatures(audio=AUDIO), Door(AdapterError("died", code="worker.died")))
