"""What every extractor of a saved model has: its name, where its weights run, and where its vectors come from."""

from functools import cached_property

from grym.adapters.models.folders import SavedModel
from grym.adapters.models.torch_home import Place, chosen_place


class SavedExtractor:
    """The part of `grym.ports.embedding.FeatureExtractor` that follows from the folder.

    Parameters
    ----------
    place
        Device and number format; None takes what is there.
    """

    def __init__(self, saved: SavedModel, *, place: Place | None = None) -> None:
        self._saved = saved
        self._asked_place = place
        self._listening = saved.beside("preprocessor_config.json")

    @property
    def name(self) -> str:
        """The name of its folder."""
        return self._saved.name

    @property
    def pretrained(self) -> bool:
        """Whether the folder's weights count as learned."""
        return self._saved.pretrained

    @cached_property
    def _place(self) -> Place:
        return self._asked_place or chosen_place()

    def _provenance(self) -> dict[str, str]:
        return {
            "model": self._saved.architecture,
            "weights": self._saved.digest,
            "device": self._place.device,
            "precision": self._place.precision,
        }
