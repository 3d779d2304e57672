"""Changes of pattern memory by hand: each is done whole, or refused with a reason.

Forget, correct, merge, import, and what people say of matches: judge, withdraw, relate.
"""

from dataclasses import dataclass

from grym.domain.patterns.names import collection_name
from grym.errors import InvalidPatternError, InvalidVectorError
from grym.ports.artifacts import ArtifactStore
from grym.ports.patterns import PatternBook, PatternFacts
from schemas.commands import ChangePatterns
from schemas.envelope import Envelope
from schemas.events import PatternsChanged
from streams.patterns.importing import import_patterns
from streams.patterns.judging import Judging
from streams.patterns.ledger import Ledger
from streams.patterns.relating import Relating
from streams.patterns.standing import standing_for
from streams.patterns.state import Remembered
from streams.processor import Decision, Output, instant_of
from streams.translate import fault_of

Decided = Decision[Remembered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """Decides what a change comes to."""

    book: PatternBook
    artifacts: ArtifactStore
    judging: Judging
    relating: Relating

    async def change(self, envelope: Envelope, command: ChangePatterns) -> Decided:
        """Make one change, or say why it is impossible."""
        ledger = Ledger(envelope, collection=command.collection)
        try:
            body = await self._judged(envelope, command, ledger) or PatternsChanged(
                action=command.action, pattern_ids=await self._changed(command, ledger)
            )
        except (InvalidPatternError, InvalidVectorError) as error:
            return Decision(outputs=(Output(body=PatternsChanged(action=command.action, fault=fault_of(error))),))
        return Decision(outputs=(*ledger.outputs, Output(body=body)), effects=ledger.effects)

    async def _judged(self, envelope: Envelope, command: ChangePatterns, ledger: Ledger) -> PatternsChanged | None:
        """Return what became of a verdict; None for a change of another kind."""
        if command.action == "judge":
            facts, now_s = await self._meant(command, command.pattern_id), instant_of(envelope).timestamp()
            verdict_id, changed = await self.judging.judged(facts, command, ledger, now_s=now_s)
            return PatternsChanged(action="judge", pattern_ids=changed, verdict_id=verdict_id)
        if command.action != "withdraw":
            return None
        if command.pattern_id:
            changed = await self.judging.withdrawn(await self._meant(command, command.pattern_id), command, ledger)
        else:
            changed = await self.judging.forgotten(command, ledger)
        return PatternsChanged(action="withdraw", pattern_ids=changed, withdrawn=ledger.taken_back)

    async def _changed(self, command: ChangePatterns, ledger: Ledger) -> tuple[str, ...]:
        if command.action == "import":
            return await self._imported(command, ledger)
        facts = await self._meant(command, command.pattern_id)
        match command.action:
            case "forget":
                ledger.retired(facts.pattern_id, reason=command.reason)
            case "correct":
                ledger.corrected(facts.pattern_id, name=command.name, category=command.category, tags=command.tags)
            case "relate":
                await self.relating.relate(facts, ledger)
            case _:
                return await self._merged(command, facts, ledger)
        return (facts.pattern_id,)

    async def _imported(self, command: ChangePatterns, ledger: Ledger) -> tuple[str, ...]:
        if command.file is None:
            raise InvalidPatternError(
                "there is no file to import", code="pattern.no_file", hint="Send the reference of an exported file."
            )
        payload = await self.artifacts.get(command.file)
        return await import_patterns(self.book, payload, ledger, collection=command.collection)

    async def _merged(self, command: ChangePatterns, facts: PatternFacts, ledger: Ledger) -> tuple[str, ...]:
        into = await self._meant(command, command.into_id)
        if into.pattern_id == facts.pattern_id:
            raise InvalidPatternError("a pattern cannot be merged into itself", code="pattern.itself")
        if into.kind != facts.kind:
            raise InvalidPatternError(
                f"a {facts.kind} cannot stand for a {into.kind}",
                code="pattern.mismatch",
                hint="Merge patterns of one kind.",
            )
        ledger.merged(facts.pattern_id, into_id=into.pattern_id)
        return (facts.pattern_id, into.pattern_id)

    async def _meant(self, command: ChangePatterns, pattern_id: str) -> PatternFacts:
        """Return the pattern that stands for an id in the collection of the command."""
        known, collection = await self.book.facts([pattern_id]), collection_name(command.collection)
        inside = {name: facts for name, facts in known.items() if facts.collection == collection}
        return await standing_for(self.book, inside, pattern_id)
