"""Verdicts: taken in with what they spread to, bounded by person, and taken back without a trace."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grym.domain.patterns.values import PatternFacts
from grym.domain.patterns.verdicts import MOST_OF_ONE, who_is
from schemas.commands import ChangePatterns, RecallPatterns
from schemas.events import MatchData, PatternsChanged
from schemas.verdicts import PatternJudged, VerdictData, VerdictWithdrawn
from tests.unit.streams.patterns.world import RATE_HZ, Memory, noisy, tune


async def change(memory: Memory, action: Any, *, subject: str = "r1", **more: Any) -> PatternsChanged:
    """Ask for a change and return the answer."""
    answer = (await memory.take(ChangePatterns(action=action, **more), subject=subject))[-1]
    assert isinstance(answer, PatternsChanged)
    return answer


async def said(memory: Memory, pattern_id: str, *, number: int = 0, **fields: Any) -> PatternsChanged:
    """Say something of a match; each number is another request."""
    more = {name: fields.pop(name) for name in ("user", "category", "note_ref") if name in fields}
    verdict = VerdictData(**({"right": False} | fields))
    return await change(memory, "judge", subject=f"v{number}", pattern_id=pattern_id, verdict=verdict, **more)


async def match_with(memory: Memory, samples: np.ndarray) -> MatchData:
    """Return the surest match of a sound."""
    [told] = await memory.take(RecallPatterns(purpose="recognise", imprint=await memory.sound(samples)))
    match = told.matches[0]
    assert isinstance(match, MatchData)
    return match


async def known(memory: Memory) -> dict[str, PatternFacts]:
    """Return what is known, without the places of the last events."""
    return {facts.pattern_id: replace(facts, last_seq=0) for facts in await memory.all(live=False)}


PLAYERS = (((1, 0.5), (2, 1.0), (4, 0.8), (6, 0.3)), ((1, 0.3), (8, 1.0), (11, 0.8)))
"""Harmonics and their amplitudes."""


def played(parts: Sequence[tuple[int, float]]) -> np.ndarray:
    """Return the notes of `tune(1)` on another instrument."""
    rng = np.random.default_rng(1)
    times_s = np.arange(RATE_HZ // 4) / RATE_HZ
    notes = []
    for _ in range(40):
        pitch_hz = 220.0 * 2 ** (rng.integers(0, 24) / 12)
        tone = sum(np.sin(2 * np.pi * pitch_hz * k * times_s) * amplitude for k, amplitude in parts)
        notes.append(0.1 * tone * np.minimum(1.0, 20.0 * times_s))
    return np.concatenate(notes).astype(np.float32)


async def alike(memory: Memory, **more: Any) -> list[str]:
    """Learn one tune from three instruments, none a copy of another, and return the ids."""
    sounds = [played(PLAYERS[0]), tune(1), played(PLAYERS[1])]
    answers = [await memory.learn(sound, name=f"player {n}", **more) for n, sound in enumerate(sounds)]
    assert all(answer.new for answer in answers)
    return [answer.pattern_ids[0] for answer in answers]


async def test_a_verdict_is_kept_with_what_recognition_said(memory: Memory) -> None:
    """By the digest of the person, with the odds before learning and the evidence that learning weighs."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    match = await match_with(memory, noisy(tune(1))[: 6 * RATE_HZ])
    fact, answer = await memory.take(
        ChangePatterns(
            action="judge",
            pattern_id=pattern_id,
            user="rosa",
            category="melodic",
            verdict=VerdictData(
                right=True,
                certainty=0.5,
                confidence=match.confidence,
                offset_s=match.offset_s,
                evidence=match.evidence,
                start_s=0.25,
                end_s=5.0,
            ),
        )
    )
    assert isinstance(fact, PatternJudged)
    [facts] = await memory.all()
    [verdict] = facts.verdicts
    assert (verdict.event_id, facts.category) == (answer.verdict_id, "melodic")
    assert (verdict.who, verdict.weight, verdict.right) == (who_is("rosa"), 0.5, True)
    assert (verdict.context, verdict.confidence) == ("landmarks", match.confidence)
    assert verdict.odds is not None
    assert verdict.odds > 4.0
    assert set(verdict.evidence) == {"tonal_agreement", "margin", "peaks_met", "peaks_by_chance"}
    assert "rosa" not in repr(facts)


