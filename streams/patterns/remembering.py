"""Keeping a piece: its recording under the name of its content, its motifs, and how it stands to others.

What is known already is heard again instead. A copy of a known recording, nearly the whole of it place by place, is no
pattern of its own: it reinforces the one that is there and leaves its name as an alias.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grym.domain.patterns.names import collection_name
from grym.domain.recognition.codec import decode
from grym.errors import InvalidPatternError, InvalidVectorError
from grym.ports.artifacts import ArtifactStore
from grym.ports.patterns import PatternBook, PatternFacts, Recogniser
from schemas.body import ArtifactRef, MotifData
from schemas.commands import RememberPatterns
from schemas.envelope import Envelope
from schemas.events import FeedbackGiven, LearnedData, PatternsRemembered
from streams.patterns.kin import Kin, kin_of, relations_with
from streams.patterns.ledger import Ledger
from streams.patterns.numbers import Numbers, numbers_of, numbers_of_motif, pattern_id_of
from streams.patterns.standing import standing_for
from streams.patterns.state import Remembered
from streams.processor import Decision, Output
from streams.translate import fault_of

ALIAS = "alias"
"""Tag that keeps the names of copies."""

BETWEEN_ALIASES = " · "
MOST_TAG_CHARACTERS = 200
LIKED_STARS = 4

Decided = Decision[Remembered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering:
    """Decides what is new."""

    book: PatternBook
    recogniser: Recogniser
    artifacts: ArtifactStore

    async def remember(self, envelope: Envelope, command: RememberPatterns) -> Decided:
        """Keep a piece or a recording, or say why nothing can be kept of it."""
        ledger = Ledger(envelope, collection=command.collection)
        learned: list[LearnedData] = []
        try:
            if command.imprint is not None:
                learned.append(await self._recording(command, command.imprint, ledger))
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

    # --- recordings --------------------------------------------------------------------------------------------------

    async def _recording(self, command: RememberPatterns, ref: ArtifactRef, ledger: Ledger) -> LearnedData:
        encoded = await self.artifacts.get(ref)
        imprint = decode(encoded)
        numbers = numbers_of(imprint, encoded)
        pattern_id = pattern_id_of("recording", command.collection, numbers)
        known = await self.book.facts([pattern_id])
        if _is_there(known.get(pattern_id)):
            return _heard_again(command, await standing_for(self.book, known, pattern_id), ledger)
        kin = await kin_of(self.book, self.recogniser, imprint, encoded, collection=command.collection)
        copy = next((one for one in kin if one.kind == "same"), None)
        if copy is not None:
            return _copied(command, copy, ledger)
        _store(command, pattern_id, numbers, ledger)
        for other_id, relations in relations_with(pattern_id, kin).items():
            ledger.related(other_id, relations)
        return LearnedData(pattern_id=pattern_id, name=command.name, new=True)

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
                ledger.stored(pattern_id, kind="motif", name=name, numbers=numbers, tags=_tags_of(command))
            else:
                ledger.reinforced(pattern_id, confidence=1.0)
        return found


def _names(piece: str, motifs: Sequence[MotifData]) -> list[str]:
    """Return what the ideas of a piece are called: as the piece, with a number where there are several."""
    if len(motifs) <= 1 or not piece:
        return [piece] * len(motifs)
    return [f"{piece}, idea {number}" for number in range(1, len(motifs) + 1)]


def _store(command: RememberPatterns, pattern_id: str, numbers: Numbers, ledger: Ledger) -> None:
    ledger.stored(
        pattern_id,
        kind="recording",
        name=command.name,
        numbers=numbers,
        tags=_tags_of(command),
        category=command.category,
    )


def _heard_again(command: RememberPatterns, facts: PatternFacts, ledger: Ledger) -> LearnedData:
    """Count the very same content once more; who learns it under another name means to rename it."""
    ledger.reinforced(facts.pattern_id, confidence=1.0)
    name = command.name if command.asked and command.name not in {"", facts.name} else None
    category = command.category if command.asked and command.category not in {"", facts.category} else None
    tags = {key: value for key, value in command.tags.items() if facts.tags.get(key, "") != value}
    if name is not None or category is not None or tags:
        ledger.corrected(facts.pattern_id, name=name, category=category, tags=tags)
    return LearnedData(pattern_id=facts.pattern_id, name=facts.name if name is None else name, new=False)


def _copied(command: RememberPatterns, copy: Kin, ledger: Ledger) -> LearnedData:
    """Count a copy of a known recording, and keep its name as an alias."""
    facts = copy.facts
    ledger.reinforced(facts.pattern_id, confidence=copy.confidence)
    aliases = _with_alias(facts, command.name)
    if aliases is not None:
        ledger.corrected(facts.pattern_id, tags={ALIAS: aliases})
    return LearnedData(pattern_id=facts.pattern_id, name=facts.name, new=False)


def _with_alias(facts: PatternFacts, name: str) -> str | None:
    """Return the aliases of a pattern with one more; None where nothing changes or there is no room."""
    known = [alias for alias in facts.tags.get(ALIAS, "").split(BETWEEN_ALIASES) if alias]
    joined = BETWEEN_ALIASES.join([*known, name])
    if name in {"", facts.name, *known} or len(joined) > MOST_TAG_CHARACTERS:
        return None
    return joined


def _is_there(facts: PatternFacts | None) -> bool:
    return facts is not None and not facts.retired


def _tags_of(command: RememberPatterns) -> Mapping[str, str]:
    said = {"style": command.style, "mode": command.mode, **command.tags}
    return {name: value for name, value in said.items() if value}


def _state_of(command: RememberPatterns) -> Remembered:
    return Remembered(
        style=command.style,
        mode=command.mode,
        name=command.name,
        collection=command.collection,
        motifs=command.motifs,
    )
