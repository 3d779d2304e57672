"""The home folder, made where it is missing, and told where it cannot be used."""

from collections.abc import Iterator
from contextlib import contextmanager

from grym.errors import UnavailableError
from grym.settings import Settings


@contextmanager
def usable_home(settings: Settings) -> Iterator[None]:
    """Make the home folder for the block, and say what is wrong with it where the block fails on a file.

    Raises
    ------
    UnavailableError
        ``home.unusable``
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise UnavailableError(
            f"the home folder {settings.home} cannot be used: {error.strerror}",
            code="home.unusable",
            hint="Set GRYM_HOME to a folder that you may write to.",
        ) from error
