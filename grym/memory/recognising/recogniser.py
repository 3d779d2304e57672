"""Answering what a sound is: follow the journal, look at the collection as it is now, weigh in a thread.

Everything here is derived from the journal and may be lost. Questions are independent of each other and of the writer,
since each works on a view of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from grym.domain.recognition.codec import decode
from grym.domain.recognition.imprint import Imprint
from grym.domain.recognition.recognising import THRESHOLD, Finding, recognise
from grym.domain.recognition.windows import DIM as WINDOW_DIM
from grym.errors import TransientError
from grym.memory.caching.answers import AnswerCache, Question
from grym.memory.index.flat import FlatIndex
from grym.memory.recognising.collection import Collection, Ground
from grym.memory.recognising.contents import Holding, View
from grym.memory.recognising.follower import Journal
from grym.memory.recognising.imprints import KeptImprints
from grym.memory.recognising.learned import learned
from grym.memory.recognising.neighbouring import nearest_patterns
from grym.ports.generations import Sealed
from grym.ports.patterns import Match, Neighbour, Recognition

ATTEMPTS = 3
"""Views tried where a candidate is given up while it is being weighed; a fourth time in a row has other reasons."""

MOST_OPEN = 64
"""Collections in memory: whoever asks names them, so their number is nobody's choice. Others are opened again."""

WEIGHED_AT_ONCE = 4
"""Questions; each computes in one thread and waits for imprints now and then. Their threads are their own: imprints are
decoded in those of the loop, and whoever waits for that must not take their place."""


