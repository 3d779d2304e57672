"""The embedding of a saved model on its way into the facts."""

from pathlib import Path
from typing import Any

from grym.errors import InvalidRequestError
from grym.ports.embedding import PooledEmbedding, Spoken
from grym.ports.sound import AudioDoor
from schemas.body import ArtifactRef
from schemas.commands import ExtractFeatures
from schemas.events import AudioRefused, FeaturesExtracted
from streams.features import Features
from streams.features.embedding import embedding_of
from streams.features.processor import analysis_timeout_s
from tests.unit.streams.features.test_features import Door, FakeArtifacts, InlinePool

AUDIO = ArtifactRef(uri=f"artifact://sha256/{'0' * 64}", size_bytes=1, media_type="audio/wav")
MADE = PooledEmbedding(
    name="base",
    pretrained=True,
    vector=(0.6, 0.8),
    provenance={"model": "HubertModel", "weights": "abc"},
    spoken=Spoken(text="good morning", model="base"),
)


class OneModel:
    """Knows one model by name."""

    async def embed(self, name: str, door: AudioDoor, path: Path, *, max_seconds: float) -> PooledEmbedding:
        """Return the one embedding."""
        del door, path
        assert max_seconds > 0
        if name != "base":
            raise InvalidRequestError("no such model", code="model.unknown")
        return MADE


async def answer(event: Any, command: ExtractFeatures, **more: Any) -> Any:
    """Run the processor and return its answer."""
    features = Features(artifacts=FakeArtifacts(), cpu=InlinePool(), door=Door(), **more)
    (output,) = (await features.process(event(command), None)).outputs
    return output.body


def test_numbers_travel_only_when_all_is_wanted() -> None:
    """Name, width and origin always; the vector with everything; words as the model wrote them."""
    short, speech = embedding_of(MADE, full=False)
    full, _ = embedding_of(MADE, full=True)
    assert (short.name, short.dim, short.pretrained, short.values) == ("base", 2, True, ())
    assert full.values == (0.6, 0.8)
    assert full.provenance["weights"] == "abc"
    assert speech is not None
    assert (speech.text, speech.model, speech.pretrained) == ("good morning", "base", True)


async def test_the_model_that_was_asked_for_is_the_one_that_answers(event: Any) -> None:
    """The facts carry its embedding and its words."""
    body = await answer(event, ExtractFeatures(audio=AUDIO, embedding="base", full=True), models=OneModel())
    assert isinstance(body, FeaturesExtracted)
    assert body.analysis.embedding is not None
    assert (body.analysis.embedding.name, body.analysis.embedding.pretrained) == ("base", True)
    assert body.analysis.speech is not None


async def test_a_model_that_is_not_here_is_refused(event: Any) -> None:
    """No other embedding stands in for it, neither on a machine with models nor on one without."""
    for more in ({"models": OneModel()}, {}):
        body = await answer(event, ExtractFeatures(audio=AUDIO, embedding="other", round=2), **more)
        assert isinstance(body, AudioRefused)
        assert (body.fault.code, body.round) == ("model.unknown", 2)


def test_a_limit_without_sense_still_leaves_time() -> None:
    """A hostile command may ask for less than no sound; what is done about it is decided by the door."""
    assert analysis_timeout_s(-360.0) == analysis_timeout_s(0.0) > 0.0
