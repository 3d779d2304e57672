"""Making recordings anew with the extractor of today, from the sounds they were learned from.

The history of the request that made a pattern leads to its sound: what was remembered came from an answer, the answer
from a command, and the command names the sound. Where retention has taken the history or the sound, the pattern keeps
the numbers it has.
"""

from grym.domain.recognition.codec import decode
from grym.domain.recognition.imprint import EXTRACTOR, Imprint
from grym.errors import ContractError, InvalidPatternError, PermanentError
from grym.memory.journal.reembedding import Reembedder, Reembedding, Remade
from grym.memory.journal.writer import PatternWriter
from grym.ports.artifacts import ArtifactStore
from grym.ports.log import EventHistory
from grym.ports.patterns import PatternFacts
from grym.ports.sound import CpuPool
from grym.runtime.opening import Runtime
from grym.runtime.studio import DoorInWorker
from schemas.body import ArtifactRef
from schemas.commands import ExtractFeatures, RememberPatterns, TakeImprint
from schemas.envelope import Envelope
from schemas.envelope import decode as decode_envelope
from schemas.events import FeaturesExtracted, ImprintTaken
from schemas.records import Record
from streams.features.processor import TAKE, analysis_timeout_s
from streams.patterns.cutting import PART, START, Piece, pieces_of
from streams.patterns.numbers import numbers_of

MAX_SECONDS = 900.0
"""As much of a sound as `learn` takes in by default."""


async def reembed_memory(
    runtime: Runtime, *, collection: str | None = None, look_only: bool, force: bool = False
) -> Reembedding:
    """Make recordings with numbers of another extractor anew, or only say what would be kept.

    Parameters
    ----------
    collection
        Only this part of memory.
    force
        Go on however little is kept.
    """
    sounds = Sounds(runtime.backend.history, runtime.artifacts, runtime.cpu)
    writer = PatternWriter(runtime.backend.work, runtime.clock)
    reembedder = Reembedder(runtime.backend.book, writer, runtime.clock, extractor=EXTRACTOR, make=sounds.make)
    try:
        if look_only:
            return await reembedder.look(collection=collection, force=force)
        return await reembedder.run(collection=collection, force=force)
    finally:
        await writer.close()


class Sounds:
    """Finds the sounds that patterns were learned from, and takes their imprints again."""

    def __init__(self, history: EventHistory, artifacts: ArtifactStore, cpu: CpuPool) -> None:
        self._history = history
        self._artifacts = artifacts
        self._cpu = cpu

    async def make(self, facts: PatternFacts) -> Remade | None:
        """Return the numbers that a pattern has today; None where its sound is gone.

        Raises
        ------
        InvalidAudioError
            Where the sound cannot be read any more.
        InvalidPatternError
            Where it leaves nothing, or too much.
        """
        ref = source_of([_envelope(record) for record in await self._of_request(facts)], facts.origin.event_id)
        if ref is None:
            return None
        try:
            path = await self._artifacts.local_path(ref)
        except PermanentError:  # missing or damaged
            return None
        taken = await self._cpu.run(TAKE, DoorInWorker(), path, MAX_SECONDS, timeout_s=analysis_timeout_s(MAX_SECONDS))
        piece = piece_for(facts, decode(taken.imprint), taken.imprint)
        numbers = numbers_of(piece.imprint, piece.encoded)
        return Remade(vectors=numbers.vectors, dim=numbers.dim, imprint=numbers.imprint, duration_s=numbers.duration_s)

    async def _of_request(self, facts: PatternFacts) -> list[Record]:
        return await self._history.of_request(facts.origin.request_id)


def piece_for(facts: PatternFacts, imprint: Imprint, encoded: bytes) -> Piece:
    """Return what a pattern keeps of a recording: the same part of it as before where it is one of several.

    Raises
    ------
    InvalidPatternError
        ``pattern.part`` where the recording would be parted otherwise today.
    """
    if PART not in facts.tags:
        return Piece(imprint=imprint, encoded=encoded)
    place = (facts.tags[PART], facts.tags.get(START))
    for piece in pieces_of(imprint, encoded):
        if (piece.tags.get(PART), piece.tags.get(START)) == place:
            return piece
    raise InvalidPatternError(
        "the recording has no such part any more",
        code="pattern.part",
        hint="Retire its parts and learn the recording again.",
        details={"pattern_id": facts.pattern_id, "part": facts.tags[PART]},
    )


def source_of(history: list[Envelope | None], event_id: str) -> ArtifactRef | None:
    """Return the sound that an event remembered, by going back through what caused it."""
    events = {envelope.id: envelope for envelope in history if envelope is not None}
    remembered = events.get(event_id)
    if remembered is None or not isinstance(remembered.body, RememberPatterns):
        return None
    for answer in events.values():
        if isinstance(answer.body, FeaturesExtracted | ImprintTaken) and _left(answer.body) & _left(remembered.body):
            command = events.get(answer.causation_id)
            if command is not None and isinstance(command.body, ExtractFeatures | TakeImprint):
                return command.body.audio
    return None


def _left(body: RememberPatterns | FeaturesExtracted | ImprintTaken) -> set[str]:
    """Return the addresses of what a sound left, windows of the first design included."""
    refs = (body.imprint, getattr(body, "windows", None))
    return {ref.uri for ref in refs if ref is not None}


def _envelope(record: Record) -> Envelope | None:
    try:
        return decode_envelope(record)
    except ContractError:  # erased, or from another time
        return None
