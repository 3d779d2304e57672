"""Log lines on standard error: readable on a terminal, JSON elsewhere; prompts are never among them."""

import logging
import sys

import structlog

from grym.errors import InvalidRequestError
from grym.settings import read_settings

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def configure_logging(level: str | None) -> None:
    """Write log lines of at least `level` to standard error; None takes the level of the settings.

    Raises
    ------
    InvalidRequestError
        ``usage.log_level`` for a level that does not exist.
    """
    if level is not None and level not in LEVELS:
        raise InvalidRequestError(
            f"there is no log level {level!r}", code="usage.log_level", hint=f"Choose one of: {', '.join(LEVELS)}."
        )
    chosen = read_settings().log_level if level is None else level
    # What libraries say themselves is for whoever looks for a fault in them: grym reports what matters of it.
    logging.getLogger("aiokafka").setLevel(LEVELS[chosen] if chosen == "debug" else logging.CRITICAL + 1)
    on_terminal = sys.stderr.isatty()
    renderer = structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[chosen]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
