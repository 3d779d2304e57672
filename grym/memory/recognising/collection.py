"""One collection in this process: opened from its newest generation, followed, sealed again when that pays."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grym.domain.recognition.imprint import Imprint
from grym.errors import AdapterError, SaturatedError
from grym.memory.index.layered import LayeredIndex
from grym.memory.index.sealing import Sealer
from grym.memory.recognising.contents import Contents, View
from grym.memory.recognising.follower import Follower, Journal
from grym.memory.recognising.generations import last_event_of, notes_of, parts_of, restore
from grym.memory.recognising.imprints import Imprints
from grym.ports.generations import Sealed
from grym.ports.index import VectorIndex


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
    """

    index: VectorIndex
    imprints: Imprints
    sealing: Sealing | None = None


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
        self._opening = asyncio.Lock()
        self._opened: tuple[Ground, Contents, Follower] | None = None
        self._generation: Sealed | None = None
        self._beside: asyncio.Task[None] | None = None
        self._failed = ""

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
        return self._opened[2].unreadable if self._opened else {}

    @property
    def generation(self) -> Sealed | None:
        """The newest generation that this process opened or sealed; None where it works without."""
        return self._generation

    async def now(self) -> tuple[int, View]:
        """Return the last event's seq, and all that can be recognised at it."""
        ground, _, follower = await self._open()
        found = await follower.catch_up()
        if ground.sealing is not None and ground.sealing.index.due() and self._beside is None:
            self._beside = asyncio.create_task(self._seal_beside())
        return found

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
            notes = notes_of(view, next_number=contents.next_number, last_event=follower.last_event)
        try:
            parts = await asyncio.to_thread(parts_of, view)
        except BaseException:
            ground.sealing.index.unmark()  # or nothing could ever be sealed again
            raise
        self._generation = await ground.sealing.sealer.seal(mark, watermark=seq, parts=parts, notes=notes)
        return self._generation

    async def aclose(self) -> None:
        """Give up a sealing that is under way; what is sealed stays."""
        if self._beside is not None:
            self._beside.cancel()
            await asyncio.gather(self._beside, return_exceptions=True)

    async def _open(self) -> tuple[Ground, Contents, Follower]:
        async with self._opening:
            if self._opened is None:
                self._opened = await self._begin()
            return self._opened

    async def _begin(self) -> tuple[Ground, Contents, Follower]:
        """Begin behind the newest generation that belongs to this journal, or with the first event."""
        ground = self._new_ground()
        contents = Contents(ground.index)
        sealed = None
        if ground.sealing is not None and not self._anew:
            sealed = await asyncio.to_thread(ground.sealing.sealer.open_newest)
        if sealed is not None and await self._knows(sealed):
            await asyncio.to_thread(restore, contents, sealed)
            self._generation = sealed
        elif sealed is not None:  # of a journal that was replaced, such as by a restored backup
            ground, sealed = self._new_ground(), None
            contents = Contents(ground.index)
        start = (0, "") if sealed is None else (sealed.manifest.watermark, last_event_of(sealed))
        follower = Follower(
            self._journal, self._name, contents=contents, imprints=ground.imprints, start=start, up_to=self._up_to
        )
        return ground, contents, follower

    async def _knows(self, sealed: Sealed) -> bool:
        """Tell whether the journal has the very event that a generation was sealed after."""
        events = await self._journal.events(
            sealed.manifest.watermark - 1,
            limit=1,
            up_to=sealed.manifest.watermark,
            collection=self._name,
            numbers=False,
        )
        return [event.change.event_id for event in events] == [last_event_of(sealed)]

    async def _seal_beside(self) -> None:
        """Seal beside other work; a failure is named in answers, and the next change tries again."""
        try:
            await self.seal()
            self._failed = ""
        except SaturatedError:
            pass  # somebody else seals
        except AdapterError as error:
            self._failed = error.code
        finally:
            self._beside = None
