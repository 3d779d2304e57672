"""What corrections are worth: ``python -m benchmarks.recognition.taught``.

A memory learns tunes. A simulated person asks about excerpts, some of them of tunes that were never learned, under
noise, on another instrument, in another key, at another tempo, and says of each answer whether it was right. Then other
excerpts are asked about: of the same tunes (other windows), and of tunes that nobody asked about before. Both sets are
answered twice from one journal, as of the last event before the first verdict and as of now, so that the verdicts are
the only difference. Everything runs through the real processor, journal and recogniser.

Three people besides show what is bounded: one who says the contrary of everything, one who says anything, and one liar
among four who are honest. Seeds 8 and above were never looked at while learning was made; 7 was.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks.recognition.tunes import CONDITIONS, STRANGERS, TUNES, Question, Tunes
from grym.adapters.artifact_folder import FolderArtifacts
from grym.adapters.clock import VirtualClock
from grym.adapters.memory import open_memory
from grym.memory.recognising.recogniser import JournalRecogniser, recogniser_in_memory
from grym.ports.patterns import Match, Recognition
from schemas.body import Body
from schemas.commands import ChangePatterns, RememberPatterns
from schemas.envelope import Envelope
from schemas.events import PatternsChanged, PatternsRemembered
from schemas.verdicts import VerdictData
from streams.patterns import Patterns

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

Character = Literal["honest", "liar", "random"]


@dataclass
class Household:
    """A memory with everything that writes and reads it."""

    folder: Path
    names: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.backend = open_memory(VirtualClock(NOON))
        self.artifacts = FolderArtifacts(self.folder)
        self.recogniser = recogniser_in_memory(self.backend.book)
        self._count = 0
        self._patterns = Patterns(
            book=self.backend.book,
            entries=self.backend.entries,
            recogniser=self.recogniser,
            artifacts=self.artifacts,
        )

    async def learn(self, number: int, imprint: bytes) -> None:
        """Have memory learn a tune."""
        ref = await self.artifacts.put(imprint, media_type="application/x-grym-imprint")
        answer = await self._take(RememberPatterns(imprint=ref, name=f"tune {number}", asked=True))
        assert isinstance(answer, PatternsRemembered)
        self.names[answer.pattern_ids[0]] = number

    async def judge(self, match: Match, *, right: bool, user: str) -> PatternsChanged:
        """Say of a match whether it was right."""
        told = VerdictData(
            right=right,
            confidence=match.confidence,
            offset_s=match.offset_s,
            transposition_semitones=match.transposition_semitones,
            tempo_ratio=match.tempo_ratio,
            evidence=dict(match.evidence),
        )
        answer = await self._take(ChangePatterns(action="judge", pattern_id=match.pattern_id, verdict=told, user=user))
        assert isinstance(answer, PatternsChanged)
        return answer

    async def _take(self, body: Body) -> Body:
        self._count += 1
        instant = NOON + timedelta(seconds=self._count)
        envelope = Envelope(
            id=f"event-{self._count}",
            source="bench",
            type=type(body).TYPE,
            subject=f"r{self._count}",
            time=instant,
            logged_at=instant,
            body=body,
            correlation_id="bench",
        )
        decision = await self._patterns.process(envelope, None)
        async with self.backend.work.begin() as work:
            await work.apply_all(decision.effects)
        return decision.outputs[-1].body


@dataclass
class Answers:
    """How answers to questions did."""

    questions: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        """How many were not as they should be."""
        return sum(self.errors.values())


async def taught(
    *, seed: int, feedback: int, held: int, people: Sequence[Character] = ("honest",), tunes: int = TUNES
) -> dict[str, Any]:
    """Teach a memory by verdicts and return how it answered before and after.

    Parameters
    ----------
    feedback, held
        Questions that are judged, and questions of each set that are held out.
    people
        Who judges, in turn.
    """
    sounds = Tunes(seed)
    known, strangers = list(range(tunes)), list(range(TUNES, TUNES + STRANGERS))
    met, unmet = (known[::2], strangers[::2]), (known[1::2], strangers[1::2])
    with tempfile.TemporaryDirectory(prefix="grym-taught-") as folder:
        house = Household(Path(folder))
        for number in known:
            await house.learn(number, sounds.imprint(number))
        before = await house.backend.book.head()
        asked = sounds.questions(feedback, tunes=met[0], strangers=met[1], seed=1)
        refused = await _feedback(house, asked, people=people, seed=seed)
        sets = {
            "other windows": sounds.questions(held, tunes=met[0], strangers=met[1], seed=2),
            "other tunes": sounds.questions(held, tunes=unmet[0], strangers=unmet[1], seed=3),
        }
        told: dict[str, Any] = {"seed": seed, "people": list(people), "feedback": feedback, "refused": refused}
        for name, questions in sets.items():
            then = recogniser_in_memory(house.backend.book, up_to=before)
            now = recogniser_in_memory(house.backend.book)
            told[name] = _compared(await _ask(house, then, questions), await _ask(house, now, questions))
        return told


async def _feedback(house: Household, asked: Iterable[Question], *, people: Sequence[Character], seed: int) -> int:
    """Ask, and have each answer judged; return how many verdicts were refused."""
    dice, refused = np.random.default_rng([seed, 77]), 0
    for number, question in enumerate(asked):
        match = _surest(await house.recogniser.recognise(question.imprint, collection="default", top=3))
        if match is None:
            continue
        character = people[number % len(people)]
        right = question.tune is not None and house.names[match.pattern_id] == question.tune
        said = {"honest": right, "liar": not right, "random": bool(dice.integers(2))}[character]
        answer = await house.judge(match, right=said, user=f"{character} {number % len(people)}")
        refused += answer.fault is not None
    return refused


async def _ask(house: Household, recogniser: JournalRecogniser, questions: Iterable[Question]) -> dict[str, Answers]:
    """Return how answers did, by condition."""
    told: dict[str, Answers] = {condition.name: Answers() for condition in CONDITIONS}
    for question in questions:
        found = await recogniser.recognise(question.imprint, collection="default", top=3)
        answers = told[question.condition]
        answers.questions += 1
        match = found.matches[0] if found.known else None
        if match is None and question.tune is not None:
            answers.errors["missed"] += 1
        elif match is not None and house.names[match.pattern_id] != question.tune:
            answers.errors["wrong" if question.tune is not None else "stranger"] += 1
    return told


def _surest(found: Recognition) -> Match | None:
    return found.matches[0] if found.matches else found.closest


def _compared(before: dict[str, Answers], after: dict[str, Answers]) -> dict[str, Any]:
    errors = [sum(one.wrong for one in side.values()) for side in (before, after)]
    kinds = [sum((one.errors for one in side.values()), Counter[str]()) for side in (before, after)]
    return {
        "questions": sum(one.questions for one in before.values()),
        "errors": errors,
        "fewer": None if not errors[0] else round(1.0 - errors[1] / errors[0], 4),
        "kinds": [dict(sorted(kind.items())) for kind in kinds],
        "conditions": {name: [before[name].wrong, after[name].wrong] for name in before},
    }


PEOPLE: dict[str, tuple[Character, ...]] = {
    "one honest person": ("honest",),
    "five honest people": ("honest",) * 5,
    "four honest, one liar": ("honest",) * 4 + ("liar",),
    "a liar alone": ("liar",),
    "one who says anything": ("random",),
}


def main() -> None:
    """Read the arguments, teach, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[8, 9, 10])
    parser.add_argument("--feedback", type=int, default=300)
    parser.add_argument("--held", type=int, default=300)
    parser.add_argument("--people", choices=list(PEOPLE), nargs="+", default=list(PEOPLE))
    words = parser.parse_args()
    for name, people in ((name, PEOPLE[name]) for name in words.people):
        runs = [
            asyncio.run(taught(seed=seed, feedback=words.feedback, held=words.held, people=people))
            for seed in words.seeds
        ]
        for held in ("other windows", "other tunes"):
            before, after = (sum(run[held]["errors"][side] for run in runs) for side in (0, 1))
            count = sum(run[held]["questions"] for run in runs)
            print(f"{name}, {held}: {before} of {count} wrong before, {after} after ({after / before - 1.0:+.0%})")
        print(json.dumps(runs))


if __name__ == "__main__":
    main()
