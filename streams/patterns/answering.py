"""Answering: whether a sound is known, and which motifs a piece may build on.

Motifs are lent where they were asked for by name, and otherwise only from pieces their listener rated well, so an
unrated memory changes nothing and a seed keeps its meaning.
"""

from dataclasses import dataclass

import msgspec

from grym.domain.entries.known import session_address
from grym.errors import InvalidPatternError
from grym.ports.artifacts import ArtifactStore
from grym.ports.entries import EntryStore
from grym.ports.patterns import Match, PatternBook, PatternFacts, PatternQuery, Recogniser, Recognition
from schemas.body import MotifData
from schemas.commands import RecallPatterns
from schemas.events import MatchData, PatternsRecalled
from schemas.music import LastPieceData
from streams.patterns.cutting import start_of
from streams.patterns.knowing import person_of
from streams.patterns.motifs import motifs_of_pattern
from streams.patterns.standing import standing_for
from streams.patterns.state import Remembered
from streams.processor import Decision, Output
from streams.translate import fault_of

LENT_MOTIFS = 2  # more would make every piece a potpourri
DIGITS = 4

Decided = Decision[Remembered]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Reads memory and says what it holds."""

    book: PatternBook
    entries: EntryStore
    recogniser: Recogniser
    artifacts: ArtifactStore

    async def answer(self, question: RecallPatterns, *, tenant: str) -> Decided:
        """Answer one question; what is asked changes nothing."""
        if question.purpose == "recognise":
            return _told(await self._recognise(question))
        try:
            answer = await self._lend(question, await self._last(question, tenant=tenant))
        except InvalidPatternError as error:
            return _told(PatternsRecalled(known=False, fault=fault_of(error)))
        style = question.style or (answer.last.style if answer.last else "")
        person = await person_of(self.entries, question.user, tenant=tenant, style=style)
        return _told(msgspec.structs.replace(answer, person=person))

    async def _recognise(self, question: RecallPatterns) -> PatternsRecalled:
        if question.imprint is None:
            return PatternsRecalled(known=False)
        imprint = await self.artifacts.get(question.imprint)
        found = await self.recogniser.recognise(
            imprint, collection=question.collection, top=max(1, question.top), session=question.user
        )
        return await recalled(self.book, found)

    async def _last(self, question: RecallPatterns, *, tenant: str) -> LastPieceData | None:
        """Return the piece that a wish refers back to, where its listener had one lately."""
        if not question.refers_back:
            return None
        kept = (await self.entries.retrieve(session_address(question.user, tenant=tenant))).entry
        return None if kept is None else msgspec.convert(kept.value, LastPieceData)

    async def _lend(self, question: RecallPatterns, last: LastPieceData | None) -> PatternsRecalled:
        if last is not None:
            style, mode = question.style or last.style, question.mode or last.tonality.mode
            question = msgspec.structs.replace(question, style=style, mode=mode)
        as_of = await self.book.head()
        named = await self._named(question)
        liked = await self._liked(question, room=LENT_MOTIFS - len(named))
        lent = [*named, *liked]
        return PatternsRecalled(
            known=bool(lent),
            matches=tuple(_lending(facts, why) for facts, _, why in lent),
            motifs=tuple(motif for _, motif, _ in lent),
            searched=await self.book.count(_favourites(question, limit=1)) + len(named),
            as_of=as_of,
            last=last,
        )

    async def _named(self, question: RecallPatterns) -> list[tuple[PatternFacts, MotifData, str]]:
        """Return the motif of each pattern asked for by name.

        Raises
        ------
        InvalidPatternError
            ``pattern.unknown``, ``pattern.retired``, ``pattern.no_motif``.
        """
        known = await self.book.facts(question.pattern_ids)
        chosen = [await standing_for(self.book, known, name) for name in question.pattern_ids]
        ids = list(dict.fromkeys(facts.pattern_id for facts in chosen))
        lent = [(pattern.facts, motifs_of_pattern(pattern)) for pattern in await self.book.load(ids)]
        room = max(1, LENT_MOTIFS // max(1, len(lent)))
        return [(facts, motif, "asked for") for facts, motifs in lent for motif in motifs[:room]]

    async def _liked(self, question: RecallPatterns, *, room: int) -> list[tuple[PatternFacts, MotifData, str]]:
        if room <= 0 or not (question.user and question.style and question.mode):
            return []
        found = await self.book.find(_favourites(question, limit=room))
        patterns = await self.book.load([facts.pattern_id for facts in found])
        return [
            (pattern.facts, motif, f"{question.user} liked it")
            for pattern in patterns
            for motif in motifs_of_pattern(pattern)[:1]
        ]


async def recalled(book: PatternBook, found: Recognition) -> PatternsRecalled:
    """Write an answer as it travels; places in a part of a long recording count from the start of the whole."""
    alike = [*found.matches, *([found.closest] if found.closest else [])]
    facts = await book.facts([match.pattern_id for match in alike]) if alike else {}
    starts_s = {pattern_id: start_of(one.tags) for pattern_id, one in facts.items()}
    told = [_to_wire(match, start_s=starts_s.get(match.pattern_id, 0.0)) for match in alike]
    return PatternsRecalled(
        known=found.known,
        matches=tuple(told[: len(found.matches)]),
        closest=told[-1] if found.closest else None,
        searched=found.searched,
        as_of=found.as_of,
        degraded=found.degraded,
    )


def _to_wire(match: Match, *, start_s: float) -> MatchData:
    return MatchData(
        pattern_id=match.pattern_id,
        name=match.name,
        confidence=round(match.confidence, DIGITS),
        offset_s=round(start_s + match.offset_s, DIGITS),
        transposition_semitones=match.transposition_semitones,
        tempo_ratio=round(match.tempo_ratio, DIGITS),
        why=match.why,
        evidence={name: round(float(value), DIGITS) for name, value in sorted(match.evidence.items())},
    )


def _favourites(question: RecallPatterns, *, limit: int) -> PatternQuery:
    tags = {"user": question.user, "style": question.style, "mode": question.mode}
    return PatternQuery(collection=question.collection, kind="favourite", tags=tags, limit=limit)


def _lending(facts: PatternFacts, why: str) -> MatchData:
    return MatchData(pattern_id=facts.pattern_id, name=facts.name, confidence=1.0, why=why)


def _told(body: PatternsRecalled) -> Decided:
    return Decision(outputs=(Output(body=body),))