async def test_what_was_said_is_taken_back_exactly(memory: Memory) -> None:
    """Spread or not, in any order."""
    names = await alike(memory, category="harmonic")
    before = await known(memory)
    first = await said(memory, names[0], number=1, similar=True, category="rhythmic")
    middle = await known(memory)
    second = await said(memory, names[1], number=2)
    assert first.fault is second.fault is None
    assert len(first.pattern_ids) > 1
    assert before != middle
    await change(memory, "withdraw", pattern_id=names[1], subject="w1")
    assert await known(memory) == middle
    back = await change(memory, "withdraw", pattern_id=names[0], verdict_id=first.verdict_id, subject="w2")
    assert await known(memory) == before
    assert len(back.withdrawn) == len(first.pattern_ids)


async def test_a_verdict_spreads_to_what_is_like_it_and_of_its_category(memory: Memory) -> None:
    """By a tenth of itself at first; to nothing else, and not unless it is asked for."""
    names = await alike(memory, category="harmonic")
    [other] = (await memory.learn(tune(9), name="another", category="harmonic")).pattern_ids
    await change(memory, "correct", pattern_id=names[2], category="mine")
    assert (await said(memory, names[0], number=1)).pattern_ids == (names[0],)
    answer = await said(memory, names[0], number=2, similar=True)
    assert set(answer.pattern_ids) == {names[0], names[1]}
    [echo] = (await known(memory))[names[1]].verdicts
    assert 0.085 <= echo.weight <= 0.1
    assert echo.spread_from == answer.verdict_id
    assert (await known(memory))[other].verdicts == ()


async def test_nobody_takes_back_what_another_said(memory: Memory) -> None:
    """Nor what nobody said; all that one ever said goes at once when the person is forgotten."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    one = await said(memory, pattern_id, number=1, user="rosa")
    await said(memory, pattern_id, number=2, user="paul")
    await said(memory, pattern_id, number=3, user="paul")
    refused = await change(
        memory, "withdraw", pattern_id=pattern_id, verdict_id=one.verdict_id, user="paul", subject="x"
    )
    assert refused.fault is not None
    assert refused.fault.code == "pattern.no_verdict"
    gone = await change(memory, "withdraw", user="paul", subject="y")
    assert (gone.pattern_ids, len(gone.withdrawn)) == ((pattern_id,), 2)
    [facts] = await memory.all()
    assert [verdict.who for verdict in facts.verdicts] == [who_is("rosa")]


async def test_a_flood_of_one_person_is_refused(memory: Memory) -> None:
    """With a reason; others are heard."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    for number in range(MOST_OF_ONE):
        assert (await said(memory, pattern_id, number=number)).fault is None
    refused = await said(memory, pattern_id, number=99)
    assert refused.fault is not None
    assert refused.fault.code == "pattern.verdicts_of_one"
    assert (await said(memory, pattern_id, number=100, user="paul")).fault is None


@pytest.mark.parametrize(
    "verdict", [None, VerdictData(right=True, certainty=0.0), VerdictData(right=True, start_s=3.0)]
)
async def test_a_verdict_that_says_nothing_is_refused(memory: Memory, verdict: VerdictData | None) -> None:
    """Nothing is written."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    head = await memory.backend.book.head()
    answer = await change(memory, "judge", pattern_id=pattern_id, verdict=verdict)
    assert answer.fault is not None
    assert answer.fault.code == "pattern.verdict"
    assert await memory.backend.book.head() == head


async def test_the_same_event_decided_twice_says_the_same(memory: Memory) -> None:
    """Under the same ids, so a repetition counts once."""
    names = await alike(memory, category="harmonic")
    command = ChangePatterns(action="judge", pattern_id=names[0], verdict=VerdictData(right=False, similar=True))
    envelope = memory.event(command)
    one, two = await memory.decide(envelope), await memory.decide(envelope)
    assert one.outputs == two.outputs
    async with memory.backend.work.begin() as work:
        await work.apply_all([*one.effects, *two.effects])
    assert len((await known(memory))[names[0]].verdicts) == 1


async def test_taking_back_is_told_to_the_log(memory: Memory) -> None:
    """Under the id of the verdict."""
    [pattern_id] = (await memory.learn(tune(1))).pattern_ids
    answer = await said(memory, pattern_id)
    fact, _ = await memory.take(ChangePatterns(action="withdraw", pattern_id=pattern_id), subject="w")
    assert fact == VerdictWithdrawn(pattern_id=pattern_id, collection="default", of=answer.verdict_id)
