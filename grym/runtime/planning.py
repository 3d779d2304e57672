"""Who advises on plans here: the language model of the settings, if there is one."""

from typing import TYPE_CHECKING

from grym.settings import Settings

if TYPE_CHECKING:
    from grym.adapters.planning.language import LanguageSettings


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
