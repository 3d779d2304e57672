"""What corrections are worth, over many splits: ``python -m benchmarks.recognition.pooled --seed 8 --count 1200``.

`benchmarks.recognition.taught` goes the whole way through processor and journal, and has few errors to count. Here
every question is recognised once, without anything learned, and the same functions that the journal's recogniser uses
make of it what verdicts teach: the weight of verdicts on a pattern, and the lessons of a context. Ten times a pool of
questions is split in two: verdicts on one part, errors counted on the other, by windows (the same tunes in both) and by
tunes (none in both).

Seed 7 was looked at while learning was made, others were not.
"""

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.recognition.tunes import STRANGERS, TUNES, Question, Tunes
from grym.domain.patterns.calibrating import Lessons, lessons_of, odds_of
from grym.domain.patterns.values import Verdict
from grym.domain.patterns.verdicts import EVIDENCE, weighed
from grym.domain.recognition.codec import decode
from grym.domain.recognition.confidence import Experience, logistic
from grym.domain.recognition.recognising import THRESHOLD, Finding, recognise
from grym.domain.recognition.shelf import Shelf
from grym.memory.recognising.learned import context_of_finding

SPLITS = 10
VERDICTS = 400
TOP = 3
OUT = Path("out/benchmarks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question about a tune, held or not, and what was found."""

    question: Question
    number: int
    found: tuple[Finding, ...]

    def is_right(self, finding: Finding) -> bool:
        """Return whether a finding names the tune."""
        return finding.number == self.question.tune


Judge = Callable[[bool, Finding, random.Random], bool]
PEOPLE: Mapping[str, tuple[Judge, ...]] = {
    "honest": (lambda right, _, __: right,),
    "five honest": (lambda right, _, __: right,) * 5,
    "four honest, one liar": (lambda right, _, __: right,) * 4 + (lambda right, _, __: not right,),
    "liar": (lambda right, _, __: not right,),
    "anything": (lambda _, __, dice: dice.random() < 0.5,),
    "lies where nothing is certain": (
        lambda right, one, _: right if abs(odds_of(one.confidence)) > 3.0 else not right,
    ),
}


def pool(seed: int, count: int) -> list[Asked]:
    """Have a memory learn tunes, and ask it questions."""
    tunes, shelf = Tunes(seed), Shelf()
    for number in range(TUNES):
        shelf.put(decode(tunes.imprint(number)))
    asked = []
    for number in range(count):
        known = list(range(TUNES)) if number % 2 == 0 else []
        strangers = list(range(TUNES, TUNES + STRANGERS))
        tune = (known or strangers)[number // 2 % len(known or strangers)]
        [question] = tunes.questions(1, tunes=[tune], strangers=[tune], seed=number)
        asked.append(Asked(question=question, number=tune, found=recognise(decode(question.imprint), shelf, top=TOP)))
    return asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What verdicts make of findings."""

    of_patterns: Mapping[int, Sequence[Verdict]]
    lessons: Lessons

    def surest(self, asked: Asked) -> tuple[float, Finding] | None:
        """Return the surest finding with what was learned, and how sure it is."""
        told = [(self._confidence(one), one) for one in asked.found]
        return max(told, key=lambda pair: pair[0]) if told else None

    def _confidence(self, finding: Finding) -> float:
        said = self.of_patterns.get(finding.number)
        confidence = finding.confidence
        if said:
            right, wrong = weighed(said)
            confidence = logistic(odds_of(confidence) + Experience(confirmed=right, denied=wrong).shift)
        return self.lessons.confidence_of(confidence, context_of_finding(finding), finding.evidence)


def taught_by(asked: Sequence[Asked], people: Sequence[Judge], dice: random.Random) -> Taught:
    """Have people judge what was found surest, in turn."""
    said: defaultdict[int, list[Verdict]] = defaultdict(list)
    for seq, one in enumerate(asked):
        if not one.found:
            continue
        finding, who = one.found[0], seq % len(people)
        verdict = Verdict(
            event_id=f"v{seq}",
            seq=seq,
            who=str(who),
            right=people[who](one.is_right(finding), finding, dice),
            context=context_of_finding(finding),
            odds=odds_of(finding.confidence),
            evidence={name: finding.evidence[name] for name in EVIDENCE},
        )
        said[finding.number].append(verdict)
    return Taught(of_patterns=said, lessons=lessons_of(verdict for told in said.values() for verdict in told))


def errors(asked: Sequence[Asked], taught: Taught) -> Counter[str]:
    """Count what is missed, taken for another, and told of strangers; and errors by condition."""
    counts: Counter[str] = Counter()
    for one in asked:
        surest = taught.surest(one)
        told = surest is not None and surest[0] >= THRESHOLD
        right = told and surest is not None and one.is_right(surest[1])
        if one.question.tune is None:
            kind = "stranger told" if told else ""
        else:
            kind = "" if right else "taken for another" if told else "missed"
        if kind:
            counts[kind] += 1
            counts[f"in {one.question.condition}"] += 1
    return counts


def split(asked: Sequence[Asked], how: str, dice: random.Random) -> tuple[list[Asked], list[Asked]]:
    """Return what is judged and what is held out."""
    if how == "other windows":
        shuffled = dice.sample(list(asked), len(asked))
        return shuffled[: len(asked) // 2], shuffled[len(asked) // 2 :]
    tunes = dice.sample(sorted({one.number for one in asked}), len({one.number for one in asked}))
    judged = set(tunes[: len(tunes) // 2])
    first = [one for one in asked if one.number in judged]
    return dice.sample(first, len(first)), [one for one in asked if one.number not in judged]


def measured(asked: Sequence[Asked], verdicts: int = VERDICTS) -> dict[str, dict[str, Counter[str]]]:
    """Return errors over all splits, by what was held out and by who judged."""
    nobody = Taught(of_patterns={}, lessons=Lessons())
    told: dict[str, dict[str, Counter[str]]] = {}
    for how in ("other windows", "other tunes"):
        sums = told.setdefault(how, {name: Counter() for name in ("nobody", *PEOPLE)})
        for seed in range(SPLITS):
            dice = random.Random(seed)  # noqa: S311 (repeatable, and no secret)
            judged, held = split(asked, how, dice)
            sums["nobody"] += errors(held, nobody)
            for name, people in PEOPLE.items():
                sums[name] += errors(held, taught_by(judged[:verdicts], people, dice))
    return told


def total(counts: Counter[str]) -> int:
    """Return how many errors there are."""
    return sum(count for name, count in counts.items() if not name.startswith("in "))


def main() -> None:
    """Read the arguments, ask, split, report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--count", type=int, default=1200)
    words = parser.parse_args()
    told = measured(pool(words.seed, words.count))
    for how, sums in told.items():
        before = total(sums["nobody"])
        for name, counts in sums.items():
            change = total(counts) / before - 1.0 if before else 0.0
            sys.stdout.write(f"{how}, {name}: {total(counts)} errors ({change:+.0%}) {dict(counts)}\n")
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"pooled-{words.seed}-{words.count}.json").write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
