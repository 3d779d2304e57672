"""Verdicts on matches: taken in with what they spread to, and taken back without a trace.

What one verdict spreads to is decided here, from memory as it is, and written down with it: a replay reads it, and
taking it back finds all of it again.
"""

from dataclasses import dataclass

from grym.domain.patterns.calibrating import context_of, odds_of
from grym.domain.patterns.progress import learning_rate
from grym.domain.patterns.values import Verdict
from grym.domain.patterns.verdicts import EVIDENCE, MOST_SPREAD, MOST_VERDICTS, refusal_of, who_is
from grym.errors import InvalidPatternError
from grym.ports.patterns import PatternBook, PatternFacts, PatternQuery, Recogniser
from schemas.commands import ChangePatterns
from schemas.verdicts import PatternJudged, VerdictData
from streams.patterns.ledger import Ledger

LEAST_SIMILARITY = 0.85
"""Of patterns that a verdict spreads to."""

LEAST_WEIGHT, MOST_WEIGHT = 0.01, 0.9
LEARNED_SHIFT = "learned_shift"
"""Evidence of a match that says by how much learning had moved it already."""

PAGE = 500
DIGITS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Decides what a verdict comes to."""

    book: PatternBook
    recogniser: Recogniser

    async def judged(
        self, facts: PatternFacts, command: ChangePatterns, ledger: Ledger, *, now_s: float
    ) -> tuple[str, tuple[str, ...]]:
        """Take in a verdict and return its id, and the patterns that are different now.

        Raises
        ------
        InvalidPatternError
            ``pattern.verdict``, and from the journal ``pattern.verdicts``, ``pattern.verdicts_of_one``.
        """
        said = command.verdict
        if said is None:
            raise InvalidPatternError(
                "nothing is said of the match", code="pattern.verdict", hint="Say right or wrong."
            )
        _check_room(facts, who=who_is(command.user))
        spread = await self._spread(facts, said, now_s=now_s) if said.similar else {}
        first = _fact(facts, command, said, to=tuple(spread))
        verdict_id = ledger.judged(first)
        for name, weight in spread.items():
            ledger.judged(_echo(first, name, of=verdict_id, weight=weight))
        return verdict_id, (facts.pattern_id, *spread)

    async def _spread(self, facts: PatternFacts, said: VerdictData, *, now_s: float) -> dict[str, float]:
        """Return what of a verdict comes to similar patterns of the same category, the most similar first."""
        near = await self.recogniser.neighbours(facts.pattern_id, collection=facts.collection, top=4 * MOST_SPREAD)
        alike = {one.pattern_id: one.similarity for one in near if one.similarity >= LEAST_SIMILARITY}
        known = await self.book.facts(list(alike)) if alike else {}
        taken = [name for name in alike if name in known and _takes_in(known[name], category=facts.category)]
        rate = learning_rate(await self._verdicts(facts.collection), now_s=now_s) if taken else 0.0
        return {
            name: round(min(max(rate * alike[name] * said.certainty, LEAST_WEIGHT), MOST_WEIGHT), DIGITS)
            for name in taken[:MOST_SPREAD]
        }

    async def _verdicts(self, collection: str) -> list[Verdict]:
        """Return all verdicts of a collection."""
        found: list[Verdict] = []
        for facts in await judged_patterns(self.book, collection):
            found += facts.verdicts
        return found

    async def withdrawn(self, facts: PatternFacts, command: ChangePatterns, ledger: Ledger) -> tuple[str, ...]:
        """Take back a verdict of this person with what spread from it, and return the patterns that are different."""
        own = [one for one in facts.verdicts if one.who == who_is(command.user) and not one.spread_from]
        verdict = next((one for one in reversed(own) if command.verdict_id in {"", one.event_id}), None)
        if verdict is None:
            raise InvalidPatternError(
                "this person has no such verdict on the pattern to take back",
                code="pattern.no_verdict",
                hint="`grym patterns show ID` lists them.",
                details={"pattern_id": facts.pattern_id},
            )
        return await self._taken_back(facts, verdict, ledger)

    async def forgotten(self, command: ChangePatterns, ledger: Ledger) -> tuple[str, ...]:
        """Take back everything that a person ever said of matches in a collection."""
        changed: list[str] = []
        for facts in await judged_patterns(self.book, command.collection):
            for verdict in facts.verdicts:
                if verdict.who == who_is(command.user):
                    ledger.withdrawn(facts.pattern_id, of=verdict.event_id)
                    changed.append(facts.pattern_id)
        return tuple(dict.fromkeys(changed))

    async def _taken_back(self, facts: PatternFacts, verdict: Verdict, ledger: Ledger) -> tuple[str, ...]:
        ledger.withdrawn(facts.pattern_id, of=verdict.event_id)
        changed = [facts.pattern_id]
        for other in await self._standing(verdict.spread_to):
            for echo in other.verdicts:
                if echo.spread_from == verdict.event_id:
                    ledger.withdrawn(other.pattern_id, of=echo.event_id)
                    changed.append(other.pattern_id)
        return tuple(dict.fromkeys(changed))

    async def _standing(self, names: tuple[str, ...]) -> list[PatternFacts]:
        """Return the live patterns that stand for these, each once."""
        known = await self.book.facts(list(names)) if names else {}
        into = {facts.merged_into or name for name, facts in known.items()}
        found = await self.book.facts(sorted(into)) if into else {}
        return [facts for _, facts in sorted(found.items()) if not facts.retired]


async def judged_patterns(book: PatternBook, collection: str | None) -> list[PatternFacts]:
    """Return the live patterns of which somebody said something, in the order in which they were learned."""
    found: list[PatternFacts] = []
    while True:
        query = PatternQuery(collection=collection, judged=True, order="oldest", limit=PAGE, offset=len(found))
        page = await book.find(query)
        found += page
        if len(page) < PAGE:
            return found


def _check_room(facts: PatternFacts, *, who: str) -> None:
    """Refuse what the journal would refuse, as long as whoever asked can be told."""
    refusal = refusal_of("judged", {"who": who}, facts)
    if refusal is not None:
        code, message, hint = refusal
        details = {"pattern_id": facts.pattern_id}
        raise InvalidPatternError(message, code=f"pattern.{code}", hint=hint, details=details)


def _takes_in(facts: PatternFacts, *, category: str) -> bool:
    is_there = not (facts.retired or facts.merged_into)
    return is_there and facts.category == category and len(facts.verdicts) < MOST_VERDICTS


def _fact(facts: PatternFacts, command: ChangePatterns, said: VerdictData, *, to: tuple[str, ...]) -> PatternJudged:
    shift = said.evidence.get(LEARNED_SHIFT, 0.0)
    known = said.confidence is not None
    return PatternJudged(
        pattern_id=facts.pattern_id,
        collection=facts.collection,
        right=said.right,
        who=who_is(command.user),
        weight=said.certainty,
        spread_to=to,
        context=_context(said) if known else "",
        odds=round(odds_of(said.confidence) - shift, DIGITS) if said.confidence is not None else None,
        confidence=said.confidence,
        evidence={name: said.evidence[name] for name in EVIDENCE if name in said.evidence},
        category=command.category or "",
        start_s=said.start_s,
        end_s=said.end_s,
        told_s=said.offset_s,
        note_ref=command.note_ref,
    )


def _context(said: VerdictData) -> str:
    return context_of(
        landmarks=said.evidence.get("landmarks_aligned", 0.0),
        transposition_semitones=said.transposition_semitones,
        tempo_ratio=said.tempo_ratio,
    )


def _echo(fact: PatternJudged, pattern_id: str, *, of: str, weight: float) -> PatternJudged:
    """Return what of a verdict comes to a similar pattern."""
    return PatternJudged(
        pattern_id=pattern_id,
        collection=fact.collection,
        right=fact.right,
        who=fact.who,
        weight=weight,
        spread_from=of,
        odds=fact.odds,
        category=fact.category,
    )
