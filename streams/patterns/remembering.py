"""Keeping a piece: its recording and its motifs, each under the name of its content, and what somebody liked of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from grym.domain.patterns.names import collection_name
from grym.errors import InvalidPatternError, InvalidVectorError
from grym.ports.patterns import PatternBook, PatternFacts
from schemas.body import MotifData
from schemas.commands import RememberPatterns
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, LearnedData, PatternsRemembered
from streams.patterns.ledger import Ledger
from streams.patterns.numbers import numbers_of_motif, pattern_id_of
from streams.patterns.recordings import Recordings, tags_of
from streams.patterns.state import Remembered
from streams.processor import Decision, Output
from streams.translate import fault_of

LIKED_STARS = 4

Decided = Decision[Remembered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering:
    """Decides what is new."""

    book: PatternBook
    recordings: Recordings

    async def remember(self, envelope: Envelope, command: RememberPatterns) -> Decided:
        """Keep a piece or a recording, or say why nothing can be kept of it."""
        ledger = Ledger(envelope, collection=command.collection)
        learned: list[LearnedData] = []
        try:
            if command.imprint is not None:
                learned = await self.recordings.keep(command, command.imprint, ledger)
        except (InvalidPatternError, InvalidVectorError) as error:
            if command.asked:
                return Decision(outputs=(Output(body=PatternsRemembered(pattern_ids=(), fault=fault_of(error))),))
        found = await self._motifs(command.motifs, command, ledger)
        await self._used(command, ledger)
        ids = (*(one.pattern_id for one in learned), *found)
        body = PatternsRemembered(
            pattern_ids=tuple(dict.fromkeys(ids)),
            new=tuple(one.pattern_id for one in learned if one.new) + tuple(name for name, new in found.items() if new),
            learned=tuple(learned),
        )
        state = _state_of(command) if command.motifs else None
        return Decision(state=state, outputs=(*ledger.outputs, Output(body=body)), effects=ledger.effects)

    async def like(self, envelope: Envelope, given: FeedbackGiven, state: Remembered | None) -> Decided:
        """Make the motifs of a piece favourites of whoever liked it."""
        if state is None or given.stars is None or given.stars < LIKED_STARS:
            return Decision()
        ledger = Ledger(envelope, collection=state.collection)
        tags = {"style": state.style, "mode": state.mode, "user": given.user}
        wanted = {
            pattern_id_of("favourite", state.collection, numbers, owner=given.user): (numbers, name)
            for numbers, name in zip(map(numbers_of_motif, state.motifs), _names(state.name, state.motifs), strict=True)
        }
        known = await self.book.facts(wanted)
        for pattern_id, (numbers, name) in wanted.items():
            if not _is_there(known.get(pattern_id)):
                ledger.stored(pattern_id, kind="favourite", name=name, numbers=numbers, tags=tags)
        return Decision(outputs=ledger.outputs, effects=ledger.effects)

    async def _used(self, command: RememberPatterns, ledger: Ledger) -> None:
        """Count what a finished piece was built on; what was forgotten meanwhile does not count."""
        for pattern_id, facts in (await self.book.facts(command.used) if command.used else {}).items():
            if facts.collection == collection_name(command.collection) and not (facts.retired or facts.merged_into):
                ledger.reinforced(pattern_id, confidence=1.0)

    # --- motifs ------------------------------------------------------------------------------------------------------

    async def _motifs(
        self, motifs: tuple[MotifData, ...], command: RememberPatterns, ledger: Ledger
    ) -> dict[str, bool]:
        """Keep melodic ideas and return for each pattern whether it is new."""
        wanted = {
            pattern_id_of("motif", command.collection, numbers): (numbers, name)
            for numbers, name in zip(map(numbers_of_motif, motifs), _names(command.name, motifs), strict=True)
        }
        known = await self.book.facts(wanted) if wanted else {}
        found: dict[str, bool] = {}
        for pattern_id, (numbers, name) in wanted.items():
            found[pattern_id] = not _is_there(known.get(pattern_id))
            if found[pattern_id]:
                ledger.stored(pattern_id, kind="motif", name=name, numbers=numbers, tags=tags_of(command))
            else:
                ledger.reinforced(pattern_id, confidence=1.0)
        return found


def _names(piece: str, motifs: Sequence[MotifData]) -> list[str]:
    """Return what the ideas of a piece are called: as the piece, with a number where there are several."""
    if len(motifs) <= 1 or not piece:
        return [piece] * len(motifs)
    return [f"{piece}, idea {number}" for number in range(1, len(motifs) + 1)]


def _is_there(facts: PatternFacts | None) -> bool:
    return facts is not None and not facts.retired


def _state_of(command: RememberPatterns) -> Remembered:
    return Remembered(
        style=command.style,
        mode=command.mode,
        name=command.name,
        collection=command.collection,
        motifs=command.motifs,
    )
