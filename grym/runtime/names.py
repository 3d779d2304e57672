"""The processors by name, in the order of the flow."""

from collections.abc import Collection

from grym.errors import InvalidRequestError

PROCESSORS = (
    *("coordinator", "features", "patterns", "generation", "quality"),
    *("learning", "sessions", "enhancing", "live"),
)
ANSWERING = tuple(name for name in PROCESSORS if name != "live")
"""Those that a request needs: whoever waits for an answer runs them, and leaves live streams to others."""
COMPUTING = frozenset({"features", "generation", "quality", "enhancing", "live"})
"""Those that compute in worker processes."""


def checked_names(only: Collection[str] | None) -> tuple[str, ...]:
    """Return the processors to run; all of them for None.

    Raises
    ------
    InvalidRequestError
        ``runtime.unknown_processor``.
    """
    if only is not None and not only:
        raise InvalidRequestError(
            "no processor is named",
            code="runtime.unknown_processor",
            hint=f"Choose among: {', '.join(PROCESSORS)}; without --only all of them run.",
        )
    for name in only or ():
        if name not in PROCESSORS:
            raise InvalidRequestError(
                f"there is no processor {name!r}",
                code="runtime.unknown_processor",
                hint=f"Choose among: {', '.join(PROCESSORS)}.",
            )
    return tuple(name for name in PROCESSORS if only is None or name in only)
