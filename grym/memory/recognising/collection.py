"""One collection in this process: opened from its newest generation, followed, sealed again when that pays."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grym.domain.patterns.calibrating import Lessons, lessons_of
from grym.domain.recognition.imprint import Imprint
from grym.errors import GrymError, SaturatedError
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.recognising.aside import Aside
from grym.memory.recognising.contents import Contents, View
from grym.memory.recognising.follower import Follower, Journal
from grym.memory.recognising.generations import (
    is_readable,
    last_event_of,
    notes_of,
    parts_of,
    restore,
    run_in,
)
from grym.memory.recognising.imprints import Imprints
from grym.memory.recognising.sharing import Shared
from grym.ports.generations import Sealed
from grym.ports.index import VectorIndex

AGAIN_S = 30.0
"""Seconds before sealing is tried again where it failed or somebody else did it: a try reads and writes everything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Who keeps generations of an index."""

    index: LayeredIndex
    sealer: Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a collection stands on.

    Parameters
    ----------
    index
        An empty one.
    sealing
        Keeps generations of that index; None where nothing outlives the process.
    closing
        Ends what goes on beside the index; called in a thread.
    """

    index: VectorIndex
    imprints: Imprints
    sealing: Sealing | None = None
    closing: Callable[[], None] | None = None


class Collection:
    """What can be recognised of one collection, as of any question.

    Parameters
    ----------
    new_ground
        Opens what it stands on; asked again where a generation turns out to be of another journal.
    up_to
        The last event that counts; None for all there are.
    anew
        Whether to begin with the first event, whatever generations there are.
    """

    def __init__(
        self,
        name: str,
        journal: Journal,
        new_ground: Callable[[], Ground],
        *,
        up_to: int | None = None,
        anew: bool = False,
    ) -> None:
        self._anew = anew
        self._name = name
        self._journal = journal
        self._new_ground = new_ground
        self._up_to = up_to
        self._opening = Shared(self._begin)
        self._opened: tuple[Ground, Contents, Follower] | None = None
        self._generation: Sealed | None = None
        self._beside: asyncio.Task[None] | None = None
        self._failed = ""
        self._again_s = float("-inf")
        self._closed = False
        self._lessons: tuple[View, Lessons] | None = None

    @property
    def degraded(self) -> tuple[str, ...]:
        """What cannot be used of it, by name."""
        unreadable = len(self.unreadable)
        faults = [f"{unreadable} patterns cannot be read"] if unreadable else []
        shared = self._opened[0].imprints.degraded if self._opened else ""
        return (*faults, *(fault for fault in (self._failed, shared) if fault))

    @property
    def unreadable(self) -> Mapping[str, str]:
        """Patterns that cannot be recognised although they are remembered: why, by id."""
        return self._opened[2].aside.unreadable if self._opened else {}

    @property
    def generation(self) -> Sealed | None:
        """The newest generation that this process opened or sealed; None where it works without."""
        return self._generation

    async def now(self) -> tuple[int, View]:
        """Return the last event's seq, and all that can be recognised at it."""
        ground, _, follower = await self._open()
        found = await follower.catch_up()
        if ground.sealing is not None and ground.sealing.index.due() and self._may_seal:
            self._beside = asyncio.create_task(self._seal_beside())
        return found

    @property
    def _may_seal(self) -> bool:
        return self._beside is None and not self._closed and asyncio.get_running_loop().time() >= self._again_s

    def lessons(self, view: View) -> Lessons:
        """Return what the verdicts of a view teach; computed once for each."""
        if self._lessons is None or self._lessons[0] is not view:
            self._lessons = (view, lessons_of(view.verdicts()))
        return self._lessons[1]

    def heard(self, session: str, view: View, number: int) -> None:
        """Note which pattern a session heard."""
        if self._opened is not None and number in view.holdings:
            self._opened[0].imprints.heard(session, view.holdings[number])

    async def imprints(self, view: View, numbers: Sequence[int]) -> list[Imprint]:
        """Return the imprints of numbers of a view."""
        ground, _, _ = await self._open()
        return await ground.imprints.load([view.holdings[number] for number in numbers])

    async def seal(self) -> Sealed | None:
        """Seal what can be recognised now; None where nothing outlives the process, or nothing was ever learned.

        Raises
        ------
        SaturatedError
            ``index.locked`` or ``index.sealing`` where somebody else does.
        AdapterError
            ``index.disk_full``, ``index.unwritable``, ``index.build_failed``.
        """
        ground, contents, follower = await self._open()
        await follower.catch_up()
        if ground.sealing is None or not follower.last_event:
            return None
        async with follower.settled:  # the index, the view and the seq belong to one instant
            mark, view, seq = ground.sealing.index.mark(), contents.view, follower.seq
            below = contents.next_number
            notes = notes_of(view, follower.aside, next_number=below, last_event=follower.last_event)
        try:
            parts = await asyncio.to_thread(parts_of, view)
        except BaseException:
            ground.sealing.index.unmark()  # or nothing could ever be sealed again
            raise
        self._generation = sealed = await ground.sealing.sealer.seal(mark, watermark=seq, parts=parts, notes=notes)
        # To its end, whoever is cancelled: a thread that changes contents must not be left alone with the next change.
        await asyncio.shield(asyncio.ensure_future(_settled(contents, follower, sealed, below=below)))
        return sealed

    async def aclose(self) -> None:
        """Give up a sealing that is under way; what is sealed stays, and questions under way are answered."""
        self._closed = True
        if self._beside is not None:
            self._beside.cancel()
            await asyncio.gather(self._beside, return_exceptions=True)
        if self._opened is not None and self._opened[0].closing is not None:
            await asyncio.to_thread(self._opened[0].closing)

    async def _open(self) -> tuple[Ground, Contents, Follower]:
        if self._opened is None:
            self._opened = await self._opening.result()
        return self._opened

    async def _begin(self) -> tuple[Ground, Contents, Follower]:
        """Begin behind the newest generation that belongs to this journal, or with the first event."""
        ground = self._new_ground()
        contents = Contents(ground.index)
        aside, sealed = Aside(), None
        if ground.sealing is not None and not self._anew:
            sealed = await asyncio.to_thread(ground.sealing.sealer.open_newest)
        if sealed is not None and await self._knows(sealed):
            aside = await asyncio.to_thread(restore, contents, sealed)
            self._generation = sealed
        elif sealed is not None:  # of a journal that was replaced, such as by a restored backup, or of older code
            if ground.closing is not None:
                await asyncio.to_thread(ground.closing)
            ground, sealed = self._new_ground(), None
            contents = Contents(ground.index)
        start = (0, "") if sealed is None else (sealed.manifest.watermark, last_event_of(sealed))
        follower = Follower(
            self._journal,
            self._name,
            contents=contents,
            imprints=ground.imprints,
            aside=aside,
            start=start,
            up_to=self._up_to,
        )
        return ground, contents, follower

    async def _knows(self, sealed: Sealed) -> bool:
        """Tell whether a generation can be read, and the journal has the very event that it was sealed after."""
        if not is_readable(sealed):
            return False
        events = await self._journal.events(
            sealed.manifest.watermark - 1,
            limit=1,
            up_to=sealed.manifest.watermark if self._up_to is None else min(self._up_to, sealed.manifest.watermark),
            collection=self._name,
            numbers=False,
        )
        return [event.change.event_id for event in events] == [last_event_of(sealed)]

    async def _seal_beside(self) -> None:
        """Seal beside other work; a failure is named in answers until a later try succeeds."""
        try:
            await self.seal()
            self._failed, again_s = "", 0.0
        except SaturatedError:  # somebody else seals
            again_s = AGAIN_S
        except GrymError as error:
            self._failed, again_s = error.code, AGAIN_S
        finally:
            self._beside = None
        self._again_s = asyncio.get_running_loop().time() + again_s


async def _settled(contents: Contents, follower: Follower, sealed: Sealed, *, below: int) -> None:
    """Have contents read sealed landmarks from the generation instead of keeping them in memory."""
    async with follower.settled:
        await asyncio.to_thread(lambda: contents.settle(run_in(sealed), below=below))
