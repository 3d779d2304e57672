"""Who advises on plans here: the language model of the settings, if there is one."""

from typing import TYPE_CHECKING

from grym.settings import Settings

if TYPE_CHECKING:
    from grym.adapters.planning.language import LanguageSettings

LIST_TIMEOUT_S = 5.0
"""Seconds to wait for a list of models, which takes no thinking."""


def adviser_of(settings: Settings) -> "LanguageSettings | None":
    """Return how the language model is asked; None without one."""
    if settings.llm is None:
        return None
    from grym.adapters.planning.language import LanguageSettings  # noqa: PLC0415 (most machines have none)

    key = settings.llm_key
    return LanguageSettings(
        url=settings.llm,
        model=settings.llm_model,
        key=None if key is None else key.get_secret_value(),
        timeout_s=settings.llm_timeout_s,
    )


async def models_of(settings: Settings) -> list[str]:
    """Return the models that the server of the language model lists.

    Raises
    ------
    AdapterError
        ``llm.unreachable``, ``llm.timeout``, ``llm.failed`` or ``llm.refused``.
    """
    from grym.adapters.server_wire import Wire, exchanged  # noqa: PLC0415 (as above)

    adviser = adviser_of(settings.model_copy(update={"llm_timeout_s": LIST_TIMEOUT_S}))
    return [] if adviser is None else await exchanged(adviser.server, Wire.models)
