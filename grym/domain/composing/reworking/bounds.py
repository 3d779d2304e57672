"""What a score file must keep to be read at all, and the words with which it is refused."""

from grym.domain.composing.reworking.source import MOST_NOTES, MOST_PARTS
from grym.errors import ContractError

MOST_BYTES = 16 * 1024 * 1024
"""Far beyond any piece: a symphony as MusicXML has some ten megabytes."""


def refusal(what: str, message: str, hint: str) -> ContractError:
    """Return the error of a score that cannot be used, with the code ``score.<what>``."""
    return ContractError(message, code=f"score.{what}", hint=hint)


def require_size(data: bytes) -> None:
    """Refuse a file that is empty or far larger than any piece.

    Raises
    ------
    ContractError
        ``score.empty``, ``score.too_large``.
    """
    if not data:
        raise refusal("empty", "the file is empty", "Send a MIDI or MusicXML file with notes.")
    if len(data) > MOST_BYTES:
        raise refusal("too_large", f"the file has {len(data)} bytes", f"Send at most {MOST_BYTES} bytes.")


def require_counts(*, notes: int, parts: int) -> None:
    """Refuse a piece without notes or with more of them than anybody plays.

    Raises
    ------
    ContractError
        ``score.empty``, ``score.too_large``.
    """
    if notes == 0:
        raise refusal("empty", "no notes were found", "Send a score that has notes.")
    if notes > MOST_NOTES:
        raise refusal("too_large", f"there are more than {MOST_NOTES} notes", "Send a part of the piece.")
    if parts > MOST_PARTS:
        raise refusal("too_large", f"there are more than {MOST_PARTS} parts", "Send fewer parts.")
