"""The processor of pattern memory: what it takes in, and who decides about it.

Memory is read before the transaction and as far as it was committed by then; one collection is written by one lane, an
event at a time, so that each decision knows all earlier ones. What is asked changes nothing: an answer is a fact of the
log, no event of memory.
"""

from grym.ports.artifacts import ArtifactStore
from grym.ports.entries import EntryStore
from grym.ports.patterns import PatternBook, Recogniser
from schemas.body import Body
from schemas.commands import ChangePatterns, RecallPatterns, RememberPatterns
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven
from streams.patterns.answering import Answering
from streams.patterns.changing import Changing
from streams.patterns.judging import Judging
from streams.patterns.ledger import PROCESSOR
from streams.patterns.recordings import Recordings
from streams.patterns.relating import Relating
from streams.patterns.remembering import Remembering
from streams.patterns.state import Remembered
from streams.processor import Decision


class Patterns:
    """Remembers, recognises, lends."""

    name = PROCESSOR
    accepts: tuple[type[Body], ...] = (RecallPatterns, RememberPatterns, ChangePatterns, FeedbackGiven)
    state_type = Remembered

    def __init__(
        self, *, book: PatternBook, entries: EntryStore, recogniser: Recogniser, artifacts: ArtifactStore
    ) -> None:
        self._answering = Answering(book=book, entries=entries, recogniser=recogniser, artifacts=artifacts)
        recordings = Recordings(book=book, recogniser=recogniser, artifacts=artifacts)
        self._remembering = Remembering(book=book, recordings=recordings)
        self._changing = Changing(
            book=book,
            artifacts=artifacts,
            judging=Judging(book=book, recogniser=recogniser),
            relating=Relating(book=book, recogniser=recogniser),
        )

    def state_key(self, envelope: Envelope) -> str | None:
        """Return the piece for what is kept of it; questions and changes by hand need no state."""
        return envelope.subject if isinstance(envelope.body, RememberPatterns | FeedbackGiven) else None

    async def process(self, envelope: Envelope, state: Remembered | None) -> Decision[Remembered]:
        """Answer a question, keep a piece, change what is kept, or note that a piece was liked."""
        match envelope.body:
            case RecallPatterns() as question:
                return await self._answering.answer(question, tenant=envelope.tenant)
            case RememberPatterns() as command:
                return await self._remembering.remember(envelope, command)
            case ChangePatterns() as command:
                return await self._changing.change(envelope, command)
            case _:
                return await self._remembering.like(envelope, envelope.body, state)
