"""Answers by the content of the question: whoever asks the same again, of a memory that has not changed, is answered.

Only the same bytes count as the same question. Questions that merely sound alike were measured and do not pay: their
pooled vectors find each other in 2 of 100 cases, and laying them on one another costs more than recognising anew.

An answer belongs to the number of the last event that its memory had (`version`), so it is never older than what was
committed before the question, and nobody has to throw it away.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSettings:
    """How much is remembered."""

    most: int = 512
    """Answers, of some two kilobytes each; those not asked for the longest leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked: the same again has the same digest.

    Parameters
    ----------
    scope
        Everything but the content that decides the answer, such as the collection and how many matches are wanted.
    digest
        Of the content.
    """

    scope: str
    digest: bytes

    @classmethod
    def of(cls, content: bytes, *, scope: str) -> "Question":
        """Return the question that a content asks."""
        return cls(scope=scope, digest=blake2b(content, digest_size=16).digest())


class AnswerCache(Generic[T]):
    """Answers of the newest version of memory that somebody asked."""

    def __init__(self, settings: AnswerSettings | None = None) -> None:
        self._most = (settings or AnswerSettings()).most
        self._answers: OrderedDict[Question, tuple[int, T]] = OrderedDict()
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, question: Question, *, version: int) -> T | None:
        """Return the answer that exactly this version of memory gave; None where there is none."""
        known = self._answers.get(question)
        if known is None or known[0] != version:
            self.misses += 1
            return None
        self._answers.move_to_end(question)
        self.hits += 1
        return known[1]

    def keep(self, question: Question, answer: T, *, version: int) -> None:
        """Keep an answer, unless a newer version of memory has answered meanwhile."""
        known = self._answers.get(question)
        if known is not None and known[0] > version:
            return
        self._answers[question] = version, answer
        self._answers.move_to_end(question)
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)