class JournalRecogniser:
    """Recognises what the journal holds; fulfils `Recogniser`.

    Parameters
    ----------
    journal
        What happened.
    ground
        Opens what a collection stands on.
    up_to
        The last event that counts, for answers as of then; None for all.
    closing
        Called by `aclose`.
    """

    def __init__(
        self,
        journal: Journal,
        *,
        ground: Callable[[str], Ground],
        up_to: int | None = None,
        closing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._closing = closing
        self._journal = journal
        self._ground = ground
        self._up_to = up_to
        self._collections: dict[str, Collection] = {}
        self._answers: AnswerCache[Recognition] = AnswerCache()
        self._weighing = ThreadPoolExecutor(WEIGHED_AT_ONCE, thread_name_prefix="weighing")

    async def recognise(self, imprint: bytes, *, collection: str, top: int, session: str = "") -> Recognition:
        """Compare an encoded imprint with the live recordings of a collection.

        Parameters
        ----------
        session
            Whose questions follow each other: the imprint it will likely need next is loaded beforehand.

        Raises
        ------
        InvalidPatternError
            Where the imprint cannot be decoded.
        TransientError
            ``recognition.unsettled`` where memory names patterns, again and again, that its table does not hold.
        UnavailableError
            Where the journal cannot be read: an answer from an older state could name what was forgotten since.
        """
        gone: KeyError | None = None
        for _ in range(ATTEMPTS):
            try:
                return await self._answered(imprint, collection, top=top, session=session)
            except KeyError as error:  # an imprint that a view still names was given up meanwhile
                gone = error
        raise TransientError(
            "patterns of the journal cannot be found in their table",
            code="recognition.unsettled",
            hint="`grym patterns verify` says whether the table is whole, `grym patterns rebuild` makes it anew.",
        ) from gone

    async def neighbours(self, pattern_id: str, *, collection: str, top: int) -> list[Neighbour]:
        """Return the recordings most like one of them, most like first, by the windows of both.

        Raises
        ------
        UnavailableError
            As `recognise`.
        """
        await self._make_room(collection)
        asked = self.collection(collection)
        _, view = await asked.now()
        number = next((one for one, holding in view.holdings.items() if holding.pattern_id == pattern_id), None)
        if number is None:
            return []
        try:
            [imprint] = await asked.imprints(view, [number])
        except KeyError:  # given up meanwhile
            return []
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._weighing, lambda: nearest_patterns(view, number, imprint, top=top))

    def collection(self, name: str) -> Collection:
        """Return a collection, opened with the first question about it."""
        if name not in self._collections:
            ground = partial(self._ground, name)
            self._collections[name] = Collection(name, self._journal, ground, up_to=self._up_to)
        return self._collections[name]

    async def _make_room(self, name: str) -> None:
        """Note who is asked, and close the one that was not asked for the longest where there are too many."""
        asked = self._collections.pop(name, None)
        if asked is not None:
            self._collections[name] = asked
        elif len(self._collections) >= MOST_OPEN:
            longest = next(iter(self._collections))
            await self._collections.pop(longest).aclose()

    async def rebuild(self, name: str) -> Sealed | None:
        """Build the index of a collection anew from the first event, seal it, and answer by it from now on.

        Returns
        -------
        Sealed or None
            The new generation; None where nothing outlives the process, or nothing was ever learned.

        Raises
        ------
        SaturatedError
            ``index.locked`` where another process seals.
        AdapterError
            ``index.disk_full``, ``index.unwritable``, ``index.build_failed``.
        """
        ground = partial(self._ground, name)
        fresh = Collection(name, self._journal, ground, up_to=self._up_to, anew=True)
        try:
            sealed = await fresh.seal()
        except BaseException:
            await fresh.aclose()
            raise
        before = self._collections.get(name)
        self._collections[name] = fresh
        self._answers = AnswerCache()  # the old index may have missed what this one finds
        if before is not None:
            await before.aclose()
        return sealed

    async def _answered(self, imprint: bytes, collection: str, *, top: int, session: str) -> Recognition:
        """Answer from memory as it is now; the same question of the same memory has the same answer."""
        await self._make_room(collection)
        asked, question = self.collection(collection), Question.of(imprint, scope=f"{top} of {collection}")
        as_of, view = await asked.now()
        answer = self._answers.find(question, version=as_of)
        if answer is None:
            found = learned(await self._weigh(imprint, asked, view, top=top), asked.lessons(view))
            answer = _answer(found, view, as_of=as_of)
            if session and found:
                asked.heard(session, view, found[0].number)
            self._answers.keep(question, answer, version=as_of)
        return replace(answer, degraded=asked.degraded)

    async def _weigh(self, imprint: bytes, asked: Collection, view: View, *, top: int) -> tuple[Finding, ...]:
        """Recognise in a thread, which has the loop load the imprints of candidates."""
        loop = asyncio.get_running_loop()

        def load(numbers: Sequence[int]) -> list[Imprint]:
            return asyncio.run_coroutine_threadsafe(asked.imprints(view, numbers), loop).result()

        def weigh() -> tuple[Finding, ...]:
            library = replace(view, imprints_of=load)
            return recognise(decode(imprint), library, top=top, experience=view.experience_of)

        return await loop.run_in_executor(self._weighing, weigh)

    async def aclose(self) -> None:
        """End what goes on beside answers, once nobody asks any more."""
        # The loop goes on meanwhile: a question whose asker was cancelled may still wait for imprints.
        await asyncio.to_thread(self._weighing.shutdown)
        for collection in self._collections.values():
            await collection.aclose()
        if self._closing is not None:
            await self._closing()


def recogniser_in_memory(journal: Journal, *, up_to: int | None = None) -> JournalRecogniser:
    """Return a recogniser that keeps everything in memory and nothing longer: for shadows, past states and tests."""
    return JournalRecogniser(
        journal, ground=lambda _: Ground(index=FlatIndex(WINDOW_DIM), imprints=KeptImprints()), up_to=up_to
    )


def _answer(found: Sequence[Finding], view: View, *, as_of: int) -> Recognition:
    alike = [_match(finding, view.holdings[finding.number]) for finding in found]
    sure: dict[str, Match] = {}
    for match in alike:
        if match.confidence >= THRESHOLD:
            sure.setdefault(match.pattern_id, match)  # of two that were merged, the surer one speaks
    return Recognition(
        known=bool(sure),
        matches=tuple(sure.values()),
        searched=view.standing,
        as_of=as_of,
        closest=alike[0] if alike and not sure else None,
    )


def _match(finding: Finding, holding: Holding) -> Match:
    return Match(
        pattern_id=holding.into or holding.pattern_id,
        name=holding.name,
        confidence=finding.confidence,
        offset_s=finding.offset_s,
        transposition_semitones=finding.transposition_semitones,
        tempo_ratio=finding.tempo_ratio,
        why=f"{finding.why} Heard in {holding.pattern_id}, which was merged into it." if holding.into else finding.why,
        evidence=finding.evidence,
    )
