"""Keeping recordings: what is known is heard again, a copy of it is counted, and the rest is new and has its kin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from grym.domain.recognition.codec import decode
from grym.ports.artifacts import ArtifactStore
from grym.ports.patterns import PatternBook, PatternFacts, Recogniser
from schemas.body import ArtifactRef
from schemas.commands import RememberPatterns
from schemas.events import LearnedData
from streams.patterns.cutting import Piece, pieces_of
from streams.patterns.kin import Family, Kin, kin_of
from streams.patterns.ledger import Ledger
from streams.patterns.numbers import numbers_of, pattern_id_of
from streams.patterns.standing import standing_for

ALIAS = "alias"
"""Tag that keeps the names of copies."""

BETWEEN_ALIASES = " · "
MOST_TAG_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """Decides what of a recording is new."""

    book: PatternBook
    recogniser: Recogniser
    artifacts: ArtifactStore

    async def keep(self, command: RememberPatterns, ref: ArtifactRef, ledger: Ledger) -> list[LearnedData]:
        """Keep a recording, in parts where it is long, and return what each is.

        Raises
        ------
        InvalidPatternError
            ``pattern.nothing`` and whatever the journal would refuse.
        """
        encoded = await self.artifacts.get(ref)
        family = Family()
        learned = [await self._piece(command, piece, ledger, family) for piece in pieces_of(decode(encoded), encoded)]
        await self._follow(learned, family)
        for pattern_id, relations in family.told():
            ledger.related(pattern_id, relations)
        return learned

    async def _piece(self, command: RememberPatterns, piece: Piece, ledger: Ledger, family: Family) -> LearnedData:
        numbers = numbers_of(piece.imprint, piece.encoded)
        pattern_id = pattern_id_of("recording", command.collection, numbers)
        known = await self.book.facts([pattern_id])
        if pattern_id in known and not known[pattern_id].retired:
            return _heard_again(command, await standing_for(self.book, known, pattern_id), ledger)
        kin = await kin_of(self.book, self.recogniser, piece.imprint, piece.encoded, collection=command.collection)
        copy = next((one for one in kin if one.kind == "same"), None)
        if copy is not None:
            return _copied(command, copy, ledger)
        ledger.stored(
            pattern_id,
            kind="recording",
            name=command.name,
            numbers=numbers,
            tags={**tags_of(command), **piece.tags},
            category=command.category,
        )
        family.welcome(pattern_id, kin)
        return LearnedData(pattern_id=pattern_id, name=command.name, new=True)

    async def _follow(self, learned: Sequence[LearnedData], family: Family) -> None:
        """Relate each part to the next, where one of them is new."""
        known = await self.book.facts([one.pattern_id for one in learned if not one.new]) if len(learned) > 1 else {}
        for one, following in pairwise(learned):
            if (one.new or following.new) and one.pattern_id != following.pattern_id:
                family.follow(one.pattern_id, following.pattern_id, known=known)


def tags_of(command: RememberPatterns) -> Mapping[str, str]:
    """Return what is said of a piece as tags."""
    said = {"style": command.style, "mode": command.mode, **command.tags}
    return {name: value for name, value in said.items() if value}


def _heard_again(command: RememberPatterns, facts: PatternFacts, ledger: Ledger) -> LearnedData:
    """Count the very same content once more; another name for it is kept as an alias, since names are for people."""
    ledger.reinforced(facts.pattern_id, confidence=1.0)
    category = command.category if command.asked and command.category not in {"", facts.category} else None
    tags = {key: value for key, value in command.tags.items() if facts.tags.get(key, "") != value}
    aliases = _with_alias(facts, command.name) if command.asked else None
    if aliases is not None:
        tags[ALIAS] = aliases
    if category is not None or tags:
        ledger.corrected(facts.pattern_id, category=category, tags=tags)
    return LearnedData(pattern_id=facts.pattern_id, name=facts.name, new=False)


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
