"""Encoders of the shape of wav2vec 2.0, tiny, from saved folders: what every sound's vectors keep to."""

from pathlib import Path

import numpy as np
import pytest
import torch

from grym.adapters.models.folders import saved_model
from grym.adapters.models.serving import opened_extractor
from grym.adapters.models.speech import SpeechExtractor
from grym.adapters.models.torch_home import Place, chosen_place, has_fast_bf16
from grym.domain.signal import Signal
from grym.errors import InvalidAudioError, InvalidRequestError, InvalidVectorError
from tests.support import models

F32 = Place(device="cpu", precision="f32")
KINDS = ["HubertModel", "WavLMModel", "Data2VecAudioModel", "UniSpeechSatModel", "SEWModel"]


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Return the cosine of the angle between two vectors."""
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def windowed(shelf: Path, *, window_s: float = 20.0, overlap_s: float = 4.0, batch: int = 4) -> SpeechExtractor:
    """Return the tiny encoder in float32 with windows of its own."""
    return SpeechExtractor(saved_model(shelf, "speech"), place=F32, window_s=window_s, overlap_s=overlap_s, batch=batch)


def test_frames_times_and_one_unit_vector(shelf: Path, tune: Signal) -> None:
    """A frame every 20 ms, its middle told, the whole as one unit vector; chance is not called learned."""
    found = opened_extractor(shelf, "speech").extract(tune)
    assert found.frames.shape == (449, 24)
    assert found.times_s[0] == pytest.approx(0.0125)
    assert np.diff(found.times_s) == pytest.approx(0.02)
    assert np.linalg.norm(found.pooled) == pytest.approx(1.0, abs=1e-5)
    assert not found.pretrained
    assert found.spoken is None
    assert found.provenance["model"] == "Wav2Vec2Model"


def test_it_is_what_transformers_says_of_the_same_samples(shelf: Path) -> None:
    """Within one window the frames are those of the library's own way, from features to the last layer."""
    import transformers

    samples = np.random.default_rng(1).standard_normal(16_000 * 3).astype(np.float32) * 0.1
    folder = str(shelf / "speech")
    ears = transformers.Wav2Vec2FeatureExtractor.from_pretrained(folder, local_files_only=True)
    model = transformers.AutoModel.from_pretrained(folder, local_files_only=True).eval()
    with torch.inference_mode():
        theirs = model(**ears(samples, sampling_rate=16_000, return_tensors="pt")).last_hidden_state[0].numpy()
    ours = windowed(shelf).extract(Signal(samples=samples[None], sample_rate_hz=16_000)).frames
    assert np.abs(ours - theirs).max() < 1e-4


def test_windows_leave_hardly_a_trace(shelf: Path, tune: Signal) -> None:
    """Cut into windows of four seconds, the sound says what it says whole: no frame turns away, none jumps."""
    whole = windowed(shelf).extract(tune)
    cut = windowed(shelf, window_s=4.0, overlap_s=2.0).extract(tune)
    assert cosine(whole.pooled, cut.pooled) > 0.999
    assert min(cosine(one, other) for one, other in zip(whole.frames, cut.frames, strict=True)) > 0.99


def test_batches_change_nothing(shelf: Path, tune: Signal) -> None:
    """One window at a time or several: the same vectors within rounding."""
    alone = windowed(shelf, window_s=2.0, overlap_s=0.5, batch=1).extract(tune)
    together = windowed(shelf, window_s=2.0, overlap_s=0.5, batch=8).extract(tune)
    assert np.abs(alone.frames - together.frames).max() < 1e-4


def test_half_width_says_the_same(shelf: Path, tune: Signal) -> None:
    """bf16 is near float32: each frame within a few degrees, the whole closer."""
    saved = saved_model(shelf, "speech")
    exact = SpeechExtractor(saved, place=F32).extract(tune)
    halved = SpeechExtractor(saved, place=Place(device="cpu", precision="bf16")).extract(tune)
    assert cosine(exact.pooled, halved.pooled) > 0.999
    assert halved.frames.dtype == np.float32


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here; bf16 and batches are compared instead")
def test_a_gpu_says_the_same(shelf: Path, tune: Signal) -> None:
    """The vectors of a GPU are those of the processor, within rounding."""
    saved = saved_model(shelf, "speech")
    ours = SpeechExtractor(saved, place=F32).extract(tune)
    theirs = SpeechExtractor(saved).extract(tune)
    assert theirs.provenance["device"] == "cuda"
    assert np.abs(ours.frames - theirs.frames).max() < 1e-3
    assert cosine(ours.pooled, theirs.pooled) > 0.9999


