"""Loading weights: only what the folder holds, all of it, ready to be asked.

Weights that are missing would be drawn at random without a word, and an embedding of chance would pass for knowledge;
so a folder that does not hold every weight of its class is refused.
"""

from typing import Any

from grym.adapters.models.folders import SavedModel, refused
from grym.adapters.models.torch_home import Place, loaded_torch

UNUSED = ("masked_spec_embed", "position_ids")
"""Ends of names that matter for training only, or are counted anew."""


def loaded(model_class: Any, saved: SavedModel, place: Place, **options: Any) -> Any:
    """Load a model for asking: evaluation mode, no gradients.

    Raises
    ------
    InvalidRequestError
        ``model.refused``.
    """
    loaded_torch()
    try:
        model, report = model_class.from_pretrained(
            str(saved.folder),
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            dtype=place.dtype,
            **options,
        )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError) as error:
        why = f"{type(error).__name__}: {error}"[:300]
        raise refused(saved.name, why, "Save it again with save_pretrained.") from error
    require_all(report, saved.name)
    return model.eval().requires_grad_(requires_grad=False).to(place.device)


def require_all(report: Any, name: str) -> None:
    """Refuse a model whose loading report tells of weights that were not in its folder.

    Raises
    ------
    InvalidRequestError
        ``model.refused``.
    """
    missing = sorted(str(key) for key in report["missing_keys"] if not str(key).endswith(UNUSED))
    other_shapes = [str(entry) for entry in report.get("mismatched_keys", ())]
    if missing or other_shapes:
        count = len(missing) + len(other_shapes)
        first = (missing + other_shapes)[0]
        raise refused(name, f"{count} of its weights are missing, among them {first}", "Save the whole model.")