def test_level_changes_nothing_and_place_is_what_is_there(shelf: Path, tune: Signal) -> None:
    """Loudness is normalised; the device and the number format are those that are there."""
    quiet = Signal(samples=tune.samples * np.float32(0.05), sample_rate_hz=tune.sample_rate_hz)
    extractor = windowed(shelf)
    assert cosine(extractor.extract(tune).pooled, extractor.extract(quiet).pooled) > 0.9999
    place = chosen_place()
    assert place.device == ("cuda" if torch.cuda.is_available() else "cpu")
    assert (place.precision == "bf16") == (place.device == "cpu" and has_fast_bf16())


@pytest.mark.parametrize("kind", KINDS)
def test_relatives_load_by_their_type(kind: str, tmp_path: Path, tune: Signal) -> None:
    """Every relative is found by what its configuration says, with its own stride."""
    models.save_speech(tmp_path / "relative", kind=kind)
    found = opened_extractor(tmp_path, "relative").extract(tune)
    assert found.dim == 24
    assert len(found.frames) > 200
    assert found.provenance["model"] == kind


def test_words_come_from_the_head_and_its_vocabulary(shelf: Path, tune: Signal) -> None:
    """A head for characters writes what its scores say, in its own letters only, and says which model it was."""
    found = opened_extractor(shelf, "words").extract(tune)
    assert found.spoken is not None
    assert found.spoken.model == "words"
    assert set(found.spoken.text) <= set("abcdefg ")


def test_words_are_those_the_library_decodes(shelf: Path) -> None:
    """The text is the one that transformers' own tokeniser reads from the same scores."""
    import transformers

    folder = shelf / "words"
    samples = np.random.default_rng(5).standard_normal(16_000 * 2).astype(np.float32) * 0.1
    model = transformers.AutoModelForCTC.from_pretrained(str(folder), local_files_only=True).eval()
    ears = transformers.Wav2Vec2FeatureExtractor.from_pretrained(str(folder), local_files_only=True)
    with torch.inference_mode():
        scores = model(**ears(samples, sampling_rate=16_000, return_tensors="pt")).logits[0]
    reader = transformers.Wav2Vec2CTCTokenizer(str(folder / "vocab.json"))
    expected = reader.decode(scores.argmax(dim=-1)).replace("</s>", "").replace("<s>", "").replace("<unk>", "")
    exact = SpeechExtractor(saved_model(shelf, "words"), place=F32)
    spoken = exact.extract(Signal(samples=samples[None], sample_rate_hz=16_000)).spoken
    assert spoken is not None
    assert spoken.text.lower() == " ".join(str(expected).lower().split())


def test_learned_weights_are_called_learned(tmp_path: Path, tune: Signal) -> None:
    """Without the mark of whoever drew them, weights count as learned, under their digest."""
    models.save_speech(tmp_path / "learned", marked=False)
    models.save_speech(tmp_path / "drawn", seed=1)
    learned, drawn = (opened_extractor(tmp_path, name).extract(tune) for name in ("learned", "drawn"))
    assert learned.pretrained
    assert not drawn.pretrained
    assert learned.provenance["weights"] != drawn.provenance["weights"]


def test_missing_weights_are_refused_instead_of_drawn(tmp_path: Path, tune: Signal) -> None:
    """A folder that lacks a weight is refused: the library would draw it at random without a word."""
    from safetensors.torch import load_file, save_file

    folder = models.save_speech(tmp_path / "torn")
    weights = load_file(folder / "model.safetensors")
    weights.pop("feature_projection.projection.weight")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InvalidRequestError, match="weights are missing") as caught:
        opened_extractor(tmp_path, "torn").extract(tune)
    assert caught.value.code == "model.refused"


def test_broken_weights_are_refused_by_name(tmp_path: Path, tune: Signal) -> None:
    """Vectors of no numbers are refused, never handed on."""
    from safetensors.torch import load_file, save_file

    folder = models.save_speech(tmp_path / "broken")
    weights = load_file(folder / "model.safetensors")
    weights["feature_projection.projection.weight"][:] = float("nan")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(InvalidVectorError) as caught:
        opened_extractor(tmp_path, "broken").extract(tune)
    assert caught.value.code == "embedding.not_finite"


def test_a_blink_is_too_short(shelf: Path) -> None:
    """Less than one frame is refused by name."""
    with pytest.raises(InvalidAudioError, match="too short"):
        windowed(shelf).extract(Signal(samples=np.zeros((1, 300), dtype=np.float32), sample_rate_hz=16_000))
